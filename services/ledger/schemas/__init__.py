"""Shapes of requests (docs/internal-api.md). Each schema is built once: building costs more than loading."""

from services.ledger.schemas.commands import EMPTY, INITIATE, LIMITS, REASON
from services.ledger.schemas.fields import ACCOUNT_NUMBER
from services.ledger.schemas.reads import NUMBERS, PAGE, STATEMENT

__all__ = ["ACCOUNT_NUMBER", "EMPTY", "INITIATE", "LIMITS", "NUMBERS", "PAGE", "REASON", "STATEMENT"]
