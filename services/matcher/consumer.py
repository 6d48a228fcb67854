"""The matcher's side of the consumer loop."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from events import codec, topics
from events.envelope import Envelope, Event
from services.chassis.consuming import Received
from services.matcher.handlers import take
from services.matcher.store.elastic import Store, StoreAway

GROUP = "matcher"
SUBSCRIBED = (topics.DIRECTORY_EVENTS, topics.LEDGER_EVENTS)
DIRECTORY_SOURCE = f"{topics.DIRECTORY_EVENTS}/{topics.DIRECTORY_KEY}"
LEDGER_SOURCE = f"{topics.LEDGER_EVENTS}/{topics.DEFAULT_BOOK}"


@dataclass(slots=True)
class Index:
    """The projection: entities into the generation that is read, or into a given one.

    A record that can't be applied halts it: an index with a hole would lie.
    """

    store: Store
    generation: str | None = None
    transient: tuple[type[Exception], ...] = field(default=(StoreAway,), init=False)
    parks: bool = field(default=False, init=False)
    _at: str = field(default="", init=False)

    def decode(self, raw: bytes) -> Envelope:
        """The envelope in `raw`. Raises MalformedEvent."""
        return codec.decode(raw)

    def position(self, source: str) -> int:
        """The last position applied of `source`."""
        # Effects go where this position was read: the alias may move to another generation in between.
        self._at = self.generation or self.store.current()
        return self.store.position(self._at, source)

    def apply(self, source: str, received: Sequence[Received]) -> None:
        """Effects, then the position. Raises MalformedEvent, UnknownEntity, StoreAway."""
        take(self.store, self._at, _understood(received))
        self.store.advance(self._at, source, received[-1].position)

    def skip(self, source: str, received: Received) -> None:
        """The position alone."""
        self.store.advance(self._at, source, received.position)


def _understood(received: Sequence[Received]) -> list[tuple[Envelope, Event]]:
    run: list[tuple[Envelope, Event]] = []
    for record in received:
        if record.envelope is None:
            raise codec.MalformedEvent(f"{record.source} at {record.position}")
        if (event := codec.event_of(record.envelope)) is not None:
            run.append((record.envelope, event))
    return run
