"""Reading the feed: what there is after a cursor, or the first that comes within a while. Knows no HTTP of ours."""

import time
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass

from services.notifier.feed.domain import Audience, Cursor
from services.notifier.feed.store import FeedStore, Page
from services.notifier.feed.waiting import Waiter, Waiters

_LOOK_SECONDS = 2.0
"""For events that are far between: what was looked through until then is behind the cursor."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for; `types` empty: all."""

    audience: Audience
    types: Collection[str]
    limit: int


@dataclass(frozen=True, slots=True)
class Feed:
    """The feed for those who read it."""

    store: FeedStore
    waiters: Waiters

    def after(self, cursor: Cursor, wanted: Wanted, seconds: float) -> Page:
        """The next events, waiting so long for the first. Raises Gone, TooManyWaiting."""
        # Listening begins before looking: nothing that comes between is slept through.
        with self.waiters.waiting(wanted.audience) if seconds > 0 else nullcontext() as waiter:
            return self._after(cursor, wanted, waiter, time.monotonic() + seconds)

    def _after(self, cursor: Cursor, wanted: Wanted, waiter: Waiter | None, until: float) -> Page:
        look_until = max(until, time.monotonic() + _LOOK_SECONDS)
        page = self.store.page(cursor, wanted.audience, wanted.types, wanted.limit)
        while not page.raw:
            if page.whole and not (waiter and waiter.wait(until - time.monotonic())):
                return page
            if time.monotonic() > look_until:
                return page
            page = self.store.page(page.cursor, wanted.audience, wanted.types, wanted.limit)
        return page
