"""What waits to be announced, and what was: each thing once, in one transaction with its event.

A transaction of the leader takes hold of its lease. Another process that takes over meanwhile conflicts with it, and
one that was stopped for a while, and does not lead any more, writes nothing.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import pymongo
from pymongo import ASCENDING

from events.matcher import LoopFound
from services.matcher.announcing import News
from services.matcher.store import derived, interests, outbox
from services.matcher.store.failures import answering
from services.matcher.store.mongo import Store
from services.matcher.store.transaction import Tx
from services.mongo.lease import Lease

WAITING, ANNOUNCED = "to_announce", "announced"
ACTOR = "system:schedule"
_SECONDS = 5.0


class Deposed(Exception):
    """Another process leads: nothing is written."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A member in whom something changed at `at` (RFC 3339), visible from `revision` on."""

    key: str
    revision: int
    entity_id: str
    at: str


class Announcements:
    """One process's side: its lease, and what it may write while it leads. Every method may raise StoreAway."""

    def __init__(self, store: Store, lease_seconds: int = 8) -> None:
        self._store = store
        self._lease = Lease(store.database, "schedule", lease_seconds)

    def lead(self) -> int | None:
        """Take or renew the lease: its epoch; None while another leads."""
        with answering(), pymongo.timeout(_SECONDS):
            lease = self._lease.take()
        return None if lease is None else int(lease["epoch"])

    def release(self) -> None:
        """Let another lead at once."""
        with answering(), pymongo.timeout(_SECONDS):
            self._lease.release()

    def waiting(self, limit: int) -> list[Waiting]:
        """The oldest changes that nobody has looked at."""
        with answering(), pymongo.timeout(_SECONDS):
            oldest = [("revision", ASCENDING), ("_id", ASCENDING)]
            found = self._store.database[WAITING].find().sort(oldest).limit(limit)
            return [Waiting(each["_id"], each["revision"], each["entity_id"], each["at"]) for each in found]

    def announce(
        self,
        waiting: Waiting,
        epoch: int,
        keys: Collection[str],
        choose: Callable[[Collection[str]], Sequence[News]],
        now: str,
    ) -> int:
        """Append what `choose` makes of those `keys` that were announced before; how many events. Raises Deposed.

        A change that somebody has looked at is passed over; so is what names who was forgotten meanwhile.
        """

        def work(tx: Tx) -> int:
            if not self._lease.hold(epoch, tx.session):
                raise Deposed
            if not tx.collection(WAITING).delete_one({"_id": waiting.key}, session=tx.session).deleted_count:
                return 0
            chosen = choose({each["_id"] for each in tx.of_ids(ANNOUNCED, keys)})
            gone = derived.forgotten(tx, {entity_id for news in chosen for entity_id in news.of})
            chosen = [news for news in chosen if gone.isdisjoint(news.of)]
            events = [news.event for news in chosen]
            interests.note_told(tx, [event for event in events if isinstance(event, LoopFound)])
            tx.put_all(ANNOUNCED, {news.key: {"at": now, "of": list(news.of)} for news in chosen})
            outbox.append(tx, events, actor=ACTOR, correlation_id=outbox.new_id(), now=now)
            return len(chosen)

        return self._store.transaction(work)
