"""Everything of a book, as one moment saw it, in a stream: for the audit."""

# ruff: noqa: S608 -- only constants of this package are put into the texts

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, LiteralString, Self

import psycopg

from services.ledger.domain import Account, Transfer
from services.ledger.store.rows import ACCOUNT, TRANSFER, account_of, transfer_of

_PAGE = 5000

_WRONG_COLUMNS = """
SELECT position, 'its columns say something else than its bytes' FROM (
    SELECT e.*, body::json AS document FROM events e WHERE book = %(book)s
) AS read
WHERE (type, event_id::text) <> (document ->> 'type', document ->> 'id')
   OR time <> (document ->> 'time')::timestamptz
   OR opens::text IS DISTINCT FROM CASE WHEN type LIKE 'ledger.transfer-initiated.%%'
                                   THEN document #>> '{data,transfer_id}' END
   OR closes::text IS DISTINCT FROM CASE WHEN type SIMILAR TO 'ledger.transfer-(completed|cancelled).%%'
                                    THEN document #>> '{data,transfer_id}' END
UNION ALL
SELECT position, 'its postings have another time' FROM postings p JOIN events e USING (book, position)
WHERE book = %(book)s AND p.time <> e.time
ORDER BY position LIMIT 20"""


class AuditSource:
    """A read-only snapshot of a book; the ledger goes on meanwhile. Use as a context manager."""

    def __init__(self, url: str, book: str) -> None:
        self._book = book
        self._connection = psycopg.connect(url, options="-c timezone=UTC", application_name="ledger-audit")

    def __enter__(self) -> Self:
        self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def head(self) -> tuple[int, bytes]:
        """Position and hash that the book's head row names; 0 and nothing for a book without one."""
        row = self._connection.execute(
            "SELECT position, hash FROM book_head WHERE book = %s", (self._book,)
        ).fetchone()  # fmt: skip
        return (int(row[0]), bytes(row[1])) if row else (0, b"")

    def events(self) -> Iterator[tuple[int, bytes, bytes, bytes]]:
        """Position, prev_hash, hash and canonical bytes of every event, in order."""
        rows = self._stream("SELECT position, prev_hash, hash, body FROM events WHERE book = %s ORDER BY position")
        for position, prev_hash, hash_, body in rows:
            yield position, bytes(prev_hash), bytes(hash_), body.encode()

    def postings(self) -> Iterator[tuple[int, str, str, int, int]]:
        """Position, account, transfer, signed amount and balance of every posting."""
        query: LiteralString = (
            "SELECT position, account, transfer_id::text, amount, balance FROM postings WHERE book = %s"
        )
        for row in self._stream(query):
            yield row[0], row[1], row[2], row[3], row[4]

    def wrong_columns(self) -> Iterator[tuple[int, str]]:
        """Positions where what was derived from an event for queries does not agree with its bytes, and what."""
        yield from self._connection.execute(_WRONG_COLUMNS, {"book": self._book})

    def accounts(self) -> Iterator[Account]:
        query: LiteralString = f"SELECT {ACCOUNT} FROM accounts WHERE book = %s"
        return map(account_of, self._stream(query))

    def transfers(self) -> Iterator[Transfer]:
        query: LiteralString = f"SELECT {TRANSFER} FROM transfers WHERE book = %s"
        return map(transfer_of, self._stream(query))

    def _stream(self, query: LiteralString) -> Iterator[Sequence[Any]]:
        with self._connection.cursor("audit", binary=True) as cursor:
            cursor.itersize = _PAGE
            cursor.execute(query, (self._book,))
            yield from cursor
