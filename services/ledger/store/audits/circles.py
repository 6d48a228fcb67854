"""The audit view of rings: related parties among whom money goes round. How they are found is in rings.py.

Counted are payments between members that stand: completed in the period, and not reversed, whenever that was. What
administrators moved, and reversals, are no dealings between members. Amounts are without fees.
"""

import time
from typing import Any, LiteralString

from services.chassis.clock import rfc3339
from services.ledger.findings import Rows
from services.ledger.rings import LONGEST, Flow, Ring, rings
from services.ledger.store.audits.periods import Asked, Connection, stretch

MOST_FLOWS = 50_000
"""So many pairs are looked at, those with the largest sums."""
MOST_RINGS = 1000

# A completed transfer that was not reversed has the position of its completion as version.
_FLOWS: LiteralString = """
SELECT payer, payee, sum(amount)::bigint, count(*), min(ended_at), max(ended_at) FROM transfers
WHERE book = %(book)s AND status = 'completed' AND kind = 'transfer' AND reversed_by IS NULL
    AND initiated_position <= %(last)s AND version BETWEEN %(first)s AND %(last)s
GROUP BY payer, payee HAVING sum(amount) >= %(least)s ORDER BY 3 DESC, 1, 2 LIMIT %(most)s + 1"""


def circles(connection: Connection, book: str, asked: Asked) -> Rows:
    """Rings, the largest first. Every one in which more than `all_above` goes round is listed, all if `complete`."""
    last, *above = asked["after"] or (None,)
    period, least = stretch(connection, book, asked["period"], last), asked["min_amount"]
    parameters = {"book": book, "first": period.first, "last": period.last, "least": least, "most": MOST_FLOWS}
    flows = [_flow(row) for row in connection.execute(_FLOWS, parameters)]
    # Cooperative under gevent: others are served meanwhile.
    found = rings(flows[:MOST_FLOWS], length=asked["length"], most=MOST_RINGS, pause=lambda: time.sleep(0))
    complete, all_above = found.complete, found.all_above or least - 1
    if complete and len(flows) > MOST_FLOWS:
        complete, all_above = False, flows[MOST_FLOWS].amount
    left = [ring for ring in found.rings if not above or _place(ring) > tuple(above)]
    shown = left[: asked["limit"]]
    facts = {"complete": complete, "all_above": all_above, "pairs": len(flows[:MOST_FLOWS]), **period.facts}
    following = (period.last, *_place(shown[-1])) if len(left) > len(shown) else None
    return Rows([_row(ring) for ring in shown], following, facts)


def _flow(row: tuple[Any, ...]) -> Flow:
    payer, payee, amount, count, first, last = row
    return Flow(payer, payee, amount, count, rfc3339(first), rfc3339(last))


def _place(ring: Ring) -> tuple[int, int, str]:
    """The rank as a cursor holds it."""
    amount, length, accounts = ring.rank
    return amount, length, " ".join(accounts)


def _row(ring: Ring) -> dict[str, Any]:
    places = [*ring.accounts, *[None] * (LONGEST - len(ring.accounts))]
    return {
        "amount": ring.amount,
        "length": len(ring.accounts),
        "payments": ring.payments,
        "rounds": ring.rounds,
        "first_time": ring.first,
        "last_time": ring.last,
        **{f"account_{number}": place for number, place in enumerate(places, 1)},
    }
