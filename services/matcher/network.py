"""The whole network in memory: who could trade with whom, and why. Pure.

It is put together from documents in any order; each put works on what differs, and putting a thing again changes
nothing. What it answers depends on what it holds alone, and is what comparing everybody with everybody would say
(`tests/matcher/test_network.py`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from heapq import nsmallest
from math import inf

from services.matcher.accounts import Account, Trades
from services.matcher.domain import (
    Entity,
    Feedback,
    Match,
    Side,
    Tag,
    Together,
    UnknownEntity,
    best_first,
    distance_km,
)
from services.matcher.holders import Holders, Kind, Member, member_of
from services.matcher.map import Map
from services.matcher.opinions import Opinions, Pair, given_and_wanted
from services.matcher.related import Related
from services.matcher.synonyms import our_groups
from services.matcher.vocabulary import Vocabulary
from services.matcher.words import WEIGHTS, How

MOST = 50
_NO_PAIRS: Set[Pair] = frozenset()
_KINDS: Mapping[Side, tuple[Kind, Kind]] = {"leads": ("offers", "wants"), "suppliers": ("wants", "offers")}


@dataclass(frozen=True, slots=True)
class Pairing:
    """A key of mine, a key that fits it, which kind of key that is, and how it fits."""

    mine: str
    theirs: str
    kind: Kind
    how: How


@dataclass(frozen=True, slots=True)
class _Best:
    mine: Tag
    theirs: Tag
    how: How
    score: int
    together: Together | None = None


class Network:
    """Everybody, their accounts and trades, related words and feedback."""

    def __init__(self) -> None:
        self._members: dict[str, Member] = {}
        self._owner: dict[str, str] = {}
        self._accounts: dict[str, Account] = {}
        self._no_room: dict[Side, set[str]] = {"leads": set(), "suppliers": set()}
        self._trades: dict[tuple[str, str], int] = {}
        self.open: set[str] = set()
        """Those who can both pay and receive: nobody whose account is not known."""
        self.words = Vocabulary()
        self.groups: Sequence[tuple[str, ...]] = our_groups()
        self.holders = Holders()
        self.related = Related()
        self.opinions = Opinions()
        self.map = Map()

    def put_entity(self, entity: Entity) -> None:
        """An entity as it is now; one that is older than what is known changes nothing."""
        before = self._members.get(entity.entity_id)
        if before is not None and (before.entity == entity or before.entity.version > entity.version):
            return
        after = self._members[entity.entity_id] = member_of(entity, self.words)
        self._owner[entity.account] = entity.entity_id
        self.holders.move(before, after)
        self.map.put(entity.entity_id, entity.place)
        self.related.put(entity.account, after.newest("offers"), after.newest("wants"))
        self._room(entity.account)

    def put_account(self, account: Account) -> None:
        """An account as it is now."""
        self._accounts[account.account] = account
        self._room(account.account)

    def put_trades(self, trades: Trades) -> None:
        """How often one sold to another, as counted now."""
        self._trades[trades.giver, trades.receiver] = trades.count
        if trades.count > 0:
            self.related.put_trade(trades.giver, trades.receiver)

    def put_words(self, groups: Sequence[tuple[str, ...]]) -> None:
        """The complete list of groups of words for the same trade."""
        self.groups = tuple(groups)
        self.words.put_groups(groups)

    def put_feedback(self, feedback: Feedback) -> None:
        """Something that a member says is not relevant."""
        self.opinions.put(feedback)

    def drop_feedback(self, feedback_id: str) -> None:
        """The member has changed its mind; one that is not known changes nothing."""
        self.opinions.drop(feedback_id)

    def entity(self, entity_id: str) -> Entity | None:
        """Anybody who ever registered."""
        member = self._members.get(entity_id)
        return member.entity if member else None

    def members(self) -> Iterator[Entity]:
        """Those that others find."""
        return (member.entity for member in self._members.values() if member.entity.listed)

    def account_of(self, entity_id: str) -> Account | None:
        """The account of an entity, when it is known."""
        entity = self.entity(entity_id)
        return self._accounts.get(entity.account) if entity else None

    def could_trade_up_to(self, entity_id: str, side: Side) -> int | None:
        """What an entity itself can still receive from leads or pay to suppliers; None while that is not known."""
        account = self.account_of(entity_id)
        if account is None:
            return None
        room = account.can_receive if side == "leads" else account.can_pay
        return room if account.standing == "trading" else 0

    def trades_between(self, one: Entity, other: Entity) -> int:
        """How often the two traded, either way."""
        sold, bought = (one.account, other.account), (other.account, one.account)
        return self._trades.get(sold, 0) + self._trades.get(bought, 0)

    def suppliers(self, entity_id: str, since: str | None = None, limit: int = MOST) -> list[Match]:
        """Who offers what an entity wants, best first: what they added after `since`. Raises UnknownEntity."""
        return self._found(entity_id, "suppliers", since, limit)

    def leads(self, entity_id: str, since: str | None = None, limit: int = MOST) -> list[Match]:
        """Who wants what an entity offers, best first: what they added after `since`. Raises UnknownEntity."""
        return self._found(entity_id, "leads", since, limit)

    def pairings(self, member: Member, side: Side) -> dict[int, list[Pairing]]:
        """All keys that fit an entity's, by what they are worth."""
        mine, theirs = _KINDS[side]
        by_score: dict[int, list[Pairing]] = defaultdict(list)

        def add(key: str, other: str, kind: Kind, how: How) -> None:
            offer, want = given_and_wanted(side, key, other)
            by_score[self.opinions.score(offer, want, WEIGHTS[how])].append(Pairing(key, other, kind, how))

        for key in dict.fromkeys(key for key, _ in member.of(mine)):
            fitting = self.words.fitting(key)
            for other, how in fitting.items():
                add(key, other, theirs, how)
            for other in self.related.to(key):
                if other not in fitting:
                    add(key, other, theirs, "related")
            for category in self.words.categories_of(key) if side == "suppliers" else ():
                add(key, category, "categories", "category")
        for category in dict.fromkeys(key for key, _ in member.categories) if side == "leads" else ():
            for other in self.words.naming(category):
                add(category, other, "wants", "category")
        return by_score

    def member(self, entity_id: str) -> Member:
        """An entity that is there, with the keys of its tags. Raises UnknownEntity."""
        member = self._members.get(entity_id)
        if member is None or member.entity.closed:
            raise UnknownEntity(entity_id)
        return member

    def _room(self, account: str) -> None:
        entity_id, known = self._owner.get(account), self._accounts.get(account)
        if entity_id is None or known is None:
            return
        moves = known.standing == "trading"
        rooms: Mapping[Side, int] = {"leads": moves * known.can_pay, "suppliers": moves * known.can_receive}
        for side, room in rooms.items():
            full = self._no_room[side]
            if room > 0:
                full.discard(entity_id)
            else:
                full.add(entity_id)
        if all(rooms.values()):
            self.open.add(entity_id)
        else:
            self.open.discard(entity_id)

    def _found(self, entity_id: str, side: Side, since: str | None, limit: int) -> list[Match]:
        mine = self.member(entity_id)
        hidden = self.opinions.hidden(entity_id, side)
        passed_over = self._no_room[side] | hidden.keys() | {entity_id}
        others = self._candidates(mine, side, since, limit, passed_over)
        # With those of whom something is hidden there may be another pair.
        others += [other for other in hidden if self._may_be_met(other, side) and other != entity_id]
        matches = (self._match(mine, other, side, since, hidden.get(other, _NO_PAIRS)) for other in others)
        return best_first([match for match in matches if match], limit)

    def _may_be_met(self, other: str, side: Side) -> bool:
        member = self._members.get(other)
        return member is not None and member.entity.listed and other not in self._no_room[side]

    def _candidates(self, mine: Member, side: Side, since: str | None, limit: int, passed_over: Set[str]) -> list[str]:
        """The `limit` best others: score by score, trading members first, the near ones of those."""
        chosen: list[str] = []
        seen: set[str] = set(passed_over)
        by_score = self.pairings(mine, side)
        for score in sorted(by_score, reverse=True):
            for trading in (True, False):
                found: set[str] = set()
                for pairing in by_score[score]:
                    holders = self.holders.of(pairing.kind, pairing.theirs, trading=trading)
                    if since is None:
                        found.update(holders)
                    else:
                        found.update(other for other, added_at in holders.items() if added_at > since)
                found = found - seen
                seen |= found
                chosen += self._nearest(mine, found, limit - len(chosen))
                if len(chosen) >= limit:
                    return chosen
        return chosen

    def _nearest(self, mine: Member, others: Set[str], most: int) -> list[str]:
        if len(others) <= most:
            return list(others)
        place = mine.entity.place

        def near(other: str) -> tuple[float, str]:
            km = distance_km(place, self._members[other].entity.place)
            return (inf if km is None else km, other)

        return nsmallest(most, self.map.near(mine.entity.entity_id, others, most), key=near)

    def _match(self, mine: Member, other_id: str, side: Side, since: str | None, hidden: Set[Pair]) -> Match | None:
        other = self._members[other_id]
        best = self._best(mine, other, side, since, hidden)
        if best is None:
            return None
        return Match(
            entity=other.entity,
            mine=best.mine.tag,
            theirs=best.theirs.tag,
            how=best.how,
            score=best.score,
            distance_km=distance_km(mine.entity.place, other.entity.place),
            added_at=best.theirs.added_at,
            trades=self.trades_between(mine.entity, other.entity),
            together=best.together,
        )

    def _best(self, mine: Member, other: Member, side: Side, since: str | None, hidden: Set[Pair]) -> _Best | None:
        """The pair that is worth most; the first of equals, in the order in which the members gave their tags."""
        best: _Best | None = None
        for a, b, how, together in self._fitting(mine, other, side):
            if (since is not None and b[1].added_at <= since) or (a[0], b[0]) in hidden:
                continue
            offer, want = given_and_wanted(side, a[0], b[0])
            score = self.opinions.score(offer, want, WEIGHTS[how])
            if best is None or score > best.score:
                best = _Best(a[1], b[1], how, score, together)
        return best

    def _fitting(
        self, mine: Member, other: Member, side: Side
    ) -> Iterator[tuple[tuple[str, Tag], tuple[str, Tag], How, Together | None]]:
        my_kind, their_kind = _KINDS[side]
        theirs = other.of(their_kind)
        for a in mine.of(my_kind):
            fitting, related = self.words.fitting(a[0]), self.related.to(a[0])
            for b in theirs:
                if how := fitting.get(b[0]):
                    yield a, b, how, None
                elif together := related.get(b[0]):
                    yield a, b, "related", together
        if side == "suppliers":
            pairs = ((a, b) for a in mine.wants for b in other.categories if b[0] in self.words.categories_of(a[0]))
        else:
            pairs = ((a, b) for a in mine.categories for b in other.wants if a[0] in self.words.categories_of(b[0]))
        for a, b in pairs:
            yield a, b, "category", None
