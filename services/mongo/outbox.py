"""Records to publish: appended in the transaction of their change, read by the relay.

Position order is commit order: every transaction that appends increments one counter document, so a second one
conflicts with it, is rolled back and tried again until the first has committed. A reader never sees a hole.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pymongo import ReturnDocument
from pymongo.change_stream import CollectionChangeStream
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, ExecutionTimeout, WriteConcernError
from pymongo.read_concern import ReadConcern

from events import codec
from events.envelope import Envelope
from services.chassis.relaying import Outgoing
from services.mongo.lease import Document, Lease
from services.mongo.many_writes import in_many_writes

COUNTERS = "counters"

AWAY: tuple[type[Exception], ...] = (ConnectionFailure, ExecutionTimeout, WriteConcernError)
"""MongoDB doesn't answer, not in time, or can't say whether a write will stay (a primary that steps down)."""

Sealed = Callable[[int, str], Envelope]
"""Makes the envelope of a record from its position and time."""


def append(
    database: Database[Document],
    session: ClientSession | None,
    stream: str,
    now: str,
    sealed: Sequence[Sealed],
    extra: Mapping[str, Any] | None = None,
) -> int:
    """Append records in order; the position of the last one. Inside a transaction only. `extra` is kept beside each."""
    if session is None or not session.in_transaction:
        raise RuntimeError("events are appended in the transaction of their change")
    last, time = _take_positions(database, session, stream, now, len(sealed))
    first = last - len(sealed) + 1
    envelopes = [seal(first + index, time) for index, seal in enumerate(sealed)]
    documents = [_record(envelope) | dict(extra or {}) for envelope in envelopes]
    database[stream].insert_many(documents, session=session)
    return last


def _take_positions(
    database: Database[Document], session: ClientSession, stream: str, now: str, count: int
) -> tuple[int, str]:
    # Time never goes back along positions, even when the clock does.
    step = {
        "position": {"$add": [{"$ifNull": ["$position", 0]}, count]},
        "time": {"$max": ["$time", now]},
    }
    counter: Any = database[COUNTERS].find_one_and_update(
        {"_id": stream}, [{"$set": step}], upsert=True, return_document=ReturnDocument.AFTER, session=session
    )
    return int(counter["position"]), str(counter["time"])


def head(database: Database[Document], stream: str) -> int:
    """The newest position."""
    counter = database[COUNTERS].find_one({"_id": stream})
    return int(counter["position"]) if counter else 0


def _record(envelope: Envelope) -> Document:
    record: Document = {"_id": envelope.sequence, "value": codec.encode(envelope)}
    record |= {"event_id": envelope.id, "type": envelope.type, "correlation_id": envelope.correlationid}
    # By which everything about somebody is found when it must be forgotten.
    record["subject"] = envelope.subject
    return record


class StreamOutbox:
    """The relay's side of one outbox (chassis.relaying.Outbox): a cursor, and a lease with a fencing epoch."""

    transient: tuple[type[Exception], ...] = AWAY

    def __init__(
        self,
        database: Database[Document],
        stream: str,
        topic: str,
        key: str,
        *,
        forgets: bool = False,
        forget_published: Callable[[str], None] | None = None,
    ) -> None:
        """`forgets`: a record goes when Kafka has it.

        `forget_published` deletes what a topic has; without it the log is never renewed. Raises KafkaError.
        """
        # Majority: what a change of primary would roll back must not be published.
        self._records = database.get_collection(stream, read_concern=ReadConcern("majority"))
        self._lease = Lease(database, f"relay.{stream}")
        self._topic, self._key = topic, key
        self._forgets = forgets
        self._forget_published = forget_published
        self._cursor = 0
        self._news: CollectionChangeStream[Document] | None = None

    def lead(self) -> int | None:
        """Take or renew the lease; the epoch grows with every change of leader."""
        lease = self._lease.take()
        if lease is None:
            return None
        epoch = int(lease["epoch"])
        wanted = int(lease.get("renew", 0))
        if self._forget_published is not None and wanted > int(lease.get("renewed", 0)):
            if not self._renew(wanted, epoch):
                return None
            self._cursor = 0
        else:
            self._cursor = int(lease.get("cursor", 0))
        return epoch

    def _renew(self, wanted: int, epoch: int) -> bool:
        """Delete what is published, and begin again at the first record. Between two pages: nothing is in flight.

        Cut off after the deletion it is repeated: there is nothing then, or a part, to delete.
        """
        if self._forget_published is None:
            return False
        self._forget_published(self._topic)
        return self._lease.reset("cursor", {"renewed": wanted}, epoch)

    def read(self, limit: int) -> Sequence[Outgoing]:
        """The next records after the cursor, in order."""
        found = self._records.find({"_id": {"$gt": self._cursor}}).sort("_id", 1).limit(limit)
        return [self._outgoing(record) for record in found]

    def advance(self, position: int, epoch: int) -> bool:
        """Move the cursor if `epoch` still leads; what needn't be kept is deleted up to there."""
        moved = self._lease.move("cursor", position, epoch)
        if moved and self._forgets:
            with in_many_writes():
                self._records.delete_many({"_id": {"$lte": position}})
        return moved

    def wait(self, seconds: float) -> None:
        """Return at the next change of the collection, after `seconds` at the latest."""
        if self._news is None or not self._news.alive:
            self._news = self._records.watch(
                [{"$match": {"operationType": "insert"}}, {"$project": {"_id": 1}}],
                max_await_time_ms=int(seconds * 1000),
            )
        self._news.try_next()

    def _outgoing(self, record: Document) -> Outgoing:
        headers: dict[str, Any] = {
            "ce_id": record["event_id"],
            "ce_type": record["type"],
            "position": str(record["_id"]),
            "correlation_id": record["correlation_id"],
        }
        return Outgoing(record["_id"], self._topic, self._key, record["value"], headers)
