"""Delivers events again from a position on: reads the topic, a piece at a time, in `deliver`.

What waits at a webhook is bounded: a replay goes on when the receiver has taken most of the last piece. Cut off at any
point it goes on where it was; what was queued then already is queued once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from events import codec
from events.envelope import Envelope, Event
from services.chassis.clock import Clock
from services.chassis.consuming import Received
from services.chassis.logs import log
from services.chassis.process import Stop
from services.notifier.store import TRANSIENT
from services.notifier.webhooks.domain import Webhook, about, forgotten
from services.notifier.webhooks.replays import Replay, ReplayStore
from services.notifier.webhooks.store import Delivery, WebhookStore
from services.notifier.webhooks.taking import deliveries_of, told_of

PIECE = 500
MOST_WAITING = 1_000
_POLL_SECONDS = 1.0
_LATER = timedelta(seconds=2)
_LEASE = timedelta(seconds=60)

Read = Callable[[str, int], Iterable[Received]]
"""The records of a source from about a position on; ends when nothing more comes. Raises `away`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayer:
    """Works at replays, one piece of one at a time. Several may run."""

    store: WebhookStore
    replays: ReplayStore
    read: Read
    away: tuple[type[Exception], ...]
    clock: Clock

    def run(self, stop: Stop) -> None:
        """Work until asked to stop; brokers and stores that are away are waited for."""
        while not stop.requested:
            try:
                if not self.step():
                    stop.wait(_POLL_SECONDS)
            except (*TRANSIENT, *self.away) as error:
                log.warning("replay.waiting", error=type(error).__name__)
                stop.wait(_POLL_SECONDS)

    def step(self) -> bool:
        """Queue the next piece of a replay; False when none is due."""
        replay = self.replays.claim(self.clock(), _LEASE)
        if replay is None:
            return False
        webhook = self.store.webhook(replay.webhook_id)
        if webhook is None or webhook.state == "paused":
            self.replays.end(replay, "stopped")
        elif replay.reached >= replay.last:
            self.replays.end(replay, "done")
        elif self.store.waiting(webhook.webhook_id, MOST_WAITING) >= MOST_WAITING:
            self.replays.advance(replay, replay.reached, 0, self.clock() + _LATER)
        else:
            self._piece(replay, webhook)
        return True

    def _piece(self, replay: Replay, webhook: Webhook) -> None:
        records = self._records(replay)
        if not records:
            self.replays.advance(replay, replay.reached, 0, self.clock() + _LATER)
            return
        deliveries = self._deliveries(records, webhook)
        self.store.deliver_again(deliveries, self.clock())
        reached = records[-1].position
        self.replays.advance(replay, reached, len(deliveries), self.clock())
        log.info("replay.queued", replay_id=replay.replay_id, position=reached, count=len(deliveries))

    def _records(self, replay: Replay) -> list[Received]:
        """The next ones, without repetition: a relay may have published some twice."""
        found: list[Received] = []
        expected = replay.reached + 1
        for record in self.read(replay.source, expected):
            if record.position == expected:
                found.append(record)
                expected += 1
            if len(found) == PIECE or expected > replay.last:
                break
        return found

    def _deliveries(self, records: Sequence[Received], webhook: Webhook) -> list[Delivery]:
        run = [(record.envelope, event) for record in records if record.envelope and (event := _event(record))]
        told = told_of(records, run, self.store, None)
        subjects = {subject for each in told for subject in about(each.envelope)}
        hidden = self.store.are_forgotten(subjects)
        shown = [each for each in told if forgotten(each.event) or hidden.isdisjoint(about(each.envelope))]
        return deliveries_of(shown, [webhook])


def received(source: str, position: int, raw: bytes) -> Received:
    """A record as it was read; without an envelope if it is no event."""
    envelope: Envelope | None
    try:
        envelope = codec.decode(raw)
    except codec.MalformedEvent:
        envelope = None
    return Received(source, source.partition("/")[0], position, raw, envelope)


def _event(record: Received) -> Event | None:
    try:
        return codec.event_of(record.envelope) if record.envelope else None
    except codec.MalformedEvent:
        return None
