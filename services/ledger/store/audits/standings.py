"""Audit views of all accounts at a position: the trial balance, and who is near a limit since when."""

# ruff: noqa: S608 -- only constants of this package are put into the texts

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, LiteralString

from services.ledger.findings import Point, Rows
from services.ledger.store.audits.periods import Asked, Bounds, Connection, flat
from services.ledger.store.lists import TrialBalances
from services.ledger.store.points import ACCOUNT_THEN, point

_MOST_LIMITS = 1000
# Beyond every share of a limit that is used: what a limit of zero has.
_WITHOUT_LIMIT = 10**18

# An account that nothing has touched since is as it was then: only the others are worked out.
_NEAR: LiteralString = f"""
WITH every (account, entity_id, balance, max_negative, max_positive, standing) AS (
    SELECT account, entity_id, balance, max_negative, max_positive, standing
    FROM accounts WHERE book = %(book)s AND version <= %(position)s
    UNION ALL {ACCOUNT_THEN} WHERE a.book = %(book)s AND a.version > %(position)s),
used AS (
    SELECT *, CASE WHEN balance < 0 THEN -balance * 100 / nullif(max_negative, 0)
                   ELSE balance * 100 / nullif(max_positive, 0) END AS used_percent
    FROM every WHERE balance <> 0),
near AS MATERIALIZED (
    SELECT *, coalesce(used_percent, {_WITHOUT_LIMIT}) AS rank,
           NOT balance BETWEEN -max_negative AND max_positive AS outside
    FROM used WHERE used_percent IS NULL OR used_percent >= %(least)s)
SELECT near.*, (SELECT count(*) FROM near) AS total FROM near
WHERE rank < %(rank)s OR (rank = %(rank)s AND account > %(account)s)
ORDER BY rank DESC, account LIMIT %(limit)s"""

# Whether a balance of that side was near the limits that held then; a posting has those with it.
_IS_NEAR: LiteralString = """(CASE n.side
    WHEN 'negative' THEN balance < 0 AND (max_negative = 0 OR -balance * 100 / max_negative >= %(least)s)
    ELSE balance > 0 AND (max_positive = 0 OR balance * 100 / max_positive >= %(least)s) END)"""
_OF_ACCOUNT: LiteralString = "p.book = %(book)s AND p.account = n.account AND p.position <= %(position)s"
_LIMITS: LiteralString = """c.book = %(book)s AND c.subject = n.account AND c.position <= %(position)s
    AND c.type IN ('ledger.account-opened.v1', 'ledger.account-limits-changed.v1')"""
# The last moment at which it was not near, by a posting or by limits, and what came next of either. An account opens
# with nothing on it: that moment is found at the latest, unless there are too many to look through.
_SINCE: LiteralString = f"""
SELECT n.account, e.position, e.time, limited.position IS NOT NULL AND (
       posted.position IS NOT NULL OR looked.position IS NULL OR limited.position >= looked.position) AS exact
FROM unnest(%(accounts)s::text[], %(sides)s::text[]) AS n (account, side)
LEFT JOIN LATERAL (
    SELECT position FROM (
        SELECT p.position, p.balance, p.max_negative, p.max_positive FROM postings p
        WHERE {_OF_ACCOUNT} ORDER BY p.position DESC LIMIT %(postings)s) AS recent
    WHERE NOT {_IS_NEAR} ORDER BY position DESC LIMIT 1) AS posted ON true
LEFT JOIN LATERAL (
    SELECT p.position FROM postings p WHERE {_OF_ACCOUNT} AND posted.position IS NULL
    ORDER BY p.position DESC OFFSET %(postings)s - 1 LIMIT 1) AS looked ON true
LEFT JOIN LATERAL (
    SELECT position FROM (
        SELECT c.position, (c.data::json ->> 'max_negative')::bigint AS max_negative,
               (c.data::json ->> 'max_positive')::bigint AS max_positive, coalesce((
                   SELECT p.balance FROM postings p WHERE p.book = c.book AND p.account = n.account
                       AND p.position < c.position ORDER BY p.position DESC LIMIT 1), 0) AS balance
        FROM changes c WHERE {_LIMITS} ORDER BY c.position DESC LIMIT %(limits)s) AS recent
    WHERE NOT {_IS_NEAR} ORDER BY position DESC LIMIT 1) AS limited ON true
CROSS JOIN LATERAL (
    SELECT greatest(posted.position, limited.position, looked.position - 1, 0) AS position) AS calm
CROSS JOIN LATERAL (
    SELECT least(
        (SELECT p.position FROM postings p WHERE {_OF_ACCOUNT} AND p.position > calm.position
         ORDER BY p.position LIMIT 1),
        (SELECT c.position FROM changes c WHERE {_LIMITS} AND c.position > calm.position
         ORDER BY c.position LIMIT 1)) AS position) AS since
JOIN events e ON e.book = %(book)s AND e.position = since.position"""


def trial_balance(balances: TrialBalances, connection: Connection, book: str, asked: Asked) -> Rows:
    """Every account that was open at the point, by number, and the sums of all."""
    position, after = asked["after"] or (asked["position"], "")
    at = _point(connection, book, asked, position)
    found = balances.read(connection, at, after=after, limit=asked["limit"])
    facts = {
        "position": at.position,
        "time": at.time,
        "sum": found.sum,
        "total_positive": found.total_positive,
        "total_negative": found.total_negative,
    }
    rows = [asdict(account) for account in found.accounts]
    return Rows(rows, (at.position, found.next) if found.next else None, facts)


def near_limits(bounds: Bounds, connection: Connection, book: str, asked: Asked) -> Rows:
    """Accounts that were outside, or had at most `percent` of a limit left: worst first, and since when.

    Since: the event by which it last came near that limit (a payment, or other limits). `since_exact` is false when
    the bound of postings did not reach back so far: then it was near at the position that is shown, and before.
    """
    position, rank, number = asked["after"] or (asked["position"], _WITHOUT_LIMIT + 1, "")
    at, limit = _point(connection, book, asked, position), asked["limit"]
    parameters = {
        "book": book, "position": at.position, "least": 100 - asked["percent"], "rank": rank, "account": number,
        "limit": limit + 1,
    }  # fmt: skip
    found = flat(connection.execute(_NEAR, parameters))
    since = _since(connection, parameters | {"postings": bounds.postings}, found[:limit])
    rows = [_near(row, since) for row in found[:limit]]
    following = (at.position, found[limit - 1]["rank"], rows[-1]["account"]) if len(found) > limit else None
    return Rows(rows, following, _facts(at, asked, found))


def _facts(at: Point, asked: Asked, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    total = found[0]["total"] if found else 0
    return {"position": at.position, "time": at.time, "percent": asked["percent"], "total": total}


def _point(connection: Connection, book: str, asked: Asked, position: int | None) -> Point:
    return point(connection, book, position, None if position is not None else asked["at"])


def _near(row: dict[str, Any], since: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    moment = since[row["account"]]
    shown = {name: value for name, value in row.items() if name not in ("rank", "total")}
    return shown | {
        "since_position": moment["position"],
        "since_time": moment["time"],
        "since_exact": moment["exact"],
    }


def _since(
    connection: Connection, asked: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """By account: the event since which it is near its limit."""
    parameters = {
        "book": asked["book"], "position": asked["position"], "least": asked["least"],
        "accounts": [row["account"] for row in rows],
        "sides": ["negative" if row["balance"] < 0 else "positive" for row in rows],
        "postings": asked["postings"], "limits": _MOST_LIMITS,
    }  # fmt: skip
    found = flat(connection.execute(_SINCE, parameters, prepare=False)) if rows else []
    return {row["account"]: row for row in found}
