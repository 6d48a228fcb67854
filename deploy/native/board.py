"""The state of every part, shared between the threads that run them and whoever waits or looks on."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    """Where a part is in its life."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    RESTARTING = "restarting"
    FAILED = "failed"
    STOPPED = "stopped"


UP = {State.READY, State.DONE}


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the table."""

    name: str
    state: State = State.WAITING
    address: str = ""
    log: str = ""
    note: str = ""


class Board:
    """All parts in a fixed order."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts = {part.name: part for part in parts}
        self._changed = threading.Condition()
        self._listeners: list[Callable[[Part], None]] = []

    def listen(self, listener: Callable[[Part], None]) -> None:
        """Call the listener after each change, one at a time."""
        self._listeners.append(listener)

    def parts(self) -> list[Part]:
        """A snapshot of all parts."""
        with self._changed:
            return list(self._parts.values())

    def state(self, name: str) -> State:
        """The state of one part."""
        with self._changed:
            return self._parts[name].state

    def mark(self, name: str, state: State, note: str = "", *, address: str | None = None) -> None:
        """Set a part's state and tell everybody."""
        with self._changed:
            part = self._parts[name]
            changed = replace(part, state=state, note=note, address=part.address if address is None else address)
            if changed == part:
                return
            self._parts[name] = changed
            self._changed.notify_all()
            for listener in self._listeners:
                listener(changed)

    def wait(self, condition: Callable[[dict[str, State]], bool], *, seconds: float | None = None) -> bool:
        """Wait until the states fulfil a condition; False at the deadline, if there is one."""
        with self._changed:
            return self._changed.wait_for(
                lambda: condition({name: part.state for name, part in self._parts.items()}), timeout=seconds
            )

    def wake(self) -> None:
        """Let all who wait look again, for a reason that is not on the board."""
        with self._changed:
            self._changed.notify_all()
