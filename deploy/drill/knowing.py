"""What an attacker knows of a book before he strikes: its events, a transfer worth more, where heads were signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import psycopg

from deploy.drill.forging import Line, Target, forged, target
from services.ledger.audit import Fold

_EVENTS = "SELECT position, prev_hash, hash, body FROM events WHERE book = %s ORDER BY position"
_SIGNED = "SELECT coalesce(max(size), 0) FROM tree_heads WHERE book = %s"
_LEAST_CUT = 3


@dataclass(frozen=True)
class Known:
    """`signed` is the size of the newest head; a few events lie behind it."""

    book: str
    lines: Sequence[Line]
    signed: int

    @classmethod
    def of(cls, url: str, book: str) -> "Known":
        """Read from a database."""
        with psycopg.connect(url) as connection:
            rows = connection.execute(_EVENTS, (book,)).fetchall()
            (signed,) = connection.execute(_SIGNED, (book,)).fetchone() or (0,)
        lines = [Line(position, bytes(prev), bytes(hash_), body.encode()) for position, prev, hash_, body in rows]
        return cls(book, lines, signed)

    @property
    def size(self) -> int:
        return len(self.lines)

    def line(self, position: int) -> Line:
        return self.lines[position - 1]

    @cached_property
    def target(self) -> Target:
        """The transfer that all attacks are about. Raises NothingToForge."""
        return target(self.book, self.lines)

    @cached_property
    def forged(self) -> Sequence[Line]:
        """The book as if that transfer had been larger, with right hashes."""
        return forged(self.book, self.lines, self.target)

    @cached_property
    def cut(self) -> int:
        """A position before the newest head's where the book could have ended: nothing was half done there."""
        fold, found = Fold(self.book), 0
        for line in self.lines[: self.signed - _LEAST_CUT]:
            fold.take(line.position, line.prev_hash, line.hash, line.body)
            found = found if fold.due else line.position
        return found
