"""Audit views along positions, oldest first: what the system cancelled, reversals, limits, and every event."""

from typing import Any, LiteralString

import orjson

from services.chassis.clock import rfc3339
from services.ledger.findings import Rows
from services.ledger.store.audits.periods import Asked, Connection, along, flat, paged

# A cancelled transfer is never touched again: its version is the position of the cancellation.
_SYSTEM_CANCELLATIONS = """
SELECT version AS position, ended_at AS time, transfer_id, cancellation_code AS code, cancellation_reason AS reason,
       payer, payee, initiator, amount, description, reference, initiated_position, initiated_at
FROM transfers WHERE book = %(book)s AND cancellation_kind = 'system' AND version > %(above)s AND version <= %(last)s
ORDER BY version LIMIT %(limit)s"""

_REVERSALS = """
SELECT r.initiated_position AS position, r.ended_at AS time, r.transfer_id AS reversal_id, r.reverses AS original_id,
       r.payer, r.payee, r.amount, r.description AS reason, e.body::json ->> 'actor' AS actor,
       e.body::json ->> 'onbehalfof' AS on_behalf_of, o.kind AS original_kind, o.description AS original_description,
       o.ended_at AS original_time, extract(epoch FROM r.ended_at - o.ended_at)::bigint AS delay_seconds
FROM transfers r JOIN transfers o ON o.book = r.book AND o.transfer_id = r.reverses
JOIN events e ON e.book = r.book AND e.position = r.initiated_position
WHERE r.book = %(book)s AND r.kind = 'reversal' AND r.initiated_position > %(above)s
    AND r.initiated_position <= %(last)s
ORDER BY r.initiated_position LIMIT %(limit)s"""

_LIMIT_CHANGES: LiteralString = """
SELECT changed.*, NOT balance BETWEEN -max_negative AND max_positive AS outside_after FROM (
    SELECT c.position, c.time, c.subject AS account, (c.data::json #>> '{previous,max_negative}')::bigint
               AS previous_max_negative, (c.data::json #>> '{previous,max_positive}')::bigint AS previous_max_positive,
           (c.data::json ->> 'max_negative')::bigint AS max_negative,
           (c.data::json ->> 'max_positive')::bigint AS max_positive,
           c.data::json ->> 'reason' AS reason, c.actor, coalesce((
               SELECT p.balance FROM postings p WHERE p.book = c.book AND p.account = c.subject
                   AND p.position < c.position ORDER BY p.position DESC LIMIT 1), 0) AS balance
    FROM changes c WHERE c.book = %(book)s AND c.type = 'ledger.account-limits-changed.v1'
        AND c.position > %(above)s AND c.position <= %(last)s ORDER BY c.position LIMIT %(limit)s) AS changed
ORDER BY position"""

_EVENTS = """
SELECT position, time, type, body FROM events
WHERE book = %(book)s AND position > %(above)s AND position <= %(last)s ORDER BY position LIMIT %(limit)s"""


def system_cancellations(connection: Connection, book: str, asked: Asked) -> Rows:
    """Transfers that the system cancelled: nobody wanted that, a rule did."""
    return _listed(connection, book, asked, _SYSTEM_CANCELLATIONS)


def reversals(connection: Connection, book: str, asked: Asked) -> Rows:
    """Reversals with what they reversed; `delay_seconds` from the completion of the one to that of the other."""
    return _listed(connection, book, asked, _REVERSALS)


def limit_changes(connection: Connection, book: str, asked: Asked) -> Rows:
    """Changes of limits, with the balance at that moment and whether it was outside of the new ones."""
    return _listed(connection, book, asked, _LIMIT_CHANGES)


def changes(connection: Connection, book: str, asked: Asked) -> Rows:
    """Every event; `data` is the event's own, as the canonical JSON that its hash covers."""
    stretch, parameters = along(connection, book, asked)
    rows = connection.execute(_EVENTS, parameters).fetchall()
    return paged([event_row(*row) for row in rows], asked["limit"], stretch)


def _listed(connection: Connection, book: str, asked: Asked, query: LiteralString) -> Rows:
    stretch, parameters = along(connection, book, asked)
    # Not a plan for all times: what a period holds decides which index is the right one.
    return paged(flat(connection.execute(query, parameters, prepare=False)), asked["limit"], stretch)


def event_row(position: int, time: Any, type_: str, body: str) -> dict[str, Any]:
    """An event as views show it."""
    document = orjson.loads(body)
    return {
        "position": position,
        "time": rfc3339(time),
        "type": type_,
        "subject": document["subject"],
        "actor": document["actor"],
        "on_behalf_of": document.get("onbehalfof"),
        "data": orjson.dumps(document["data"], option=orjson.OPT_SORT_KEYS).decode(),
    }
