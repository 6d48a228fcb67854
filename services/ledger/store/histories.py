"""The history of an account, and of the book's own rules. Reads only."""

from collections.abc import Sequence
from typing import Any

import orjson
import psycopg

from services.chassis.clock import rfc3339
from services.ledger.findings import Change

TYPES = {
    "opened": "ledger.account-opened.v1",
    "limits": "ledger.account-limits-changed.v1",
    "standing": "ledger.account-standing-changed.v1",
    "consent": "ledger.account-consent-changed.v1",
    "policy": "ledger.book-policy-changed.v1",
    "fee-rules": "ledger.fee-rules-changed.v1",
}
"""What a line of a history is called, and its event's type."""
_NAMES = {type_: name for name, type_ in TYPES.items()}

_CHANGES = """
SELECT position, time, type, actor, data FROM changes
WHERE book = %(book)s AND subject = %(subject)s AND position < coalesce(%(before)s::bigint, 9223372036854775807)
    AND (%(type)s::text IS NULL OR type = %(type)s::text)
ORDER BY position DESC LIMIT %(limit)s"""


def changes(
    connection: psycopg.Connection, book: str, subject: str, *, type_: str | None, before: int | None, limit: int
) -> tuple[Sequence[Change], int | None]:
    """Changes of an account (`subject` is its number) or of the book's rules, newest first; the next `before`."""
    asked = {
        "book": book, "subject": subject, "before": before, "limit": limit + 1, "type": TYPES[type_] if type_ else None,
    }  # fmt: skip
    rows = connection.execute(_CHANGES, asked).fetchall()
    found = [_change(row) for row in rows[:limit]]
    return found, found[-1].position if len(rows) > limit else None


def _change(row: Sequence[Any]) -> Change:
    position, time, type_, actor, data = row
    return Change(position, rfc3339(time), _NAMES.get(type_, type_), actor, orjson.loads(data))
