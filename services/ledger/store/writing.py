"""The one way into the event store: lock, load, write, commit; two round trips a batch.

The lock is taken in a statement of its own (a snapshot taken before it would be too old). Rows travel as one JSON text
per table: measured against arrays, a third less of the committer's CPU (docs/performance.md).
"""

# ruff: noqa: S608 -- only constants of this package are put into the texts

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, LiteralString

import orjson
import psycopg
from psycopg import errors

from services.ledger.batch import Batch, EventRow, Head, Key, Loaded, Wanted
from services.ledger.chain import genesis_hash
from services.ledger.domain import Book, Transfer
from services.ledger.store.rows import ACCOUNT, TRANSFER, account_of, transfer_of, transfer_row

Rows = Sequence[Sequence[Any]]
Statement = tuple[LiteralString, tuple[Any, ...]]

_OPTIONS = " ".join(
    f"-c {setting}"
    for setting in (
        "timezone=UTC",
        "synchronous_commit=on",
        # Fresh tables have no statistics: never let the planner choose by them.
        "plan_cache_mode=force_generic_plan",
        "enable_seqscan=off",
        "jit=off",
        "statement_timeout=10s",
        # A writer that was stopped between lock and commit must not hold the book for ever.
        "idle_in_transaction_session_timeout=5s",
    )
)

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('ledger/book/' || %s::text, 0))"
_HEAD = "SELECT position, hash, time FROM book_head WHERE book = %s"
_FOLLOWED = "SELECT position FROM followed WHERE book = %s AND source = %s"
_OUTCOMES = """
SELECT o.scope, o.key, o.fingerprint, o.outcome
FROM unnest(%s::text[], %s::text[]) AS wanted (scope, key)
JOIN outcomes o ON o.book = %s AND o.scope = wanted.scope AND o.key = wanted.key"""
_TRANSFERS: LiteralString = f"SELECT {TRANSFER} FROM transfers WHERE book = %s AND transfer_id = ANY(%s::uuid[])"
_PENDING: LiteralString = f"""
SELECT {TRANSFER} FROM transfers WHERE book = %s AND payer = ANY(%s::text[]) AND status = 'initiated'
UNION ALL
SELECT {TRANSFER} FROM transfers WHERE book = %s AND payee = ANY(%s::text[]) AND status = 'initiated'"""
_ACCOUNTS: LiteralString = f"""
SELECT {ACCOUNT} FROM accounts WHERE book = %s AND account IN (
    SELECT unnest(%s::text[])
    UNION SELECT payer FROM transfers WHERE book = %s AND transfer_id = ANY(%s::uuid[])
    UNION SELECT payee FROM transfers WHERE book = %s AND transfer_id = ANY(%s::uuid[]))"""

_ADVANCE = "SELECT advance_head(%s, %s, %s, %s, %s)"
_EVENTS = """
INSERT INTO events (book, position, event_id, type, time, opens, closes, prev_hash, hash, body)
SELECT %s, r.position, r.event_id, r.type, %s, r.opens, r.closes,
       decode(r.prev_hash, 'hex'), decode(r.hash, 'hex'), r.body
FROM json_to_recordset(%s) AS r (position bigint, event_id uuid, type text, opens uuid, closes uuid,
                                 prev_hash text, hash text, body text)"""
_POSTINGS = """
INSERT INTO postings (book, account, position, time, transfer_id, amount, balance, max_negative, max_positive)
SELECT %s, r.account, r.position, %s, r.transfer_id, r.amount, r.balance, r.max_negative, r.max_positive
FROM json_to_recordset(%s) AS r (account text, position bigint, transfer_id uuid, amount bigint, balance bigint,
                                 max_negative bigint, max_positive bigint)"""
_SAVE_ACCOUNTS = """
INSERT INTO accounts (book, account, entity_id, balance, max_negative, max_positive, standing, version)
SELECT %s, r.account, r.entity_id, r.balance, r.max_negative, r.max_positive, r.standing, r.version
FROM json_to_recordset(%s) AS r (account text, entity_id text, balance bigint, max_negative bigint,
                                 max_positive bigint, standing text, version bigint)
ON CONFLICT (book, account) DO UPDATE SET
    balance = excluded.balance, max_negative = excluded.max_negative, max_positive = excluded.max_positive,
    standing = excluded.standing, version = excluded.version"""
_SAVE_TRANSFERS: LiteralString = f"""
INSERT INTO transfers (book, {TRANSFER})
SELECT %s, {TRANSFER}
FROM json_to_recordset(%s) AS r (
    transfer_id uuid, kind text, direction text, initiator text, payer text, payee text, amount bigint,
    description text, reference text, status text, initiated_position bigint, initiated_at timestamptz,
    ended_at timestamptz, cancellation_kind text, cancellation_code text, cancellation_reason text,
    cancelled_by text, version bigint)
ON CONFLICT (book, transfer_id) DO UPDATE SET
    status = excluded.status, ended_at = excluded.ended_at, version = excluded.version,
    cancellation_kind = excluded.cancellation_kind, cancellation_code = excluded.cancellation_code,
    cancellation_reason = excluded.cancellation_reason, cancelled_by = excluded.cancelled_by"""
_SAVE_OUTCOMES = """
INSERT INTO outcomes (book, scope, key, fingerprint, outcome)
SELECT %s, r.scope, r.key, r.fingerprint, r.outcome
FROM json_to_recordset(%s) AS r (scope text, key text, fingerprint text, outcome text)"""
_FOLLOW = """
INSERT INTO followed (book, source, position) VALUES (%s, %s, %s)
ON CONFLICT (book, source) DO UPDATE SET position = excluded.position"""


_TRANSIENT = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    errors.SerializationFailure,
    # Being cut off for idleness is one of these.
    psycopg.InternalError,
)


class Interrupted(Exception):
    """The store is away, or another writer was faster: whether a commit happened is unknown.

    Repeat everything from `load`: the keys tell what was stored.
    """


class Rejected(Exception):
    """The database refused the rows: a defect in one of the commands, nothing was written."""


class Writer:
    """One connection that appends to one book. Used by one thread.

    `load` opens a transaction and a pipeline that both stay open until `write` or `abandon`. One pipeline for both: at
    its end the driver sends a Flush, and PostgreSQL takes that for activity and never ends a writer that is idle in
    its transaction.
    """

    def __init__(self, url: str, book: str) -> None:
        self._url, self._name = url, book
        self._connection: psycopg.Connection | None = None
        self._pipeline: psycopg.Pipeline | None = None
        self._transaction = ExitStack()

    @property
    def book(self) -> str:
        return self._name

    def load(self, wanted: Wanted) -> Loaded:
        """Open a transaction, take the book's lock, and read what is wanted. Raises Interrupted.

        End it with `write` or `abandon`.
        """
        with self._guarded():
            connection = self._connected()
            self._pipeline = self._transaction.enter_context(connection.pipeline())
            return self._load(connection, self._pipeline, wanted)

    def followed(self, source: str) -> int:
        """The position applied of `source`, inside the open transaction. Raises Interrupted."""
        with self._guarded():
            connection, pipeline = self._opened()
            position = _Asking(connection)(_FOLLOWED, self._name, source)
            pipeline.sync()
            rows = position()
            return int(rows[0][0]) if rows else 0

    def write(self, batch: Batch, follow: tuple[str, int] | None = None) -> None:
        """Write everything and commit; `follow` is the source and position that the batch applies.

        Raises Interrupted (the outcome is unknown), Rejected (nothing was written).
        """
        with self._guarded():
            connection, _ = self._opened()
            for statement, parameters in self._statements(batch, follow):
                connection.execute(statement, parameters, prepare=True)
            connection.execute("COMMIT")
            self._end()

    def abandon(self) -> None:
        """End the open transaction, in which nothing was written. Raises Interrupted."""
        with self._guarded():
            # Not ROLLBACK, which costs the prepared statements.
            self._opened()[0].execute("COMMIT")
            self._end()

    def close(self) -> None:
        """End the connection; an open transaction is rolled back."""
        if self._connection is not None:
            self._connection.close()
        with suppress(psycopg.Error):
            self._end()
        self._connection = None

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Every error costs the connection: that rolls back, whatever state it and the driver are in.

        (A ROLLBACK on a broken connection would hide the first error; on a whole one it makes the driver forget and
        deallocate its prepared statements, in a pipeline at the wrong moment.)
        """
        try:
            yield
        except psycopg.Error as error:
            lost = self._connection is None or self._connection.closed
            self.close()
            if lost or isinstance(error, _TRANSIENT):
                raise Interrupted(type(error).__name__) from error
            raise Rejected(str(error)) from error

    def _end(self) -> None:
        """Leave the pipeline: errors of what was sent in it are raised here."""
        self._pipeline = None
        self._transaction.close()

    def _opened(self) -> tuple[psycopg.Connection, psycopg.Pipeline]:
        """Never a new connection: it would write without the lock."""
        if self._connection is None or self._pipeline is None:
            raise psycopg.InterfaceError("the transaction is gone")
        return self._connection, self._pipeline

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connection = psycopg.connect(
                self._url, autocommit=True, options=_OPTIONS, connect_timeout=5, application_name="ledger-writer"
            )
            connection.prepare_threshold = 0
            connection.execute(
                "INSERT INTO book_head (book, position, hash, time) VALUES (%s, 0, %s, '1970-01-01Z') "
                "ON CONFLICT DO NOTHING",
                (self._name, genesis_hash(self._name)),
            )
        return self._connection

    def _load(self, connection: psycopg.Connection, pipeline: psycopg.Pipeline, wanted: Wanted) -> Loaded:
        scopes, keys = zip(*wanted.keys, strict=True) if wanted.keys else ((), ())
        transfers, open_ones = list(wanted.transfers), list(wanted.pending_of)
        ask = _Asking(connection)
        connection.execute("BEGIN")
        connection.execute(_LOCK, (self._name,))
        head = ask(_HEAD, self._name)
        outcomes = ask(_OUTCOMES, list(scopes), list(keys), self._name)
        accounts = ask(_ACCOUNTS, self._name, list(wanted.accounts), self._name, transfers, self._name, transfers)
        found = [ask(_TRANSFERS, self._name, transfers)] if transfers else []
        found += [ask(_PENDING, self._name, open_ones, self._name, open_ones)] if open_ones else []
        pipeline.sync()
        book = Book(
            accounts={account.account: account for account in map(account_of, accounts())},
            transfers=_by_id(transfer_of(row) for rows in found for row in rows()),
        )
        return Loaded(_head_of(head()[0]), book, _outcomes_of(outcomes()))

    def _statements(self, batch: Batch, follow: tuple[str, int] | None) -> Iterator[Statement]:
        name, time = self._name, batch.head.time
        if batch.events:
            head = batch.head
            yield _ADVANCE, (name, batch.before.position, head.position, head.hash, head.time)
            yield _EVENTS, (name, time, _json([_event_row(row) for row in batch.events]))
        if batch.postings:
            yield _POSTINGS, (name, time, _json(batch.postings))
        if batch.accounts:
            yield _SAVE_ACCOUNTS, (name, _json(batch.accounts))
        if batch.transfers:
            yield _SAVE_TRANSFERS, (name, _json([transfer_row(transfer) for transfer in batch.transfers]))
        if batch.outcomes:
            yield _SAVE_OUTCOMES, (name, _json(batch.outcomes))
        if follow:
            yield _FOLLOW, (name, *follow)
        if batch.events:
            yield "SELECT pg_notify('ledger_events', %s)", (name,)


class _Asking:
    """Sends queries in a pipeline; each gives a call for its rows, to be used after the pipeline's `sync`."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def __call__(self, query: LiteralString, *parameters: Any) -> Callable[[], Rows]:
        return self._connection.execute(query, parameters, prepare=True).fetchall


def _head_of(row: Sequence[Any]) -> Head:
    position, hash_, time = row
    return Head(position, bytes(hash_), time)


def _outcomes_of(rows: Rows) -> dict[Key, tuple[str, str]]:
    return {(scope, key): (fingerprint, outcome) for scope, key, fingerprint, outcome in rows}


def _by_id(transfers: Iterator[Transfer]) -> dict[str, Transfer]:
    return {transfer.transfer_id: transfer for transfer in transfers}


def _event_row(row: EventRow) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in EventRow.__slots__}
    return plain | {"prev_hash": row.prev_hash.hex(), "hash": row.hash.hex()}


def _json(rows: Sequence[Any]) -> str:
    return orjson.dumps(rows).decode()
