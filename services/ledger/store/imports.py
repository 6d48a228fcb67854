"""A book that has no events yet, to be filled from an export: everything in one transaction, as the tables' owner.

Whoever else would write to the book waits at its head's row, and then finds that the head has moved. Other books that
are in the same tables go on.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import LiteralString, Self

import psycopg
from psycopg import errors

from services.ledger.audit.heads import Head
from services.ledger.chain import genesis_hash
from services.ledger.domain import Transfer
from services.ledger.rebuilding import Rows
from services.ledger.store.filling import Filling
from services.ledger.store.units import make_book

_PATIENCE = "5s"
"""For a writer that is at the book at this moment."""

_LOCK: LiteralString = "SELECT pg_try_advisory_xact_lock(hashtextextended('ledger/replay/' || %s::text, 0))"
_TAKE: LiteralString = "SELECT position FROM book_head WHERE book = %s FOR UPDATE"
_ANY_EVENT: LiteralString = "SELECT 1 FROM events WHERE book = %s LIMIT 1"
_EVENTS: LiteralString = (
    "COPY events (book, position, event_id, type, time, opens, closes, prev_hash, hash, body) FROM STDIN"
)
_KEY: LiteralString = "INSERT INTO head_keys (kid, jwk, added_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_HEAD: LiteralString = """
INSERT INTO tree_heads (book, number, size, root, hash, accounts, time, kid, jws)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"""
_NODE: LiteralString = "INSERT INTO tree_nodes (book, level, number, hash) VALUES (%s, %s, %s, %s)"
_FOLLOWED: LiteralString = "INSERT INTO followed (book, source, position) VALUES (%s, %s, %s)"
_FINISH: LiteralString = "UPDATE book_head SET position = %s, hash = %s, time = %s WHERE book = %s"
_TABLES = ("events", "accounts", "transfers", "postings", "changes", "transfer_parties", "tree_nodes", "tree_heads")


class NotImported(Exception):
    """The database or whoever works at the book does not let the events in, in a sentence."""


@dataclass(frozen=True, slots=True)
class ImportedEvent:
    """A row of `events`, as its event says; `opens` and `closes` name a transfer."""

    position: int
    event_id: str
    type: str
    time: str
    opens: str | None
    closes: str | None
    prev_hash: bytes
    hash: bytes
    body: bytes


class EmptyBook(Filling):
    """Use as a context manager: what `commit` was not reached for is gone. Every method raises NotImported."""

    def __init__(self, owner_url: str, book: str) -> None:
        options = f"-c timezone=UTC -c jit=off -c lock_timeout={_PATIENCE}"
        try:
            connection = psycopg.connect(owner_url, options=options, application_name="ledger-import")
        except psycopg.OperationalError as error:
            raise NotImported("PostgreSQL does not answer.") from error
        super().__init__(connection, book, "public")
        self._beside = ThreadPoolExecutor(1)
        self._adding: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._beside.shutdown()
        with suppress(psycopg.Error):
            self.connection.rollback()
        self.connection.close()
        if isinstance(error, psycopg.Error):
            raise NotImported(_sentence(error)) from error

    def begin(self, unit: str) -> None:
        """Take the book for this transaction; make it if it is not there. Raises units.WrongUnit."""
        row = self.connection.execute(_LOCK, (self._book,)).fetchone()
        if not (row and row[0]):
            raise NotImported("Somebody imports or replays this book at the moment.")
        make_book(self.connection, self._book, genesis_hash(self._book), unit)
        taken = self.connection.execute(_TAKE, (self._book,)).fetchone()
        if taken is None or taken[0] or self.connection.execute(_ANY_EVENT, (self._book,)).fetchone():
            raise NotImported(f"The book {self._book!r} has events already: only an empty one can be filled.")

    def add(self, events: Sequence[ImportedEvent], rows: Rows, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        """Rows of the log, what they come to, and nodes of the tree: level, number and hash.

        While the database takes them the caller goes on: what it refuses is raised at the next call.
        """
        self._settle()
        self._adding = self._beside.submit(self._add, events, rows, nodes)

    def take_back(self, transfer_id: str) -> Transfer | None:
        """As of everything that was added."""
        self._settle()
        return super().take_back(transfer_id)

    def add_keys(self, keys: Iterable[tuple[str, str, str]]) -> None:
        """Public keys: kid, JWK and since when they are known; those that are there stay as they are."""
        self._settle()
        self.connection.cursor().executemany(_KEY, list(keys))

    def add_heads(self, heads: Iterable[Head]) -> None:
        """Signed heads, whose keys are there."""
        rows = [
            (head.book, head.number, head.size, head.root, head.hash, head.accounts, head.time, head.kid, head.jws)
            for head in heads
        ]
        self.connection.cursor().executemany(_HEAD, rows)

    def commit(self, position: int, hash_: bytes, time: str, followed: Mapping[str, int]) -> None:
        """Move the head to the end of what was added, and make it all visible at once."""
        self._settle()
        self.connection.cursor().executemany(
            _FOLLOWED, [(self._book, source, reached) for source, reached in followed.items()]
        )
        self.connection.execute(_FINISH, (position, hash_, time, self._book))
        self.connection.execute("SELECT pg_notify('ledger_events', %s)", (self._book,))
        self.connection.execute("SELECT pg_notify('ledger_heads', %s)", (self._book,))
        self.connection.commit()

    def analyse(self) -> None:
        """Let the planner know what the tables hold now."""
        for table in _TABLES:
            self.run("ANALYZE {live}", table)
        self.connection.commit()

    def _settle(self) -> None:
        adding, self._adding = self._adding, None
        if adding is not None:
            adding.result()

    def _add(self, events: Sequence[ImportedEvent], rows: Rows, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        book = self._book.encode()
        with self.connection.cursor() as cursor:
            with cursor.copy(_EVENTS) as copy:
                copy.write(b"".join(_event_line(book, event) for event in events))
            cursor.executemany(_NODE, [(self._book, *node) for node in nodes])
        self.write(rows)


def _event_line(book: bytes, event: ImportedEvent) -> bytes:
    """As COPY takes it. JSON has no raw tab or line end in it: a backslash alone must be doubled."""
    return b"%b\t%d\t%b\t%b\t%b\t%b\t%b\t\\\\x%b\t\\\\x%b\t%b\n" % (
        book, event.position, event.event_id.encode(), event.type.encode(), event.time.encode(),
        _or_null(event.opens), _or_null(event.closes), event.prev_hash.hex().encode(), event.hash.hex().encode(),
        event.body.replace(b"\\", b"\\\\"),
    )  # fmt: skip


def _or_null(text: str | None) -> bytes:
    return b"\\N" if text is None else text.encode()


def _sentence(error: psycopg.Error) -> str:
    if isinstance(error, errors.LockNotAvailable):
        return "Somebody writes to this book at the moment: stop its ledger first."
    if isinstance(error, psycopg.OperationalError):
        return "The connection to PostgreSQL broke."
    return f"The database refuses what the export says: {error.diag.message_primary or error}"
