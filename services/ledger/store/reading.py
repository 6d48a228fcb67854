"""What the HTTP workers read: one pool per process, whose waiting is cooperative under gevent.

Nothing here locks or writes. All answers are current: the ledger's tables are written with the events.
"""

# ruff: noqa: S608 -- only constants of this package are put into the texts

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from services.chassis.clock import rfc3339
from services.ledger.domain import Account, Transfer
from services.ledger.store.migrating import schema_version
from services.ledger.store.rows import ACCOUNT, TRANSFER, account_of, transfer_of

_OPTIONS = "-c timezone=UTC -c statement_timeout=5s -c default_transaction_read_only=on -c jit=off"

_PARTY: LiteralString = f"""
SELECT {TRANSFER} FROM (
    (SELECT {TRANSFER} FROM transfers WHERE book = %(book)s AND payer = %(account)s
        AND status = ANY(%(statuses)s) ORDER BY initiated_position DESC LIMIT %(needed)s)
    UNION ALL
    (SELECT {TRANSFER} FROM transfers WHERE book = %(book)s AND payee = %(account)s
        AND status = ANY(%(statuses)s) ORDER BY initiated_position DESC LIMIT %(needed)s)
) AS newest ORDER BY initiated_position DESC LIMIT %(limit)s OFFSET %(offset)s"""
_PARTY_TOTAL = """
SELECT (SELECT count(*) FROM transfers WHERE book = %(book)s AND payer = %(account)s AND status = ANY(%(statuses)s))
     + (SELECT count(*) FROM transfers WHERE book = %(book)s AND payee = %(account)s AND status = ANY(%(statuses)s))"""
_ALL: LiteralString = f"""
SELECT {TRANSFER} FROM transfers WHERE book = %(book)s AND status = ANY(%(statuses)s)
ORDER BY initiated_position DESC LIMIT %(limit)s OFFSET %(offset)s"""
_ALL_TOTAL = "SELECT count(*) FROM transfers WHERE book = %(book)s AND status = ANY(%(statuses)s)"

_BOUNDS = """
SELECT CASE WHEN %(since)s::timestamptz IS NULL THEN 1 ELSE first_position_at(book, %(since)s) END,
       CASE WHEN %(until)s::timestamptz IS NULL THEN position + 1 ELSE first_position_at(book, %(until)s) END
FROM book_head WHERE book = %(book)s"""
_BALANCE_BEFORE = """
SELECT balance FROM postings WHERE book = %s AND account = %s AND position < %s ORDER BY position DESC LIMIT 1"""
# The limit first, then the join: joining first reads the whole history (docs/performance.md).
_ENTRIES = """
SELECT p.position, p.transfer_id, CASE WHEN t.payer = p.account THEN t.payee ELSE t.payer END,
       p.amount, p.balance, t.description, p.time
FROM (SELECT * FROM postings WHERE book = %s AND account = %s AND position >= %s AND position < %s
      ORDER BY position DESC LIMIT %s) AS p
JOIN transfers t ON t.book = p.book AND t.transfer_id = p.transfer_id ORDER BY p.position DESC"""
_HEAD = """
SELECT h.position, h.hash, h.time, count(a.account), coalesce(sum(a.balance), 0)::bigint
FROM book_head h LEFT JOIN accounts a ON a.book = h.book WHERE h.book = %s GROUP BY h.book"""


class StoreAway(Exception):
    """PostgreSQL does not answer."""

    def __init__(self) -> None:
        super().__init__("The accounts can't be read at the moment. Try again in a moment.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a statement: signed amount and the balance after it, minor units."""

    position: int
    transfer_id: str
    counterparty: str
    amount: int
    balance: int
    description: str
    time: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Newest first. `next` is where the following page begins (exclusive), None on the last."""

    opening_balance: int
    closing_balance: int
    entries: Sequence[Entry]
    next: int | None


class Reader:
    """Reads one book. Safe for many greenlets or threads. Every method raises StoreAway."""

    def __init__(self, url: str, book: str, size: int = 8) -> None:
        self._book = book
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=size,
            timeout=3,
            open=False,
            kwargs={"autocommit": True, "options": _OPTIONS, "connect_timeout": 3, "application_name": "ledger-reader"},
        )

    def open(self) -> None:
        """Start connecting, in the background; a server that is away is no error yet."""
        self._pool.open(wait=False)

    def close(self) -> None:
        self._pool.close()

    def check(self) -> None:
        """Raises StoreAway, or LookupError when the migrations of this code are not applied."""
        with self._connection() as connection:
            row = connection.execute("SELECT max(number) FROM schema_migrations").fetchone()
        if row is None or (row[0] or 0) < int(schema_version()):
            raise LookupError("run `migrate` first")

    def followed(self, source: str) -> int:
        """The position that the book has applied of `source`; 0 at first."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT position FROM followed WHERE book = %s AND source = %s", (self._book, source)
            ).fetchone()
        return int(row[0]) if row else 0

    def accounts(self, numbers: Sequence[str]) -> list[Account]:
        """The accounts in the order asked; unknown ones are left out."""
        query: LiteralString = f"SELECT {ACCOUNT} FROM accounts WHERE book = %s AND account = ANY(%s)"
        with self._connection() as connection:
            found = {row[0]: account_of(row) for row in connection.execute(query, (self._book, list(numbers)))}
        return [found[number] for number in numbers if number in found]

    def transfer(self, transfer_id: str) -> Transfer | None:
        query: LiteralString = f"SELECT {TRANSFER} FROM transfers WHERE book = %s AND transfer_id = %s"
        with self._connection() as connection:
            row = connection.execute(query, (self._book, transfer_id)).fetchone()
        return transfer_of(row) if row else None

    def transfers(
        self, account: str | None, statuses: Sequence[str], *, limit: int, offset: int
    ) -> tuple[list[Transfer], int]:
        """A page of transfers, newest proposal first, and how many there are; of one account, or of the book."""
        asked = {"book": self._book, "account": account, "statuses": list(statuses)}
        page = asked | {"limit": limit, "offset": offset, "needed": limit + offset}
        listing, counting = (_PARTY, _PARTY_TOTAL) if account else (_ALL, _ALL_TOTAL)
        with self._connection() as connection:
            rows = connection.execute(listing, page).fetchall()
            total = connection.execute(counting, asked).fetchone()
        return [transfer_of(row) for row in rows], int(total[0]) if total else 0

    def statement(
        self, account: str, *, since: datetime | None, until: datetime | None, before: int | None, limit: int
    ) -> Statement:
        """The postings from `since` (inclusive) to `until` (exclusive), below position `before`."""
        with self._connection() as connection:
            asked = {"book": self._book, "since": since, "until": until}
            low, high = connection.execute(_BOUNDS, asked).fetchone() or (1, 1)
            opening = _one(connection, _BALANCE_BEFORE, (self._book, account, low))
            closing = _one(connection, _BALANCE_BEFORE, (self._book, account, max(low, high)))
            end = high if before is None else min(high, before)
            rows = connection.execute(_ENTRIES, (self._book, account, low, end, limit + 1)).fetchall()
        entries = [_entry(row) for row in rows[:limit]]
        return Statement(opening, closing, entries, entries[-1].position if len(rows) > limit else None)

    def head(self) -> dict[str, Any]:
        """The book's newest position, its hash and time, and the sum of all balances (always 0)."""
        with self._connection() as connection:
            row = connection.execute(_HEAD, (self._book,)).fetchone()
        if row is None:
            return {"book": self._book, "position": 0, "hash": None, "time": None, "accounts": 0, "sum_of_balances": 0}
        position, hash_, time, accounts, total = row
        return {
            "book": self._book,
            "position": position,
            "hash": bytes(hash_).hex(),
            "time": rfc3339(time),
            "accounts": accounts,
            "sum_of_balances": total,
        }

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection]:
        try:
            with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, PoolClosed) as error:
            raise StoreAway from error


def _one(connection: psycopg.Connection, query: LiteralString, parameters: tuple[Any, ...]) -> int:
    row = connection.execute(query, parameters).fetchone()
    return int(row[0]) if row else 0


def _entry(row: Sequence[Any]) -> Entry:
    position, transfer_id, counterparty, amount, balance, description, time = row
    return Entry(position, str(transfer_id), counterparty, amount, balance, description, rfc3339(time))
