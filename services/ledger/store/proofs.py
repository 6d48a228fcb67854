"""Heads and proofs as the HTTP workers read them. Only what a signed head covers is proven."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

import psycopg

from services.ledger.store.tree import (
    TreeHead,
    consistency_proof,
    covering_head,
    head_of_size,
    heads_before,
    inclusion_proofs,
    newest_head,
)

Connecting = Callable[[], AbstractContextManager[psycopg.Connection]]

_LEAF: LiteralString = """
SELECT position, type, hash, prev_hash, body FROM events WHERE book = %s AND position = %s"""
# Each side has an index of its own.
_OF_TRANSFER: LiteralString = """
SELECT position, type, hash, prev_hash, body FROM events WHERE book = %(book)s AND opens = %(transfer)s
UNION ALL
SELECT position, type, hash, prev_hash, body FROM events WHERE book = %(book)s AND closes = %(transfer)s
ORDER BY position"""
_KEYS: LiteralString = "SELECT kid, jwk, added_at FROM head_keys ORDER BY added_at, kid"
_POSITION: LiteralString = "SELECT position FROM book_head WHERE book = %s"


class NotCovered(Exception):
    """No signed head covers that."""

    def __init__(self, size: int) -> None:
        newest = f"The newest signed head covers {size} events." if size else "No head has been signed yet."
        super().__init__(f"That can't be proven yet. {newest}")


@dataclass(frozen=True, slots=True)
class Proven:
    """An event and what proves it: its chain hash is the leaf."""

    position: int
    type: str
    leaf: bytes
    prev_hash: bytes
    body: str
    path: list[bytes]


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Events of the tree of `size` leaves; `head` is a signed one of exactly that size, if there is one."""

    size: int
    root: bytes
    head: TreeHead | None
    events: list[Proven]


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the tree of `second` leaves continues that of the `first`."""

    first: int
    second: int
    first_root: bytes
    second_root: bytes
    path: list[bytes]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that heads were signed with; `jwk` is JSON."""

    kid: str
    jwk: str
    added_at: datetime


class Proofs:
    """Those of one book. `connecting` lends a connection. All that proves raises NotCovered and TreeBehind."""

    def __init__(self, book: str, connecting: Connecting) -> None:
        self.book, self._connecting = book, connecting

    def newest_head(self) -> TreeHead | None:
        """The last that was signed."""
        with self._connecting() as connection:
            return newest_head(connection, self.book)

    def covering_head(self, position: int) -> TreeHead | None:
        """The first that covers a position."""
        with self._connecting() as connection:
            return covering_head(connection, self.book, position)

    def heads(self, before: int | None, limit: int) -> list[TreeHead]:
        """The newest with a smaller number than `before`, newest first."""
        with self._connecting() as connection:
            return heads_before(connection, self.book, before, limit)

    def public_keys(self) -> list[PublicKey]:
        """All that were ever used, of whatever book; the oldest first."""
        with self._connecting() as connection:
            return [PublicKey(*row) for row in connection.execute(_KEYS)]

    def want_head(self) -> int:
        """Ask for a head that covers what is committed now; the position that it has to cover."""
        with self._connecting() as connection:
            row = connection.execute(_POSITION, (self.book,)).fetchone()
            connection.execute("SELECT pg_notify('ledger_head_wanted', %s)", (self.book,))
        return int(row[0]) if row else 0

    def inclusion(self, position: int, size: int | None = None) -> Inclusion:
        """Of the event at a position, in the tree of `size` leaves, or in the newest signed one."""
        with self._connecting() as connection:
            rows = connection.execute(_LEAF, (self.book, position)).fetchall()
            return self._inclusion(connection, rows, size)

    def of_transfer(self, transfer_id: str, size: int | None = None) -> Inclusion:
        """Of a transfer's proposal and of its end, as far as the tree of that size has them."""
        with self._connecting() as connection:
            asked = {"book": self.book, "transfer": transfer_id}
            return self._inclusion(connection, connection.execute(_OF_TRANSFER, asked).fetchall(), size)

    def consistency(self, first: int, second: int | None = None) -> Consistency:
        """Between two sizes, 0 < first <= second; the second by default the newest signed head's."""
        with self._connecting() as connection:
            size = self._size(connection, second)
            if first > size:
                raise NotCovered(size)
            first_root, second_root, path = consistency_proof(connection, self.book, first, size)
            return Consistency(first, size, first_root, second_root, path)

    def _inclusion(
        self, connection: psycopg.Connection, rows: list[tuple[int, str, bytes, bytes, str]], asked: int | None
    ) -> Inclusion:
        size = self._size(connection, asked)
        covered = [row for row in rows if row[0] <= size]
        if not covered:
            raise NotCovered(size)
        root, paths = inclusion_proofs(connection, self.book, [row[0] for row in covered], size)
        events = [
            Proven(position, type_, leaf, prev_hash, body, path)
            for (position, type_, leaf, prev_hash, body), path in zip(covered, paths, strict=True)
        ]
        return Inclusion(size, root, head_of_size(connection, self.book, size), events)

    def _size(self, connection: psycopg.Connection, asked: int | None) -> int:
        newest = newest_head(connection, self.book)
        if newest is None or (asked or 0) > newest.size:
            raise NotCovered(newest.size if newest else 0)
        return asked or newest.size
