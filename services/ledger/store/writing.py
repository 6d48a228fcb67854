"""The one way into the event store, in one round trip a batch where it can be, in two where it must.

A writer keeps the accounts and open transfers that it has seen, and its head of the book. While nobody else writes,
that is the state, and a batch is one call of `append_batch`: decide, write, commit. The call holds the head against the
expected one before anything else, so state that has become old is harmless: it is refused, forgotten, read again, and
the batch decided anew. Then, and for whatever the writer has not seen, it takes the slow way: lock, read, write.
"""

# ruff: noqa: S608 -- only constants of this package are put into the texts

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, LiteralString

import orjson
import psycopg
from psycopg import errors

from services.ledger.chain import genesis_hash
from services.ledger.domain import Book, Policy
from services.ledger.records import Batch, EventRow, Head, Key, Loaded, Wanted
from services.ledger.store.remembering import Memory
from services.ledger.store.rows import (
    ACCOUNT,
    TRANSFER,
    account_of,
    account_row,
    rules_of,
    rules_row,
    transfer_of,
    transfer_row,
)
from services.ledger.store.units import make_book

Rows = Sequence[Sequence[Any]]

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

# The lock is the head's row: a writer in one call and a writer in two wait for each other there.
_HEAD = "SELECT position, hash, time, epoch FROM book_head WHERE book = %s FOR NO KEY UPDATE"
# A statement of its own, after the lock: what is joined to a row that was waited for is as of before the wait.
_RULES = "SELECT policy, fee_rules FROM book_rules WHERE book = %s"
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
_ACCOUNTS: LiteralString = f"SELECT {ACCOUNT} FROM accounts WHERE book = %s AND account = ANY(%s::text[])"
_ACCOUNTS_AND_PARTIES: LiteralString = f"""
SELECT {ACCOUNT} FROM accounts WHERE book = %s AND account IN (
    SELECT unnest(%s::text[])
    UNION SELECT payer FROM transfers WHERE book = %s AND transfer_id = ANY(%s::uuid[])
    UNION SELECT payee FROM transfers WHERE book = %s AND transfer_id = ANY(%s::uuid[]))"""
_APPEND = "SELECT append_batch(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"

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


class Outdated(Interrupted):
    """What the writer remembered was old: nothing was written. Repeat from `load`, which reads now."""


class Rejected(Exception):
    """The database refused the rows: a defect in one of the commands, nothing was written."""


class Writer:
    """One connection that appends to one book. Used by one thread.

    `policy` is the book's while it has set none, `unit` the one that it is kept in (None: whichever).

    On the slow way `load` opens a transaction and a pipeline that both stay open until `write` or `abandon`. One
    pipeline for both: at its end the driver sends a Flush, and PostgreSQL takes that for activity and never ends a
    writer that is idle in its transaction.
    """

    def __init__(self, url: str, book: str, policy: Policy | None = None, unit: str | None = None) -> None:
        self._url, self._name, self._policy, self._unit = url, book, policy or Policy(), unit
        self._connection: psycopg.Connection | None = None
        self._pipeline: psycopg.Pipeline | None = None
        self._transaction = ExitStack()
        self._memory = Memory()
        self._epoch = 0
        """Of the tables that the memory was read from: each repair of them raises it (docs/adr/0009)."""

    @property
    def book(self) -> str:
        return self._name

    def load(self, wanted: Wanted, *, locked: bool = False) -> Loaded:
        """What is wanted: from memory, or (`locked`: always) from the store under the book's lock. Raises Interrupted.

        End it with `write` or `abandon`.
        """
        remembered = None if locked else self._memory.recall(wanted)
        if remembered is not None:
            return remembered
        with self._guarded():
            connection = self._connected()
            self._pipeline = self._transaction.enter_context(connection.pipeline())
            return self._memory.learn(self._load(connection, self._pipeline, wanted))

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

        Raises Interrupted (the outcome is unknown), Outdated and Rejected (nothing was written).
        """
        if self._pipeline is None and not batch.outcomes:
            return
        with self._guarded():
            self._append(batch, follow)
        self._memory.keep(batch)

    def abandon(self) -> None:
        """Nothing is to be written after all. Raises Interrupted."""
        self._memory.forget()
        if self._pipeline is not None:
            with self._guarded():
                # Not ROLLBACK, which costs the prepared statements.
                self._opened()[0].execute("COMMIT")
                self._end()

    def close(self) -> None:
        """End the connection; an open transaction is rolled back."""
        self._memory.forget()
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
        from_memory = self._pipeline is None
        try:
            yield
        except errors.SerializationFailure as error:
            self._give_up(whole=from_memory)
            raise Outdated("another writer was faster") from error
        except psycopg.Error as error:
            if from_memory and _is_known_key(error):
                self._give_up(whole=True)
                raise Outdated("a key was used before") from error
            lost = self._connection is None or self._connection.closed
            self.close()
            if lost or isinstance(error, _TRANSIENT):
                raise Interrupted(type(error).__name__) from error
            raise Rejected(str(error)) from error

    def _give_up(self, *, whole: bool) -> None:
        """The connection is whole when the one call failed; a transaction that failed is still open in it."""
        self._memory.distrust()
        if not whole or self._pipeline is not None:
            self.close()

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
            make_book(connection, self._name, genesis_hash(self._name), self._unit)
        return self._connection

    def _append(self, batch: Batch, follow: tuple[str, int] | None) -> None:
        parameters = self._parameters(batch, follow)
        if self._pipeline is None:
            self._connected().execute(_APPEND, parameters, prepare=True)
            return
        connection, _ = self._opened()
        connection.execute(_APPEND, parameters, prepare=True)
        connection.execute("COMMIT")
        self._end()

    def _load(self, connection: psycopg.Connection, pipeline: psycopg.Pipeline, wanted: Wanted) -> Loaded:
        scopes, keys = zip(*wanted.keys, strict=True) if wanted.keys else ((), ())
        transfers, open_ones = list(wanted.transfers), list(wanted.pending_of)
        ask = _Asking(connection)
        connection.execute("BEGIN")
        head = ask(_HEAD, self._name)
        rules = ask(_RULES, self._name)
        outcomes = ask(_OUTCOMES, list(scopes), list(keys), self._name)
        numbers = list(wanted.accounts)
        accounts = ask(_ACCOUNTS_AND_PARTIES, self._name, numbers, self._name, transfers, self._name, transfers)
        found = [ask(_TRANSFERS, self._name, transfers)] if transfers else []
        found += [ask(_PENDING, self._name, open_ones, self._name, open_ones)] if open_ones else []
        pipeline.sync()
        position, hash_, time, epoch = head()[0]
        if epoch != self._epoch:
            # The tables were repaired: what was read before may be what was wrong.
            self._memory.forget()
            self._epoch = epoch
        policy, fee_rules = next(iter(rules()), (None, None))
        book = Book(
            {account.account: account for account in map(account_of, accounts())},
            {transfer.transfer_id: transfer for rows in found for transfer in map(transfer_of, rows())},
            *rules_of(policy, fee_rules, self._policy),
        )
        self._load_further(ask, pipeline, book)
        return Loaded(Head(position, bytes(hash_), time), book, _outcomes_of(outcomes()))

    def _load_further(self, ask: "_Asking", pipeline: psycopg.Pipeline, book: Book) -> None:
        """The accounts that take fees, and the further ones of transfers with several legs."""
        # A member's transfer begins with payer and payee, which are there; an administrator's has any order.
        some = (
            (transfer.legs[2:] if transfer.kind == "transfer" else transfer.legs)
            for transfer in book.transfers.values()
        )
        further = {leg.account for legs in some for leg in legs}
        further |= {rule.account for rule in book.fee_rules}
        if missing := sorted(further - book.accounts.keys()):
            rows = ask(_ACCOUNTS, self._name, missing)
            pipeline.sync()
            book.accounts |= {account.account: account for account in map(account_of, rows())}

    def _parameters(self, batch: Batch, follow: tuple[str, int] | None) -> tuple[Any, ...]:
        head = batch.head
        policy, fee_rules = rules_row(batch.policy, batch.fee_rules)
        source, source_position = follow or (None, None)
        return (
            self._name, batch.before.position, self._epoch, head.position, head.hash, head.time,
            _json([_event_row(row) for row in batch.events]),
            _json(batch.postings),
            _json([account_row(account) for account in batch.accounts]),
            _json([transfer_row(transfer) for transfer in batch.transfers]),
            _json(batch.outcomes),
            _json(batch.changes),
            _json(batch.parties),
            policy, fee_rules, source, source_position,
        )  # fmt: skip


class _Asking:
    """Sends queries in a pipeline; each gives a call for its rows, to be used after the pipeline's `sync`."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def __call__(self, query: LiteralString, *parameters: Any) -> Callable[[], Rows]:
        return self._connection.execute(query, parameters, prepare=True).fetchall


def _is_known_key(error: psycopg.Error) -> bool:
    return isinstance(error, errors.UniqueViolation) and error.diag.constraint_name == "outcomes_pkey"


def _outcomes_of(rows: Rows) -> dict[Key, tuple[str, str]]:
    return {(scope, key): (fingerprint, outcome) for scope, key, fingerprint, outcome in rows}


def _event_row(row: EventRow) -> dict[str, Any]:
    return {
        "position": row.position,
        "event_id": row.event_id,
        "type": row.type,
        "opens": row.opens,
        "closes": row.closes,
        "prev_hash": row.prev_hash.hex(),
        "hash": row.hash.hex(),
        "body": row.body,
    }


def _json(rows: Sequence[Any]) -> str | None:
    return orjson.dumps(rows).decode() if rows else None
