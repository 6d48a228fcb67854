"""What a preview is decided on: some accounts and the rules of the book, as of one moment, without a lock."""

# ruff: noqa: S608 -- only constants of this package are put into the texts

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import LiteralString

import psycopg

from services.ledger.domain import Book, Policy
from services.ledger.store.rows import ACCOUNT, account_of, rules_of

# One statement: one moment. The accounts that take fees come along.
_SNAPSHOT: LiteralString = f"""
SELECT time, policy, fee_rules, {ACCOUNT}
FROM book_head LEFT JOIN book_rules USING (book) LEFT JOIN LATERAL (
    SELECT {ACCOUNT} FROM accounts WHERE accounts.book = book_head.book AND account = ANY(%s::text[] || ARRAY(
        SELECT rule ->> 'account' FROM json_array_elements(coalesce(fee_rules, '[]')::json) AS rule))) AS found ON true
WHERE book_head.book = %s"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The time of the newest event, and the part of the book that was asked for."""

    time: datetime
    book: Book


def snapshot(connection: psycopg.Connection, name: str, numbers: Sequence[str], default: Policy) -> Snapshot:
    """The accounts with those numbers, as far as there are any; `default` is the policy while the book has none."""
    rows = connection.execute(_SNAPSHOT, (list(numbers), name)).fetchall()
    if not rows:
        return Snapshot(datetime.fromtimestamp(0, UTC), Book(policy=default))
    time, policy, fee_rules = rows[0][:3]
    accounts = {row[3]: account_of(row[3:]) for row in rows if row[3] is not None}
    return Snapshot(time, Book(accounts, {}, *rules_of(policy, fee_rules, default)))
