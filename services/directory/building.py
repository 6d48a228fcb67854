"""The search index built anew while everything goes on.

One process builds at a time (a lease). From its creation the consumer fills the new index too, so what the copy misses
reaches it there; versions keep the newer document. A build that was cut off leaves an index that nothing searches: the
next build, and `schedule` before long, delete it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from services.chassis.logs import log
from services.directory.indexing import indexed
from services.directory.store import EntityIndex, Store
from services.mongo.lease import Lease

LEASE = "index-build"
_LEASE_SECONDS = 30
_RENEW_SECONDS = 5.0
_TELL_SECONDS = 2.0
_WAIT_SECONDS = 1.0


class BuildRunning(Exception):
    """Another process builds the index, or has died less than half a minute ago."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is."""

    written: int
    about: int
    """How many documents it will be, as estimated at the beginning."""
    seconds: float

    @property
    def per_second(self) -> int:
        return round(self.written / self.seconds) if self.seconds else 0

    @property
    def remaining_seconds(self) -> int:
        return round(max(self.about - self.written, 0) / self.per_second) if self.per_second else 0


Tell = Callable[[Progress], None]


def rebuild(store: Store, index: EntityIndex, label: str, tell: Tell = lambda _: None) -> int:
    """Build the index anew beside the old one and swap; how many documents were written.

    Raises BuildRunning, SearchUnavailable, IndexRefused, one of `AWAY`.
    """
    lease = Lease(store.database, LEASE, _LEASE_SECONDS)
    if lease.take() is None:
        raise BuildRunning
    try:
        if left := index.discard_unfinished():
            log.warning("rebuild.discarded", indices=left)
        name = index.create(label)
        written = index.fill(name, indexed(store.entities.every()), _Telling(store, lease, tell))
        _hold(lease)
        index.swap(name)
    finally:
        lease.release()
    return written


class _Telling:
    """Hears of every batch: renews the lease and tells the progress, each now and then."""

    def __init__(self, store: Store, lease: Lease, tell: Tell) -> None:
        self._lease, self._tell, self._about, self._written = lease, tell, store.entities.count(), 0
        self._began = self._renewed = self._told = time.monotonic()

    def __call__(self, count: int) -> None:
        self._written, now = self._written + count, time.monotonic()
        if now - self._renewed > _RENEW_SECONDS:
            _hold(self._lease)
            self._renewed = now
        if now - self._told > _TELL_SECONDS or self._written >= self._about:
            self._tell(Progress(self._written, self._about, now - self._began))
            self._told = now


def _hold(lease: Lease) -> None:
    if lease.take() is None:
        raise BuildRunning


def discard_unfinished(store: Store, index: EntityIndex) -> list[str]:
    """Delete indices that a build left behind, unless one is at work; their names."""
    lease = Lease(store.database, LEASE, _LEASE_SECONDS)
    if lease.take() is None:
        return []
    try:
        return index.discard_unfinished()
    finally:
        lease.release()


def prepare(store: Store, index: EntityIndex, label: str = "first") -> int:
    """Make the index if there is none, or none with today's mapping, with every entity; how many were written."""
    if index.ensure():
        entities = list(indexed(store.entities.every()))
        written = sum(index.fill(name, entities) for name in index.indices())
        index.refresh()
        return written
    while not index.is_current():
        try:
            return rebuild(store, index, label)
        except BuildRunning:
            log.info("rebuild.waiting")
            time.sleep(_WAIT_SECONDS)
    return 0
