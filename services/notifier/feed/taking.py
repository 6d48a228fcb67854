"""Events go into the feed: in the transaction that moves the notifier's position."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.notifier.feed.domain import NAMES, audiences, subjects
from services.notifier.feed.store import Entry, FeedStore
from services.notifier.webhooks.domain import Told, forgotten
from services.notifier.webhooks.store import WebhookStore

_MATCHER = "matcher"


@dataclass(frozen=True, slots=True)
class Feeding:
    """The feed's part of taking events. `webhooks` knows who was forgotten."""

    store: FeedStore
    webhooks: WebhookStore
    keep: timedelta

    def take(self, session: Any, source: str, told: Sequence[Told], first: int, last: int, now: datetime) -> None:
        """Keep what was `told` between these positions of `source`; what is too old is passed over."""
        if (name := NAMES.get(source)) is None:
            return
        taken = self.store.taken(session, name)
        if taken is None:
            self.store.begin(session, name, first)
        floor = first - 1 if taken is None else 0
        fresh = [each for each in told if each.position > (taken or 0)]
        entries = [_entry(each) for each in fresh]
        kept = [each for each in entries if each.at >= now - self.keep]
        floor = max([floor, *(each.position for each in entries if each.at < now - self.keep)])
        if name == _MATCHER:
            kept = self._without_forgotten(session, kept)
        self.store.take(session, name, kept, floor=floor, position=last)
        for each in fresh:
            if subject := forgotten(each.event):
                self.store.forget(session, subject, name, each.position)

    def _without_forgotten(self, session: Any, entries: Sequence[Entry]) -> list[Entry]:
        """The matcher may tell of somebody after the directory said to forget them: it follows another topic."""
        hidden = self.webhooks.are_forgotten({each for entry in entries for each in entry.about}, session)
        return [entry for entry in entries if hidden.isdisjoint(entry.about)]


def _entry(told: Told) -> Entry:
    return Entry(
        position=told.position,
        type=told.envelope.type,
        at=datetime.fromisoformat(told.envelope.time),
        audiences=audiences(told),
        about=subjects(told.envelope, told.event),
        raw=told.raw,
    )
