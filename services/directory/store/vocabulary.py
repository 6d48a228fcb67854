"""The words of the index as this process knows them: looked at again once a second, and read when they have changed."""

import math
import threading
import time
from collections.abc import Callable

from services.directory.search.nearly import Vocabulary

_SECONDS = 1.0
"""Between two looks: so late may a new word be known."""


class Words:
    """`read` is given the words so far, and answers them if they are the same; None if they can't be known."""

    def __init__(
        self, read: Callable[[Vocabulary | None], Vocabulary | None], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._read, self._monotonic, self._lock = read, monotonic, threading.Lock()
        self._known: Vocabulary | None = None
        self._looked_at = -math.inf
        self._changes = self._known_of = 0

    def known(self) -> Vocabulary | None:
        """The words of a second ago at most; None when they may not be relied on: Elasticsearch looks itself then."""
        if self._monotonic() - self._looked_at >= _SECONDS and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._known if self._known_of == self._changes else None

    def outdate(self) -> None:
        """From now on only words that are read after this count: somebody waited for a change, and must see it."""
        self._changes += 1

    def _look(self) -> None:
        self._looked_at, changes = self._monotonic(), self._changes
        self._known = self._read(self._known)
        self._known_of = changes
