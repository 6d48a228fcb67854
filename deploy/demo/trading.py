"""How the demo's businesses trade: a small simulation that keeps to the ledger's rules. Pure, with a seeded random.

Balances and limits are followed here as the ledger will follow them, so a proposal never breaks a limit; an
acceptance may, where two proposals were made that don't both fit.
"""

import heapq
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deploy.demo.businesses import Business, Goods
from deploy.demo.steps import Action, Decide, End, Outcome, Propose, SetLimits, Step

PROPOSALS = 300
_TIGHT = 16
"""Pairs of proposals that don't both fit."""
_RECENT = timedelta(days=12)
_ROUNDING = 50
_DECLINES = (
    "We settled this one in cash on the day.",
    "This invoice isn't ours!",
    "Price was agreed lower.",
    "",
)
_WITHDRAWALS = ("Wrong amount, a new one follows.", "Sent twice by mistake.", "The job was called off.", "")


@dataclass(frozen=True, slots=True)
class Match:
    """`buyer` wants what `seller` offers."""

    buyer: str
    seller: str
    tag: str


def matches(businesses: Iterable[Business], goods: Mapping[str, Goods]) -> list[Match]:
    """All pairs of trading members of which one wants what the other offers, exactly or in part."""
    trading = [business for business in businesses if business.status == "tradingAccepted"]
    return [
        Match(buyer.slug, seller.slug, offer)
        for buyer in trading
        for seller in trading
        for want in buyer.wants
        for offer in seller.offers
        if buyer is not seller and offer in goods and (want in offer or offer in want)
    ]


@dataclass(slots=True)
class Market:
    """Who may trade, and how far, at the moment that the simulation has reached."""

    max_negative: dict[str, int] = field(default_factory=dict)
    max_positive: dict[str, int] = field(default_factory=dict)
    balance: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def can_pay(self, slug: str) -> int:
        return self.balance[slug] + self.max_negative[slug]

    def fits(self, payer: str, payee: str, amount: int) -> bool:
        return amount <= self.can_pay(payer) and self.balance[payee] + amount <= self.max_positive[payee]

    def know(self, limits: SetLimits) -> None:
        self.max_negative[limits.slug], self.max_positive[limits.slug] = limits.max_negative, limits.max_positive

    def settle(self, end: End) -> End:
        """The end as the ledger will decide it: an acceptance that breaks a limit is cancelled by the system."""
        proposal = end.proposal
        if end.action != "accept":
            return end
        if not self.fits(proposal.payer, proposal.payee, proposal.amount):
            return _with_outcome(end, "cancelled by the system")
        self.balance[proposal.payer] -= proposal.amount
        self.balance[proposal.payee] += proposal.amount
        return end


def trade(joining: Sequence[Step], found: Sequence[Match], goods: Mapping[str, Goods], now: datetime) -> list[Step]:
    """About 300 proposals and what became of them, after `joining`, before `now`."""
    return _Simulation(joining, found, goods, now).run()


def _with_outcome(end: End, outcome: Outcome) -> End:
    return End(at=end.at, proposal=end.proposal, by=end.by, action=end.action, outcome=outcome, reason=end.reason)


class _Simulation:
    def __init__(
        self, joining: Sequence[Step], found: Sequence[Match], goods: Mapping[str, Goods], now: datetime
    ) -> None:
        # Not for secrets: the same plan each time.
        self._random = random.Random(20_261)  # noqa: S311
        self._found, self._goods, self._now = found, goods, now
        self._market = Market()
        self._number = 0
        self._ends: list[tuple[datetime, int, End]] = []
        self._limits = sorted((step for step in joining if isinstance(step, SetLimits)), key=lambda step: step.at)
        decided = (step for step in joining if isinstance(step, Decide) and step.status == "tradingAccepted")
        first = min(step.at for step in decided)
        self._moments = sorted(self._moment(first + timedelta(days=2)) for _ in range(PROPOSALS - _TIGHT))
        self._tight = set(self._random.sample(range(40, len(self._moments)), _TIGHT))

    def run(self) -> list[Step]:
        steps: list[Step] = []
        for index, at in enumerate(self._moments):
            steps += self._ended_before(at)
            self._hear_of_limits(at)
            steps += self._propose_two(at) if index in self._tight else self._propose(at)
        steps += self._ended_before(self._now)
        return steps

    def _moment(self, first: datetime) -> datetime:
        """Some time between `first` and now, by day; more of them as the network grows."""
        share = self._random.random() ** 0.7
        at = _by_day(first + share * (self._now - timedelta(hours=2) - first), self._random)
        # Of last night: the morning to come is not there yet, and no clock goes back from it.
        return at if at < self._now else at - timedelta(days=1)

    def _hear_of_limits(self, at: datetime) -> None:
        while self._limits and self._limits[0].at < at - timedelta(hours=1):
            self._market.know(self._limits.pop(0))

    def _ended_before(self, at: datetime) -> Iterator[Step]:
        while self._ends and self._ends[0][0] < at:
            yield self._market.settle(heapq.heappop(self._ends)[2])

    def _propose(self, at: datetime) -> list[Step]:
        for match in self._random.sample(self._found, len(self._found)):
            amount = self._amount(match)
            if self._is_trading(match) and self._market.fits(match.buyer, match.seller, amount):
                proposal = self._proposal(at, match, amount, "out" if self._random.random() < 0.6 else "in")
                self._decide_later(proposal)
                return [proposal]
        return []

    def _propose_two(self, at: datetime) -> list[Step]:
        """Two payments that fit alone but not together, both accepted soon: the second one will be cancelled."""
        for first, second in self._pairs():
            amounts = self._amount(first), self._amount(second)
            if self._fit_one_by_one(first, second, amounts):
                proposals = [
                    self._proposal(at + timedelta(minutes=9 * turn), match, amount, "out")
                    for turn, (match, amount) in enumerate(zip((first, second), amounts, strict=True))
                ]
                for turn, proposal in enumerate(proposals):
                    self._end(proposal, at + timedelta(minutes=40 + 25 * turn), "accept", "completed")
                return list(proposals)
        return self._propose(at)

    def _pairs(self) -> Iterator[tuple[Match, Match]]:
        shuffled = self._random.sample(self._found, len(self._found))
        for first in shuffled:
            if self._is_trading(first):
                others = (match for match in shuffled if match.buyer == first.buyer and match.seller != first.seller)
                yield from ((first, other) for other in others if self._is_trading(other))

    def _fit_one_by_one(self, first: Match, second: Match, amounts: tuple[int, int]) -> bool:
        each = all(self._market.fits(m.buyer, m.seller, a) for m, a in zip((first, second), amounts, strict=True))
        return each and sum(amounts) > self._market.can_pay(first.buyer) + 2_000

    def _is_trading(self, match: Match) -> bool:
        return match.buyer in self._market.max_negative and match.seller in self._market.max_negative

    def _amount(self, match: Match) -> int:
        goods = self._goods[match.tag]
        return self._random.randint(goods.lowest // _ROUNDING, goods.highest // _ROUNDING) * _ROUNDING

    def _proposal(self, at: datetime, match: Match, amount: int, direction: str) -> Propose:
        self._number += 1
        pays = direction == "out"
        return Propose(
            at=at,
            number=self._number,
            initiator=match.buyer if pays else match.seller,
            counterparty=match.seller if pays else match.buyer,
            direction="out" if pays else "in",
            amount=amount,
            description=self._random.choice(self._goods[match.tag].words),
        )

    def _decide_later(self, proposal: Propose) -> None:
        fate = self._random.random()
        if proposal.at > self._now - _RECENT and fate < 0.45:
            return
        at = _by_day(proposal.at + timedelta(minutes=20 + 3_000 * self._random.random() ** 2), self._random)
        if fate < 0.83:
            self._end(proposal, at, "accept", "completed")
        elif fate < 0.92:
            self._end(proposal, at, "reject", "declined", self._random.choice(_DECLINES))
        else:
            self._end(proposal, at, "cancel", "withdrawn", self._random.choice(_WITHDRAWALS))

    def _end(self, proposal: Propose, at: datetime, action: Action, outcome: Outcome, reason: str = "") -> None:
        by = proposal.initiator if action == "cancel" else proposal.counterparty
        end = End(at=at, proposal=proposal, by=by, action=action, outcome=outcome, reason=reason)
        heapq.heappush(self._ends, (at, proposal.number, end))


def _by_day(at: datetime, chance: random.Random) -> datetime:
    """The same moment if people are awake then, else some time in the next morning."""
    if 7 <= at.hour < 21:
        return at
    morning = at.replace(hour=7, minute=0) + timedelta(minutes=chance.randint(5, 240))
    return morning + timedelta(days=1) if at.hour >= 21 else morning
