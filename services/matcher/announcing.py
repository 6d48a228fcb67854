"""What is told because of a change: pairs of tags, hits of saved searches and loops that are new through it. Pure.

Only what words alone decide is told: a guess (related words, a category) stands in the lists, but is no news.
Of two members, for each new tag the pair that fits best. Whoever is not shown is not told of, and where the payer or
the payee is known to have no room, neither.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from math import inf

from events.envelope import Event
from events.matcher import LoopFound, LoopGive, MatchFound
from services.matcher.domain import Entity, Side, UnknownEntity, distance_km
from services.matcher.holders import Kind, Member
from services.matcher.loops import Give, Loop, loops_through
from services.matcher.market import NetworkMarket
from services.matcher.network import Network, Pairing
from services.matcher.opinions import given_and_wanted
from services.matcher.searching import SearchBook, hits_of
from services.matcher.words import WEIGHTS

MATCHES, LOOPS = 200, 3
"""Of each at most so many are told for one change, the best ones."""
WORTH_TELLING = 60
"""The least score of a loop that is told without being asked for."""
_LOOKED_AT = 20
_WORDS_ALONE = WEIGHTS["fuzzy"]
_SIDES: tuple[tuple[Side, Kind], ...] = (("leads", "offers"), ("suppliers", "wants"))


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell. What was told under `key` once is not told again."""

    key: str
    event: Event
    of: tuple[str, ...]
    """The entities that it names: what was told goes when one of them is forgotten."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What could be told for a change, of each kind the best first."""

    matches: Sequence[News] = ()
    hits: Sequence[News] = ()
    loops: Sequence[News] = ()

    @property
    def keys(self) -> list[str]:
        return [news.key for news in (*self.matches, *self.hits, *self.loops)]

    def chosen(self, told: Collection[str]) -> list[News]:
        """What is told: nothing that was told before, and not too much at once."""
        new = [[each for each in kind if each.key not in told] for kind in (self.matches, self.hits, self.loops)]
        return [*new[0][:MATCHES], *new[1], *new[2][:LOOPS]]


def news_of(network: Network, searches: SearchBook, entity_id: str, at: str) -> Candidates:
    """What is new through a member whose tags changed at `at` (RFC 3339), or who is found since then."""
    try:
        member = network.member(entity_id)
    except UnknownEntity:
        return Candidates()
    if not member.entity.listed:
        return Candidates()
    matches = sorted(
        (each for side, kind in _SIDES for each in _pairs(network, member, side, _since(member, kind, at))),
        key=_Found.rank,
    )
    return Candidates(
        # Twice as many: of the best some may have been told before.
        matches=[_match_news(each) for each in matches[: 2 * MATCHES]],
        hits=[News(key, hit, (hit.entity_id, hit.found)) for key, hit in hits_of(network, searches, member, at)],
        loops=[
            News(f"loop/{loop.loop_id}", loop_found(loop), loop.members)
            for loop in _loops(network, member.entity)
            if loop.score >= WORTH_TELLING
        ],
    )


def has_room(network: Network, giver: Entity, receiver: Entity) -> bool:
    """Whether the receiver can pay something and the giver receive it, as far as is known."""
    payer, payee = network.account_of(receiver.entity_id), network.account_of(giver.entity_id)
    return (payer is None or payer.can_pay > 0) and (payee is None or payee.can_receive > 0)


def loop_found(loop: Loop) -> LoopFound:
    return LoopFound(
        loop_id=loop.loop_id, members=loop.members, gives=[told_give(give) for give in loop.gives], score=loop.score
    )


def told_give(give: Give) -> LoopGive:
    return LoopGive(giver=give.giver, receiver=give.receiver, offer=give.offer, want=give.want)


def match_id_of(giver: str, receiver: str, offer: str, want: str) -> str:
    """The same for the same two members and keys of tags."""
    return hashlib.sha256("\n".join((giver, receiver, offer, want)).encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class _Found:
    giver: Member
    receiver: Member
    offer: str
    want: str
    """Keys."""
    pairing: Pairing
    score: int
    km: float | None
    trading: bool
    """Whether the one who did not change is a trading member."""

    def rank(self) -> tuple[int, bool, float, str, str, str, str]:
        near = inf if self.km is None else self.km
        ids = (self.giver.entity.entity_id, self.receiver.entity.entity_id)
        return (-self.score, not self.trading, near, *ids, self.offer, self.want)


def _since(member: Member, kind: Kind, at: str) -> set[str]:
    return {key for key, added_at in member.newest(kind).items() if added_at >= at}


def _pairs(network: Network, member: Member, side: Side, new: Collection[str]) -> Iterator[_Found]:
    """The pairs of my new keys and anybody's, for each other member and new key the best; enough of them."""
    seen: set[tuple[str, str]] = set()
    by_score = network.pairings(member, side) if new else {}
    for score in sorted(by_score, reverse=True):
        found = [
            each
            for pairing in by_score[score]
            if pairing.mine in new and WEIGHTS[pairing.how] >= _WORDS_ALONE
            for each in _holders(network, member, side, pairing, score)
            if (pairing.mine, _other(each, member)) not in seen
        ]
        for each in nsmallest(2 * MATCHES, found, key=_Found.rank):
            name = (each.pairing.mine, _other(each, member))
            if name not in seen:
                seen.add(name)
                yield each
        if len(seen) >= 2 * MATCHES:
            return


def _holders(network: Network, member: Member, side: Side, pairing: Pairing, score: int) -> Iterator[_Found]:
    mine = member.entity
    offer, want = given_and_wanted(side, pairing.mine, pairing.theirs)
    for trading in (True, False):
        for other_id in network.holders.of(pairing.kind, pairing.theirs, trading=trading):
            other = network.member(other_id)
            giver, receiver = (member, other) if side == "leads" else (other, member)
            if other_id == mine.entity_id or not has_room(network, giver.entity, receiver.entity):
                continue
            if network.opinions.unwanted(mine.entity_id, other_id, side, (pairing.mine, pairing.theirs)):
                continue
            km = distance_km(mine.place, other.entity.place)
            yield _Found(giver, receiver, offer, want, pairing, score, km, trading)


def _other(found: _Found, member: Member) -> str:
    ids = (found.giver.entity.entity_id, found.receiver.entity.entity_id)
    return ids[1] if ids[0] == member.entity.entity_id else ids[0]


def _match_news(found: _Found) -> News:
    giver, receiver = found.giver.entity, found.receiver.entity
    match_id = match_id_of(giver.entity_id, receiver.entity_id, found.offer, found.want)
    event = MatchFound(
        match_id=match_id,
        giver=giver.entity_id,
        receiver=receiver.entity_id,
        offer=_tag(found.giver, "offers", found.offer),
        want=_tag(found.receiver, "wants", found.want),
        how=found.pairing.how,
        score=found.score,
        distance_km=None if found.km is None else round(found.km),
    )
    return News(f"match/{match_id}", event, (event.giver, event.receiver))


def _tag(member: Member, kind: Kind, key: str) -> str:
    return next(tag.tag for each, tag in member.of(kind) if each == key)


def _loops(network: Network, entity: Entity) -> list[Loop]:
    if not entity.trading:
        return []
    return loops_through(NetworkMarket(network), entity.entity_id, most=_LOOKED_AT)
