"""What all audit views share: which positions a question is about, and rows as flat objects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from services.chassis.clock import rfc3339
from services.ledger.findings import Rows
from services.ledger.questions import Period
from services.ledger.store.points import NotYet

Connection = psycopg.Connection[tuple[Any, ...]]
Asked = Mapping[str, Any]
"""A question as schemas/audits.py has checked it; `after` is what the cursor holds, or None."""
View = Callable[[Connection, str, Asked], Rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much a page looks at."""

    postings: int = 10_000
    """Of an account, for the moment since when it is near a limit."""
    positions: int = 200_000
    """Of the log, for words."""
    flows: int = 50_000
    """Pairs who paid each other, for rings: those with the largest sums."""
    rings: int = 1000


_STRETCH = """
SELECT h.position, CASE
    WHEN %(from_position)s::bigint IS NOT NULL THEN %(from_position)s::bigint
    WHEN %(since)s::timestamptz IS NOT NULL THEN first_position_at(h.book, %(since)s::timestamptz)
    ELSE 1 END, CASE
    WHEN %(last)s::bigint IS NOT NULL THEN %(last)s::bigint
    WHEN %(until)s::timestamptz IS NOT NULL THEN first_position_at(h.book, %(until)s::timestamptz) - 1
    ELSE h.position END
FROM book_head h WHERE h.book = %(book)s"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Positions, both inclusive. None at all when `last` is below `first`."""

    first: int
    last: int

    @property
    def facts(self) -> dict[str, int]:
        return {"from_position": self.first, "to_position": self.last}


def stretch(connection: Connection, book: str, period: Period, last: int | None = None) -> Stretch:
    """The positions of a period. Raises NotYet.

    `last` comes from a cursor: the pages that follow are about what the first was about, though the book goes on.
    """
    asked = {
        "book": book, "since": period.since, "until": period.until, "from_position": period.from_position,
        "last": last if last is not None else period.to_position,
    }  # fmt: skip
    newest, first, end = connection.execute(_STRETCH, asked).fetchone() or (
        0, period.from_position or 1, asked["last"] or 0,
    )  # fmt: skip
    if max(end, first - 1) > newest:
        raise NotYet(newest)
    return Stretch(first, end)


def flat(found: psycopg.Cursor[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """All rows by the names of their columns; times and ids as text."""
    names = [column.name for column in found.description or ()]
    return [dict(zip(names, map(_plain, row), strict=True)) for row in found]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value)
    return str(value) if isinstance(value, UUID) else value


def paged(found: Sequence[Mapping[str, Any]], limit: int, along: Stretch, key: str = "position") -> Rows:
    """The page of a list along positions, of which one row more than `limit` was read."""
    shown = found[:limit]
    following = (along.last, shown[-1][key]) if len(found) > limit else None
    return Rows(shown, following, along.facts)


def along(connection: Connection, book: str, asked: Asked) -> tuple[Stretch, dict[str, Any]]:
    """The stretch of a list along positions, and the parameters of its query: above `above`, up to `last`."""
    last, above = asked["after"] or (None, None)
    found = stretch(connection, book, asked["period"], last)
    start = max(found.first - 1, above or 0)
    return found, {"book": book, "above": start, "last": found.last, "limit": asked["limit"] + 1}
