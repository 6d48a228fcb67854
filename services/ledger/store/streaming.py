"""Everything of a book, as one moment saw it, in a stream: for the audit."""

import struct
from collections.abc import Iterator
from datetime import datetime
from types import TracebackType
from typing import Any, LiteralString, Self

import psycopg

_PAGE = 5000
_AT_ONCE = 500
_PACKED = struct.Struct("!qiii")

Row = tuple[Any, ...]

# Many events in one row: a row has its price here, whatever is in it. A sub-query of its own for each page, since the
# planner would join all pages with all events, and sort the whole log.
_EVENTS: LiteralString = """
SELECT (SELECT string_agg(int8send(position) || int4send(octet_length(prev_hash)) || int4send(octet_length(hash))
                          || int4send(octet_length(body)) || prev_hash || hash || convert_to(body, 'UTF8'), '')
        FROM (SELECT * FROM events WHERE book = %(book)s AND position >= first AND position < first + %(page)s
              ORDER BY position) AS page)
FROM generate_series((SELECT min(position) FROM events WHERE book = %(book)s),
                     (SELECT max(position) FROM events WHERE book = %(book)s), %(page)s) AS pages (first)"""

_TRANSFERS = """
SELECT transfer_id::text, kind, direction, initiator, payer, payee, amount, status, version, reversed_by::text, legs,
       initiated_position, expires_at, reverses::text, reminded, description, reference, initiated_at, ended_at,
       accepted_by, consent, cancellation_kind, cancellation_code, cancellation_reason, cancelled_by
FROM transfers WHERE book = %s"""

# An empty period ends before it starts. One without an end ended with the newest event when the code was made.
_WRONG_CODES = """
SELECT to_position, 'the postings say something else than the statement with the code ' || code
FROM statement_codes c, LATERAL (
    SELECT coalesce((SELECT balance FROM postings p WHERE p.book = c.book AND p.account = c.account
                     AND p.position < from_position ORDER BY p.position DESC LIMIT 1), 0) AS opening,
           coalesce((SELECT balance FROM postings p WHERE p.book = c.book AND p.account = c.account
                     AND p.position <= to_position ORDER BY p.position DESC LIMIT 1), 0) AS closing
) AS around, LATERAL (
    SELECT count(*) AS entries, coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS paid,
           coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS received
    FROM postings p WHERE p.book = c.book AND p.account = c.account
        AND p.position BETWEEN from_position AND to_position
) AS within
WHERE book = %(book)s AND (
    (opening_balance, closing_balance, c.entries, c.paid, c.received)
        <> (opening, closing, within.entries, within.paid, within.received)
    OR from_position < 1 OR from_position > to_position + 1
    OR to_position > (SELECT position FROM book_head h WHERE h.book = c.book)
    OR since IS NOT NULL AND from_position > greatest(first_position_at(c.book, since), 1)
    OR until IS NOT NULL AND to_position >= first_position_at(c.book, until))
ORDER BY to_position, code LIMIT 20"""

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
UNION ALL
SELECT position, 'its line in the history of changes has another time' FROM changes c
JOIN events e USING (book, position) WHERE book = %(book)s AND c.time <> e.time
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
        for packed in self._copied(_EVENTS):
            start, end = 0, len(packed)
            while start < end:
                position, before, own, length = _PACKED.unpack_from(packed, start)
                start += _PACKED.size
                middle, last, stop = start + before, start + before + own, start + before + own + length
                yield position, packed[start:middle], packed[middle:last], packed[last:stop]
                start = stop

    def postings(self) -> Iterator[Row]:
        """Position, account, transfer, signed amount, balance and the limits in force of every posting."""
        return self._stream(
            "SELECT position, account, transfer_id::text, amount, balance, max_negative, max_positive "
            "FROM postings WHERE book = %s"
        )

    def changes(self) -> Iterator[Row]:
        """Position, subject, type, actor and data of every line of the history."""
        return self._stream("SELECT position, subject, type, actor, data FROM changes WHERE book = %s")

    def parties(self) -> Iterator[Row]:
        """Position of the proposal, account and transfer of every further party."""
        return self._stream(
            "SELECT initiated_position, account, transfer_id::text FROM transfer_parties WHERE book = %s"
        )

    def rules(self) -> tuple[str | None, str | None]:
        """Policy and fee rules in force; None for what was never set."""
        row = self._connection.execute(
            "SELECT policy, fee_rules FROM book_rules WHERE book = %s", (self._book,)
        ).fetchone()  # fmt: skip
        return (row[0], row[1]) if row else (None, None)

    def wrong_columns(self) -> Iterator[tuple[int, str]]:
        """Positions where what was derived from an event for queries does not agree with its bytes, and what."""
        yield from self._connection.execute(_WRONG_COLUMNS, {"book": self._book})

    def accounts(self) -> Iterator[Row]:
        """Number, entity, balance, limits, standing, version, closing, consent (JSON) of every account."""
        return self._stream(
            "SELECT account, entity_id, balance, max_negative, max_positive, standing, version, closing, consent "
            "FROM accounts WHERE book = %s"
        )

    def transfers(self) -> Iterator[Row]:
        """The columns of every transfer, in the order of the text below; times as in events."""
        for row in self._stream(_TRANSFERS):
            yield tuple(_text(value) if isinstance(value, datetime) else value for value in row)

    def head_sizes(self) -> list[int]:
        """Of all signed heads, in the order of their numbers."""
        query = "SELECT size FROM tree_heads WHERE book = %s ORDER BY number"
        return [size for (size,) in self._connection.execute(query, (self._book,))]

    def tree_nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """Level, number and hash of every kept node, in that order."""
        for level, number, hash_ in self._stream(
            "SELECT level, number, hash FROM tree_nodes WHERE book = %s ORDER BY level, number"
        ):
            yield level, number, bytes(hash_)

    def tree_heads(self) -> Iterator[Row]:
        """Number, size, root, hash, accounts, time, kid and JWS of every signed head, by number."""
        for number, size, root, hash_, accounts, time, kid, jws in self._stream(
            "SELECT number, size, root, hash, accounts, time, kid, jws FROM tree_heads WHERE book = %s ORDER BY number"
        ):
            yield number, size, bytes(root), bytes(hash_), accounts, _text(time), kid, jws

    def head_keys(self) -> list[tuple[str, str]]:
        """Kid and JWK of every key, of all books."""
        return [(kid, jwk) for kid, jwk in self._connection.execute("SELECT kid, jwk FROM head_keys")]

    def wrong_codes(self) -> Iterator[tuple[int, str]]:
        """The last position of statements with a code whose facts the postings do not bear out, and what."""
        yield from self._connection.execute(_WRONG_CODES, {"book": self._book})

    def transfers_at(self, positions: list[int]) -> dict[int, str]:
        """Ids of the transfers that the events at these positions open or close, as their columns say."""
        return dict(
            self._connection.execute(
                "SELECT position, coalesce(opens, closes)::text FROM events WHERE book = %s AND position = ANY(%s)",
                (self._book, positions),
            ).fetchall()
        )

    def _copied(self, query: LiteralString) -> Iterator[bytes]:
        """The one column of bytes that `query` gives; the server goes on while the last page is looked at."""
        # A fresh table has no statistics: the planner might read all of it for each page.
        self._connection.execute("SET LOCAL enable_seqscan = off")
        copied: LiteralString = f"COPY ({query}) TO STDOUT (FORMAT BINARY)"
        with self._connection.cursor() as cursor, cursor.copy(copied, {"book": self._book, "page": _AT_ONCE}) as copy:
            copy.set_types(["bytea"])
            for (packed,) in copy.rows():
                yield packed or b""
        self._connection.execute("SET LOCAL enable_seqscan = on")

    def _stream(self, query: LiteralString) -> Iterator[Row]:
        with self._connection.cursor("audit", binary=True) as cursor:
            cursor.itersize = _PAGE
            cursor.execute(query, (self._book,))
            yield from cursor


def _text(moment: datetime) -> str:
    """RFC 3339; the connection's zone is UTC."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
