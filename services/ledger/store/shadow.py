"""The shadow of a book: tables like those of its projections, in a schema of their own, filled from the log.

Works as the owner of the tables. `begin` takes one snapshot in which the log is read, the shadow filled and held
against the live tables; until `keep` nobody sees it, and a process that dies leaves nothing behind.
"""

# ruff: noqa: S608 -- names of tables and columns come from this package and from the catalogue

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import LiteralString, Self

import psycopg
from psycopg import sql

from services.ledger.store.filling import Filling, Row

PROJECTIONS = ("accounts", "transfers", "transfer_parties", "postings", "changes", "book_rules")
"""Every table that is a cache of the log; in an order in which foreign keys find what they point to."""
SHOWN = 5
_PAGE = 5000

_EVENTS = "SELECT position, prev_hash, hash, body FROM events WHERE book = %s AND position > %s ORDER BY position"
_COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"""
# Those that point out of the projections are left out: the log is where the positions came from, and a constraint on
# a live table would lock it.
_FOREIGN_KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND conrelid = %s::regclass AND confrelid = ANY(%s::regclass[]) ORDER BY conname"""


class ReplayRuns(Exception):
    """Somebody else is at this book at the moment."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a live table and the log disagree on: how many rows, and the first of them."""

    table: str
    missing: int
    """Rows that the log tells and the table lacks."""
    wrong: int
    """Rows of the table that the log does not tell."""
    first: Sequence[str]


class Shadow(Filling):
    """One book's. Use as a context manager."""

    def __init__(self, owner_url: str, book: str) -> None:
        connection = psycopg.connect(
            owner_url, autocommit=True, options="-c timezone=UTC -c jit=off", application_name="ledger-replay"
        )
        super().__init__(connection, book, f"replay_{book}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(psycopg.Error):
            self.connection.rollback()
            # The server may need a moment to see that the connection has ended.
            self.run("SELECT pg_advisory_unlock_all()")
        self.connection.close()

    def begin(self) -> tuple[int, bytes]:
        """Open the snapshot and empty tables; the position and hash of the book's head. Raises ReplayRuns."""
        lock = "SELECT pg_try_advisory_lock(hashtextextended('ledger/replay/' || %s::text, 0))"
        row = self.connection.execute(lock, (self._book,)).fetchone()
        if not (row and row[0]):
            raise ReplayRuns("this book is being replayed already.")
        self.run("DROP SCHEMA IF EXISTS {schema} CASCADE")
        self.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
        self.run("SET LOCAL work_mem = '128MB'")
        self.run("CREATE SCHEMA {schema}")
        for table in PROJECTIONS:
            self.run("CREATE TABLE {shadow} (LIKE {live} INCLUDING ALL)", table)
        self.run(
            "CREATE TRIGGER postings_sum_to_zero AFTER INSERT ON {shadow} REFERENCING NEW TABLE AS written "
            "FOR EACH STATEMENT EXECUTE FUNCTION require_zero_sum()",
            "postings",
        )
        return self.head()

    def head(self, *, lock: bool = False) -> tuple[int, bytes]:
        """Position and hash of the book's newest event; `lock`: nobody appends until the transaction ends."""
        query: LiteralString = "SELECT position, hash FROM book_head WHERE book = %s"
        row = self.connection.execute(query + (" FOR NO KEY UPDATE" if lock else ""), (self._book,)).fetchone()
        return (int(row[0]), bytes(row[1])) if row else (0, b"")

    def events(self, after: int = 0) -> Iterator[tuple[int, bytes, bytes, bytes]]:
        """Position, prev_hash, hash and canonical bytes of the events after a position, inside a transaction."""
        with self.connection.cursor("replay", binary=True) as cursor:
            cursor.itersize = _PAGE
            cursor.execute(_EVENTS, (self._book, after))
            for position, prev_hash, hash_, body in cursor:
                yield position, bytes(prev_hash), bytes(hash_), body.encode()

    def seal(self) -> None:
        """Now that all is there: the foreign keys among the projections, which must hold."""
        for table in PROJECTIONS:
            keys = self.connection.execute(_FOREIGN_KEYS, (table, list(PROJECTIONS))).fetchall()
            self.connection.execute(sql.SQL("SET LOCAL search_path = {}, public").format(self._name()))
            for name, definition in keys:
                self.run(f"ALTER TABLE {{shadow}} ADD CONSTRAINT {name} {definition}", table)
            self.run("ANALYZE {shadow}", table)
            self.run("SET LOCAL search_path = public")

    def differences(self) -> list[Difference]:
        """Every live table against its shadow, row by row, both ways."""
        return [found for table in PROJECTIONS if (found := self._difference(table))]

    def keep(self) -> None:
        """End the snapshot; the shadow stays until `drop`."""
        self.run("COMMIT")

    def drop(self) -> None:
        """Remove the shadow."""
        self.run("DROP SCHEMA IF EXISTS {schema} CASCADE")

    def columns(self, table: str) -> list[str]:
        """Names of a table's columns."""
        return [name for (name,) in self.connection.execute(_COLUMNS, (f"public.{table}",))]

    def _difference(self, table: str) -> Difference | None:
        columns = self.columns(table)
        missing, lacking = self._except(table, columns, "{shadow}", "{live}")
        wrong, surplus = self._except(table, columns, "{live}", "{shadow}")
        if not missing and not wrong:
            return None
        first = [f"the log tells {_shown(columns, row)}" for row in lacking]
        first += [f"the table has {_shown(columns, row)}" for row in surplus]
        return Difference(table, missing, wrong, first)

    def _except(self, table: str, columns: Sequence[str], one: str, other: str) -> tuple[int, list[Row]]:
        names = ", ".join(columns)
        text = (
            f"SELECT count(*) OVER (), differing.* FROM (SELECT {names} FROM {one} WHERE book = %s "
            f"EXCEPT ALL SELECT {names} FROM {other} WHERE book = %s) AS differing LIMIT {SHOWN}"
        )
        rows = self.run(text, table, self._book, self._book).fetchall()
        return (int(rows[0][0]) if rows else 0), [row[1:] for row in rows]


def _shown(columns: Sequence[str], row: Row) -> str:
    return ", ".join(f"{name}={value}" for name, value in zip(columns, row, strict=True) if value is not None)
