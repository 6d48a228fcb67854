"""What stays of an event when the one that it is about is forgotten: type, ids, positions, no text. Pure.

Every field of every event of the directory is in one of the two tables (a test compares).
"""

from collections.abc import Mapping
from typing import Any

KEPT = frozenset(
    {
        "entity_id",
        "user_id",
        "account",
        "status",
        "imported",
        "previous",
        "kind",
        "role",
        "active",
        "until",
        "view_only",
        "max_amount",
        "daily_match_mail",
        "matches_since_last_login",
        "what",
        "message_id",
        "sender",
        "receiver",
        "to_entity",
        "contact_mail",
        "expires_at",
        # Of tags and categories, which are nobody's.
        "name",
        "to",
    }
)
"""Ids, kinds, dates, choices: who it was can't be told from them."""

EMPTIED: Mapping[str, Any] = {
    "profile": {"name": ""},
    "before": {},
    "after": {},
    "offers": [],
    "wants": [],
    "categories": [],
    "offers_added": [],
    "offers_removed": [],
    "wants_added": [],
    "wants_removed": [],
    "email": "",
    "first_name": "",
    "last_name": "",
    "reason": "",
    "ciphertext": "",
    "device": "",
}
"""And what is left of the rest."""


def redacted(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an event without personal data; the same again changes nothing."""
    return {name: value if name in KEPT else _emptied(name, value) for name, value in data.items()}


def _emptied(name: str, value: Any) -> Any:
    if name in EMPTIED:
        return EMPTIED[name]
    # A field of a version that this one doesn't know: nothing of it stays.
    return type(value)() if value is not None else None
