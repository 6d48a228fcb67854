"""What the matcher knows of an entity, how events change it, and which of two entities' tags fit best.

Pure. A document carries the position of the last event that it took (`version`): older ones change nothing.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from events import directory
from events.envelope import Event
from services.matcher.words import WEIGHTS, How, how

LISTED: frozenset[str] = frozenset({"accepted", "tradingPending", "tradingAccepted", "tradingRejected"})
"""The four statuses whose members are found (behaviour.md 3.1)."""
TRADING = "tradingAccepted"
EARTH_KM = 6371.0


class MatcherError(Exception):
    """A rule of the matcher was broken."""


class UnknownEntity(MatcherError):
    """There is no such entity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag of an entity. `added_at` is RFC 3339 UTC, so text order is time order."""

    tag: str
    added_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """WGS 84 degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """What is known of an entity at `version`, a position of the directory."""

    entity_id: str
    account: str
    name: str
    status: str
    city: str = ""
    place: Place | None = None
    closed: bool = False
    offers: tuple[Tag, ...] = field(default=())
    wants: tuple[Tag, ...] = field(default=())
    categories: tuple[str, ...] = field(default=())
    version: int

    @property
    def listed(self) -> bool:
        """Whether others find it."""
        return self.status in LISTED and not self.closed

    @property
    def trading(self) -> bool:
        return self.status == TRADING


def entity_id_of(event: Event) -> str | None:
    """The entity that `event` changes here; None when it changes none."""
    return event.entity_id if type(event) in _EVOLVE else None  # type: ignore[attr-defined]


def evolve(entity: Entity | None, event: Event, *, position: int, time: str) -> Entity | None:
    """The entity after `event`. Taking an event again, or an older one, changes nothing.

    Raises UnknownEntity when the event tells of one that was never registered.
    """
    if entity is not None and entity.version >= position:
        return entity
    if isinstance(event, directory.EntityRegistered):
        return _registered(event, position, time)
    if entity is None:
        raise UnknownEntity(entity_id_of(event) or "")
    changed: Entity = _EVOLVE[type(event)](entity, event, time)
    return replace(changed, version=position)


def _registered(event: directory.EntityRegistered, position: int, time: str) -> Entity:
    profile = event.profile
    return Entity(
        entity_id=event.entity_id,
        account=event.account,
        name=profile.name,
        status=event.status,
        city=profile.city,
        place=_place(asdict(profile.place)) if profile.place else None,
        offers=_tags(event.offers, (), time),
        wants=_tags(event.wants, (), time),
        categories=tuple(dict.fromkeys(event.categories)),
        version=position,
    )


def _profile(entity: Entity, event: directory.EntityProfileChanged, _: str) -> Entity:
    changed = {*event.before, *event.after}
    texts = {name: event.after.get(name, "") for name in ("name", "city") if name in changed}
    entity = replace(entity, **texts)
    return replace(entity, place=_place(event.after.get("place"))) if "place" in changed else entity


def _status(entity: Entity, event: directory.EntityStatusChanged, time: str) -> Entity:
    entity = replace(entity, status=event.status)
    if event.previous in LISTED or event.status not in LISTED:
        return entity
    # Others meet these tags today for the first time (behaviour.md 3.7).
    return replace(entity, offers=_dated(entity.offers, time), wants=_dated(entity.wants, time))


def _closed(entity: Entity, _: directory.EntityClosed, __: str) -> Entity:
    return replace(entity, closed=True)


def _forgotten(entity: Entity, _: directory.EntityForgotten, __: str) -> Entity:
    return replace(entity, closed=True, name="", city="", place=None, offers=(), wants=(), categories=())


def _offers_wants(entity: Entity, event: directory.OffersWantsChanged, time: str) -> Entity:
    offers = _tags(event.offers, entity.offers, time)
    return replace(entity, offers=offers, wants=_tags(event.wants, entity.wants, time))


def _categories(entity: Entity, event: directory.CategoriesChanged, _: str) -> Entity:
    return replace(entity, categories=tuple(dict.fromkeys(event.categories)))


_EVOLVE: Mapping[type, Callable[[Entity, Any, str], Entity]] = {
    directory.EntityRegistered: lambda entity, _event, _time: entity,
    directory.EntityProfileChanged: _profile,
    directory.EntityStatusChanged: _status,
    directory.EntityClosed: _closed,
    directory.EntityForgotten: _forgotten,
    directory.OffersWantsChanged: _offers_wants,
    directory.CategoriesChanged: _categories,
}


TagChange = directory.TagRenamed | directory.TagRemoved
"""What is said once and done to everybody who has the tag."""
CategoryChange = directory.CategoryRenamed | directory.CategoryRemoved
"""What is said once and done to everybody in the category."""


def retagged(entity: Entity, change: TagChange, *, position: int) -> Entity:
    """The entity after a rename or removal of a tag. Taking it again, or one older than the entity, changes nothing.

    The directory has the same rule for its own documents: the first place, the earliest time, each tag once.
    """
    if entity.version >= position:
        return entity
    to = change.to if isinstance(change, directory.TagRenamed) else None
    offers, wants = _renamed(entity.offers, change.name, to), _renamed(entity.wants, change.name, to)
    return replace(entity, offers=offers, wants=wants, version=position)


def recategorised(entity: Entity, change: CategoryChange, *, position: int) -> Entity:
    """The entity after a rename or removal of a category: it is in each once. As in `retagged` otherwise."""
    if entity.version >= position:
        return entity
    to = change.to if isinstance(change, directory.CategoryRenamed) else None
    names = (to if name == change.name else name for name in entity.categories)
    return replace(entity, categories=tuple(dict.fromkeys(name for name in names if name)), version=position)


def _renamed(tags: Sequence[Tag], name: str, to: str | None) -> tuple[Tag, ...]:
    kept: dict[str, Tag] = {}
    for tag in tags:
        current = to if tag.tag == name else tag.tag
        if current is not None:
            known = kept.get(current)
            kept[current] = Tag(tag=current, added_at=min(tag.added_at, known.added_at) if known else tag.added_at)
    return tuple(kept.values())


def _tags(names: Iterable[str], known: Sequence[Tag], time: str) -> tuple[Tag, ...]:
    added = {tag.tag: tag.added_at for tag in known}
    return tuple(Tag(tag=name, added_at=added.get(name, time)) for name in dict.fromkeys(names))


def _dated(tags: Sequence[Tag], time: str) -> tuple[Tag, ...]:
    return tuple(replace(tag, added_at=time) for tag in tags)


def _place(given: Mapping[str, Any] | None) -> Place | None:
    return Place(latitude=float(given["latitude"]), longitude=float(given["longitude"])) if given else None


Side = Literal["leads", "suppliers"]
"""Whom a member may look for: who wants what it offers, who offers what it wants."""
SIDES: tuple[Side, ...] = ("leads", "suppliers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A member says that a pair of tags is not relevant: `mine` of its own, `theirs` of `other_id`, seen on `side`."""

    feedback_id: str
    entity_id: str
    other_id: str
    mine: str
    theirs: str
    side: Side
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """How often two tags that don't fit by their words stand together.

    `members` have both among their offers, or both among their wants; in `trades` pairs of members who traded, one
    wants the one and the other offers the other. `of` all those lists and pairs have at least one of the two tags.
    """

    members: int
    trades: int
    of: int

    @property
    def support(self) -> int:
        return self.members + self.trades


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Another entity and the pair of tags that fits best. `distance_km` is None when a place is not known.

    `added_at`: since when they have their tag; empty for a category. `trades`: how often the two traded, either way.
    `together` explains `related`. Of the pair, one is a category when `how` is `category`: the giver's.
    """

    entity: Entity
    mine: str
    theirs: str
    how: How
    score: int
    distance_km: float | None
    added_at: str = ""
    trades: int = 0
    together: Together | None = None


def match_of(
    mine: Entity, my_tags: Sequence[Tag], other: Entity, their_tags: Sequence[Tag], since: str | None
) -> Match | None:
    """The best pair of tags between two entities; None when none fits. Only tags of theirs added after `since`."""
    new = [tag.tag for tag in their_tags if since is None or tag.added_at > since]
    # The first of equals, in the order in which the members gave their tags.
    pairs = [(found, a.tag, b) for a in my_tags for b in new if (found := how(a.tag, b))]
    if not pairs:
        return None
    found, a, b = max(pairs, key=lambda pair: WEIGHTS[pair[0]])
    return Match(
        entity=other,
        mine=a,
        theirs=b,
        how=found,
        score=WEIGHTS[found],
        distance_km=distance_km(mine.place, other.place),
    )


def may_be_shown(mine: Entity, other: Entity) -> bool:
    """Whether `other` is somebody to trade with: not oneself, listed, not closed."""
    return other.entity_id != mine.entity_id and other.listed


def best_first(matches: Iterable[Match], limit: int) -> list[Match]:
    """The best `limit`: by score, trading members first among equals, then the nearer, then by id."""

    def rank(match: Match) -> tuple[int, bool, float, str]:
        near = math.inf if match.distance_km is None else match.distance_km
        return (-match.score, not match.entity.trading, near, match.entity.entity_id)

    return sorted(matches, key=rank)[:limit]


def distance_km(a: Place | None, b: Place | None) -> float | None:
    """Great-circle distance in kilometres (haversine), to 100 m."""
    if a is None or b is None:
        return None
    phi, psi = math.radians(a.latitude), math.radians(b.latitude)
    turn = math.radians(b.longitude - a.longitude)
    half = math.sin((psi - phi) / 2) ** 2 + math.cos(phi) * math.cos(psi) * math.sin(turn / 2) ** 2
    return round(2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half))), 1)
