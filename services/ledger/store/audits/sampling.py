"""The audit view of a sample of transfers. The rule is in services/ledger/sampling.py."""

from typing import Any

from services.ledger.findings import Rows
from services.ledger.sampling import draws
from services.ledger.store.audits.periods import Asked, Connection, Stretch, flat, stretch

_REMEMBERED = 1000

_TOTAL = """
SELECT count(*) FROM transfers
WHERE book = %(book)s AND initiated_position BETWEEN %(first)s AND %(last)s"""
_POSITIONS = """
SELECT number, initiated_position FROM (
    SELECT row_number() OVER (ORDER BY initiated_position) AS number, initiated_position FROM transfers
    WHERE book = %(book)s AND initiated_position BETWEEN %(first)s AND %(last)s) AS every
WHERE number IN (SELECT unnest(%(numbers)s::bigint[]))"""
_TRANSFERS = """
SELECT transfer_id, kind, direction, initiator, payer, payee, amount, description, reference, status,
       initiated_position, initiated_at, ended_at, accepted_by, cancellation_kind, reverses, reversed_by
FROM transfers WHERE book = %s AND initiated_position = ANY(%s)"""


class Samples:
    """Samples of one book. How many proposals a stretch of its log has is remembered: it never changes."""

    def __init__(self) -> None:
        self._totals: dict[Stretch, int] = {}

    def read(self, connection: Connection, book: str, asked: Asked) -> Rows:
        """`n` of the transfers that were proposed in the period, in the order drawn; `of` is how many there are."""
        last, done = asked["after"] or (None, 0)
        period = stretch(connection, book, asked["period"], last)
        parameters = {"book": book, "first": period.first, "last": period.last}
        total = self._total(connection, period, parameters)
        drawn = draws(asked["seed"], total, asked["n"])
        shown = drawn[done : done + asked["limit"]]
        wanted = {"numbers": [number for _, number in shown]}
        places: dict[int, int] = dict(connection.execute(_POSITIONS, parameters | wanted).fetchall())
        found = flat(connection.execute(_TRANSFERS, (book, list(places.values()))))
        known = {row["initiated_position"]: row for row in found}
        rows = [{"draw": turn, "number": number, **known[places[number]]} for turn, number in shown]
        following = done + len(shown)
        facts = {"seed": asked["seed"], "n": len(drawn), "of": total, **period.facts}
        return Rows(rows, (period.last, following) if following < len(drawn) else None, facts)

    def _total(self, connection: Connection, period: Stretch, parameters: dict[str, Any]) -> int:
        if period not in self._totals:
            if len(self._totals) >= _REMEMBERED:
                self._totals.clear()
            (total,) = connection.execute(_TOTAL, parameters).fetchone() or (0,)
            self._totals[period] = total
        return self._totals[period]
