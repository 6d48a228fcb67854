"""PostgreSQL: the only package of the ledger that knows the driver. What most need is named here.

`outbox` (the relay's, with Kafka behind it) and `streaming` (the audit's) are imported by those alone.
"""

from services.ledger.store.migrating import migrate, schema_version
from services.ledger.store.points import NotYet
from services.ledger.store.reading import Reader, StoreAway, TooBroad
from services.ledger.store.writing import Interrupted, Outdated, Rejected, Writer

__all__ = [
    "Interrupted",
    "NotYet",
    "Outdated",
    "Reader",
    "Rejected",
    "StoreAway",
    "TooBroad",
    "Writer",
    "migrate",
    "schema_version",
]
