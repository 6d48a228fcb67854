"""Lists of a whole book: who is near a limit, who would be outside of others, the trial balance. Reads only.

The first two read every account of the book once: an index on balances would cost each posting more than it saves here.
"""

# ruff: noqa: S608 -- only constants of this package are put into the texts

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

import psycopg

from services.ledger.domain import Account
from services.ledger.findings import Outside, Point, Simulation, Traded, TrialBalance
from services.ledger.store.points import ACCOUNT_THEN, BALANCE_THEN, rows_then
from services.ledger.store.rows import ACCOUNT, account_of

MOST_OUTSIDE = 1000
"""So many accounts a simulation lists; it counts them all."""
_REMEMBERED = 1000

# Account.used_percent in SQL; NULL, for a limit of zero, is the worst.
_NEAR: LiteralString = f"""
WITH near AS MATERIALIZED (
    SELECT * FROM (
        SELECT {ACCOUNT}, CASE WHEN balance < 0 THEN -balance * 100 / nullif(max_negative, 0)
                               ELSE balance * 100 / nullif(max_positive, 0) END AS used
        FROM accounts WHERE book = %(book)s AND balance <> 0) AS every
    WHERE used IS NULL OR used >= %(least)s)
SELECT total.count, page.* FROM (SELECT count(*) FROM near) AS total LEFT JOIN (
    SELECT {ACCOUNT}, used FROM near ORDER BY used DESC NULLS FIRST, account LIMIT %(limit)s OFFSET %(offset)s
) AS page ON true ORDER BY page.used DESC NULLS FIRST, page.account"""

_WOULD_BE_OUTSIDE = """
WITH looked_at AS MATERIALIZED (
    SELECT account, entity_id, balance, greatest(
        balance - coalesce(%(max_positive)s::bigint, max_positive),
        -balance - coalesce(%(max_negative)s::bigint, max_negative)) AS by
    FROM accounts WHERE book = %(book)s AND standing <> 'closed'
        AND (%(accounts)s::text[] IS NULL OR account = ANY(%(accounts)s::text[])))
SELECT counted.*, worst.* FROM (SELECT count(*), count(*) FILTER (WHERE by > 0) FROM looked_at) AS counted
LEFT JOIN (SELECT * FROM looked_at WHERE by > 0 ORDER BY by DESC, account LIMIT %(limit)s) AS worst ON true
ORDER BY worst.by DESC, worst.account"""

# By when it was proposed: that has an index, and an answer comes soon after or never.
_TRADED = """
WITH done AS MATERIALIZED (
    SELECT payer, payee, amount FROM transfers
    WHERE book = %(book)s AND initiated_position >= first_position_at(%(book)s, %(since)s)
        AND status = 'completed' AND kind = 'transfer')
SELECT count(*), coalesce(sum(amount), 0)::bigint,
       (SELECT count(*) FROM (SELECT payer FROM done UNION SELECT payee FROM done) AS every)
FROM done"""

# An account's first change is its opening: those without one up to the position were not there yet.
_TRIAL_PAGE: LiteralString = f"""{ACCOUNT_THEN}
WHERE a.book = %(book)s AND a.account > %(after)s ORDER BY a.account LIMIT %(limit)s"""
_TRIAL_SUMS: LiteralString = f"""
SELECT coalesce(sum(posting.balance) FILTER (WHERE posting.balance > 0), 0)::bigint,
       coalesce(sum(posting.balance) FILTER (WHERE posting.balance < 0), 0)::bigint
FROM accounts a {BALANCE_THEN} WHERE a.book = %(book)s"""


def near_limits(
    connection: psycopg.Connection, book: str, *, percent: int, limit: int, offset: int
) -> tuple[list[Account], int]:
    """Accounts that are outside or within `percent` of a limit, worst first, and how many there are."""
    asked = {"book": book, "least": 100 - percent, "limit": limit, "offset": offset}
    rows = connection.execute(_NEAR, asked).fetchall()
    return [account_of(row[1:-1]) for row in rows if row[1] is not None], int(rows[0][0])


def traded(connection: psycopg.Connection, book: str, since: datetime) -> Traded:
    """What members proposed since then and completed; reversals and administrators' transfers are not counted."""
    return Traded(*(connection.execute(_TRADED, {"book": book, "since": since}).fetchone() or (0, 0, 0)))


def would_be_outside(
    connection: psycopg.Connection,
    book: str,
    *,
    max_negative: int | None,
    max_positive: int | None,
    accounts: Sequence[str] | None,
) -> Simulation:
    """Who would be outside with these limits (None: as they are), of all that are not closed or of `accounts`."""
    asked = {
        "book": book, "max_negative": max_negative, "max_positive": max_positive, "limit": MOST_OUTSIDE,
        "accounts": None if accounts is None else list(accounts),
    }  # fmt: skip
    rows = connection.execute(_WOULD_BE_OUTSIDE, asked, prepare=False).fetchall()
    total, count = rows[0][:2]
    return Simulation([Outside(*row[2:]) for row in rows if row[2] is not None], count, total)


class TrialBalances:
    """Trial balances of one book. Their sums are remembered: as of a position that is past they never change."""

    def __init__(self, book: str) -> None:
        self._book = book
        self._sums: dict[int, tuple[int, int]] = {}

    def read(self, connection: psycopg.Connection, point: Point, *, after: str, limit: int) -> TrialBalance:
        """One page: accounts above the number `after`."""
        asked: dict[str, Any] = {"book": self._book, "position": point.position, "after": after, "limit": limit + 1}
        found = rows_then(connection, _TRIAL_PAGE, asked)
        positive, negative = self._summed(connection, point.position)
        shown = found[:limit]
        return TrialBalance(point, shown, positive, negative, shown[-1].account if len(found) > limit else None)

    def _summed(self, connection: psycopg.Connection, position: int) -> tuple[int, int]:
        if position not in self._sums:
            if len(self._sums) >= _REMEMBERED:
                self._sums.clear()
            row = connection.execute(_TRIAL_SUMS, {"book": self._book, "position": position}).fetchone()
            self._sums[position] = row or (0, 0)
        return self._sums[position]
