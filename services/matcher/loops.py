"""Trading loops: two to five members each of whom wants what the next offers. Pure, and bounded in work.

In an even loop all pay the same amount, so no balance moves in the end. Payments are made one after the other, though,
so each member needs room for at least one minor unit both to pay and to receive.

`score` is 0–100: weakest give 50 %, freshness 15 %, distance 15 %, headroom 10 %, relief 10 %. The last two must not
speak of the same thing, or they cancel each other. *Relief* looks at balances alone: members near a limit, who could
hardly pay (or be paid) outright, trade in a loop, for whoever is far below zero is paid first and pays then. The more
of them, the higher. *Headroom* looks at limits alone: everybody can either pay or receive half of the way between both
of its limits, whatever its balance, so half of the smallest way can always go round. The nearer that is to what the
largest member is used to, the higher.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from itertools import islice
from typing import Protocol

from services.matcher.domain import Place, distance_km

LONGEST = 5
_NEUTRAL = 50
_KM_PER_POINT = 5  # legs of 500 km and more get nothing for nearness
COMBINATIONS = 20_000
_ALL = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trader:
    """A trading member. Amounts in minor units; `max_negative` is how far below zero it may go, so not negative."""

    entity_id: str
    account: str
    balance: int
    max_negative: int
    max_positive: int
    place: Place | None = None
    fresh_at: str

    @property
    def can_pay(self) -> int:
        return max(0, self.balance + self.max_negative)

    @property
    def can_receive(self) -> int:
        return max(0, self.max_positive - self.balance)

    @property
    def span(self) -> int:
        """The way between both limits."""
        return self.can_pay + self.can_receive

    @property
    def strain(self) -> int:
        """How near the balance is to a limit: 0 in the middle between both, 100 at one of them."""
        return 100 - 200 * min(self.can_pay, self.can_receive) // self.span if self.span else 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Give:
    """`giver` offers what `receiver` wants."""

    giver: str
    receiver: str
    offer: str
    want: str
    score: int


class Market(Protocol):
    """Where gives and traders are found."""

    def suppliers(self, entity_id: str) -> Sequence[Give]: ...
    def leads(self, entity_id: str) -> Sequence[Give]: ...
    def trader(self, entity_id: str) -> Trader: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Each of `members` wants what the next offers; smallest id first. `gives[i]` is what member i receives."""

    loop_id: str
    members: tuple[str, ...]
    gives: tuple[Give, ...]
    score: int


Path = tuple[Give, ...]


class _Search:
    """The best neighbours of members who have room, each asked for once."""

    def __init__(self, market: Market, width: int) -> None:
        self._market, self._width = market, width
        self._traders: dict[str, Trader] = {}
        self._out: dict[str, list[Give]] = {}

    def trader(self, entity_id: str) -> Trader:
        if entity_id not in self._traders:
            self._traders[entity_id] = self._market.trader(entity_id)
        return self._traders[entity_id]

    def open(self, entity_id: str) -> bool:
        trader = self.trader(entity_id)
        return trader.can_pay > 0 and trader.can_receive > 0

    def suppliers(self, entity_id: str) -> list[Give]:
        if entity_id not in self._out:
            self._out[entity_id] = self._best(self._market.suppliers(entity_id), lambda give: give.giver)
        return self._out[entity_id]

    def leads(self, entity_id: str) -> list[Give]:
        return self._best(self._market.leads(entity_id), lambda give: give.receiver)

    def _best(self, gives: Iterable[Give], other: Callable[[Give], str]) -> list[Give]:
        first: dict[str, Give] = {}
        for give in sorted(gives, key=lambda give: (-give.score, other(give), give.offer, give.want)):
            if give.giver != give.receiver:
                first.setdefault(other(give), give)
        # At most twice the width is looked at: a neighbourhood of members without room costs no more.
        near = islice(first.items(), 2 * self._width)
        return list(islice((give for name, give in near if self.open(name)), self._width))


def loops_through(
    market: Market,
    entity_id: str,
    *,
    longest: int = LONGEST,
    width: int = 10,
    most: int = 20,
    combinations: int = COMBINATIONS,
) -> list[Loop]:
    """The best `most` loops through a member, of its `width` best neighbours and theirs. Order of input is no matter.

    Asks the market for at most 1 + width + width² lists of suppliers and 1 + width of leads, and looks at no more than
    so many `combinations`.
    """
    search = _Search(market, width)
    if not search.open(entity_id):
        return []
    found: dict[tuple[str, ...], Path] = {}
    for path in islice(_cycles(search, entity_id, min(longest, LONGEST)), combinations):
        turned = _canonical(path)
        found.setdefault(tuple(give.receiver for give in turned), turned)
    now = max((search.trader(name).fresh_at for key in found for name in key), default="")
    scoring = _Scoring(search.trader, now)
    ranked = nsmallest(most, ((-scoring.of(gives), len(key), key) for key, gives in found.items()))
    return [_loop(key, found[key], -score) for score, _, key in ranked]


def loop_along(market: Market, members: Sequence[str]) -> Loop | None:
    """The loop of these members in this order, as in `Loop.members`; None when it does not close any more.

    Its freshness is counted from the newest of its members: found among others its score may be less.
    """
    search = _Search(market, _ALL)
    gives: list[Give] = []
    for member, following in zip(members, [*members[1:], members[0]], strict=True):
        given = search.open(member) and next((g for g in search.suppliers(member) if g.giver == following), None)
        if not given:
            return None
        gives.append(given)
    scoring = _Scoring(search.trader, max(search.trader(name).fresh_at for name in members))
    return _loop(tuple(members), tuple(gives), scoring.of(gives))


def _cycles(search: _Search, start: str, longest: int) -> Iterator[Path]:
    """Forward and backward paths of at most two steps that meet; for five members with one step between."""
    ends: dict[tuple[str, int], list[Path]] = defaultdict(list)
    for last in search.leads(start):
        ends[last.receiver, 1].append((last,))
        for before in search.leads(last.receiver) if longest > 2 else ():
            if before.receiver != start:
                ends[before.receiver, 2].append((before, last))
    paths: list[Path] = [(give,) for give in search.suppliers(start)]
    for steps in range(1, max(2, longest - 1)):
        for path in paths:
            for back in (1, 2):
                if steps + back <= longest:
                    yield from (path + end for end in ends[path[-1].giver, back] if _simple(path + end))
        if steps < longest - 2:
            paths = [(*path, give) for path in paths for give in search.suppliers(path[-1].giver)]
            paths = [path for path in paths if _open_path(path, start)]


def _open_path(path: Path, start: str) -> bool:
    return path[-1].giver != start and _simple(path)


def _simple(path: Path) -> bool:
    return len({give.receiver for give in path}) == len(path)


def _canonical(path: Path) -> Path:
    first = min(range(len(path)), key=lambda index: path[index].receiver)
    return path[first:] + path[:first]


def _loop(members: tuple[str, ...], gives: Path, score: int) -> Loop:
    name = hashlib.sha256("\n".join(members).encode()).hexdigest()
    return Loop(loop_id=name, members=members, gives=gives, score=score)


class _Scoring:
    """What loops are worth. The same members and legs are in very many of them: each is worked out once."""

    def __init__(self, trader: Callable[[str], Trader], now: str) -> None:
        self._trader, self._now = trader, now
        self._facts: dict[str, tuple[int, int, int]] = {}
        self._legs: dict[tuple[str, str], int] = {}

    def of(self, gives: Sequence[Give]) -> int:
        """0–100, of what each member in turn receives."""
        facts = [self._facts.get(give.receiver) or self._of_member(give.receiver) for give in gives]
        legs = [self._leg(give.receiver, give.giver) for give in gives]
        spans, strains, fresh = zip(*facts, strict=True)
        score: int = (
            50 * min([give.score for give in gives])
            + 15 * min(fresh)
            + 15 * (sum(legs) // len(legs))
            + 10 * (100 * min(spans) // max(spans))
            + 10 * (sum(strains) // len(strains))
        )
        return score // 100

    def _of_member(self, name: str) -> tuple[int, int, int]:
        trader = self._trader(name)
        facts = self._facts[name] = (trader.span, trader.strain, _freshness(trader.fresh_at, self._now))
        return facts

    def _leg(self, one: str, other: str) -> int:
        points = self._legs.get((one, other))
        if points is None:
            km = distance_km(self._trader(one).place, self._trader(other).place)
            points = self._legs[one, other] = _NEUTRAL if km is None else max(0, 100 - int(km) // _KM_PER_POINT)
        return points


def _freshness(time: str, now: str) -> int:
    """A point less for each day before the newest member found: without a clock the answer stays the same."""
    return max(0, 100 - (datetime.fromisoformat(now) - datetime.fromisoformat(time)).days)
