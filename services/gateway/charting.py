"""The course of a balance as a picture and as a table: where its steps, its zero and its limits lie. Pure.

A balance stays until the next entry moves it, so the line goes in steps. Places along and up are whole thousandths of
the picture, which is stretched to its place; amounts are minor units and never floats.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

SIDE = 1000
MARGIN = 140
"""Left above and below for the words at the limits."""
FAR = 10
"""A limit so many times farther from zero than any balance is only named: drawn, it would make the line flat."""
LONG = timedelta(days=400)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One entry: when, by how much (signed), and the balance after it. `at` is in the reader's zone."""

    at: datetime
    amount: int
    balance: int


@dataclass(frozen=True, slots=True)
class Course:
    """The entries of a stretch of time, oldest first, and the balance before the first."""

    since: datetime
    until: datetime
    opening: int
    steps: Sequence[Step]

    @property
    def closing(self) -> int:
        """The last balance."""
        return self.steps[-1].balance if self.steps else self.opening

    @property
    def balances(self) -> list[int]:
        """All that the balance ever was."""
        return [self.opening, *(step.balance for step in self.steps)]


@dataclass(frozen=True, slots=True)
class Level:
    """A line across: its height as text in percent, or empty when it is too far away to be drawn."""

    amount: int
    y: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture: paths in a square of SIDE, places of marks in percent as text."""

    line: str
    above: str
    """The area between zero and a balance above it; `below` that of one below."""
    below: str
    zero: Level
    highest: Level | None
    lowest: Level | None
    end_x: str
    end_y: str
    opening: int
    closing: int
    least: int
    most: int
    zero_is_free: bool
    """Whether there is room for a word at the end of the line of zero, or the balance ends there."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A row of the table: two days, both included, what came and went, and the balance at the end."""

    first: date
    last: date
    received: int
    paid: int
    closing: int


def course(steps: Sequence[Step], *, opening: int, since: datetime, until: datetime, now: datetime) -> Course:
    """What is worth drawing of a period: nothing after now, and of a long one nothing long before the first entry."""
    until = max(min(until, now), since)
    if steps and until - since > LONG:
        quiet = max((until - steps[0].at) // 20, timedelta(days=1))
        since = max(since, steps[0].at - quiet)
    return Course(since, until, opening, steps)


def chart(drawn: Course, limits: tuple[int, int] | None = None) -> Chart:
    """The picture of a course; `limits` are the lowest and highest balance allowed, None when nobody knows them."""
    near = [limit for limit in limits or () if _is_near(limit, drawn.balances)]
    up = _Scale(min(0, *drawn.balances, *near), max(0, *drawn.balances, *near))
    corners = list(_corners(drawn, up))
    end = corners[-1][0]
    lowest, highest = (Level(limit, up.percent(limit) if limit in near else "") for limit in limits or (0, 0))
    return Chart(
        line=_line(corners),
        above=_area([(x, min(ys[-1], up(0))) for x, ys in corners], up(0)),
        below=_area([(x, max(ys[-1], up(0))) for x, ys in corners], up(0)),
        zero=Level(0, up.percent(0)),
        highest=highest if limits else None,
        lowest=lowest if limits else None,
        end_x=_percent(end),
        end_y=up.percent(drawn.closing),
        opening=drawn.opening,
        closing=drawn.closing,
        least=min(drawn.balances),
        most=max(drawn.balances),
        zero_is_free=abs(up(drawn.closing) - up(0)) > SIDE // 7,
    )


def _is_near(limit: int, balances: Iterable[int]) -> bool:
    reach = max(map(abs, balances))
    return not reach or abs(limit) <= FAR * reach


@dataclass(frozen=True, slots=True)
class _Scale:
    """How high an amount lies, from the top."""

    low: int
    high: int

    def __call__(self, amount: int) -> int:
        room = SIDE - 2 * MARGIN
        span = self.high - self.low
        return MARGIN + (self.high - amount) * room // span if span else SIDE // 2

    def percent(self, amount: int) -> str:
        return _percent(self(amount))


def _percent(place: int) -> str:
    return f"{place // 10}.{place % 10}%"


def _corners(drawn: Course, up: _Scale) -> Iterator[tuple[int, list[int]]]:
    """Places along, each once, and how high the balance was there; the last is the end.

    Where many entries fall on one place the least, the most and the last of them stand for all.
    """
    yield 0, [up(drawn.opening)]
    for x, steps in groupby(drawn.steps, lambda step: _along(step.at, drawn)):
        heights = [up(step.balance) for step in steps]
        yield x, [max(heights), min(heights), heights[-1]] if len(heights) > 3 else heights
    yield SIDE, [up(drawn.closing)]


def _along(at: datetime, drawn: Course) -> int:
    span = (drawn.until - drawn.since) // _MOMENT
    return min(max((at - drawn.since) // _MOMENT * SIDE // span, 0), SIDE) if span else 0


def _line(corners: Sequence[tuple[int, list[int]]]) -> str:
    start = f"M0 {corners[0][1][0]}"
    return start + "".join(f"H{x}" + "".join(f"V{y}" for y in ys) for x, ys in corners[1:])


def _area(corners: Sequence[tuple[int, int]], zero: int) -> str:
    """Empty when the balance never was on that side of zero."""
    if all(y == zero for _, y in corners):
        return ""
    return f"M0 {zero}" + "".join(f"H{x}V{y}" for x, y in corners) + f"V{zero}Z"


def stretches(drawn: Course) -> list[Stretch]:
    """The same as a table, oldest first: by days, weeks, months or years, so that it stays short."""
    first, last = drawn.since.date(), (drawn.until - _MOMENT).date()
    days = max((last - first).days + 1, 1)
    rows, balance, left = [], drawn.opening, list(drawn.steps)
    while first <= last:
        end = min(_end_of(first, days), last)
        inside = [step.amount for step in left if step.at.date() <= end]
        left = left[len(inside) :]
        balance += sum(inside)
        paid = -sum(amount for amount in inside if amount < 0)
        rows.append(Stretch(first, end, sum(inside) + paid, paid, balance))
        first = end + timedelta(days=1)
    return rows


def _end_of(first: date, days: int) -> date:
    if days <= 8:
        return first
    if days <= 63:
        return first + timedelta(days=6 - first.weekday())
    if days <= LONG.days:
        return (first.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return date(first.year, 12, 31)
