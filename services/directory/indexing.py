"""Businesses as documents of the index, and having the index see again those that changed without an event."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

from services.directory import search
from services.directory.domain import Entity
from services.directory.domain.figures import Figures
from services.directory.store import EntityIndex, Store
from services.directory.store.elastic import Indexed
from services.directory.views import entity_view, indexed_view

_SEARCHED = ("balance", "max_negative", "max_positive")


def indexed(entities: Iterable[Entity]) -> Iterator[Indexed]:
    """The documents of entities."""
    for entity in entities:
        document = search.indexed(entity, indexed_view(entity_view(entity)), _figures(entity.figures))
        yield Indexed(entity.entity_id, entity.revision, document)


def _figures(figures: Figures | None) -> dict[str, int]:
    known = asdict(figures) if figures else {}
    return {name: known[name] for name in _SEARCHED if known.get(name) is not None}


def put_again(store: Store, index: EntityIndex) -> Callable[[list[str]], None]:
    """A function that writes businesses into the index as they are now. It raises SearchUnavailable, one of `AWAY`."""

    def put(entity_ids: list[str]) -> None:
        if documents := list(indexed(store.entities.of_ids(entity_ids))):
            index.put(documents)

    return put
