"""Work of the processor that takes long, on threads: under gevent other requests go on meanwhile."""

from collections.abc import Callable
from typing import Any, TypeVar

from gevent import monkey
from gevent.threadpool import ThreadPool

Result = TypeVar("Result")


class Threads:
    """At most `at_once` works at the same time; the others wait. Without gevent it is done where it is asked for."""

    def __init__(self, at_once: int) -> None:
        patched = bool(monkey.is_module_patched("threading"))  # type: ignore[no-untyped-call]
        self._pool: Any = ThreadPool(at_once) if patched else None  # type: ignore[no-untyped-call]

    def run(self, work: Callable[[], Result]) -> Result:
        """The result of `work`. Raises what it raises."""
        if self._pool is None:
            return work()
        result: Result = self._pool.apply(work)
        return result
