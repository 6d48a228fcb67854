"""Moves committed events to Kafka, in order, at least once. One relay leads; the others wait for its end."""

from services.chassis.process import Stop
from services.chassis.relaying import relay as relay_outbox
from services.ledger.store.outbox import EventOutbox


def run_relay(database_url: str, book: str, bootstrap: str, stop: Stop) -> None:
    """Publish until asked to stop, then give leadership back."""
    outbox = EventOutbox(database_url, book)
    try:
        relay_outbox(outbox, bootstrap, stop)
    finally:
        outbox.close()
