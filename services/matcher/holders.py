"""Who has which key: among the offers, the wants or the categories, trading members apart from others. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from services.matcher.domain import Entity, Tag
from services.matcher.vocabulary import Vocabulary

Kind = Literal["offers", "wants", "categories"]
KINDS: tuple[Kind, ...] = ("offers", "wants", "categories")
_NOBODY: Mapping[str, str] = {}

Tagged = tuple[str, Tag]
"""A key and a tag of it. A category is a tag without a time."""


@dataclass(frozen=True, slots=True)
class Member:
    """An entity with the keys of its tags, in its own order."""

    entity: Entity
    offers: tuple[Tagged, ...]
    wants: tuple[Tagged, ...]
    categories: tuple[Tagged, ...]

    def of(self, kind: Kind) -> tuple[Tagged, ...]:
        return {"offers": self.offers, "wants": self.wants, "categories": self.categories}[kind]

    def newest(self, kind: Kind) -> dict[str, str]:
        """Of each key when it was added; nothing when nobody may find the member."""
        newest: dict[str, str] = {}
        if self.entity.listed:
            for key, tag in self.of(kind):
                newest[key] = max(newest.get(key, ""), tag.added_at)
        return newest


def member_of(entity: Entity, vocabulary: Vocabulary) -> Member:
    """The entity with keys, which are taken up in the vocabulary."""
    categories = ((vocabulary.add_category(name), Tag(tag=name, added_at="")) for name in entity.categories)
    return Member(
        entity=entity,
        offers=_tagged(entity.offers, vocabulary),
        wants=_tagged(entity.wants, vocabulary),
        categories=tuple(each for each in categories if each[0]),
    )


def _tagged(tags: Iterable[Tag], vocabulary: Vocabulary) -> tuple[Tagged, ...]:
    return tuple((key, tag) for tag in tags if (key := vocabulary.add(tag.tag)))


class Holders:
    """Of each kind and key, the members who have it and since when."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[Kind, bool], dict[str, dict[str, str]]] = {
            (kind, trading): {} for kind in KINDS for trading in (True, False)
        }

    def of(self, kind: Kind, key: str, *, trading: bool) -> Mapping[str, str]:
        return self._by_key[kind, trading].get(key, _NOBODY)

    def count(self, kind: Kind, key: str) -> int:
        return len(self.of(kind, key, trading=True)) + len(self.of(kind, key, trading=False))

    def keys(self, kind: Kind) -> set[str]:
        return {*self._by_key[kind, True], *self._by_key[kind, False]}

    def move(self, before: Member | None, after: Member) -> None:
        """What differs between two states of a member."""
        for kind in KINDS:
            if before is not None:
                kept = after.newest(kind) if before.entity.trading == after.entity.trading else {}
                self._take(before, kind, [key for key in before.newest(kind) if key not in kept])
            known = self._by_key[kind, after.entity.trading]
            for key, added_at in after.newest(kind).items():
                known.setdefault(key, {})[after.entity.entity_id] = added_at

    def _take(self, before: Member, kind: Kind, keys: Iterable[str]) -> None:
        known = self._by_key[kind, before.entity.trading]
        for key in keys:
            del known[key][before.entity.entity_id]
            if not known[key]:
                del known[key]
