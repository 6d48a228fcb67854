"""What can be asked of a book: periods, pages, filters. Plain values; amounts in minor units."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From (inclusive) to: instants (exclusive), or positions (inclusive). None is open."""

    since: datetime | None = None
    until: datetime | None = None
    from_position: int | None = None
    to_position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """At most `limit` entries: the newest below `before`, or the oldest above `after`."""

    before: int | None = None
    after: int | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """What entries must be: amounts are sizes without sign; `text` is in description or reference, in any case."""

    counterparty: str | None = None
    text: str | None = None
    min_amount: int | None = None
    max_amount: int | None = None
    sign: Literal["in", "out"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFilter:
    """What transfers must be: `reference` is exactly that, `text` is in description or reference, in any case."""

    counterparty: str | None = None
    """Of an account's transfers alone."""
    text: str | None = None
    reference: str | None = None
    kind: str | None = None
    min_amount: int | None = None
    max_amount: int | None = None
    since: datetime | None = None
    """Proposed then or later; `until`: before then."""
    until: datetime | None = None


EVERY_ENTRY = EntryFilter()
EVERY_TRANSFER = TransferFilter()
