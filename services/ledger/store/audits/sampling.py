"""The audit view of a sample of transfers. The rule is in services/ledger/sampling.py."""

from services.ledger.findings import Rows
from services.ledger.sampling import draws
from services.ledger.store.audits.periods import Asked, Connection, flat, stretch

_TOTAL = """
SELECT count(*) FROM transfers
WHERE book = %(book)s AND initiated_position BETWEEN %(first)s AND %(last)s"""
_NUMBERED = """
WITH numbered AS MATERIALIZED (
    SELECT number, initiated_position FROM (
        SELECT row_number() OVER (ORDER BY initiated_position) AS number, initiated_position FROM transfers
        WHERE book = %(book)s AND initiated_position BETWEEN %(first)s AND %(last)s) AS every
    WHERE number = ANY(%(numbers)s::bigint[]))
SELECT n.number, t.transfer_id, t.kind, t.direction, t.initiator, t.payer, t.payee, t.amount, t.description,
       t.reference, t.status, t.initiated_position, t.initiated_at, t.ended_at, t.accepted_by,
       t.cancellation_kind, t.reverses, t.reversed_by
FROM numbered n JOIN transfers t ON t.book = %(book)s AND t.initiated_position = n.initiated_position"""


def sample(connection: Connection, book: str, asked: Asked) -> Rows:
    """`n` of the transfers that were proposed in the period, in the order drawn; `of` is how many there are."""
    last, done = asked["after"] or (None, 0)
    period = stretch(connection, book, asked["period"], last)
    parameters = {"book": book, "first": period.first, "last": period.last}
    (total,) = connection.execute(_TOTAL, parameters).fetchone() or (0,)
    drawn = draws(asked["seed"], total, asked["n"])
    shown = drawn[done : done + asked["limit"]]
    found = flat(connection.execute(_NUMBERED, parameters | {"numbers": [number for _, number in shown]}))
    known = {row["number"]: row for row in found}
    rows = [{"draw": turn, **known[number]} for turn, number in shown]
    following = done + len(shown)
    facts = {"seed": asked["seed"], "n": len(drawn), "of": total, **period.facts}
    return Rows(rows, (period.last, following) if following < len(drawn) else None, facts)
