"""The audit view of rings: related parties among whom money goes round. How they are found is in rings.py.

Counted are payments between members that stood at the end of the period: completed in it, and not reversed by then.
What administrators moved, and reversals, are no dealings between members. Amounts are without fees.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import LiteralString

from services.chassis.clock import rfc3339
from services.ledger.findings import Rows
from services.ledger.rings import LONGEST, Flow, Found, Ring, rings
from services.ledger.store.audits.periods import Asked, Bounds, Connection, Stretch, stretch

_REMEMBERED = 8

# The whole table is read once: by an index it would be read in pieces all over the disk. So many sums need room.
_FOR_ONE_READING = "SET LOCAL random_page_cost = 4; SET LOCAL work_mem = '64MB'; SET LOCAL statement_timeout = '12s'"
# A completed transfer has the position of its completion as version, until it is reversed: of those that were reversed
# after the period it is looked up.
_FLOWS: LiteralString = """
SELECT payer, payee, sum(amount)::bigint, count(*), min(ended_at), max(ended_at) FROM (
    SELECT payer, payee, amount, ended_at FROM transfers
    WHERE book = %(book)s AND status = 'completed' AND kind = 'transfer' AND reversed_by IS NULL
        AND initiated_position <= %(last)s AND version BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT t.payer, t.payee, t.amount, t.ended_at FROM transfers r
    JOIN transfers t ON t.book = r.book AND t.transfer_id = r.reverses JOIN events e ON e.closes = t.transfer_id
    WHERE r.book = %(book)s AND r.kind = 'reversal' AND r.initiated_position > %(last)s
        AND t.kind = 'transfer' AND e.position BETWEEN %(first)s AND %(last)s) AS stood
GROUP BY payer, payee HAVING sum(amount) >= %(least)s ORDER BY 3 DESC, 1, 2 LIMIT %(most)s"""


class Circles:
    """Rings of one book. The last answers are remembered: what stood at a position never changes."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._known: dict[tuple[Stretch, int, int], tuple[Found, int]] = {}

    def read(self, connection: Connection, book: str, asked: Asked) -> Rows:
        """A page, the largest first. Every ring in which more than `all_above` goes round is listed.

        `complete`: all are. `pairs` are those who paid each other that were looked at.
        """
        last, *above = asked["after"] or (None,)
        period = stretch(connection, book, asked["period"], last)
        found, pairs = self._found(connection, book, period, asked["length"], asked["min_amount"])
        left = [ring for ring in found.rings if not above or _place(ring) > tuple(above)]
        shown = left[: asked["limit"]]
        facts = {"complete": found.complete, "all_above": found.all_above, "pairs": pairs, **period.facts}
        following = (period.last, *_place(shown[-1])) if len(left) > len(shown) else None
        return Rows([_row(ring) for ring in shown], following, facts)

    def _found(self, connection: Connection, book: str, period: Stretch, length: int, least: int) -> tuple[Found, int]:
        key, most = (period, length, least), self._bounds.flows
        if key not in self._known:
            flows = _flows(connection, book, period, least, most + 1)
            # Cooperative under gevent: others are served meanwhile.
            found = rings(flows[:most], length=length, most=self._bounds.rings, pause=lambda: time.sleep(0))
            if found.complete:
                cut = flows[most].amount if len(flows) > most else 0
                found = replace(found, complete=not cut, all_above=cut or least - 1)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = found, min(len(flows), most)
        return self._known[key]


def _flows(connection: Connection, book: str, period: Stretch, least: int, most: int) -> Sequence[Flow]:
    """The largest."""
    parameters = {"book": book, "first": period.first, "last": period.last, "least": least, "most": most}
    with connection.transaction():
        connection.execute(_FOR_ONE_READING)
        return [Flow(*row) for row in connection.execute(_FLOWS, parameters, prepare=False)]


def _place(ring: Ring) -> tuple[int, int, str]:
    """The rank as a cursor holds it."""
    amount, length, accounts = ring.rank
    return amount, length, " ".join(accounts)


def _row(ring: Ring) -> dict[str, int | str | None]:
    places = [*ring.accounts, *[None] * (LONGEST - len(ring.accounts))]
    return {
        "amount": ring.amount,
        "length": len(ring.accounts),
        "payments": ring.payments,
        "rounds": ring.rounds,
        "first_time": rfc3339(ring.first),
        "last_time": rfc3339(ring.last),
        **{f"account_{number}": place for number, place in enumerate(places, 1)},
    }
