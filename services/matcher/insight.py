"""What a whole network lacks and has too much of: for those who look after it. Pure; counts alone, no names.

Somebody else must be able to trade: a want is unmet when nobody but those who want it offers anything whose words fit.
Guesses (related words, categories) meet no want.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.matcher.domain import Entity, Tag
from services.matcher.holders import Kind
from services.matcher.network import Network
from services.matcher.words import fold

TOWNS = 5
"""So many towns are named of each tag, those with most members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A tag that nobody meets, how many members have it, since when the newest, and in which towns."""

    tag: str
    members: int
    newest_at: str
    towns: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """In a month so many members of a town began to want a tag. `area` is empty for those without a town."""

    month: str
    area: str
    tag: str
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """Each list begins with what concerns most members; `months` with the newest month."""

    members: int
    unmet: Sequence[Lacking]
    unused: Sequence[Lacking]
    months: Sequence[Wanted]


@dataclass(frozen=True, slots=True)
class _Had:
    entity: Entity
    tag: Tag


def insight_of(network: Network, *, limit: int, months: int, of_each: int) -> Insight:
    """At most `limit` unmet wants and unused offers; of the newest `months` and each area `of_each` wants."""
    wants, offers = _by_key(network, "wants"), _by_key(network, "offers")
    return Insight(
        members=sum(1 for _ in network.members()),
        unmet=_lacking(network, wants, offers)[:limit],
        unused=_lacking(network, offers, wants)[:limit],
        months=_most_wanted(wants, months, of_each),
    )


_ByKey = dict[str, dict[str, _Had]]
"""Of each key the members who have it; of several tags of one key the one that came first."""


def _by_key(network: Network, kind: Kind) -> _ByKey:
    found: _ByKey = defaultdict(dict)
    for entity in network.members():
        for tag in entity.offers if kind == "offers" else entity.wants:
            if key := fold(tag.tag).key:
                found[key].setdefault(entity.entity_id, _Had(entity, tag))
    return found


def _lacking(network: Network, mine: _ByKey, theirs: _ByKey) -> list[Lacking]:
    """Those keys of mine, and who of them, that nobody else meets."""
    found = []
    for key, having in mine.items():
        meeting: set[str] = set()
        for other in network.words.fitting(key):
            meeting.update(theirs.get(other, ()))
        alone = [had for entity_id, had in having.items() if not meeting - {entity_id}]
        if alone:
            towns = Counter(had.entity.city for had in alone if had.entity.city)
            found.append(
                Lacking(
                    tag=_usual(alone),
                    members=len(alone),
                    newest_at=max(had.tag.added_at for had in alone),
                    towns=tuple(sorted(towns.items(), key=lambda town: (-town[1], town[0]))[:TOWNS]),
                )
            )
    return sorted(found, key=lambda each: (-each.members, each.tag))


def _most_wanted(wants: _ByKey, months: int, of_each: int) -> list[Wanted]:
    counted: dict[tuple[str, str], list[Wanted]] = defaultdict(list)
    for month, area, having in _by_month_and_area(wants):
        counted[month, area].append(Wanted(month=month, area=area, tag=_usual(having), members=len(having)))
    newest = sorted({month for month, _ in counted}, reverse=True)[:months]
    areas = {area: sum(each.members for (_, at), some in counted.items() if at == area for each in some)
             for area in {area for _, area in counted}}  # fmt: skip
    order = sorted(areas, key=lambda area: (area == "", -areas[area], area))
    rows: list[Wanted] = []
    for month in newest:
        for area in order:
            rows += sorted(counted.get((month, area), ()), key=lambda each: (-each.members, each.tag))[:of_each]
    return rows


def _by_month_and_area(wants: _ByKey) -> Iterator[tuple[str, str, list[_Had]]]:
    for having in wants.values():
        parted: dict[tuple[str, str], list[_Had]] = defaultdict(list)
        for had in having.values():
            parted[had.tag.added_at[:7], had.entity.city].append(had)
        yield from ((month, area, some) for (month, area), some in parted.items())


def _usual(having: Sequence[_Had]) -> str:
    """The way in which most write it."""
    written = Counter(had.tag.tag for had in having)
    return min(written, key=lambda tag: (-written[tag], tag))
