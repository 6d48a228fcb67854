"""A worker's end of the socket to the committer. Runs under gevent.

What requests put in within one turn of the event loop goes out in one send; answers come back in any order.
"""

import itertools
from typing import Any, Protocol

import gevent
import gevent.event
import gevent.socket

from services.ledger.messages import ANSWER, Ask, Unpacker, ask_of, outcome_of, pack
from services.ledger.records import Outcome, Request

# It has no types.
_gevent: Any = gevent

_ANSWER_SECONDS = 15.0
_PING_SECONDS = 2.0
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
        self._waiting: dict[int, Any] = {}
        self._outgoing: list[bytes] = []
        self._socket: Any = None
        self._flusher: Any = None

    def send(self, request: Request) -> Outcome:
        """The committed outcome of `request`. Raises CommitterBusy."""
        outcome: Outcome | None = self._ask(ask_of(next(self._numbers), request), _ANSWER_SECONDS)
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
        result = self._waiting[ask.number] = _gevent.event.AsyncResult()
        self._outgoing.append(pack(ask))
        if self._flusher is None:
            # Starts in the next turn of the loop: until then more may come.
            self._flusher = _gevent.spawn(self._flush)
        try:
            outcome: Outcome | None = result.get(timeout=seconds)
            return outcome
        except _gevent.Timeout:
            raise CommitterBusy from None
        finally:
            self._waiting.pop(ask.number, None)

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
        unpacker = Unpacker()
        try:
            while received := connection.recv(_RECEIVE_BYTES):
                for payload in unpacker.feed(received):
                    answer = ANSWER.decode(payload)
                    if result := self._waiting.get(answer.number):
                        result.set(outcome_of(answer))
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
        waiting, self._waiting = self._waiting, {}
        for result in waiting.values():
            result.set_exception(CommitterBusy())
