"""The one process that announces: it takes changes in their order, each once they are in its network.

What it decides and that it has decided is one transaction under its lease (`store/announcements.py`): killed anywhere,
it or the next leader goes on where it was, and tells nothing twice.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.chassis.clock import Clock, rfc3339
from services.chassis.logs import log
from services.chassis.process import Stop
from services.matcher.announcing import news_of
from services.matcher.follower import Follower
from services.matcher.network import Network
from services.matcher.searching import SearchBook
from services.matcher.store import StoreAway
from services.matcher.store.announcements import Announcements, Deposed, Waiting
from services.matcher.store.searches import BookFollower

AT_ONCE = 50
_RENEW_SECONDS = 2.0
_IDLE_SECONDS = 0.2
_BACKOFF_SECONDS = 1.0


@dataclass(slots=True)
class Schedule:
    """The loop. Used by one thread."""

    announcements: Announcements
    follower: Follower
    searches: BookFollower
    clock: Clock
    stop: Stop
    _epoch: int | None = field(default=None, init=False)
    _renewed: float = field(default=0.0, init=False)
    _groups: Sequence[tuple[str, ...]] | None = field(default=None, init=False)

    def run(self) -> None:
        """Until asked to stop; a database that is away is waited for."""
        while not self.stop.requested:
            self.stop.beat()
            try:
                if not self.tick():
                    self.stop.wait(_IDLE_SECONDS)
            except StoreAway as error:
                log.warning("schedule.retrying", error=type(error).__name__)
                self.stop.wait(_BACKOFF_SECONDS)
        self._let_go()

    def tick(self) -> int:
        """Look at what waits, if this process leads: how many changes were looked at. Raises StoreAway."""
        if not self._leads():
            return 0
        waiting = self.announcements.waiting(AT_ONCE)
        if not waiting:
            return 0
        network, revision = self.follower.follow()
        book = self._book(network)
        done = 0
        for change in waiting:
            # What the network doesn't have yet waits for the next time, and all that came after it.
            if change.revision > revision or self.stop.requested or not self._leads():
                break
            try:
                self._announce(network, book, change)
            except Deposed:
                log.warning("schedule.deposed", epoch=self._epoch)
                self._epoch = None
                break
            done += 1
        return done

    def _announce(self, network: Network, book: SearchBook, change: Waiting) -> None:
        candidates = news_of(network, book, change.entity_id, change.at)

        now = rfc3339(self.clock())
        count = self.announcements.announce(change, self._epoch or 0, candidates.keys, candidates.chosen, now)
        log.info("announced", revision=change.revision, count=count)

    def _leads(self) -> bool:
        """Whether this process leads; asked, and the lease renewed, every two seconds."""
        self.stop.beat()
        if time.monotonic() - self._renewed >= _RENEW_SECONDS:
            self._epoch = self.announcements.lead()
            self._renewed = time.monotonic()
        return self._epoch is not None

    def _book(self, network: Network) -> SearchBook:
        book = self.searches.book()
        if network.groups is not self._groups:
            book.put_groups(network.groups)
            self._groups = network.groups
        return book

    def _let_go(self) -> None:
        try:
            self.announcements.release()
        except StoreAway:
            log.info("schedule.lease_runs_out")
