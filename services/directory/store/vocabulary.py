"""The words of the index as this process knows them: read when they are first needed, and when they have changed."""

import math
import threading
import time
from collections.abc import Callable

from services.directory.search.nearly import Vocabulary

_SECONDS = 1.0
"""Between two readings. While members are imported the words change all the time: then Elasticsearch looks itself."""


class Words:
    """`read` answers None for an index whose words can't be known."""

    def __init__(self, read: Callable[[], Vocabulary | None], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._read, self._monotonic, self._lock = read, monotonic, threading.Lock()
        self._known: Vocabulary | None = None
        self._read_at = -math.inf

    def known(self) -> Vocabulary | None:
        """What was last read, which an answer may show to be outdated; None while nothing is known."""
        return self._known or self.renewed(None)

    def renewed(self, outdated: Vocabulary | None) -> Vocabulary | None:
        """The words in place of outdated ones; None when they were read a moment ago."""
        with self._lock:
            if self._known is not outdated:
                # Somebody else who asked at the same time was first.
                return self._known
            self._known = None
            if self._monotonic() - self._read_at >= _SECONDS:
                self._read_at = self._monotonic()
                self._known = self._read()
            return self._known
