"""Counts points per budget and window: here at once, and with the other processes through a store, in batches.

Why not a round trip per call: docs/adr/0019. A process tells the store what was used since last time, and learns what
all have used: each second for all counts together, and at once for a count of which it has used more than a sixteenth
of what was left. So sixteen processes together stay below a quota that they knew of; near its end, and for small
quotas, every call asks.

While the store is away each process counts for itself. What it counted is told when the store is back.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Protocol

from services.chassis.logs import log
from services.gateway.rates.budgets import Budget, Spent

SETTLE_SECONDS = 1.0
RETRY_SECONDS = 5.0
ANSWER_SECONDS = 0.3
"""While a caller waits: longer, and each process counts for itself."""
BATCH_SECONDS = 2.0
"""In the background."""
_PORTION = 500
MOST_COUNTS = 100_000
"""Of one process; the oldest give way."""
_SHARE = 16


class StoreAway(Exception):
    """The store does not answer, or not in time."""


class Store(Protocol):
    """Where the processes meet."""

    def add(self, used: Mapping[str, tuple[int, float]], seconds: float) -> Mapping[str, int]:
        """Add points to counts that may go at a time (Unix seconds); the new sums. Raises StoreAway in `seconds`."""


@dataclass(slots=True)
class _Count:
    budget: Budget
    ends: float
    settled: int = 0
    """What all processes had used when the store was asked last."""
    asking: int = 0
    """Being told to the store at this moment."""
    pending: int = 0
    """Not told yet."""

    @property
    def used(self) -> int:
        return self.settled + self.asking + self.pending

    @property
    def presses(self) -> bool:
        return self.pending * _SHARE > self.budget.quota - self.settled


def in_background(work: Callable[[], None]) -> None:
    """Without whoever calls having to wait. A greenlet under gevent."""
    Thread(target=work, daemon=True).start()


class Counter:
    """The counts of this process."""

    def __init__(
        self,
        store: Store | None = None,
        clock: Callable[[], float] = time.time,
        start: Callable[[Callable[[], None]], None] = in_background,
    ) -> None:
        self._store, self._clock, self._start = store, clock, start
        self._counts: dict[str, _Count] = {}
        self._lock = Lock()
        self._next = 0.0
        self.away = False
        """Whether each process counts for itself, though there is a store."""

    def spend(self, budget: Budget, who: str, points: int) -> Spent:
        """Take points from the budget of `who`, if there are as many. A call that is refused takes none."""
        now = self._clock()
        ends = budget.window_end(who, now)
        key = f"{budget.name}:{who}:{ends:.0f}"
        # What costs more than the whole budget takes all of it: else it could never be done.
        points = min(points, budget.quota)
        with self._lock:
            count = self._counts.get(key) or self._begin(key, budget, ends)
            allowed = count.used + points <= budget.quota
            count.pending += points if allowed else 0
        if allowed:
            self._tell(key, count, now)
            allowed = count.used <= budget.quota
        return Spent(budget, allowed, max(0, budget.quota - count.used), max(1, int(ends - now + 0.999)))

    def keys(self) -> list[str]:
        """What is counted, as the store knows it."""
        return list(self._counts)

    def settle(self) -> None:
        """Forget what is over, and tell the store, if there is one, all that it does not know."""
        now = self._clock()
        with self._lock:
            for key in [key for key, count in self._counts.items() if count.ends <= now]:
                del self._counts[key]
            untold = [(key, count) for key, count in self._counts.items() if count.pending] if self._store else []
        if not untold and self.away:
            self._settle([], BATCH_SECONDS)
        for portion in range(0, len(untold), _PORTION):
            if not self._settle(untold[portion : portion + _PORTION], BATCH_SECONDS):
                return

    def _begin(self, key: str, budget: Budget, ends: float) -> _Count:
        if len(self._counts) >= MOST_COUNTS:
            del self._counts[next(iter(self._counts))]
        self._counts[key] = count = _Count(budget, ends)
        return count

    def _tell(self, key: str, count: _Count, now: float) -> None:
        if now >= self._next:
            self._next = now + (RETRY_SECONDS if self.away else SETTLE_SECONDS)
            self._start(self.settle)
        if self._store and count.presses and not self.away:
            self._settle([(key, count)], ANSWER_SECONDS)

    def _settle(self, counts: Iterable[tuple[str, _Count]], seconds: float) -> bool:
        told = [(key, count, self._take(count)) for key, count in counts]
        used = {key: (points, count.ends) for key, count, points in told}
        try:
            sums = self._store.add(used, seconds) if self._store else {}
        except StoreAway as away:
            self._put_back(told)
            self._lost(away)
            return False
        with self._lock:
            for key, count, points in told:
                count.asking -= points
                # Answers may overtake each other; sums only grow.
                count.settled = max(count.settled, sums[key])
        self._found()
        return True

    def _take(self, count: _Count) -> int:
        with self._lock:
            points, count.pending = count.pending, 0
            count.asking += points
            return points

    def _put_back(self, told: Iterable[tuple[str, _Count, int]]) -> None:
        # It may have been written all the same: then it counts twice, never not at all.
        with self._lock:
            for _, count, points in told:
                count.asking -= points
                count.pending += points

    def _lost(self, away: StoreAway) -> None:
        self._next = self._clock() + RETRY_SECONDS
        if not self.away:
            self.away = True
            log.error("rates.store_away", error=str(away), counted="by each process for itself until it is back")

    def _found(self) -> None:
        if self.away:
            self.away = False
            log.warning("rates.store_back")
