"""The clock's side of the transfers: leadership by a session's advisory lock, and which proposals are due.

No index of its own: `open_transfers_by_expiry` serves both questions, and one that followed `reminded` would be paid
for by every proposal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

import psycopg

from services.ledger.store.connecting import connect_lasting, try_lock

PAGE = 500
# Fresh tables have no statistics: the planner must take the index that has the order.
OPTIONS = (
    "-c timezone=UTC -c statement_timeout=5s -c default_transaction_read_only=on "
    "-c enable_seqscan=off -c enable_bitmapscan=off -c enable_sort=off -c jit=off"
)

EXPIRED: LiteralString = """
SELECT expires_at, transfer_id FROM transfers
WHERE book = %(book)s AND status = 'initiated' AND expires_at <= %(now)s
  AND (expires_at, transfer_id) > (%(after_time)s, %(after_id)s)
ORDER BY expires_at, transfer_id LIMIT %(limit)s"""
# Reminder days before the end, but never in the first half of a proposal's life.
TO_REMIND: LiteralString = """
WITH setting AS (
    SELECT make_interval(days => coalesce(
        (SELECT (policy::json ->> 'reminder_days')::int FROM book_rules WHERE book = %(book)s), %(default)s)) AS ahead)
SELECT expires_at, transfer_id FROM transfers, setting
WHERE book = %(book)s AND status = 'initiated' AND NOT reminded
  AND expires_at > %(now)s AND expires_at <= %(now)s + ahead
  AND initiated_at + (expires_at - initiated_at) / 2 <= %(now)s
  AND (expires_at, transfer_id) > (%(after_time)s, %(after_id)s)
ORDER BY expires_at, transfer_id LIMIT %(limit)s"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: when that transfer expires, and its id."""

    expires_at: datetime | str = "-infinity"
    transfer_id: str = "00000000-0000-0000-0000-000000000000"


START = Place()


class DueTransfers:
    """Those of one book. Used by one thread. Every method may raise one of `transient`: close, and try again."""

    transient: tuple[type[Exception], ...] = (psycopg.OperationalError, psycopg.InterfaceError)

    def __init__(self, url: str, book: str, default_reminder_days: int) -> None:
        self._url, self._book, self._default = url, book, default_reminder_days
        self._connection: psycopg.Connection | None = None
        self._leads = False

    def lead(self) -> bool:
        """Whether this process leads: the lock lives as long as the connection."""
        connection = self._connected()
        if not self._leads:
            self._leads = try_lock(connection, "schedule", self._book)
        return self._leads

    def expired(self, now: datetime, after: Place) -> Sequence[Place]:
        """A page of open proposals whose time has run out, the longest overdue first."""
        return self._page(EXPIRED, now, after)

    def to_remind(self, now: datetime, after: Place) -> Sequence[Place]:
        """A page of open proposals that expire soon and whose other side was not reminded yet."""
        return self._page(TO_REMIND, now, after)

    def close(self) -> None:
        """Give leadership back."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._leads = None, False

    def _page(self, query: LiteralString, now: datetime, after: Place) -> Sequence[Place]:
        asked = {
            "book": self._book,
            "now": now,
            "default": self._default,
            "after_time": after.expires_at,
            "after_id": after.transfer_id,
            "limit": PAGE,
        }
        rows = self._connected().execute(query, asked).fetchall()
        return [Place(expires_at, str(transfer_id)) for expires_at, transfer_id in rows]

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._leads = False
            self._connection = connect_lasting(self._url, "ledger-schedule", OPTIONS)
        return self._connection
