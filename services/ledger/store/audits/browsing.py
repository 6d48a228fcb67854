"""The audit view of events, newest first: all, those of a type, or those that concern an account. Reads only.

No index of either, which every event would pay for: with a filter each page reads a bounded part of the log.
"""

from typing import LiteralString

from services.ledger.findings import Rows
from services.ledger.store.audits.happenings import event_row
from services.ledger.store.audits.periods import Asked, Bounds, Connection, stretch

_EVENTS: LiteralString = """
SELECT position, time, type, body FROM events e
WHERE book = %(book)s AND position BETWEEN %(low)s AND %(high)s"""
_OF_TYPE: LiteralString = " AND type LIKE %(type)s"
# Numbers stand in events as texts of their own, so the quotes belong to it; in what people wrote a quote is escaped.
# The end of a transfer may name no account: its transfer knows both.
_CONCERNING: LiteralString = """
    AND (body LIKE %(quoted)s OR (type LIKE 'ledger.transfer-%%' AND body NOT LIKE '%%"entries":%%' AND EXISTS (
        SELECT FROM transfers t WHERE t.book = e.book AND %(account)s IN (t.payer, t.payee)
            AND t.transfer_id = (e.body::json #>> '{data,transfer_id}')::uuid)))"""
_NEWEST: LiteralString = " ORDER BY position DESC LIMIT %(limit)s"


def browse(bounds: Bounds, connection: Connection, book: str, asked: Asked) -> Rows:
    """Newest first. A page may have few rows, or none, and yet a next one: `looked_from` says how far."""
    last, high = asked["after"] or (None, None)
    period, limit = stretch(connection, book, asked["period"], last), asked["limit"]
    high = period.last if high is None else min(high, period.last)
    low = max(period.first, high - bounds.positions + 1)
    query = _EVENTS + (_OF_TYPE if asked["type"] else "") + (_CONCERNING if asked["account"] else "") + _NEWEST
    parameters = {
        "book": book, "low": low, "high": high, "limit": limit + 1, "account": asked["account"],
        "type": f"ledger.{asked['type']}.v%", "quoted": f'%"{asked["account"]}"%',
    }  # fmt: skip
    found = [event_row(*row) for row in connection.execute(query, parameters, prepare=False).fetchall()]
    shown = found[:limit]
    reached = shown[-1]["position"] if len(found) > limit else low
    following = (period.last, reached - 1) if reached > period.first else None
    return Rows(shown, following, {**period.facts, "looked_from": min(reached, period.last), "looked_to": high})
