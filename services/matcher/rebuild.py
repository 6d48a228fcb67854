"""Rebuilding what the topics say while it is read and written: a new generation from the first event on, then a switch.

Nothing is announced of what is replayed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from services.chassis.consuming import Loop, Received
from services.chassis.logs import log
from services.chassis.process import Stop
from services.matcher.consumer import Projection, nobody_is_told
from services.matcher.handlers import Told
from services.matcher.store import generations


class NotRebuilt(Exception):
    """Asked to stop before the new generation had caught up: the old one is still read."""


NewLoop = Callable[[Projection, str, Stop], Loop]
"""A consumer loop for a projection, a group of its own and a stop."""


@dataclass(slots=True)
class CatchingUp(Projection):
    """Ends the loop as soon as the generation has all that the one which is read has, and is read in its place."""

    stop: Stop = field(default_factory=Stop)
    of_late: Told = nobody_is_told
    """Of which events, that the old generation didn't have, others are told."""
    old: int | None = field(default=None, init=False)
    """The generation that was read before; None until it is over."""
    _wanted: Mapping[str, int] = field(default_factory=dict, init=False)

    def apply(self, source: str, received: Sequence[Received]) -> None:
        if self.old is None:
            Projection.apply(self, source, received)
            self.try_to_switch()

    def try_to_switch(self) -> None:
        """Switch if all is there."""
        new = self.generation or 0
        if not self._has_caught_up(new):
            return
        self.old = generations.switch(self.store, new, source=self.directory, told=self.of_late)
        if self.old is not None:
            self.stop.request()

    def _has_caught_up(self, new: int) -> bool:
        # Before the transaction, which makes all others wait.
        there = self.store.positions(new)
        if not _reached(there, self._wanted):
            return False
        self._wanted = self.store.positions()
        return _reached(there, self._wanted)


def _reached(there: Mapping[str, int], wanted: Mapping[str, int]) -> bool:
    return all(there.get(source, 0) >= position for source, position in wanted.items())


def rebuild(live: Projection, new_loop: NewLoop, new_stop: Callable[[], Stop]) -> int:
    """Replay everything into a new generation and switch to it; its number. Raises NotRebuilt, StoreAway.

    `live`: as `consume` has it.
    """
    store = live.store
    # Of one that was killed; names of those who were forgotten since would stay in it.
    store.drop_generations_but(store.state().generation)
    new = store.new_generation()
    projection = CatchingUp(
        store=store,
        told=nobody_is_told,
        generation=new,
        directory=live.directory,
        ledger=live.ledger,
        stop=new_stop(),
        of_late=live.told,
    )
    projection.try_to_switch()
    if projection.old is None:
        new_loop(projection, f"rebuild-{store.database.name}-{new}", projection.stop).run()
    store.drop_generations_but(store.state().generation)
    if projection.old is None:
        raise NotRebuilt(str(new))
    log.info("matcher.rebuilt", generation=new)
    return new
