"""PostgreSQL: the only package of the ledger that knows the driver. What others need is named here."""

from services.ledger.store.migrating import migrate, schema_version
from services.ledger.store.outbox import EventOutbox
from services.ledger.store.reading import Reader, StoreAway
from services.ledger.store.streaming import AuditSource
from services.ledger.store.writing import Interrupted, Rejected, Writer

__all__ = [
    "AuditSource",
    "EventOutbox",
    "Interrupted",
    "Reader",
    "Rejected",
    "StoreAway",
    "Writer",
    "migrate",
    "schema_version",
]
