"""The relay: moves committed events from a service's outbox to Kafka, in order, at least once.

One relay leads, chosen by the store (advisory lock, lease) with a fencing epoch; the cursor moves only after every
acknowledgement. A crash in between repeats records; consumers know them by their position.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from events.topics import is_dead_letters
from services.chassis.logs import log
from services.chassis.process import Stop

PAGE = 500
_ACK_SECONDS = 7
_BACKOFF_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record to publish. `position` is the outbox position, gapless from 1."""

    position: int
    topic: str
    key: str
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Outbox(Protocol):
    """A store's side of the relay. Any method may raise one of `transient`; the relay then tries again."""

    transient: tuple[type[Exception], ...]

    def lead(self) -> int | None:
        """The fencing epoch while this process leads (called before each page, renews), else None."""

    def read(self, limit: int) -> Sequence[Outgoing]:
        """The next records after the cursor, in order."""

    def advance(self, position: int, epoch: int) -> bool:
        """Move the cursor to `position` if `epoch` still leads; False if another took over."""

    def wait(self, seconds: float) -> None:
        """Return when there may be news, after `seconds` at the latest."""


def relay(outbox: Outbox, bootstrap: str, stop: Stop) -> None:
    """Publish until asked to stop."""
    producer: Any = None
    away: tuple[type[Exception], ...] = (KafkaError, *outbox.transient)
    while not stop.requested:
        stop.beat()
        try:
            producer = producer or _new_producer(bootstrap)
            if not _publish_page(outbox, producer):
                outbox.wait(0.5)
        except away as error:
            log.warning("relay.retrying", error=type(error).__name__)
            _discard(producer)
            producer = None
            stop.wait(_BACKOFF_SECONDS)
    _discard(producer)


def forget_published(bootstrap: str, topic: str) -> None:
    """Move the beginning of every partition of `topic` to its end: the broker deletes what lies before.

    What consumers parked of it goes too: a dead letter is a copy, and would be the last one. A consumer that was
    behind goes on at the new beginning (`auto_offset_reset`). Raises KafkaError.
    """
    consumer: Any = KafkaConsumer(bootstrap_servers=bootstrap, bootstrap_timeout_ms=3_000, request_timeout_ms=5_000)
    admin: Any = None
    try:
        names = [topic, *(name for name in sorted(consumer.topics()) if is_dead_letters(name, topic))]
        partitions = [
            TopicPartition(name, number)
            for name in names
            for number in sorted(consumer.partitions_for_topic(name) or ())
        ]
        ends = {partition: end for partition, end in consumer.end_offsets(partitions).items() if end > 0}
        if ends:
            admin = KafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5_000)
            admin.delete_records(ends, timeout_ms=5_000)
    finally:
        if admin is not None:
            admin.close()
        consumer.close(autocommit=False)
    log.info("relay.log_forgotten", topic=topic, partitions=len(ends))


def _publish_page(outbox: Outbox, producer: Any) -> int:
    """Publish one page; the number of records published, 0 when there was nothing or another leads."""
    epoch = outbox.lead()
    page = outbox.read(PAGE) if epoch is not None else ()
    if epoch is None or not page:
        return 0
    sent = [producer.send(r.topic, key=r.key.encode(), value=r.value, headers=_headers(r)) for r in page]
    producer.flush(timeout=_ACK_SECONDS)
    for future in sent:
        future.get(timeout=_ACK_SECONDS)
    if not outbox.advance(page[-1].position, epoch):
        log.warning("relay.deposed", position=page[-1].position)
        return 0
    return len(page)


def _headers(record: Outgoing) -> list[tuple[str, bytes]]:
    return [(name, value.encode()) for name, value in record.headers.items()]


def _new_producer(bootstrap: str) -> Any:
    return KafkaProducer(
        bootstrap_servers=bootstrap,
        enable_idempotence=True,
        acks="all",
        linger_ms=5,
        batch_size=256 * 1024,
        # Each below the ten seconds in which a process has to stop, with or without a broker.
        bootstrap_timeout_ms=3_000,
        request_timeout_ms=5_000,
        delivery_timeout_ms=6_000,
        max_block_ms=5_000,
    )


def _discard(producer: Any) -> None:
    # A failed batch may be half sent: a fresh producer starts again from the cursor.
    if producer is not None:
        producer.close(timeout=1)
