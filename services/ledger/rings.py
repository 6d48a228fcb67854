"""Money that goes round among few accounts: A pays B, B pays C, C pays A. Pure.

Flows are taken from the largest to the smallest; whatever ring a flow closes has that flow's amount as its smallest,
and this is what can have gone round. So rings are found in the order of that amount, and where the work is cut off,
everything above is complete.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice

LONGEST = 5


@dataclass(frozen=True, slots=True)
class Flow:
    """What one account paid another in a period: minor units, number of payments, times of the first and the last."""

    payer: str
    payee: str
    amount: int
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Ring:
    """Each account pays the next, the last pays the first; the smallest number comes first.

    `amount` is what goes round: the smallest flow. `payments` are those of all its flows, `rounds` of the fewest.
    """

    accounts: tuple[str, ...]
    amount: int
    payments: int
    rounds: int
    first: datetime
    last: datetime

    @property
    def rank(self) -> tuple[int, int, tuple[str, ...]]:
        """Sorts the largest amount first, of equal ones the shortest."""
        return -self.amount, len(self.accounts), self.accounts


@dataclass(frozen=True, slots=True)
class Found:
    """Rings by rank. Every ring in which more than `all_above` goes round is among them."""

    rings: list[Ring]
    complete: bool
    all_above: int


@dataclass(slots=True)
class _Search:
    """The flows so far, as a graph, and how much may still be looked at."""

    length: int
    steps: int
    pause: Callable[[], object]
    flows: dict[str, dict[str, Flow]] = field(default_factory=dict)
    payers: dict[str, set[str]] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """So much work was not asked for."""
        return self.steps < 0

    def add(self, flow: Flow) -> Iterator[tuple[str, ...]]:
        """Every ring that the flow closes, as long as the work is not over."""
        self.flows.setdefault(flow.payer, {})[flow.payee] = flow
        self.flows.setdefault(flow.payee, {})
        self.payers.setdefault(flow.payee, set()).add(flow.payer)
        self.payers.setdefault(flow.payer, set())
        return self._rings((flow.payer, flow.payee))

    def _rings(self, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        first, last = path[0], path[-1]
        if first in self.flows[last]:
            yield path
        if len(path) == self.length:
            return
        for follower in self._followers(first, last, is_end=len(path) == self.length - 1):
            self._step()
            if self.is_over:
                return
            if follower not in path:
                yield from self._rings((*path, follower))

    def _followers(self, first: str, last: str, *, is_end: bool) -> Iterable[str]:
        """Whom `last` pays; at the end of a ring only those who pay its `first`."""
        paid = self.flows[last]
        if not is_end:
            return paid
        few, many = sorted((paid.keys(), self.payers[first]), key=len)
        self.steps -= len(few) // 8
        return [each for each in few if each in many]

    def _step(self) -> None:
        self.steps -= 1
        if self.steps % 2000 == 0:
            self.pause()

    def ring(self, path: tuple[str, ...]) -> Ring:
        start = path.index(min(path))
        accounts = path[start:] + path[:start]
        pairs = zip(accounts, accounts[1:] + accounts[:1], strict=True)
        flows = [self.flows[payer][payee] for payer, payee in pairs]
        return Ring(
            accounts=accounts,
            amount=min(flow.amount for flow in flows),
            payments=sum(flow.count for flow in flows),
            rounds=min(flow.count for flow in flows),
            first=min(flow.first for flow in flows),
            last=max(flow.last for flow in flows),
        )


def rings(
    flows: Sequence[Flow],
    *,
    length: int = LONGEST,
    most: int = 1000,
    steps: int = 300_000,
    pause: Callable[[], object] = lambda: None,
) -> Found:
    """At most `most` rings of 2 to `length` accounts, the largest; one flow for each pair, nobody pays itself.

    Looks at no more than about `steps` accounts on the way; `pause` is called now and then.
    """
    search, found = _Search(length, steps, pause), list[Ring]()
    ordered = sorted(flows, key=lambda flow: (-flow.amount, flow.payer, flow.payee))
    for amount, equal in groupby(ordered, key=lambda flow: flow.amount):
        for flow in equal:
            found += map(search.ring, islice(search.add(flow), most + 1 - len(found)))
            if search.is_over or len(found) > most:
                return Found(_ranked(found)[:most], complete=False, all_above=amount)
    return Found(_ranked(found), complete=True, all_above=0)


def _ranked(found: list[Ring]) -> list[Ring]:
    return sorted(found, key=lambda ring: ring.rank)
