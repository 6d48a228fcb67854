"""The connection, the positions, and the transaction in which events take effect."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError, OperationFailure, WriteError

from services.mongo.outbox import AWAY
from services.mongo.outcomes import Command, Outcomes, Told
from services.notifier.domain import Message
from services.notifier.knowledge import Effects, Reader
from services.notifier.store.digests import Decide, Digests
from services.notifier.store.domains import Domains
from services.notifier.store.inbox import Inbox
from services.notifier.store.memory import Memory, StoredReader
from services.notifier.store.preferences import Preferences
from services.notifier.store.queue import Queue
from services.notifier.store.records import Records
from services.notifier.store.suppressions import Suppressions
from services.notifier.store.weeks import Weeks

SCHEMA_VERSION = "3"
_SELECTION_MS = 3_000
_MAY_BE_REPEATED = "TransientTransactionError"
_COLLECTIONS = frozenset(
    {
        "positions",
        "entities",
        "users",
        "transfers",
        "accounts",
        "books",
        "messages",
        "notices",
        "preferences",
        "digest_items",
        "suppressed",
        "weeks",
        "outcomes",
    }
)
"""A transaction can't make them."""

Document = dict[str, Any]
Session = ClientSession
"""Of a transaction, for those who know no driver."""
_T = TypeVar("_T")


class StoreAway(Exception):
    """MongoDB refuses for a reason that is not the record's: try again."""


class _Overtaken(Exception):
    """Another consumer applied these records meanwhile."""


TRANSIENT: tuple[type[Exception], ...] = (*AWAY, StoreAway)
"""MongoDB is away or changes its primary: try again."""


class Store:
    """All that the notifier keeps. Times are aware UTC."""

    def __init__(self, url: str, database: str) -> None:
        self._client: MongoClient[Document] = MongoClient(
            url, tz_aware=True, serverSelectionTimeoutMS=_SELECTION_MS, connectTimeoutMS=_SELECTION_MS, w="majority"
        )
        self._db = self._client[database]
        self.memory = Memory(self._db)
        self.queue = Queue(self._db)
        self.domains = Domains(self._db)
        self.suppressions = Suppressions(self._db)
        self.inbox = Inbox(self._db)
        self.digests = Digests(self._db, self.queue)
        self.weeks = Weeks(self._db, self.queue)
        self.preferences = Preferences(self._db)
        self.records = Records(self._db, self.memory, self.inbox)
        self.outcomes = Outcomes(self._db)

    def close(self) -> None:
        self._client.close()

    def ping(self) -> None:
        """Raises a MongoDB error when it doesn't answer."""
        self._db.command("ping")

    def migrate(self) -> None:
        """Create collections and indices; may be repeated."""
        for name in _COLLECTIONS - set(self._db.list_collection_names()):
            self._db.create_collection(name)
        self.memory.migrate()
        self.queue.migrate()
        self.domains.migrate()
        self.suppressions.migrate()
        self.inbox.migrate()
        self.digests.migrate()
        self.outcomes.migrate()

    def position(self, source: str) -> int:
        """The last position applied of `source`; 0 at first."""
        found = self._db["positions"].find_one({"_id": source})
        return int(found["position"]) if found else 0

    @property
    def database(self) -> Database[Document]:
        """For the parts of the notifier that keep collections of their own (`webhooks`)."""
        return self._db

    def outcomes_in(self, session: ClientSession) -> Outcomes:
        """What came of commands, inside a transaction."""
        return Outcomes(self._db, session)

    def known(self, command: Command) -> Told | None:
        """What came of a command before. Raises KeyReused, AnswerGone, RefusedBefore."""
        return command.again(self.outcomes)

    def refuse(self, command: Command, refusal: Mapping[str, Any]) -> None:
        """Keep how a command was refused."""
        command.refuse(self.outcomes, refusal)

    def tell(self, messages: Sequence[Message], now: datetime) -> None:
        """Queue messages, and show notices, that no event of a topic asked for; the same ones again change nothing."""

        def work(session: ClientSession) -> None:
            self.queue.put(session, [message for message in messages if message.channel == "mail"], now)
            self.inbox.put(session, [message for message in messages if message.channel == "notice"], now)

        with self._client.start_session() as session:
            session.with_transaction(work)

    def advance(
        self,
        source: str,
        *,
        previous: int,
        position: int,
        effects: Callable[[Reader], Effects],
        now: datetime,
        beside: Callable[[ClientSession], None] = lambda _: None,
    ) -> bool:
        """Carry out the effects of the records up to `position` and move there from `previous`, in one transaction.

        `beside` takes part in it. False, and nothing done, when the stored position is no longer `previous`: another
        consumer was faster (a rebalance). Raises one of TRANSIENT.
        """

        def work(session: ClientSession) -> None:
            self._move(session, source, previous, position)
            self._carry_out(session, effects(StoredReader(self._db, session)), now)
            beside(session)

        if previous == 0:
            # Outside the transaction: two first upserts inside would be a duplicate key, not a conflict to retry.
            self._db["positions"].update_one({"_id": source}, {"$setOnInsert": {"position": 0}}, upsert=True)
        try:
            self.transaction(work)
        except _Overtaken:
            return False
        return True

    def work_digests(self, now: datetime, most: int, decide: Decide) -> int:
        """Make the daily mails of those due longest, in one transaction; how many were due. Raises one of TRANSIENT."""
        return self.transaction(lambda session: self.digests.work_page(session, now, most, decide))

    def tell_week(self, week: str, begins: date, now: datetime) -> int:
        """Queue the summary of `week` to all who run the network, once; to how many. Raises one of TRANSIENT."""
        if not self.weeks.untold(week):
            return 0
        return self.transaction(lambda session: self.weeks.tell(session, week, begins, now))

    def transaction(self, work: Callable[[ClientSession], _T]) -> _T:
        """Run `work` in a transaction; it may run several times. Raises what `work` raises, and one of TRANSIENT."""
        try:
            with self._client.start_session() as session:
                return session.with_transaction(work)
        except OperationFailure as error:
            if isinstance(error, WriteError | BulkWriteError) and not error.has_error_label(_MAY_BE_REPEATED):
                raise
            raise StoreAway(type(error).__name__) from error

    def _carry_out(self, session: ClientSession, made: Effects, now: datetime) -> None:
        self.memory.change(session, made.changes)
        self.queue.put(session, made.messages, now)
        self.inbox.put(session, made.notices, now)
        forgotten = [recipient for change in made.changes for recipient in change.forgets]
        self.queue.forget(session, forgotten)
        self.inbox.forget(session, forgotten)
        self.preferences.daily_mail(session, made.daily_mails)
        self.preferences.forget(session, forgotten)
        self.digests.collect(session, made.found, made.digests_due)
        self.digests.forget(session, forgotten)
        self.weeks.count(session, made.weeks)
        self.outcomes_in(session).forget(*forgotten)
        self.queue.withdraw(session, made.covered)
        self.inbox.withdraw(session, made.covered)

    def _move(self, session: ClientSession, source: str, previous: int, position: int) -> None:
        moved = self._db["positions"].update_one(
            {"_id": source, "position": previous}, {"$set": {"position": position}}, session=session
        )
        if moved.matched_count == 0:
            raise _Overtaken
