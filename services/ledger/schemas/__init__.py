"""Shapes of requests (docs/internal-api.md). Each schema is built once: building costs more than loading."""

from services.ledger.schemas.batches import BATCH
from services.ledger.schemas.commands import (
    ADMIN_TRANSFER,
    ANYTHING,
    CONSENT,
    EMPTY,
    FEES,
    INITIATE,
    LIMITS,
    NEEDED_REASON,
    POLICY,
    REASON,
)
from services.ledger.schemas.fields import ACCOUNT_NUMBER

__all__ = [
    "ACCOUNT_NUMBER",
    "ADMIN_TRANSFER",
    "ANYTHING",
    "BATCH",
    "CONSENT",
    "EMPTY",
    "FEES",
    "INITIATE",
    "LIMITS",
    "NEEDED_REASON",
    "POLICY",
    "REASON",
]
