"""What an export is made of: heads and keys, and events as finished lines, put together by the database.

Works in pages of positions, each in a statement of its own: events never change, so no snapshot is held while whoever
reads is slow, and memory stays that of a page.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import LiteralString, Self

import orjson
import psycopg

from services.ledger.chain import genesis_hash
from services.ledger.store.connecting import connect_lasting
from services.ledger.store.tree import TreeHead, covering_head, inclusion_path, newest_head

PAGE = 1000
"""Events a page."""

_OPTIONS = (
    "-c timezone=UTC -c statement_timeout=10s -c default_transaction_read_only=on -c jit=off "
    # A fresh table has no statistics: never let the planner choose by them. Helpers would take from those who write.
    "-c enable_seqscan=off -c max_parallel_workers_per_gather=0"
)
_BOOK: LiteralString = "SELECT position, unit FROM book_head WHERE book = %s"
_HASHES: LiteralString = "SELECT position, hash FROM events WHERE book = %s AND position IN (%s, %s)"
_KEYS: LiteralString = """
SELECT kid, jwk FROM head_keys WHERE kid IN (
    SELECT kid FROM tree_heads WHERE book = %s AND size >= %s AND number <= %s) ORDER BY added_at, kid"""
# A line is its parts as they are stored: nothing is written anew that a hash or a signature covers.
_PAGE: LiteralString = r"""
SELECT count(*), count(jws), convert_to(string_agg(line, '' ORDER BY position), 'UTF8') FROM (
    SELECT position, jws, '{"event":' || body || ',"hash":"' || encode(e.hash, 'hex') || E'"}\n'
           || coalesce('{"head":"' || jws || E'"}\n', '') AS line
    FROM events e LEFT JOIN tree_heads h ON h.book = e.book AND h.size = e.position
    WHERE e.book = %s AND e.position BETWEEN %s AND %s) AS page"""


class ExportAway(Exception):
    """PostgreSQL does not answer, or no longer."""

    def __init__(self) -> None:
        super().__init__("The events can't be read at the moment. Try again in a moment.")


class MissingEvents(Exception):
    """The book lacks events that its head counts: it is damaged."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(f"Events from {first} to {last} are missing: the book is damaged, run `audit`.")


@dataclass(frozen=True, slots=True)
class Part:
    """The frame of an export from `first` to `last`: what the book was before, and what proves it."""

    book: str
    unit: str | None
    first: int
    last: int
    prev_hash: bytes
    hash: bytes
    keys: list[dict[str, str]]
    """Public keys (JWK with kid) of the heads in it."""
    head: TreeHead
    """The first that covers `last`."""
    path: list[bytes]
    """From the leaf of `last` up to the head's root."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A page: its lines as bytes, and how many of them are events and heads."""

    events: int
    heads: int
    content: bytes


class ExportSource:
    """One book, over a connection of its own. Use as a context manager.

    Every method raises ExportAway. Each call is a transaction of its own.
    """

    def __init__(self, url: str, book: str) -> None:
        self.book = book
        with _guarded():
            self._connection = connect_lasting(url, "ledger-export", _OPTIONS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def state(self) -> tuple[int, str | None]:
        """Position and unit of the book; 0 for one that is not there."""
        with _guarded():
            row = self._connection.execute(_BOOK, (self.book,)).fetchone()
        return (int(row[0]), row[1]) if row else (0, None)

    def fresh_head(self, position: int, seconds: int) -> TreeHead | None:
        """The newest head, once it covers `position`; whichever is newest when none came in that time.

        Asks `schedule` for one if need be.
        """
        with _guarded():
            self._connection.execute("LISTEN ledger_heads")
            head = newest_head(self._connection, self.book)
            if head is None or head.size < position:
                self._connection.execute("SELECT pg_notify('ledger_head_wanted', %s)", (self.book,))
                head = self._awaited_head(position, seconds)
            self._connection.execute("UNLISTEN ledger_heads")
            return head

    def part(self, first: int, last: int) -> Part:
        """The frame of a range that a signed head covers. Raises TreeBehind, MissingEvents."""
        with _guarded():
            head = covering_head(self._connection, self.book, last)
            hashes = self.hashes(first - 1, last)
            if head is None or len(hashes) < 2:
                raise MissingEvents(first, last)
            path = self._path(last, head.size)
            rows = self._connection.execute(_KEYS, (self.book, first, head.number)).fetchall()
        keys = [{**orjson.loads(jwk), "kid": kid} for kid, jwk in rows]
        return Part(
            self.book, self.state()[1], first, last, hashes[first - 1], hashes[last], keys, head, path
        )  # fmt: skip

    def hashes(self, one: int, other: int) -> dict[int, bytes]:
        """Chain hashes by position; of position 0 what the first event continues. What is not there is left out."""
        with _guarded():
            rows = self._connection.execute(_HASHES, (self.book, one, other)).fetchall()
        found = {int(position): bytes(hash_) for position, hash_ in rows}
        return found | ({0: genesis_hash(self.book)} if 0 in (one, other) else {})

    def lines(self, first: int, last: int, page: int = PAGE) -> Iterator[Lines]:
        """Every event of the range with the heads of its size, page by page. Raises MissingEvents."""
        with self._connection.cursor(binary=True) as cursor:
            for start in range(first, last + 1, page):
                end = min(start + page - 1, last)
                with _guarded():
                    row = cursor.execute(_PAGE, (self.book, start, end), prepare=True).fetchone()
                events, heads, content = row or (0, 0, b"")
                if events != end - start + 1:
                    raise MissingEvents(start, end)
                yield Lines(events, heads, content)

    def _path(self, last: int, size: int) -> list[bytes]:
        try:
            return inclusion_path(self._connection, self.book, last, size)
        except KeyError as error:
            raise MissingEvents(1, size) from error

    def _awaited_head(self, position: int, seconds: int) -> TreeHead | None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for news in self._connection.notifies(timeout=left, stop_after=1):
                if news.payload == self.book:
                    break
            head = newest_head(self._connection, self.book)
            if head is not None and head.size >= position:
                return head
        return newest_head(self._connection, self.book)


@contextmanager
def _guarded() -> Iterator[None]:
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise ExportAway from error
