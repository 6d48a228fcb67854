"""How a reader's connection waits under gevent: by one watcher of its own, as long as it lives.

psycopg's own way makes a poll, a watcher and a timer for each answer, a quarter of what a question costs the worker.
"""

from typing import Any

import gevent
import gevent.monkey
import psycopg
from psycopg.abc import RV, PQGen
from psycopg.waiting import READY_R, WAIT_R

# It has no types.
_gevent: Any = gevent
_READABLE = 1


def connection_class() -> type[psycopg.Connection[tuple[Any, ...]]]:
    """What a pool of this process connects by."""
    return Watching if _gevent.monkey.is_module_patched("select") else psycopg.Connection


class Watching(psycopg.Connection[tuple[Any, ...]]):
    """A connection for greenlets of one thread."""

    _watcher: Any = None

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Nearly always an answer is waited for, which is what the watcher watches; the rest is psycopg's."""
        try:
            wanted = next(gen)
            while wanted == WAIT_R and timeout is None:
                _gevent.get_hub().wait(self._watch())
                wanted = gen.send(READY_R)
        except StopIteration as ended:
            result: RV = ended.value
            return result
        return super().wait(_going_on(wanted, gen), interval, timeout)

    def close(self) -> None:
        """The watcher goes with it."""
        super().close()
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None

    def _watch(self) -> Any:
        if self._watcher is None:
            self._watcher = _gevent.get_hub().loop.io(self.pgconn.socket, _READABLE)
        return self._watcher


def _going_on(wanted: Any, gen: PQGen[RV]) -> PQGen[RV]:
    """The same generator, which has said already what it waits for first."""
    while True:
        ready = yield wanted
        try:
            wanted = gen.send(ready)
        except StopIteration as ended:
            result: RV = ended.value
            return result
