"""The keeper's side of the tree: what is kept, what is to be kept, one moment of the book, and the heads.

Used by the `schedule` process alone. Leadership is a session's advisory lock of its own; the primary keys do the rest.
"""

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from psycopg import errors

from services.ledger.chain import genesis_hash
from services.ledger.keeping import Moment, Refused
from services.ledger.store.connecting import connect_lasting, try_lock
from services.ledger.store.tree import TreeHead, kept_nodes, newest_head, root_at
from services.ledger.tree import STEP, Rows

# Fresh tables have no statistics: whatever is asked for has a key.
_OPTIONS = "-c timezone=UTC -c statement_timeout=15s -c enable_seqscan=off -c jit=off"

_REACHED: LiteralString = """
SELECT position, coalesce((SELECT size FROM tree_heads t WHERE t.book = h.book ORDER BY number DESC LIMIT 1), 0)
FROM book_head h WHERE book = %s"""
# The event before the first comes along: the chain hangs on it. Hashed where the bytes are.
_LEAVES: LiteralString = """
SELECT position, hash, sound FROM (
    SELECT position, hash, hash = sha256(prev_hash || int8send(position) || convert_to(body, 'UTF8'))
        AND prev_hash = coalesce(lag(hash) OVER (ORDER BY position), %(genesis)s) AS sound
    FROM events WHERE book = %(book)s AND position >= %(first)s AND position <= %(end)s) AS read
WHERE position > %(first)s ORDER BY position"""
_NODES: LiteralString = """
SELECT hash FROM tree_nodes WHERE book = %s AND level = %s AND number >= %s AND number < %s ORDER BY number"""
_ADD: LiteralString = """
INSERT INTO tree_nodes (book, level, number, hash)
SELECT %s, %s, %s + place - 1, hash FROM unnest(%s::bytea[]) WITH ORDINALITY AS n (hash, place)
ON CONFLICT DO NOTHING"""
_MOMENT: LiteralString = """
SELECT h.position, h.hash, h.time, count(a.account), coalesce(sum(a.balance), 0)::bigint
FROM book_head h LEFT JOIN accounts a ON a.book = h.book WHERE h.book = %s GROUP BY h.book"""
_HASH: LiteralString = "SELECT hash FROM events WHERE book = %s AND position = %s"
_KEY: LiteralString = "INSERT INTO head_keys (kid, jwk, added_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_PUBLISH: LiteralString = """
INSERT INTO tree_heads (book, number, size, root, hash, accounts, time, kid, jws)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"""


class KeptTree:
    """The tree of one book (`keeping.Tree`). Every method may raise one of `transient`: close, and try again."""

    transient: tuple[type[Exception], ...] = (psycopg.OperationalError, psycopg.InterfaceError)

    def __init__(self, url: str, book: str) -> None:
        self._url, self.book = url, book
        self._connection: psycopg.Connection | None = None
        self._leads = False

    def lead(self) -> bool:
        """The lock lives as long as the connection."""
        connection = self._connected()
        if not self._leads:
            self._leads = try_lock(connection, "heads", self.book)
        return self._leads

    def reached(self) -> tuple[int, int]:
        """Position of the book, and the size of its last head; 0 when there is none."""
        row = self._connected().execute(_REACHED, (self.book,)).fetchone()
        return (row[0], row[1]) if row else (0, 0)

    def kept(self) -> dict[int, int]:
        """How many nodes of each kept level there are."""
        return kept_nodes(self._connected(), self.book)

    def leaves(self, rows: Rows) -> list[bytes]:
        """Chain hashes of the leaves, each worked out again from its event's bytes. Raises Refused."""
        asked = {"book": self.book, "genesis": genesis_hash(self.book), "first": rows.first, "end": rows.end}
        found: list[bytes] = []
        for position, hash_, sound in self._connected().execute(_LEAVES, asked, binary=True):
            if position != rows.first + len(found) + 1:
                break
            if not sound:
                raise Refused(f"The chain does not hold at position {position}.")
            found.append(hash_)
        if rows.first + len(found) != rows.end:
            raise Refused(f"The event at position {rows.first + len(found) + 1} is missing.")
        return found

    def nodes(self, rows: Rows) -> list[bytes]:
        """Kept nodes, all of them."""
        found = self._connected().execute(_NODES, (self.book, rows.level, rows.first, rows.end), binary=True)
        return [row[0] for row in found]

    def add(self, level: int, first: int, hashes: Sequence[bytes]) -> None:
        """Keep nodes from number `first` on; those that somebody else has kept meanwhile are left as they are."""
        self._connected().execute(_ADD, (self.book, level, first, list(hashes)))

    def moment(self) -> Moment | None:
        """The book now; None while it is empty or has nothing new. Raises TreeBehind, Refused."""
        connection = self._connected()
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            row = connection.execute(_MOMENT, (self.book,)).fetchone()
            last = newest_head(connection, self.book)
            if row is None or row[0] == (last.size if last else 0):
                return None
            return self._seen(connection, row, last)

    def publish(self, head: TreeHead, jwk: str) -> bool:
        """Store a head with its public key; False when somebody else has stored one meanwhile."""
        connection = self._connected()
        try:
            with connection.transaction():
                connection.execute(_KEY, (head.kid, jwk, head.time))
                connection.execute(_PUBLISH, (
                    head.book, head.number, head.size, head.root, head.hash, head.accounts, head.time, head.kid,
                    head.jws,
                ))  # fmt: skip
                connection.execute("SELECT pg_notify('ledger_heads', %s)", (head.book,))
        except errors.UniqueViolation:
            return False
        return True

    def wait(self, seconds: float) -> bool:
        """Until somebody asks for a head; False when nobody did in that time."""
        return any(
            asked.payload == self.book for asked in self._connected().notifies(timeout=seconds, stop_after=1)
        )  # fmt: skip

    def close(self) -> None:
        """Give the book to another keeper."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._leads = None, False

    def _seen(self, connection: psycopg.Connection, row: Sequence[Any], last: TreeHead | None) -> Moment:
        position, hash_, time, accounts, total = row
        # What is not kept yet is short, and was not looked at yet.
        newest = self.leaves(Rows(0, kept_nodes(connection, self.book)[STEP] << STEP, position))
        if last and last.size > position:
            raise Refused(f"The book has come to position {position}, but a head of {last.size} events was signed.")
        if newest and newest[-1] != bytes(hash_):
            raise Refused(f"The hash of the book is not that of its event at position {position}.")
        found = connection.execute(_HASH, (self.book, last.size)).fetchone() if last else None
        return Moment(
            size=position,
            hash=bytes(hash_),
            time=time,
            accounts=accounts,
            sum_of_balances=total,
            root=root_at(connection, self.book, position),
            last=last,
            seen_root=root_at(connection, self.book, last.size) if last else b"",
            seen_hash=bytes(found[0]) if found else b"",
        )

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._leads = False
            self._connection = connect_lasting(self._url, "ledger-heads", _OPTIONS)
            self._connection.execute("LISTEN ledger_head_wanted")
        return self._connection
