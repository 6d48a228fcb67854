"""One circuit per service: after some failures in a row it is not asked for a while, so that nobody waits in vain."""

import time
from collections.abc import Callable

FAILURES = 5
OPEN_SECONDS = 5.0


class Circuit:
    """Closed at first. Opens after `failures` in a row for `seconds`; then one call probes, the others still fail."""

    def __init__(
        self, failures: int = FAILURES, seconds: float = OPEN_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._seconds, self._clock = failures, seconds, clock
        self._failed = 0
        self._closed_from = 0.0

    def admits(self) -> bool:
        """Whether a call may be made now. The first one after the pause is let through as a probe."""
        if self._failed < self._limit:
            return True
        if self._clock() < self._closed_from:
            return False
        self._closed_from = self._clock() + self._seconds
        return True

    def succeeded(self) -> None:
        """The service answered (with whatever): all is well again."""
        self._failed = 0

    def failed(self) -> None:
        """No answer."""
        self._failed += 1
        if self._failed >= self._limit:
            self._closed_from = self._clock() + self._seconds

    @property
    def seconds_left(self) -> int:
        """When to try again, rounded up, at least 1."""
        return max(1, int(self._closed_from - self._clock() + 0.999)) if self._failed >= self._limit else 1
