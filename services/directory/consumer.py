"""The consumer of the directory's own events: keeps the search index up to date.

A document is built from the entity as MongoDB has it now, not from the event: it is then at least as new as the event,
its version is the entity's position, and a repeat or an older one changes nothing. A rebuild reads the same source.
"""

from collections.abc import Sequence

from events import codec
from events.envelope import Envelope
from events.topics import DIRECTORY_EVENTS, DIRECTORY_KEY
from services.chassis.consuming import Loop, Received
from services.chassis.process import Stop
from services.directory.indexing import indexed
from services.directory.store import AWAY, EntityIndex, SearchUnavailable, Store

GROUP = "directory"
SOURCE = f"{DIRECTORY_EVENTS}/{DIRECTORY_KEY}"
"""Where the position of `directory` comes from."""

_SUBJECT = "entity/"


class IndexProjection:
    """Entities in Elasticsearch, following `directory.events` (chassis.consuming.Projection)."""

    transient: tuple[type[Exception], ...] = (SearchUnavailable, *AWAY)
    parks = False

    def __init__(self, store: Store, index: EntityIndex) -> None:
        self._store, self._index = store, index

    def decode(self, raw: bytes) -> Envelope:
        """Raises MalformedEvent."""
        return codec.decode(raw)

    def position(self, source: str) -> int:
        """The last position that the index has seen."""
        return self._store.projections.position(_name(source))

    def apply(self, source: str, received: Sequence[Received]) -> None:
        """Index the entities that the events are about. The position follows the effect, which can be repeated."""
        touched = _entities_in(received)
        documents = list(indexed(self._store.entities.of_ids(touched)))
        if documents:
            self._index.put(documents)
        self._store.projections.reached(_name(source), received[-1].position)

    def skip(self, source: str, received: Received) -> None:
        """Nothing is ever parked: the loop halts instead."""
        raise NotImplementedError


def applied(store: Store) -> int:
    """The position of `directory.events` up to which the index is current."""
    return store.projections.position(_name(SOURCE))


def _name(source: str) -> str:
    return f"index/{source}"


def _entities_in(received: Sequence[Received]) -> list[str]:
    envelopes = [record.envelope for record in received]
    if None in envelopes:
        raise codec.MalformedEvent("a record that is no event of ours")
    subjects = dict.fromkeys(envelope.subject for envelope in envelopes if envelope)
    return [subject.removeprefix(_SUBJECT) for subject in subjects if subject.startswith(_SUBJECT)]


def rebuild(store: Store, index: EntityIndex, label: str) -> int:
    """Build the index anew beside the old one and swap; how many documents were written.

    Writes go on: from its creation the consumer fills the new index too, so what this misses reaches it there.
    """
    name = index.create(label)
    written = index.fill(name, indexed(store.entities.every()))
    index.swap(name)
    return written


def prepare(store: Store, index: EntityIndex) -> int:
    """Make the index if there is none, with every entity; how many documents were written."""
    if not index.ensure():
        return 0
    entities = list(indexed(store.entities.every()))
    return sum(index.fill(name, entities) for name in index.indices())


def consume(
    store: Store, index: EntityIndex, bootstrap: str, stop: Stop, group: str = GROUP, topic: str = DIRECTORY_EVENTS
) -> None:
    """Follow until asked to stop."""
    Loop(IndexProjection(store, index), bootstrap, group, [topic], stop).run()
