"""The relay's side of events and heads: leadership by a session's advisory lock, a cursor fenced by an epoch.

Both tables are their own outbox; a cursor each says how far they are in Kafka.
"""

# ruff: noqa: S608 -- only constants of this module are put into the texts

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg

from events.codec import decode
from events.topics import LEDGER_CHECKPOINTS, LEDGER_EVENTS
from services.chassis.relaying import Outgoing
from services.ledger.heads import canonical_document
from services.ledger.store.connecting import connect_lasting, try_lock
from services.ledger.store.tree import HEAD, head_of

_READ_EVENTS: LiteralString = """
SELECT position, event_id, type, prev_hash, hash, body FROM events
WHERE book = %s AND position > (SELECT position FROM relays WHERE book = %s) ORDER BY position LIMIT %s"""
_READ_HEADS: LiteralString = f"""
{HEAD} WHERE book = %s AND number > (SELECT position FROM head_relays WHERE book = %s) ORDER BY number LIMIT %s"""
# The position sub-select is a constant to the planner: it must use the key.
_OPTIONS = "-c statement_timeout=10s -c enable_seqscan=off"


class Outbox:
    """Rows of one book that are not in Kafka yet (chassis `Outbox`). `cursor` is the table that says so."""

    cursor: LiteralString
    lock: str
    news: LiteralString
    """The channel on which commits are told."""
    query: LiteralString
    """Takes the book, twice, and how many rows."""
    transient: tuple[type[Exception], ...] = (psycopg.OperationalError, psycopg.InterfaceError)

    def __init__(self, url: str, book: str) -> None:
        self._url, self._book = url, book
        self._connection: psycopg.Connection | None = None
        self._epoch: int | None = None

    def lead(self) -> int | None:
        """The lock lives as long as the connection; each new leader gets a higher epoch.

        Nobody leads a book that doesn't exist yet: its first writer makes it.
        """
        connection = self._connected()
        if self._epoch is None and try_lock(connection, self.lock, self._book):
            row = connection.execute(
                f"INSERT INTO {self.cursor} AS c (book, epoch, position) SELECT book, 1, 0 FROM book_head "
                "WHERE book = %s ON CONFLICT (book) DO UPDATE SET epoch = c.epoch + 1 RETURNING epoch",
                (self._book,),
            ).fetchone()
            self._epoch = int(row[0]) if row else None
        return self._epoch

    def read(self, limit: int) -> Sequence[Outgoing]:
        rows = self._connected().execute(self.query, (self._book, self._book, limit), prepare=True).fetchall()
        return [self.outgoing(row) for row in rows]

    def outgoing(self, row: Sequence[Any]) -> Outgoing:
        """A row as it is published."""
        raise NotImplementedError

    def advance(self, position: int, epoch: int) -> bool:
        moved = self._connected().execute(
            f"UPDATE {self.cursor} SET position = %s WHERE book = %s AND epoch = %s AND position < %s",
            (position, self._book, epoch, position),
            prepare=True,
        )
        if moved.rowcount != 1:
            self.close()
        return moved.rowcount == 1

    def wait(self, seconds: float) -> None:
        """Until the next commit's NOTIFY; those of other books wake nobody here."""
        for news in self._connected().notifies(timeout=seconds):
            if news.payload == self._book:
                break

    def close(self) -> None:
        """Give leadership back."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._epoch = None, None

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._epoch = None
            self._connection = connect_lasting(self._url, "ledger-relay", _OPTIONS)
            self._connection.execute(f"LISTEN {self.news}")
        return self._connection


class EventOutbox(Outbox):
    """The events."""

    cursor, lock, news, query = "relays", "relay", "ledger_events", _READ_EVENTS

    def outgoing(self, row: Sequence[Any]) -> Outgoing:
        """Its canonical bytes, with its place in the chain."""
        position, event_id, type_, prev_hash, hash_, body = row
        raw = body.encode()
        headers = {
            "ce_id": str(event_id),
            "ce_type": type_,
            "position": str(position),
            "prev_hash": bytes(prev_hash).hex(),
            "hash": bytes(hash_).hex(),
            "correlation_id": decode(raw).correlationid,
        }
        return Outgoing(position=position, topic=LEDGER_EVENTS, key=self._book, value=raw, headers=headers)


class HeadOutbox(Outbox):
    """The signed heads; their number is their position."""

    cursor, lock, news, query = "head_relays", "head-relay", "ledger_heads", _READ_HEADS

    def outgoing(self, row: Sequence[Any]) -> Outgoing:
        """The head's document."""
        head = head_of(row)
        return Outgoing(
            position=head.number,
            topic=LEDGER_CHECKPOINTS,
            key=self._book,
            value=canonical_document(head),
            headers={"position": str(head.number)},
        )
