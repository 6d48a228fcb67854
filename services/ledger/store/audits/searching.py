"""The audit view of words: transfers whose description or reference has a text. Reads only.

No index of words, which every payment would pay for: each page reads a bounded part of the log.
"""

from services.ledger.findings import Rows
from services.ledger.store.audits.periods import Asked, Bounds, Connection, flat, stretch
from services.ledger.store.texts import containing

_FOUND = """
SELECT initiated_position AS position, initiated_at AS time, transfer_id, kind, direction, payer, payee, amount, status,
       ended_at, description, reference
FROM transfers WHERE book = %(book)s AND initiated_position BETWEEN %(low)s AND %(high)s
    AND (description ILIKE %(text)s OR reference ILIKE %(text)s)
ORDER BY initiated_position DESC LIMIT %(limit)s"""


def search(bounds: Bounds, connection: Connection, book: str, asked: Asked) -> Rows:
    """Newest proposals first. A page may have few rows, or none, and yet a next one: `looked_from` says how far."""
    last, high = asked["after"] or (None, None)
    period, limit = stretch(connection, book, asked["period"], last), asked["limit"]
    high = period.last if high is None else min(high, period.last)
    low = max(period.first, high - bounds.positions + 1)
    parameters = {"book": book, "low": low, "high": high, "text": containing(asked["text"]), "limit": limit + 1}
    found = flat(connection.execute(_FOUND, parameters, prepare=False))
    shown = found[:limit]
    reached = shown[-1]["position"] if len(found) > limit else low
    following = (period.last, reached - 1) if reached > period.first else None
    return Rows(shown, following, {**period.facts, "looked_from": min(reached, period.last), "looked_to": high})
