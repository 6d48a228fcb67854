"""The matcher's outbox: events in one order, appended in the transaction of what they tell."""

import secrets
import time
import uuid
from collections.abc import Sequence

from events import codec, topics
from events.envelope import Envelope, Event
from services.matcher.store.mongo import Store
from services.matcher.store.transaction import Tx
from services.mongo import outbox
from services.mongo.outbox import Sealed

OUTBOX = "outbox"
SOURCE = "/matcher"


def append(tx: Tx, events: Sequence[Event], *, actor: str, correlation_id: str, now: str) -> None:
    """Append events in order. Inside a transaction, which may run several times."""
    if events:
        sealed = [_sealed(event, actor, correlation_id) for event in events]
        outbox.append(tx.database, tx.session, OUTBOX, now, sealed)


def relayed(store: Store, topic: str = topics.MATCHER_EVENTS) -> outbox.StreamOutbox:
    """The relay's side. A record goes when Kafka has it: what is announced is news, and no log to rebuild from."""
    return outbox.StreamOutbox(store.database, OUTBOX, topic, topics.MATCHER_KEY, forgets=True)


def _sealed(event: Event, actor: str, correlation_id: str) -> Sealed:
    event_id = new_id()

    def seal(position: int, at: str) -> Envelope:
        return Envelope(
            id=event_id,
            source=SOURCE,
            type=event.TYPE,
            time=at,
            subject=event.subject,
            sequence=position,
            partitionkey=topics.MATCHER_KEY,
            correlationid=correlation_id,
            actor=actor,
            data=codec.data_of(event),
        )

    return seal


def new_id() -> str:
    """A UUIDv7 (RFC 9562): milliseconds, then random bits."""
    number = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    version_and_variant = 0x7 << 76 | 0x2 << 62
    cleared = number & ~(0xF << 76) & ~(0x3 << 62)
    return str(uuid.UUID(int=cleared | version_and_variant))
