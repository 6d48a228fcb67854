"""Businesses as documents of the index, and having the index see again those that changed without an event."""

from collections.abc import Callable, Iterable, Iterator

from services.directory import search
from services.directory.domain import Entity
from services.directory.store import EntityIndex, Store
from services.directory.store.elastic import Indexed
from services.directory.views import entity_view, indexed_view


def indexed(entities: Iterable[Entity]) -> Iterator[Indexed]:
    """The documents of entities."""
    for entity in entities:
        yield Indexed(entity.entity_id, entity.version, search.indexed(entity, indexed_view(entity_view(entity))))


def put_again(store: Store, index: EntityIndex) -> Callable[[list[str]], None]:
    """A function that writes businesses into the index as they are now. It raises SearchUnavailable, one of `AWAY`."""

    def put(entity_ids: list[str]) -> None:
        if documents := list(indexed(store.entities.of_ids(entity_ids))):
            index.put(documents)

    return put
