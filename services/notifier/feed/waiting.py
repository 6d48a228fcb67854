"""Waiting for news: one change stream for all who wait in a process wakes those whom something may be for.

Nobody asks over and over. Who waits has said so before looking for events, so that nothing comes between; and when the
stream opens, or had to be opened again, all look once more.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from services.chassis.logs import log
from services.notifier.feed.domain import Audience
from services.notifier.feed.store import WATCH_FAILS

MOST_WAITING = 1_000
_AWAIT_SECONDS = 1.0
_IDLE_SECONDS = 30.0
_AGAIN_SECONDS = 1.0

Watch = Callable[[float], Any]
"""Opens a change stream whose `try_next` waits for so many seconds."""


class TooManyWaiting(Exception):
    """This process lets nobody else wait."""


@dataclass(eq=False, slots=True)
class Waiter:
    """One who waits."""

    audience: Audience
    _news: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float) -> bool:
        """Until there may be news; False when there were none for so long."""
        come = self._news.wait(max(seconds, 0))
        self._news.clear()
        return come

    def wake(self, touched: Collection[str] | None) -> None:
        """Tell of news for these; None: for anybody."""
        if self.audience.hears(touched):
            self._news.set()


class Waiters:
    """All who wait in this process, and the thread that follows the stream while there are any."""

    def __init__(self, watch: Watch, fails: tuple[type[Exception], ...] = WATCH_FAILS) -> None:
        self._watch, self._fails = watch, fails
        self._lock, self._waiters = threading.Lock(), set[Waiter]()
        self._following, self._used, self._closed = False, 0.0, threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def waiting(self, audience: Audience) -> Iterator[Waiter]:
        """One more. Raises TooManyWaiting."""
        waiter = Waiter(audience)
        with self._lock:
            if len(self._waiters) >= MOST_WAITING:
                raise TooManyWaiting
            self._waiters.add(waiter)
            if not self._following:
                self._following = True
                self._thread = threading.Thread(target=self._follow, name="feed", daemon=True)
                self._thread.start()
        try:
            yield waiter
        finally:
            with self._lock:
                self._waiters.discard(waiter)

    def close(self) -> None:
        """Wake all for the last time, and end the thread."""
        self._closed.set()
        self._wake(None)
        if self._thread:
            self._thread.join(2 * _AWAIT_SECONDS)

    def _follow(self) -> None:
        while self._wanted():
            try:
                with self._watch(_AWAIT_SECONDS) as stream:
                    self._wake(None)
                    while self._wanted():
                        if change := stream.try_next():
                            self._wake(_touched(change))
            except self._fails as error:
                log.warning("feed.waiting", error=type(error).__name__)
                self._closed.wait(_AGAIN_SECONDS)

    def _wanted(self) -> bool:
        """Whether to go on: the thread ends when nobody has waited for a while."""
        now = time.monotonic()
        with self._lock:
            if self._waiters:
                self._used = now
            self._following = now - self._used < _IDLE_SECONDS and not self._closed.is_set()
            return self._following

    def _wake(self, touched: Collection[str] | None) -> None:
        with self._lock:
            waiters = list(self._waiters)
        for waiter in waiters:
            waiter.wake(touched)


def _touched(change: Any) -> Collection[str] | None:
    """Whom news are for; None: it does not say so."""
    update = change.get("updateDescription")
    found = (update or {}).get("updatedFields", {}) if update else change.get("fullDocument") or {}
    touched: Collection[str] | None = found.get("touched")
    return touched
