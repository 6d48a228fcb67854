"""Taking events into the index, and answering who could trade with whom."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from events.directory import TagRemoved, TagRenamed
from events.envelope import Envelope, Event
from services.matcher.domain import (
    Entity,
    Match,
    Tag,
    TagChange,
    UnknownEntity,
    best_first,
    entity_id_of,
    evolve,
    match_of,
    may_be_shown,
    retagged,
)
from services.matcher.query import search_for
from services.matcher.store.elastic import Loaded, Store

Run = Sequence[tuple[Envelope, Event]]

RETAGGED_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """`leads` want what the entity offers, `suppliers` offer what it wants."""

    leads: Sequence[Match]
    suppliers: Sequence[Match]


def take(store: Store, generation: str, run: Run) -> None:
    """Apply events in order to the documents of `generation`. Repeating it changes nothing.

    Raises UnknownEntity, StoreAway.
    """
    plain: list[tuple[Envelope, Event]] = []
    for envelope, event in run:
        if isinstance(event, TagRenamed | TagRemoved):
            # In its place among the others: who had the tag before has it no more, who takes it up later keeps it.
            _take_plain(store, generation, plain)
            _retag_all(store, generation, event, envelope.sequence)
            plain = []
        else:
            plain.append((envelope, event))
    _take_plain(store, generation, plain)


def _retag_all(store: Store, generation: str, change: TagChange, position: int) -> None:
    while found := store.tagged(generation, change.name, position, RETAGGED_AT_ONCE):
        # Whatever another consumer wrote meanwhile is found again, if it still has the tag.
        store.save(
            generation, [replace(each, entity=retagged(each.entity, change, position=position)) for each in found]
        )


def _take_plain(store: Store, generation: str, run: Run) -> None:
    by_entity: dict[str, list[tuple[Envelope, Event]]] = {}
    for envelope, event in run:
        if entity_id := entity_id_of(event):
            by_entity.setdefault(entity_id, []).append((envelope, event))
    waiting = set(by_entity)
    while waiting:
        # Whatever another consumer wrote meanwhile is read again.
        found = store.load(generation, sorted(waiting))
        taken = [_taken(found.get(entity_id), by_entity[entity_id]) for entity_id in sorted(waiting)]
        waiting = store.save(generation, [each for each in taken if each is not None])


def _taken(before: Loaded | None, run: Run) -> Loaded | None:
    """The entity after its events; None when they change nothing."""
    entity = before.entity if before else None
    for envelope, event in run:
        entity = evolve(entity, event, position=envelope.sequence, time=envelope.time)
    if entity is None or (before is not None and entity is before.entity):
        return None
    return replace(before, entity=entity) if before else Loaded(entity=entity, seq_no=None, primary_term=None)


def matches_of(store: Store, entity_id: str, *, since: str | None, limit: int) -> Matches:
    """Leads and suppliers of an entity, best first. Raises UnknownEntity, StoreAway."""
    mine = store.entity(entity_id)
    if mine is None or mine.closed:
        raise UnknownEntity(entity_id)
    wanting, offering = store.search(
        [
            search_for(mine, mine.offers, "wants", since=since, limit=limit),
            search_for(mine, mine.wants, "offers", since=since, limit=limit),
        ]
    )
    leads = [(other, mine.offers, other.wants) for other in wanting]
    suppliers = [(other, mine.wants, other.offers) for other in offering]
    return Matches(leads=_ranked(mine, leads, since, limit), suppliers=_ranked(mine, suppliers, since, limit))


def _ranked(
    mine: Entity, found: Sequence[tuple[Entity, Sequence[Tag], Sequence[Tag]]], since: str | None, limit: int
) -> list[Match]:
    matches = [
        match
        for other, my_tags, their_tags in found
        if may_be_shown(mine, other) and (match := match_of(mine, my_tags, other, their_tags, since))
    ]
    return best_first(matches, limit)
