"""What a network should answer, by comparing everybody with everybody: the rules once more, without an index."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.matcher.domain import Entity, Feedback, Match, Side, Together, best_first, distance_km
from services.matcher.opinions import LOWEST, MEMBERS, STEP
from services.matcher.related import SHARE, SUPPORT
from services.matcher.synonyms import of_groups, our_groups
from services.matcher.words import WEIGHTS, fold, how, names


@dataclass
class Everything:
    """All that is put, as lists."""

    entities: Sequence[Entity]
    accounts: Sequence[Any] = ()
    trades: Sequence[Any] = ()
    feedback: Sequence[Feedback] = ()
    groups: Sequence[tuple[str, ...]] = field(default_factory=our_groups)

    def __post_init__(self) -> None:
        self.synonyms = of_groups([fold(tag).stem for tag in group] for group in self.groups)
        self.bags = list(self._bags())

    def _bags(self) -> Iterator[tuple[set[str], set[str], bool]]:
        lists = {
            each.account: (keys(each.offers), keys(each.wants)) if each.listed else (set(), set())
            for each in self.entities
        }
        for offers, wants in lists.values():
            yield offers, offers, False
            yield wants, wants, False
        for each in self.trades:
            nothing: tuple[set[str], set[str]] = (set(), set())
            yield lists.get(each.giver, nothing)[0], lists.get(each.receiver, nothing)[1], True

    def together(self, a: str, b: str) -> Together | None:
        counts: Counter[str] = Counter()
        for one, other, trade in self.bags:
            both = (a in one and b in other) + (b in one and a in other if trade else 0)
            either = (a in one) + (a in other) + (b in one) + (b in other) if trade else bool({a, b} & one)
            counts["trades" if trade else "members"] += both
            counts["of"] += either - both if trade else either
        found = Together(members=counts["members"], trades=counts["trades"], of=counts["of"])
        return found if a != b and found.support >= SUPPORT and found.support >= SHARE * found.of else None

    def matches(self, mine: Entity, side: Side, since: str | None = None, limit: int = 50) -> list[Match]:
        others = (other for other in self.entities if other.listed and other.entity_id != mine.entity_id)
        found = (self._match(mine, other, side, since) for other in others if self._has_room(other, side))
        return best_first([match for match in found if match], limit)

    def _has_room(self, other: Entity, side: Side) -> bool:
        rooms = [each.can_pay if side == "leads" else each.can_receive for each in self.accounts
                 if each.account == other.account]  # fmt: skip
        return not rooms or rooms[0] > 0

    def _match(self, mine: Entity, other: Entity, side: Side, since: str | None) -> Match | None:
        found = [
            Match(
                entity=other, mine=a, theirs=b, how=way, score=self._score(side, a, b, WEIGHTS[way]),
                distance_km=distance_km(mine.place, other.place), added_at=added_at, together=together,
                trades=sum(each.count for each in self.trades
                           if {each.giver, each.receiver} == {mine.account, other.account}),
            )
            for a, b, added_at, way, together in self._pairs(mine, other, side)
            if (since is None or added_at > since) and not self._is_hidden(mine, other, side, a, b)
        ]  # fmt: skip
        return max(found, key=lambda match: match.score) if found else None

    def _pairs(self, mine: Entity, other: Entity, side: Side) -> Iterator[tuple[Any, ...]]:
        ours, theirs = (mine.offers, other.wants) if side == "leads" else (mine.wants, other.offers)
        for a in ours:
            for b in theirs:
                one, two = fold(a.tag).key, fold(b.tag).key
                if way := how(a.tag, b.tag, self.synonyms):
                    yield a.tag, b.tag, b.added_at, way, None
                elif one and two and (together := self.together(one, two)):
                    yield a.tag, b.tag, b.added_at, "related", together
        if side == "suppliers":
            yield from ((a.tag, name, "", "category", None) for a in ours for name in other.categories
                        if names(fold(name), fold(a.tag)))  # fmt: skip
        else:
            yield from ((name, b.tag, b.added_at, "category", None) for name in mine.categories for b in theirs
                        if names(fold(name), fold(b.tag)))  # fmt: skip

    def _is_hidden(self, mine: Entity, other: Entity, side: Side, a: str, b: str) -> bool:
        return any(
            (each.entity_id, each.other_id, each.side) == (mine.entity_id, other.entity_id, side)
            and (fold(each.mine).key, fold(each.theirs).key) == (fold(a).key, fold(b).key)
            for each in self.feedback
        )

    def _score(self, side: Side, a: str, b: str, weight: int) -> int:
        against = {each.entity_id for each in self.feedback if _pair(each.side, each.mine, each.theirs) ==
                   _pair(side, a, b)}  # fmt: skip
        return weight if len(against) < MEMBERS else max(LOWEST, weight - STEP * (len(against) - 1))


def keys(tags: Sequence[Any]) -> set[str]:
    return {fold(tag.tag).key for tag in tags} - {""}


def _pair(side: Side, mine: str, theirs: str) -> tuple[str, str]:
    a, b = fold(mine).key, fold(theirs).key
    return (a, b) if side == "leads" else (b, a)
