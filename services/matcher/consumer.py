"""The matcher's side of the consumer loop: two topics, one transaction for each run of records."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from events import codec, topics
from events.envelope import Envelope, Event
from services.chassis.clock import Clock, rfc3339
from services.chassis.consuming import Received
from services.chassis.logs import log
from services.matcher.handlers import Crowded, Run, Told, take_directory, take_ledger, take_portion
from services.matcher.store import LONG_SECONDS, Overtaken, Store, StoreAway, Tx, derived, halts

GROUP = "matcher"
SUBSCRIBED = (topics.DIRECTORY_EVENTS, topics.LEDGER_EVENTS)
DIRECTORY_SOURCE = f"{topics.DIRECTORY_EVENTS}/{topics.DIRECTORY_KEY}"
LEDGER_SOURCE = f"{topics.LEDGER_EVENTS}/{topics.DEFAULT_BOOK}"


class Behind(Exception):
    """The store has fewer records than this consumer has handed to it: an older one was put back. Start again."""


def nobody_is_told(_: str) -> bool:
    """Of no event: while a generation is rebuilt."""
    return False


def told_since(clock: Clock, hours: int) -> Told:
    """Of events that are not older than so many hours."""
    return lambda time: time >= rfc3339(clock() - timedelta(hours=hours))


@dataclass(slots=True)
class Projection:
    """Members, accounts and trades, into the generation that is read, or into a given one.

    A record that can't be applied halts it: lists with a hole would lie.
    """

    store: Store
    told: Told
    generation: int | None = None
    directory: str = DIRECTORY_SOURCE
    ledger: str = LEDGER_SOURCE
    transient: tuple[type[Exception], ...] = field(default=(StoreAway,), init=False)
    parks: bool = field(default=False, init=False)

    def decode(self, raw: bytes) -> Envelope:
        """The envelope in `raw`. Raises MalformedEvent."""
        return codec.decode(raw)

    def position(self, source: str) -> int:
        """The last position applied of `source`."""
        return self.store.position(source, self.generation)

    def apply(self, source: str, received: Sequence[Received]) -> None:
        """Effects and position in one transaction. Raises MalformedEvent, UnknownEntity, Behind, StoreAway.

        A name that very many have is changed in portions, all of them before the position.
        """
        try:
            self._apply_all(source, received)
        except StoreAway:
            raise
        except Exception:  # noqa: BLE001 -- whatever is wrong with one of them, those before it are taken
            self._apply_up_to_the_broken(source, received)

    def skip(self, source: str, received: Received) -> None:
        """Nothing is ever parked: the loop halts instead, and an operator may pass over a record (`skip`)."""
        raise NotImplementedError(f"{source} at {received.position}: the matcher does not skip news")

    def _apply_all(self, source: str, received: Sequence[Received]) -> None:
        try:
            self._apply(source, received)
        except Crowded:
            for record in received:
                while self._take_portion(source, record):
                    continue
                self._apply(source, [record])

    def _take_portion(self, source: str, record: Received) -> bool:
        def work(tx: Tx) -> bool:
            # Only in its place: who takes the name up later keeps it.
            if derived.position(tx, source) != record.position - 1:
                raise Overtaken
            return take_portion(tx, _understood([record]), self.told)

        try:
            return self.store.transaction(work, generation=self.generation, seconds=LONG_SECONDS)
        except Overtaken:
            return False

    def _apply(self, source: str, received: Sequence[Received]) -> None:
        def work(tx: Tx) -> None:
            applied = derived.position(tx, source)
            # Another consumer of the group may have applied some of them meanwhile (a rebalance).
            fresh = [record for record in received if record.position > applied]
            if not fresh:
                raise Overtaken
            if fresh[0].position > applied + 1:
                raise Behind(f"{source}: {applied} is applied, the next here is {fresh[0].position}")
            self._take(tx, source, _understood(fresh))
            derived.put_position(tx, source, fresh[-1].position)

        try:
            self.store.transaction(work, generation=self.generation, seconds=LONG_SECONDS)
        except Overtaken:
            return

    def _take(self, tx: Tx, source: str, run: Run) -> None:
        # Of other books of the ledger there is a position alone.
        if source == self.directory:
            take_directory(tx, run, self.told)
        elif source == self.ledger:
            take_ledger(tx, run)

    def _apply_up_to_the_broken(self, source: str, received: Sequence[Received]) -> None:
        for record in received:
            try:
                self._apply_all(source, [record])
            except StoreAway:
                raise
            except Exception as error:
                log.critical("matcher.halted", source=source, position=record.position, error=type(error).__name__)
                halts.note(self.store, source, record.position, type(error).__name__)
                raise


def _understood(received: Sequence[Received]) -> list[tuple[Envelope, Event]]:
    run: list[tuple[Envelope, Event]] = []
    for record in received:
        if record.envelope is None:
            raise codec.MalformedEvent(f"{record.source} at {record.position}")
        if (event := codec.event_of(record.envelope)) is not None:
            run.append((record.envelope, event))
    return run
