"""A worker's end of the socket to the committer. Runs under gevent.

What requests put in within one turn of the event loop goes out in one send; answers come back in any order.
"""

import itertools
import time
from typing import Any, Protocol

import gevent
import gevent.hub
import gevent.socket

from services.chassis import deadlines
from services.ledger.messages import ANSWER, Ask, Unpacker, ask_of, outcome_of, pack
from services.ledger.records import Outcome, Request

# It has no types.
_gevent: Any = gevent

_ANSWER_SECONDS = 15.0
_PING_SECONDS = 2.0
_SWEEP_SECONDS = 0.5
_RECEIVE_BYTES = 256 * 1024


class CommitterBusy(Exception):
    """No answer from the committer: whether the command happened is unknown. Repeat it with the same key."""

    def __init__(self) -> None:
        super().__init__("The ledger is busy and may or may not have done this. Repeat it with the same key.")


class Link(Protocol):
    """What the API needs of the committer."""

    def send(self, request: Request) -> Outcome:
        """The committed outcome of `request`. Raises CommitterBusy."""

    def check(self) -> None:
        """Raises CommitterBusy when the committer does not answer."""


class CommitterLink:
    """One connection per worker process; made when it is first needed, and again after it broke."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._numbers = itertools.count(1)
        # Number of the question to who waits, and until when.
        self._waiting: dict[int, tuple[Any, float]] = {}
        self._outgoing: list[bytes] = []
        self._socket: Any = None
        self._flusher: Any = None
        self._sweeper: Any = None

    def send(self, request: Request) -> Outcome:
        """The committed outcome of `request`. Raises CommitterBusy."""
        seconds = min(_ANSWER_SECONDS, deadlines.left())
        outcome: Outcome | None = self._ask(ask_of(next(self._numbers), request), seconds)
        if outcome is None:
            raise CommitterBusy
        return outcome

    def check(self) -> None:
        """Raises CommitterBusy when the committer does not answer."""
        self._ask(Ask(number=next(self._numbers)), _PING_SECONDS)

    def close(self) -> None:
        """Hang up; whoever still waits is told that the outcome is unknown."""
        self._broken(self._socket)

    def _ask(self, ask: Ask, seconds: float) -> Outcome | None:
        self._connect()
        waiter = _gevent.hub.Waiter()
        self._waiting[ask.number] = waiter, time.monotonic() + seconds
        self._outgoing.append(pack(ask))
        if self._flusher is None:
            # Starts in the next turn of the loop: until then more may come.
            self._flusher = _gevent.spawn(self._flush)
        if self._sweeper is None:
            self._sweeper = _gevent.spawn(self._sweep)
        try:
            outcome: Outcome | None = waiter.get()
            return outcome
        finally:
            self._waiting.pop(ask.number, None)

    def _sweep(self) -> None:
        """Whoever waited too long learns that the outcome is unknown. One for all: a timer a question costs more."""
        while self._waiting:
            _gevent.sleep(_SWEEP_SECONDS)
            now = time.monotonic()
            for number in [number for number, (_, until) in self._waiting.items() if until < now]:
                self._give_up(number)
        self._sweeper = None

    def _give_up(self, number: int) -> None:
        waiter, _ = self._waiting.pop(number)
        _gevent.get_hub().loop.run_callback(waiter.throw, CommitterBusy())

    def _connect(self) -> None:
        if self._socket is not None:
            return
        connection = _gevent.socket.socket(_gevent.socket.AF_UNIX)
        try:
            connection.connect(self._path)
        except OSError as error:
            connection.close()
            raise CommitterBusy from error
        if self._socket is not None:
            # Another greenlet was faster while this one waited.
            connection.close()
            return
        self._socket = connection
        _gevent.spawn(self._receive, connection)

    def _flush(self) -> None:
        outgoing, self._outgoing, self._flusher = self._outgoing, [], None
        try:
            self._socket.sendall(b"".join(outgoing))
        except (OSError, AttributeError):
            # AttributeError: it broke between the question and this turn.
            self._broken(self._socket)

    def _receive(self, connection: Any) -> None:
        unpacker, wake = Unpacker(), _gevent.get_hub().loop.run_callback
        try:
            while received := connection.recv(_RECEIVE_BYTES):
                for payload in unpacker.feed(received):
                    answer = ANSWER.decode(payload)
                    if waiting := self._waiting.pop(answer.number, None):
                        # The loop's own turn: a waiter may be woken from there alone.
                        wake(waiting[0].switch, outcome_of(answer))
        except OSError:
            pass
        finally:
            self._broken(connection)

    def _broken(self, connection: Any) -> None:
        """Everybody who waits learns that the outcome is unknown."""
        if connection is not self._socket:
            return
        self._socket = None
        if connection is not None:
            connection.close()
        for number in list(self._waiting):
            self._give_up(number)
