"""What is found in a book: statements, points in history, lists. Plain values; amounts in minor units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Point:
    """Everything up to and including `position`; `time` is its event's, None before the first."""

    position: int
    time: str | None


@dataclass(frozen=True, slots=True)
class AccountThen:
    """An account as it was; amounts in minor units."""

    account: str
    entity_id: str
    balance: int
    max_negative: int
    max_positive: int
    standing: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a statement: signed amount and the balance after it, minor units."""

    position: int
    transfer_id: str
    counterparty: str
    amount: int
    balance: int
    description: str
    time: str
    role: Literal["payer", "payee", "fee", "leg"]
    kind: str
    direction: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class Totals:
    """Of all entries that a statement's filter lets through, on whatever page: both sums are positive."""

    count: int
    paid: int
    received: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Newest first. Balances are of the period, whatever the filter; positions are inclusive.

    `next` is the `before` of the page of older entries, `previous` the `after` of that of newer ones; None at the end.
    """

    opening_balance: int
    closing_balance: int
    entries: Sequence[Entry]
    next: int | None
    previous: int | None
    totals: Totals
    from_position: int
    to_position: int


@dataclass(frozen=True, slots=True)
class Change:
    """One event of a history: `type` as TYPES names it, `data` is the event's; minor units."""

    position: int
    time: str
    type: str
    actor: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outside:
    """An account that would be outside, and by how much; minor units."""

    account: str
    entity_id: str
    balance: int
    by: int


@dataclass(frozen=True, slots=True)
class Traded:
    """Of what members proposed since an instant and that is completed: how many, how much in all, among how many."""

    transfers: int
    volume: int
    accounts: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """Worst first, at most MOST_OUTSIDE; `count` are outside of the `total` looked at."""

    outside: Sequence[Outside]
    count: int
    total: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """A page of accounts by number, and the sums of all: of what is owed to and by members. `next` is an `after`."""

    point: Point
    accounts: Sequence[AccountThen]
    total_positive: int
    total_negative: int
    next: str | None

    @property
    def sum(self) -> int:
        """Zero, always."""
        return self.total_positive + self.total_negative


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of an audit view: flat objects, and facts of the view beside them.

    `next` is what a cursor to the following page holds; None at the end.
    """

    rows: Sequence[Mapping[str, Any]]
    next: tuple[int | str, ...] | None
    facts: Mapping[str, Any] = field(default_factory=dict)
