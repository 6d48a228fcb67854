"""gunicorn's gevent worker, at less CPU a request, and quick to stop. gunicorn alone imports this.

Its own parser and its own rules for answers stay in charge of what comes in and goes out.
"""

import gc
import os
import socket
import time
from contextlib import suppress
from typing import Any

import gevent
import gevent.monkey
from gunicorn import util
from gunicorn.http import wsgi
from gunicorn.workers.ggevent import GeventWorker

from services.chassis.process import HTTP_STOP

# It has no types.
_gevent: Any = gevent
_plain_socket: Any = _gevent.monkey.get_original("socket", "socket")

_SWEEP_SECONDS = 0.2
_LAST_WAIT_SECONDS = 0.4
"""When stopping: for a request on its way over a connection that was idle."""


class _Idle:
    """Around the wait for a request: since when the connection is idle. A timer a request would cost more."""

    __slots__ = ("connection", "since")

    def __init__(self, connection: Any) -> None:
        self.connection, self.since = connection, float("inf")

    def __enter__(self) -> None:
        self.since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self.since = float("inf")


class _Answer(wsgi.Response):  # type: ignore[misc]
    """Sends head and body in one call when the body is one piece, as ours are."""

    headers_sent: bool

    def write(self, piece: bytes) -> None:
        whole = isinstance(piece, bytes) and self.response_length == len(piece) > 0
        if not whole or self.headers_sent or self.chunked or self._omits_body:
            super().write(piece)
            return
        lines = [*self.default_headers(), *(f"{name}: {value}\r\n" for name, value in self.headers), "\r\n"]
        self.headers_sent = True
        self.sent = len(piece)
        util.write(self.sock, "".join(lines).encode("latin-1") + piece)


# `wsgi.create` has no other way to be told.
wsgi.Response = _Answer


class Worker(GeventWorker):  # type: ignore[misc]
    """One sweep closes idle connections, after the keep-alive time or when the worker is to stop."""

    def init_process(self) -> None:
        self._idle: dict[Any, _Idle] = {}
        # gunicorn looks some forty times a request, each time through three calls.
        self.cfg.__dict__.update({name: setting.get() for name, setting in self.cfg.settings.items()})
        super().init_process()

    def run(self) -> None:
        # What the start has made stays: looking through it for garbage took a twentieth of the time.
        gc.collect()
        gc.freeze()
        sweeping = _gevent.spawn(self._sweep)
        super().run()
        sweeping.kill()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        greenlet = _gevent.getcurrent()
        self._idle[greenlet] = _Idle(client)
        try:
            super().handle(listener, client, addr)
        finally:
            del self._idle[greenlet]

    def timeout_ctx(self) -> _Idle:
        return self._idle[_gevent.getcurrent()]

    def _sweep(self) -> None:
        while True:
            _gevent.sleep(_SWEEP_SECONDS)
            if not self.alive:
                HTTP_STOP.request()
            longest = self.cfg.keepalive if self.alive else _LAST_WAIT_SECONDS
            latest = time.monotonic() - longest
            for idle in [idle for idle in self._idle.values() if idle.since < latest]:
                _end_of_stream(idle.connection)


def _end_of_stream(connection: Any) -> None:
    """Whoever waits for a request reads that none will come, and closes as after any hang-up."""
    # gevent's own `shutdown` would raise there instead.
    with suppress(OSError), _plain_socket(fileno=os.dup(connection.fileno())) as plain:
        plain.shutdown(socket.SHUT_RD)
