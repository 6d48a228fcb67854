"""Moves committed events and signed heads to Kafka, each in order, at least once. One relay leads; others wait."""

from services.chassis.process import Stop
from services.chassis.relaying import relay as relay_outbox
from services.ledger.store.outbox import EventOutbox, HeadOutbox, Outbox
from services.ledger.working import run_together


def run_relay(database_url: str, book: str, bootstrap: str, stop: Stop) -> None:
    """Publish until asked to stop, then give leadership back."""
    events, heads = EventOutbox(database_url, book), HeadOutbox(database_url, book)
    run_together(
        {"events": lambda part: _run(events, bootstrap, part), "heads": lambda part: _run(heads, bootstrap, part)}, stop
    )


def _run(outbox: Outbox, bootstrap: str, stop: Stop) -> None:
    try:
        relay_outbox(outbox, bootstrap, stop)
    finally:
        outbox.close()
