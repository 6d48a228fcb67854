"""Trades that would bring balances near a limit back towards zero: suggestions for administrators. Pure.

Who is far below zero should give something, who is far above should receive something: pairs of the two where the one
offers what the other wants, and chains over a third member in the middle, whose balance stays where it is. The amount
is what brings the nearer of the two to zero. Work is bounded: the furthest members on each side are looked at.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

from services.matcher.accounts import Account
from services.matcher.domain import Entity
from services.matcher.loops import Give
from services.matcher.market import NetworkMarket
from services.matcher.network import Network
from services.matcher.opinions import given_and_wanted
from services.matcher.words import WEIGHTS

FAR = 60
"""Percent of a limit from which a balance is far from zero."""
LOOKED_AT, SHOWN = 100, 50
_WORDS_ALONE = WEIGHTS["fuzzy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strained:
    """A trading member far from zero. `balance` in minor units, `percent` of the limit that it is nearer to."""

    entity: Entity
    balance: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The first gives, the last receives; a member between passes on what it gets. `amount` in minor units."""

    giver: Strained
    receiver: Strained
    over: Entity | None
    gives: tuple[Give, ...]
    amount: int

    @property
    def score(self) -> int:
        return min(give.score for give in self.gives)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """Who is far from zero, the furthest first, and what would help."""

    below: Sequence[Strained]
    above: Sequence[Strained]
    pairs: Sequence[Suggestion]
    chains: Sequence[Suggestion]
    """Only for two members that no pair brings together."""


def clearing_of(network: Network) -> Clearing:
    """Suggestions for a network as it is now, the largest amounts first, then the best fits."""
    everybody = (strain_of(entity, network.account_of(entity.entity_id)) for entity in network.members())
    strained = [each for each in everybody if each]
    below = _furthest(each for each in strained if each.balance < 0)
    above = _furthest(each for each in strained if each.balance > 0)
    pairs = list(_pairs(network, below, above))
    together = {(each.giver.entity.entity_id, each.receiver.entity.entity_id) for each in pairs}
    chains = _chains(network, below, above, together)
    return Clearing(below=below, above=above, pairs=_best(pairs), chains=_best(chains))


def strain_of(entity: Entity, account: Account | None) -> Strained | None:
    """How far a trading member is from zero; None when it is not far, or not known."""
    if account is None or not entity.trading:
        return None
    limit = account.max_negative if account.balance < 0 else account.max_positive
    percent = 100 * abs(account.balance) // limit if limit > 0 else 0
    return Strained(entity=entity, balance=account.balance, percent=percent) if percent >= FAR else None


def _furthest(strained: Iterator[Strained]) -> list[Strained]:
    return nlargest(LOOKED_AT, strained, key=lambda each: (each.percent, abs(each.balance), each.entity.entity_id))


def _best(found: Iterator[Suggestion] | Sequence[Suggestion]) -> list[Suggestion]:
    def rank(each: Suggestion) -> tuple[int, int, str, str, str]:
        over = each.over.entity_id if each.over else ""
        return (-each.amount, -each.score, each.giver.entity.entity_id, each.receiver.entity.entity_id, over)

    return sorted(found, key=rank)[:SHOWN]


def _pairs(network: Network, below: Sequence[Strained], above: Sequence[Strained]) -> Iterator[Suggestion]:
    givers = {each.entity.entity_id: each for each in below}
    for receiver in above:
        for give in _gives(network, receiver.entity.entity_id, givers):
            yield _suggestion(givers[give.giver], receiver, None, (give,))


def _gives(network: Network, receiver: str, givers: Mapping[str, Strained]) -> Iterator[Give]:
    """What each of the givers offers that the receiver wants: its best fit. At a limit, too."""
    member = network.member(receiver)
    left = set(givers) - {receiver}
    by_score = network.pairings(member, "suppliers")
    for score in sorted(by_score, reverse=True):
        for pairing in by_score[score]:
            if WEIGHTS[pairing.how] < _WORDS_ALONE:
                continue
            for giver in sorted(left & network.holders.of(pairing.kind, pairing.theirs, trading=True).keys()):
                if network.opinions.unwanted(receiver, giver, "suppliers", (pairing.mine, pairing.theirs)):
                    continue
                left.discard(giver)
                offer, want = given_and_wanted("suppliers", pairing.mine, pairing.theirs)
                yield Give(
                    giver=giver,
                    receiver=receiver,
                    offer=next(tag.tag for key, tag in network.member(giver).offers if key == offer),
                    want=next(tag.tag for key, tag in member.wants if key == want),
                    score=score,
                )


def _chains(
    network: Network, below: Sequence[Strained], above: Sequence[Strained], together: Collection[tuple[str, str]]
) -> Iterator[Suggestion]:
    """Over one member each, the one that fits best."""
    market = NetworkMarket(network, LOOKED_AT)
    ids = [each.entity.entity_id for each in below]
    first = {name: {give.receiver: give for give in market.leads(name)} for name in ids}
    ends = {each.entity.entity_id for each in (*below, *above)}
    for receiver in above:
        last = {give.giver: give for give in market.suppliers(receiver.entity.entity_id)}
        for giver in below:
            names = (giver.entity.entity_id, receiver.entity.entity_id)
            middle = (first[names[0]].keys() & last.keys()) - ends
            if names in together or not middle:
                continue
            gives = max(
                ((first[names[0]][over], last[over]) for over in sorted(middle)),
                key=lambda pair: min(give.score for give in pair),
            )
            yield _suggestion(giver, receiver, network.entity(gives[1].giver), gives)


def _suggestion(giver: Strained, receiver: Strained, over: Entity | None, gives: tuple[Give, ...]) -> Suggestion:
    amount = min(-giver.balance, receiver.balance)
    return Suggestion(giver=giver, receiver=receiver, over=over, gives=gives, amount=amount)
