"""A point in a book's history: a position, or the last one before an instant. What was is never changed."""

# ruff: noqa: S608 -- only constants of this package are put into the texts

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

import psycopg

from services.chassis.clock import rfc3339
from services.ledger.findings import AccountThen, Point

# What is asked for: a position, else the newest one before an instant, else the newest one.
_POINT = """
SELECT wanted.position, wanted.newest, e.time FROM (
    SELECT h.book, h.position AS newest, CASE
        WHEN %(position)s::bigint IS NOT NULL THEN %(position)s::bigint
        WHEN %(at)s::timestamptz IS NOT NULL THEN first_position_at(h.book, %(at)s::timestamptz) - 1
        ELSE h.position END AS position
    FROM book_head h WHERE h.book = %(book)s) AS wanted
LEFT JOIN events e ON e.book = wanted.book AND e.position = wanted.position"""

# An account's balance, limits and standing as of %(position)s: one look into an index each.
BALANCE_THEN: LiteralString = """
LEFT JOIN LATERAL (SELECT p.balance FROM postings p WHERE p.book = a.book AND p.account = a.account
    AND p.position <= %(position)s ORDER BY p.position DESC LIMIT 1) AS posting ON true"""
_SETTINGS_THEN: LiteralString = """
JOIN LATERAL (SELECT c.data::json AS data FROM changes c WHERE c.book = a.book AND c.subject = a.account
    AND c.position <= %(position)s AND c.type IN ('ledger.account-opened.v1', 'ledger.account-limits-changed.v1')
    ORDER BY c.position DESC LIMIT 1) AS limits ON true
JOIN LATERAL (SELECT c.data::json AS data FROM changes c WHERE c.book = a.book AND c.subject = a.account
    AND c.position <= %(position)s AND c.type IN ('ledger.account-opened.v1', 'ledger.account-standing-changed.v1')
    ORDER BY c.position DESC LIMIT 1) AS standing ON true"""
ACCOUNT_THEN: LiteralString = f"""
SELECT a.account, a.entity_id, coalesce(posting.balance, 0), (limits.data ->> 'max_negative')::bigint,
       (limits.data ->> 'max_positive')::bigint, standing.data ->> 'standing'
FROM accounts a {BALANCE_THEN} {_SETTINGS_THEN}"""
_ONE_THEN: LiteralString = ACCOUNT_THEN.replace("%(position)s", "point.position")
_POINT_AND_ACCOUNT: LiteralString = f"""
WITH point AS MATERIALIZED ({_POINT}) SELECT point.*, one.* FROM point
LEFT JOIN LATERAL ({_ONE_THEN} WHERE a.book = %(book)s AND a.account = %(account)s) AS one ON true"""


class NotYet(Exception):
    """The book has not come to that position: what it will be is not known. `newest` is how far it has come."""

    def __init__(self, newest: int) -> None:
        super().__init__(f"The book has come to position {newest}.")
        self.newest = newest


def point(connection: psycopg.Connection, book: str, position: int | None, at: datetime | None) -> Point:
    """The point that is asked for; the newest when nothing is. Raises NotYet."""
    row = connection.execute(_POINT, {"book": book, "position": position, "at": at}).fetchone()
    return _point_of(row or (position or 0, 0, None))


def account_then(
    connection: psycopg.Connection, book: str, account: str, position: int | None, at: datetime | None
) -> tuple[Point, AccountThen | None]:
    """The same, and the account as of it; None when it was not open yet. Raises NotYet."""
    asked = {"book": book, "account": account, "position": position, "at": at}
    row = connection.execute(_POINT_AND_ACCOUNT, asked).fetchone() or (position or 0, 0, None, None)
    return _point_of(row[:3]), AccountThen(*row[3:]) if row[3] is not None else None


def _point_of(row: Sequence[Any]) -> Point:
    position, newest, time = row
    if position > newest:
        raise NotYet(newest)
    return Point(position, rfc3339(time) if time else None)


def rows_then(connection: psycopg.Connection, query: LiteralString, asked: dict[str, Any]) -> list[AccountThen]:
    """Accounts from a query that begins with ACCOUNT_THEN."""
    return [AccountThen(*row) for row in connection.execute(query, asked)]
