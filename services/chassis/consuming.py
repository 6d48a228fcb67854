"""The consumer loop: offset after effect, gaps halt, poison is parked where the service says so.

A projection stores the position that it has applied beside its effect, atomically. Smaller is a duplicate and is
ignored, next is applied, larger is a gap: the loop reads the partition again from the start once (the group's offset
may be ahead of a rebuilt projection) and passes over what is behind the hole (a relay that lost a batch repeats the
whole page); it halts if nothing closes the hole in time. A topic that forgets after a while may start anywhere: there
a larger position is no gap.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from events import topics
from events.envelope import Envelope
from services.chassis.logs import correlate, log
from services.chassis.process import Stop

_BACKOFF_SECONDS = 1.0
_HOLE_SECONDS = 30.0
"""Longer than a relay needs to notice that a record was not acknowledged, and to send it again."""
KAFKA_AWAY: tuple[type[Exception], ...] = (KafkaError,)
"""What `read_topic` raises when no broker answers."""
_FORGETTING = frozenset(topic.name for topic in topics.TOPICS if topic.retention_ms != topics.FOR_EVER)


class Gap(SystemExit):
    """Events are missing: the projection must not go on (exit code 3). Restore the topic, or rebuild."""

    def __init__(self, source: str, expected: int, found: int) -> None:
        self.source, self.expected = source, expected
        log.critical("consumer.gap", source=source, expected=expected, found=found)
        super().__init__(3)


@dataclass(frozen=True, slots=True)
class Received:
    """One record from Kafka. `source` is `<topic>/<key>`: positions are gapless within it."""

    source: str
    topic: str
    position: int
    raw: bytes
    envelope: Envelope | None
    """None when the bytes are no event of ours."""


@dataclass(frozen=True, slots=True)
class _Hole:
    expected: int
    found: int
    deadline: float


class Projection(Protocol):
    """A service's side of the loop."""

    transient: tuple[type[Exception], ...]
    """Errors of a store that is away: tried again until it is back."""
    parks: bool
    """Whether a record that can't be applied goes to the dead-letter topic; else the loop halts."""

    def decode(self, raw: bytes) -> Envelope:
        """The envelope in `raw`. Raises ValueError."""

    def position(self, source: str) -> int:
        """The last position applied of `source`; 0 at first."""

    def apply(self, source: str, received: Sequence[Received]) -> None:
        """Take contiguous records, in order; store effect and the last one's position atomically.

        An unknown type has no effect but its position counts.
        """

    def skip(self, source: str, received: Received) -> None:
        """Store the position alone: the record was parked."""


class Loop:
    """Consumes `subscribed` topics for one group, in one thread."""

    def __init__(
        self,
        projection: Projection,
        bootstrap: str,
        group: str,
        subscribed: Sequence[str],
        stop: Stop,
        forgetting: Collection[str] = _FORGETTING,
        hole_seconds: float = _HOLE_SECONDS,
    ) -> None:
        self._projection, self._stop, self._group = projection, stop, group
        self._bootstrap, self._subscribed = bootstrap, subscribed
        self._forgetting = forgetting
        self._hole_seconds = hole_seconds
        self._holes: dict[str, _Hole] = {}

    def run(self) -> None:
        """Consume until asked to stop; a broker that is away is waited for."""
        while not self._stop.requested:
            self._stop.beat()
            consumer: Any = None
            try:
                consumer = self._connect()
                while not self._stop.requested:
                    self._step(consumer)
            except KafkaError as error:
                log.warning("consumer.retrying", error=type(error).__name__)
                self._stop.wait(_BACKOFF_SECONDS)
            finally:
                if consumer is not None:
                    consumer.close(autocommit=False)

    def _connect(self) -> Any:
        consumer = KafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            # Its 30 s would keep a loop without a broker from stopping in time.
            bootstrap_timeout_ms=3_000,
            # A killed consumer holds its partitions for this long; brokers allow no less.
            session_timeout_ms=6_000,
            heartbeat_interval_ms=2_000,
            fetch_max_wait_ms=100,
            max_poll_records=500,
        )
        consumer.subscribe(self._subscribed)
        return consumer

    def _step(self, consumer: Any) -> None:
        self._stop.beat()
        polled = consumer.poll(timeout_ms=500)
        for partition in [partition for partition, records in polled.items() if not self._take(records)]:
            self._rewind(consumer, partition)
        for source, hole in self._holes.items():
            if time.monotonic() > hole.deadline:
                raise Gap(source, hole.expected, hole.found)
        if polled and not self._holes:
            consumer.commit()

    def _take(self, records: Iterable[Any]) -> bool:
        """Apply one partition's records; False when a gap asks for a second reading."""
        received = (self._received(record) for record in records)
        return all(self._take_source(source, list(group)) for source, group in _by_source(received))

    def _take_source(self, source: str, received: list[Received]) -> bool:
        fresh: list[Received] = []
        last = self._patiently(lambda: self._projection.position(source))
        for record in received:
            if record.position <= last:
                continue
            if record.position > last + 1 and record.topic not in self._forgetting:
                if source not in self._holes:
                    deadline = time.monotonic() + self._hole_seconds
                    self._holes[source] = _Hole(last + 1, record.position, deadline)
                    return False
                continue
            fresh.append(record)
            last = record.position
        if fresh:
            self._apply(source, fresh)
            if source in self._holes and last >= self._holes[source].expected:
                del self._holes[source]
        return True

    def _apply(self, source: str, fresh: list[Received]) -> None:
        correlate(fresh[0].envelope.correlationid if fresh[0].envelope else None)
        try:
            self._patiently(lambda: self._projection.apply(source, fresh))
        except Exception as error:
            if not self._projection.parks:
                log.critical("consumer.halted", source=source, position=fresh[0].position, exc_info=error)
                raise SystemExit(3) from error
            self._apply_one_by_one(source, fresh)
        log.info("consumed", source=source, count=len(fresh), position=fresh[-1].position)

    def _apply_one_by_one(self, source: str, fresh: list[Received]) -> None:
        for record in fresh:
            try:
                self._patiently(lambda r=record: self._projection.apply(source, [r]))
            except Exception as error:  # noqa: BLE001 -- whatever is wrong with it, it must not stop the others
                self._park(record, error)
                self._patiently(lambda r=record: self._projection.skip(source, r))

    def _patiently(self, call: Any) -> Any:
        """The call's result; tried again while the store is away, for as long as nobody asks to stop."""
        while True:
            try:
                return call()
            except self._projection.transient as error:
                log.warning("consumer.store_away", error=type(error).__name__)
                self._stop.beat()
                if self._stop.wait(_BACKOFF_SECONDS):
                    raise SystemExit(0) from error

    def _park(self, record: Received, reason: Exception) -> None:
        """Put the record on the dead-letter topic, with the reason's class (never its text: it may quote data)."""
        target = topics.dead_letters(record.topic, self._group)
        headers = [("reason", type(reason).__name__.encode()), ("source", record.source.encode())]
        headers.append(("position", str(record.position).encode()))
        producer = KafkaProducer(
            bootstrap_servers=self._bootstrap,
            acks="all",
            bootstrap_timeout_ms=3_000,
            request_timeout_ms=5_000,
            delivery_timeout_ms=6_000,
            max_block_ms=5_000,
        )
        try:
            producer.send(target, key=record.source.encode(), value=record.raw, headers=headers).get(timeout=7)
        finally:
            producer.close(timeout=5)
        log.error("consumer.parked", source=record.source, position=record.position, exc_info=reason)

    def _rewind(self, consumer: Any, partition: Any) -> None:
        log.warning("consumer.rewinding", topic=partition.topic, partition=partition.partition)
        consumer.seek_to_beginning(partition)

    def _received(self, record: Any) -> Received:
        try:
            source = f"{record.topic}/{record.key.decode()}"
            position = int(dict(record.headers)["position"])
        except (AttributeError, KeyError, ValueError) as error:
            # Without key and position nobody can tell whether something is missing.
            log.critical("consumer.foreign_record", topic=record.topic, offset=record.offset, exc_info=error)
            raise SystemExit(3) from error
        try:
            envelope = self._projection.decode(record.value)
        except ValueError:
            envelope = None
        return Received(source, record.topic, position, record.value, envelope)


def read_topic(
    bootstrap: str, topic: str, key: str, idle_seconds: float, position: int = 1
) -> Iterator[tuple[dict[str, str], bytes]]:
    """Headers and bytes of every record of `key`, from the very first, without a group: for audits.

    With a `position` those before it may be left out, those of a topic with one key a partition, from position 1 on.
    Ends when nothing more came for `idle_seconds`. Raises KafkaError when no broker answers.
    """
    consumer: Any = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, fetch_max_wait_ms=100)
    try:
        partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        consumer.assign(partitions)
        first, last = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
        for partition in partitions:
            # What was published twice only moves it further back.
            consumer.seek(partition, min(first[partition] + position - 1, last[partition]))
        deadline = time.monotonic() + idle_seconds
        while time.monotonic() < deadline:
            for records in consumer.poll(timeout_ms=200).values():
                mine = [record for record in records if record.key == key.encode()]
                yield from (({name: value.decode() for name, value in r.headers}, r.value) for r in mine)
                deadline = time.monotonic() + idle_seconds
    finally:
        consumer.close(autocommit=False)


def _by_source(received: Iterable[Received]) -> Iterable[tuple[str, Iterable[Received]]]:
    # Stable: order within a source is kept, sources of one partition don't mix.
    ordered = sorted(received, key=lambda record: record.source)
    return groupby(ordered, key=lambda record: record.source)
