"""The REST API under /api/v1: envelope, fields and rules of the seed's API (described at /api/v1/openapi.json).

Knows a caller by `Authorization: Bearer` alone; cookies mean nothing here, so no form token is needed.
"""

from services.gateway.rest import (
    accounts,
    activity,
    admin,
    admin_transfers,
    audit,
    batches,
    catalogue,
    description,
    entities,
    histories,
    importing,
    keeping,
    ledger,
    loops,
    matches,
    members,
    people,
    privacy,
    searches,
    security,
    staff,
    statements,
    tokens,
    transfers,
    webhooks,
)
from services.gateway.rest.answers import error_answer
from services.gateway.rest.blueprint import bp

__all__ = [
    "accounts",
    "activity",
    "admin",
    "admin_transfers",
    "audit",
    "batches",
    "bp",
    "catalogue",
    "description",
    "entities",
    "error_answer",
    "histories",
    "importing",
    "keeping",
    "ledger",
    "loops",
    "matches",
    "members",
    "people",
    "privacy",
    "searches",
    "security",
    "staff",
    "statements",
    "tokens",
    "transfers",
    "webhooks",
]
