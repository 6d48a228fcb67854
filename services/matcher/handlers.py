"""Taking events: what a run of them changes is read at once, folded in order, and written at once.

All inside one transaction of the store, which keeps the position of the run too (`consumer.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from events.directory import CategoryRemoved, CategoryRenamed, EntityForgotten, TagRemoved, TagRenamed
from events.envelope import Envelope, Event
from services.matcher.accounts import Books, accounts_in, ended_in, pairs_in
from services.matcher.domain import Entity, entity_id_of, evolve, recategorised, retagged
from services.matcher.store import Tx, derived

PORTION = 500
"""How many entities one transaction changes the tag or category of: it must end within MongoDB's limit for one."""

Run = Sequence[tuple[Envelope, Event]]
Told = Callable[[str], bool]
"""Whether others are told of what changed at a time (RFC 3339)."""


class Crowded(Exception):
    """Too many entities for one transaction: they are taken care of in portions before it."""


def take_directory(tx: Tx, run: Run, told: Told) -> None:
    """Fold events of the directory into the entities, and note of whom new matches may be found.

    Raises UnknownEntity; Crowded when more than a portion have a name that is changed.
    """
    named = derived.entities_with(tx, _names_in(run), PORTION + 1)
    if len(named) > PORTION:
        raise Crowded
    known = named | derived.entities(tx, {entity_id for _, event in run if (entity_id := entity_id_of(event))})
    _fold(tx, run, known, told)
    derived.forget(tx, {event.entity_id for _, event in run if isinstance(event, EntityForgotten)})


def take_portion(tx: Tx, run: Run, told: Told) -> bool:
    """Carry out one change of a name for some of those who have it; whether there may be more of them.

    Whoever was taken care of knows it by its version. The position is not moved.
    """
    names = _names_in(run)
    known = derived.entities_with(tx, names, PORTION) if names.before else {}
    _fold(tx, run if known else (), known, told)
    return len(known) == PORTION


def _fold(tx: Tx, run: Run, known: dict[str, Entity], told: Told) -> None:
    work = _Work(known, told)
    for envelope, event in run:
        work.take(envelope, event)
    derived.put_entities(tx, work.changed)
    derived.put_to_announce(tx, work.found_anew)


def take_ledger(tx: Tx, run: Run) -> None:
    """Fold events of the ledger into accounts, and into who has traded with whom."""
    events = [event for _, event in run]
    proposals = derived.proposals(tx, ended_in(events))
    before = Books(
        accounts=derived.accounts(tx, accounts_in(events)),
        proposals=proposals,
        trades=derived.trades(tx, pairs_in(events, proposals.values())),
    )
    books = Books(dict(before.accounts), dict(proposals), dict(before.trades))
    for envelope, event in run:
        books.fold(event, position=envelope.sequence)
    derived.put_books(tx, before, books)


@dataclass(slots=True)
class _Work:
    """The entities of a run while it is folded."""

    known: dict[str, Entity]
    told: Told
    changed: dict[str, tuple[Entity, str]] = field(default_factory=dict)
    """Each with the time of its last event."""
    found_anew: dict[str, str] = field(default_factory=dict)
    """Of whom others are told: who may have new matches, since when."""

    def take(self, envelope: Envelope, event: Event) -> None:
        position, time = envelope.sequence, envelope.time
        match event:
            case TagRenamed() | TagRemoved():
                # In its place among the others: who had it before has it no more, who takes it up later keeps it.
                for entity in self._with(event.name, lambda each: {tag.tag for tag in (*each.offers, *each.wants)}):
                    self._put(entity, retagged(entity, event, position=position), time)
            case CategoryRenamed() | CategoryRemoved():
                for entity in self._with(event.name, lambda each: set(each.categories)):
                    self._put(entity, recategorised(entity, event, position=position), time)
            case _:
                if entity_id := entity_id_of(event):
                    before = self.known.get(entity_id)
                    after = evolve(before, event, position=position, time=time)
                    if after is not None:
                        self._put(before, after, time)

    def _with(self, name: str, names: Callable[[Entity], set[str]]) -> list[Entity]:
        return [entity for entity in self.known.values() if name in names(entity)]

    def _put(self, before: Entity | None, after: Entity, time: str) -> None:
        if after is before:
            return
        self.known[after.entity_id] = after
        self.changed[after.entity_id] = (after, time)
        sought = before is None or not before.listed or _sought(before) != _sought(after)
        if after.listed and sought and self.told(time):
            # Of several changes in one run the first: what came with it is new as well.
            self.found_anew.setdefault(after.entity_id, time)


def _sought(entity: Entity) -> tuple[object, ...]:
    """What others find it by."""
    return (entity.offers, entity.wants, entity.categories, entity.status, entity.place)


def _names_in(run: Run) -> derived.Names:
    tags = {event.name for _, event in run if isinstance(event, TagRenamed | TagRemoved)}
    categories = {event.name for _, event in run if isinstance(event, CategoryRenamed | CategoryRemoved)}
    changes = TagRenamed | TagRemoved | CategoryRenamed | CategoryRemoved
    last = max((envelope.sequence for envelope, event in run if isinstance(event, changes)), default=0)
    return derived.Names(tags, categories, last)
