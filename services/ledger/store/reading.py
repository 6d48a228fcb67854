"""What the HTTP workers read: one pool per process, whose waiting is cooperative under gevent.

Nothing here locks; all that is written is codes of statements. All answers are current: the ledger's tables are written
with the events. How lists and statements are found is in `statements`, `listings`, `lists`, `histories` and `points`.
"""

# ruff: noqa: S608 -- only constants of this package are put into the texts

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg import errors
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from services.chassis.clock import rfc3339
from services.ledger.domain import Account, Policy, Transfer
from services.ledger.findings import AccountThen, Change, Point, Rows, Simulation, Statement, Traded, TrialBalance
from services.ledger.questions import EVERY_ENTRY, EVERY_TRANSFER, EntryFilter, Page, Period, TransferFilter
from services.ledger.store import histories, listings, lists, points
from services.ledger.store.audits import Asked, Audits
from services.ledger.store.codes import StatementCodes
from services.ledger.store.lists import TrialBalances
from services.ledger.store.migrating import schema_version
from services.ledger.store.proofs import Proofs
from services.ledger.store.rows import ACCOUNT, TRANSFER, account_of, rules_of, transfer_of
from services.ledger.store.snapshots import Snapshot, snapshot
from services.ledger.store.statements import Statements
from services.ledger.store.waiting import connection_class

_OPTIONS = " ".join(
    f"-c {setting}"
    for setting in (
        "timezone=UTC",
        "statement_timeout=5s",
        "default_transaction_read_only=on",
        "jit=off",
        # What is asked for is nearly always in memory: else the whole book is read for one busy account's statement.
        "random_page_cost=1.1",
        # Helpers would take the processor from those who write.
        "max_parallel_workers_per_gather=0",
    )
)

_RULES = "SELECT policy, fee_rules FROM book_rules WHERE book = %s"
# `book` is all that the two tables have in common.
_WITH_POLICY: LiteralString = f"""
SELECT policy, {ACCOUNT} FROM accounts LEFT JOIN book_rules USING (book) WHERE book = %s AND account = ANY(%s)"""
_HEAD = """
SELECT h.position, h.hash, h.time, count(a.account), coalesce(sum(a.balance), 0)::bigint
FROM book_head h LEFT JOIN accounts a ON a.book = h.book WHERE h.book = %s GROUP BY h.book"""


class StoreAway(Exception):
    """PostgreSQL does not answer."""

    def __init__(self) -> None:
        super().__init__("The accounts can't be read at the moment. Try again in a moment.")


class TooBroad(Exception):
    """The question would take PostgreSQL longer than it may."""

    def __init__(self) -> None:
        super().__init__("Too much would have to be looked through. Narrow it to an account or a period.")


class Reader:
    """Reads one book. Safe for many greenlets or threads. `policy` is the book's while it has set none.

    Every method raises StoreAway; those that look through much raise TooBroad.
    """

    def __init__(self, url: str, book: str, size: int = 8, policy: Policy | None = None) -> None:
        self._book, self._policy = book, policy or Policy()
        self._statements, self._trial_balances = Statements(book), TrialBalances(book)
        self._audits = Audits(book, self._trial_balances)
        self.proofs, self.codes = Proofs(book, self._connection), StatementCodes(book, self._connection)
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=size,
            timeout=3,
            open=False,
            connection_class=connection_class(),
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

    def policy(self) -> Policy:
        """The settings of the book."""
        with self._connection() as connection:
            row = connection.execute(_RULES, (self._book,)).fetchone()
        return rules_of(row[0], row[1], self._policy)[0] if row else self._policy

    def snapshot(self, numbers: Sequence[str]) -> Snapshot:
        """The accounts with those numbers, and the book's rules with the accounts that take fees, as of one moment."""
        with self._connection() as connection:
            return snapshot(connection, self._book, numbers, self._policy)

    def accounts(self, numbers: Sequence[str]) -> list[Account]:
        """The accounts in the order asked; unknown ones are left out."""
        query: LiteralString = f"SELECT {ACCOUNT} FROM accounts WHERE book = %s AND account = ANY(%s)"
        with self._connection() as connection:
            found = {row[0]: account_of(row) for row in connection.execute(query, (self._book, list(numbers)))}
        return [found[number] for number in numbers if number in found]

    def accounts_and_policy(self, numbers: Sequence[str]) -> tuple[list[Account], Policy]:
        """The same, and the settings of the book that they are judged by: one question, one moment."""
        with self._connection() as connection:
            rows = connection.execute(_WITH_POLICY, (self._book, list(numbers))).fetchall()
        found = {row[1]: account_of(row[1:]) for row in rows}
        policy = rules_of(rows[0][0], None, self._policy)[0] if rows else self._policy
        return [found[number] for number in numbers if number in found], policy

    def transfer(self, transfer_id: str) -> Transfer | None:
        query: LiteralString = f"SELECT {TRANSFER} FROM transfers WHERE book = %s AND transfer_id = %s"
        with self._connection() as connection:
            row = connection.execute(query, (self._book, transfer_id)).fetchone()
        return transfer_of(row) if row else None

    def transfers(
        self,
        account: str | None,
        statuses: Sequence[str],
        *,
        limit: int,
        offset: int = 0,
        before: int | None = None,
        only: TransferFilter = EVERY_TRANSFER,
    ) -> tuple[list[Transfer], int]:
        """A page of transfers, newest proposal first, and how many there are; of one account, or of the book.

        `before` is a position: proposals that are older. It does not change how many there are.
        """
        with self._connection() as connection:
            return listings.listing(
                connection, self._book, account, statuses, only, before=before, limit=limit, offset=offset
            )

    def statement(
        self,
        account: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
        before: int | None = None,
        after: int | None = None,
        limit: int = 20,
        only: EntryFilter = EVERY_ENTRY,
    ) -> Statement:
        """The postings from `since` (inclusive) to `until` (exclusive), or from position to position (inclusive).

        `before` and `after` are positions that the page lies below or above.
        """
        period = Period(since=since, until=until, from_position=from_position, to_position=to_position)
        page = Page(before=before, after=after, limit=limit)
        with self._connection() as connection:
            return self._statements.read(connection, account, period, page, only)

    def point(self, position: int | None = None, at: datetime | None = None) -> Point:
        """The point in history: a position, or the last one before an instant, or now. Raises NotYet."""
        with self._connection() as connection:
            return points.point(connection, self._book, position, at)

    def account_then(
        self, account: str, position: int | None = None, at: datetime | None = None
    ) -> tuple[Point, AccountThen | None]:
        """The account at such a point, and the point; None when it was not open yet. Raises NotYet."""
        with self._connection() as connection:
            return points.account_then(connection, self._book, account, position, at)

    def changes(
        self, subject: str, *, type_: str | None = None, before: int | None = None, limit: int = 20
    ) -> tuple[Sequence[Change], int | None]:
        """The history of an account (its number), of `policy` or `fee-rules`, newest first; and the next `before`."""
        with self._connection() as connection:
            return histories.changes(connection, self._book, subject, type_=type_, before=before, limit=limit)

    def near_limits(self, *, percent: int, limit: int, offset: int = 0) -> tuple[list[Account], int]:
        """Accounts that are outside or within `percent` of a limit, worst first, and how many there are."""
        with self._connection() as connection:
            return lists.near_limits(connection, self._book, percent=percent, limit=limit, offset=offset)

    def traded(self, since: datetime) -> Traded:
        """What members proposed since then and completed."""
        with self._connection() as connection:
            return lists.traded(connection, self._book, since)

    def would_be_outside(
        self, *, max_negative: int | None, max_positive: int | None, accounts: Sequence[str] | None = None
    ) -> Simulation:
        """Who would be outside if limits became these; None leaves an account's own."""
        with self._connection() as connection:
            return lists.would_be_outside(
                connection, self._book, max_negative=max_negative, max_positive=max_positive, accounts=accounts
            )

    def trial_balance(self, point: Point, *, after: str = "", limit: int = 100) -> TrialBalance:
        """The accounts that were open at `point`, with their balances then, by number; and the sums of all."""
        with self._connection() as connection:
            return self._trial_balances.read(connection, point, after=after, limit=limit)

    def audit(self, view: str, asked: Asked) -> Rows:
        """A page of an audit view, of which QUESTIONS of schemas/audits.py has made `asked`. Raises NotYet."""
        with self._connection() as connection:
            return self._audits.read(connection, view, asked)

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
        except errors.QueryCanceled as error:
            raise TooBroad from error
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, PoolClosed) as error:
            raise StoreAway from error
