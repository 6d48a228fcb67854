"""The directory's outboxes of events and of one-time messages (services/mongo/outbox.py), and one that nobody reads."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from pymongo.database import Database

from events import topics
from services.directory.store.collection import Document, Stored
from services.mongo import outbox
from services.mongo.outbox import Sealed

EVENTS = "outbox"
"""Everything that ever happened; kept."""
MESSAGES = "messages"
"""What may be mailed once; a record goes when Kafka has it."""
DECOYS = "decoys"
"""Written in place of the two for an address that nobody has: the same work, and no trace after a minute."""

TOPICS = {EVENTS: topics.DIRECTORY_EVENTS, MESSAGES: topics.DIRECTORY_MESSAGES}


class Appender(Stored):
    """The writing side of the outboxes."""

    def append(self, stream: str, now: str, sealed: Sequence[Sealed]) -> int:
        """Append records in order; the position of the last one. Inside a transaction only."""
        # Decoys: the position counts in their own sequence, and the relay never looks there.
        extra = {"at": datetime.now(UTC)} if stream == DECOYS else None
        return outbox.append(self._database, self._session, stream, now, sealed, extra)

    def head(self, stream: str = EVENTS) -> int:
        """The newest position."""
        return outbox.head(self._database, stream)


class StreamOutbox(outbox.StreamOutbox):
    """The relay's side of one of them."""

    def __init__(
        self,
        database: Database[Document],
        stream: str,
        topic: str | None = None,
        forget_published: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(
            database,
            stream,
            topic or TOPICS[stream],
            topics.DIRECTORY_KEY,
            forgets=stream == MESSAGES,
            forget_published=forget_published,
        )
