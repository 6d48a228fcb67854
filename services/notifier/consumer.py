"""The notifier's side of the consumer loop: four topics, one transaction for each run of records."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from events import codec, topics
from events.envelope import Envelope, Event
from services.chassis.clock import Clock
from services.chassis.consuming import Received
from services.notifier.handlers import Policy, effects_of
from services.notifier.saying import excess
from services.notifier.store import TRANSIENT, Store
from services.notifier.webhooks.taking import Taking

log = structlog.get_logger()
GROUP = "notifier"
SUBSCRIBED = (topics.DIRECTORY_EVENTS, topics.LEDGER_EVENTS, topics.DIRECTORY_MESSAGES, topics.MATCHER_EVENTS)
DIRECTORY_SOURCE = f"{topics.DIRECTORY_EVENTS}/{topics.DIRECTORY_KEY}"
LEDGER_SOURCE = f"{topics.LEDGER_EVENTS}/{topics.DEFAULT_BOOK}"

Run = Sequence[tuple[Envelope, Event]]
Understand = Callable[[Sequence[Received]], Run]


@dataclass(slots=True)
class Mail:
    """The projection: events into memory and messages. A record that can't be understood is parked."""

    store: Store
    policy: Policy
    clock: Clock
    webhooks: Taking | None = None
    transient: tuple[type[Exception], ...] = field(default=TRANSIENT, init=False)
    parks: bool = field(default=True, init=False)

    def decode(self, raw: bytes) -> Envelope:
        """The envelope in `raw`. Raises MalformedEvent."""
        return codec.decode(raw)

    def position(self, source: str) -> int:
        """The last position applied of `source`."""
        return self.store.position(source)

    def apply(self, source: str, received: Sequence[Received]) -> None:
        """Effects and position in one transaction. Raises MalformedEvent, UnknownTransfer."""
        self._advance(source, received, _understood)

    def skip(self, source: str, received: Received) -> None:
        """The position alone."""
        self._advance(source, [received], lambda _: [])

    def _advance(self, source: str, received: Sequence[Received], understand: Understand) -> None:
        done = False
        while not done:
            previous = self.store.position(source)
            # Another consumer of the group may have applied some of them meanwhile (a rebalance).
            fresh = [record for record in received if record.position > previous]
            done = not fresh or self._take(source, previous, fresh, understand(fresh))

    def _take(self, source: str, previous: int, fresh: Sequence[Received], run: Run) -> bool:
        now = self.clock()
        taken = self.store.advance(
            source,
            previous=previous,
            position=fresh[-1].position,
            effects=lambda reader: effects_of(run, reader, self.policy, now=now),
            now=now,
            beside=lambda session: self.webhooks.take(session, fresh, run, now) if self.webhooks else None,
        )
        if taken:
            _raise_alarm(run)
        return taken


def _raise_alarm(run: Run) -> None:
    """Also of what is too old to be mailed: the ledger must be looked at."""
    for envelope, event in run:
        if off := excess(event):
            log.error("ledger.non_zero_sum", transfer=envelope.subject, position=envelope.sequence, excess=off)


def _understood(received: Sequence[Received]) -> Run:
    run: list[tuple[Envelope, Event]] = []
    for record in received:
        if record.envelope is None:
            raise codec.MalformedEvent(f"{record.source} at {record.position}")
        if (event := codec.event_of(record.envelope)) is not None:
            run.append((record.envelope, event))
    return run
