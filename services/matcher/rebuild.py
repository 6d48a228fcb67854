"""Rebuilding the index while it is read and written: a new generation from the first event on, then a switch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.chassis.consuming import Loop, Received
from services.chassis.logs import log
from services.chassis.process import Stop
from services.matcher.consumer import Index
from services.matcher.store.elastic import Store


class NotRebuilt(Exception):
    """Asked to stop before the new generation had caught up: the old one is still read."""


NewLoop = Callable[[Index, str, Stop], Loop]
"""A consumer loop for a projection, a group of its own and a stop."""


@dataclass(slots=True)
class CatchingUp(Index):
    """Ends the loop as soon as the generation has all that `behind` has."""

    behind: str = ""
    stop: Stop | None = None

    def apply(self, source: str, received: Sequence[Received]) -> None:
        Index.apply(self, source, received)
        if self.stop and self.has_caught_up():
            self.stop.request()

    def has_caught_up(self) -> bool:
        """Whether every position of `behind` is reached."""
        wanted = self.store.positions(self.behind)
        return all(self.store.position(str(self.generation), source) >= there for source, there in wanted.items())


def rebuild(store: Store, new_loop: NewLoop, new_stop: Callable[[], Stop]) -> str:
    """Replay everything into a new generation and switch to it; its name. Raises NotRebuilt, StoreAway."""
    old = store.current()
    new = store.new_generation()
    _catch_up(store, old, new, new_loop, new_stop())
    store.switch(old, new)
    # What the running consumer still wrote to the old one while the alias moved.
    _catch_up(store, old, new, new_loop, new_stop())
    log.info("index.rebuilt", generation=new)
    return new


def _catch_up(store: Store, old: str, new: str, new_loop: NewLoop, stop: Stop) -> None:
    projection = CatchingUp(store=store, generation=new, behind=old, stop=stop)
    if projection.has_caught_up():
        return
    new_loop(projection, f"rebuild-{new}", stop).run()
    if not projection.has_caught_up():
        raise NotRebuilt(new)
