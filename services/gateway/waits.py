"""How many may wait for events at once: each holds a connection to its caller and one to the notifier."""

import threading
from collections import Counter
from collections.abc import Callable

from services.gateway.calling import WAITS
from services.gateway.clients import Refused

MOST_EACH = 5


class Waits:
    """Places of one process."""

    def __init__(self, most: int = WAITS, most_each: int = MOST_EACH) -> None:
        self._most, self._most_each = most, most_each
        self._lock, self._taken = threading.Lock(), Counter[str]()

    def take(self, user_id: str) -> Callable[[], None]:
        """A place; call what is returned to leave it, once or more. Raises Refused."""
        with self._lock:
            if self._taken[user_id] >= self._most_each:
                raise Refused(
                    429, "events.too_many_waiting",
                    f"You wait for events {self._most_each} times at once already: end one, or ask with wait=0.",
                    retry_after=5,
                )  # fmt: skip
            if self._taken.total() >= self._most:
                raise Refused(
                    503, "events.busy", "Too many wait for events here at the moment. Ask with wait=0.", retry_after=5
                )
            self._taken[user_id] += 1
        return _Once(lambda: self._leave(user_id))

    def _leave(self, user_id: str) -> None:
        with self._lock:
            self._taken[user_id] -= 1
            if not self._taken[user_id]:
                del self._taken[user_id]


class _Once:
    """Does something at the first call alone."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work: Callable[[], None] | None = work

    def __call__(self) -> None:
        work, self._work = self._work, None
        if work:
            work()
