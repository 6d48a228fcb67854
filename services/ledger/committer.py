"""The committer process: one thread that takes all commands that wait, commits them together, answers each.

Batches come by themselves: what arrives while one is being written is the next one.
"""

import os
import selectors
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from services.chassis.logs import log
from services.chassis.process import Stop
from services.ledger.domain import CommandBatch
from services.ledger.messages import ASK, Answer, Unpacker, pack, request_of
from services.ledger.records import Request
from services.ledger.store import Interrupted

LARGEST_BATCH = 500
"""Commands in a commit."""
_RECEIVE_BYTES = 256 * 1024
_IDLE_SECONDS = 0.5

Execute = Callable[[Sequence[Request]], list[str]]


@dataclass(slots=True, eq=False)
class _Worker:
    """A connection from an HTTP worker, and what is still to be sent to it."""

    connection: socket.socket
    unpacker: Unpacker = field(default_factory=Unpacker)
    unsent: bytearray = field(default_factory=bytearray)


class Committer:
    """Serves the workers of one instance on a Unix socket at `path`."""

    def __init__(self, path: str, execute: Execute, stop: Stop) -> None:
        self._path, self._execute, self._stop = Path(path), execute, stop
        self._selector = selectors.DefaultSelector()
        self._waiting: deque[tuple[_Worker, int, Request]] = deque()

    def run(self) -> None:
        """Work until asked to stop, or until another committer has taken the socket's place."""
        listener, identity = self._listen()
        self._selector.register(listener, selectors.EVENT_READ)
        while not self._stop.requested and self._identity() == identity:
            self._stop.beat()
            for key, ready in self._selector.select(_IDLE_SECONDS):
                self._serve(key, ready)
            self._commit_waiting()
        if self._identity() == identity:
            self._path.unlink(missing_ok=True)
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()

    def _listen(self) -> tuple[socket.socket, int]:
        """Others of this user alone may connect. Made aside and renamed: there is no moment without a listener."""
        aside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        aside.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        before = os.umask(0o177)
        try:
            listener.bind(str(aside))
        finally:
            os.umask(before)
        listener.listen(128)
        listener.setblocking(False)
        aside.rename(self._path)
        return listener, self._identity()

    def _identity(self) -> int:
        try:
            return self._path.stat().st_ino
        except FileNotFoundError:
            return 0

    def _serve(self, key: selectors.SelectorKey, ready: int) -> None:
        worker: _Worker | None = key.data
        if worker is None:
            self._accept(key.fileobj)  # type: ignore[arg-type]
            return
        try:
            if ready & selectors.EVENT_WRITE:
                self._send(worker)
            if ready & selectors.EVENT_READ:
                self._receive(worker)
        except OSError:
            self._drop(worker)

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.setblocking(False)
        self._selector.register(connection, selectors.EVENT_READ, _Worker(connection))

    def _receive(self, worker: _Worker) -> None:
        received = worker.connection.recv(_RECEIVE_BYTES)
        if not received:
            self._drop(worker)
            return
        for payload in worker.unpacker.feed(received):
            ask = ASK.decode(payload)
            if ask.kind:
                self._waiting.append((worker, ask.number, request_of(ask)))
            else:
                worker.unsent += pack(Answer(ask.number))
                self._send(worker)

    def _commit_waiting(self) -> None:
        while self._waiting:
            taken = list(self._take())
            for (worker, number, _), outcome in zip(taken, self._outcomes(taken), strict=True):
                worker.unsent += pack(Answer(number, outcome))
            for worker in {id(worker): worker for worker, _, _ in taken}.values():
                self._send(worker)

    def _take(self) -> Iterator[tuple[_Worker, int, Request]]:
        """What fits into one commit; a single request may be larger."""
        commands = 0
        while self._waiting and (commands == 0 or commands + _size(self._waiting[0][2]) <= LARGEST_BATCH):
            commands += _size(self._waiting[0][2])
            yield self._waiting.popleft()

    def _outcomes(self, taken: Sequence[tuple[_Worker, int, Request]]) -> Sequence[str | None]:
        try:
            return self._execute([request for _, _, request in taken])
        except Interrupted:
            return [None] * len(taken)

    def _send(self, worker: _Worker) -> None:
        try:
            sent = worker.connection.send(worker.unsent)
            del worker.unsent[:sent]
        except BlockingIOError:
            pass
        except OSError:
            # It has gone and asks again elsewhere; reading from it will tell.
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if worker.unsent else 0)
        if self._selector.get_key(worker.connection).events != wanted:
            self._selector.modify(worker.connection, wanted, worker)

    def _drop(self, worker: _Worker) -> None:
        with suppress(KeyError):
            self._selector.unregister(worker.connection)
        worker.connection.close()
        log.info("committer.worker_gone")


def _size(request: Request) -> int:
    return len(request.command.commands) if isinstance(request.command, CommandBatch) else 1
