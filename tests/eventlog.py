"""A log of events for consumers under test: positions, envelopes, delivery with or without Kafka."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from kafka import KafkaProducer

from events import codec
from events.envelope import Envelope, Event
from services.chassis.clock import rfc3339
from services.chassis.consuming import Loop, Received
from services.chassis.process import Stop


class EventLog:
    """The events of one source, in order, positions from 1."""

    def __init__(self, topic: str, key: str) -> None:
        self.topic, self.key = topic, key
        self.records: list[Received] = []

    @property
    def source(self) -> str:
        return f"{self.topic}/{self.key}"

    def tell(self, event: Event, at: datetime | None = None) -> Received:
        """Append `event`, as told at `at` (default: now)."""
        envelope = Envelope(
            id=str(uuid.uuid4()),
            source=f"/test/{self.key}",
            type=event.TYPE,
            time=rfc3339(at or datetime.now(UTC)),
            subject=event.subject,
            sequence=len(self.records) + 1,
            partitionkey=self.key,
            correlationid=uuid.uuid4().hex,
            actor="system:test",
            data=codec.data_of(event),
        )
        return self.append(codec.encode(envelope), envelope)

    def append(self, raw: bytes, envelope: Envelope | None = None) -> Received:
        """Append bytes as they are."""
        received = Received(self.source, self.topic, len(self.records) + 1, raw, envelope)
        self.records.append(received)
        return received

    def publish(self, bootstrap: str, records: Sequence[Received] | None = None) -> None:
        """Put records (default: all) on Kafka, as a relay does."""
        producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5)
        for record in self.records if records is None else records:
            headers = [("position", str(record.position).encode())]
            producer.send(self.topic, key=self.key.encode(), value=record.raw, headers=headers)
        producer.flush(timeout=30)
        producer.close()


def deliver(projection: Any, records: Sequence[Received]) -> bool:
    """Hand records of one source to a projection as the consumer loop does; False when it wants to read again."""
    loop = Loop(projection, "", "test", (), Stop())
    return loop._take_source(records[0].source, list(records))
