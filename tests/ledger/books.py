"""Books in a real database for tests: accounts in them, proposals, and the audit that must find nothing."""

import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

from services.ledger.audit import Fold
from services.ledger.auditing import Report, audit_store
from services.ledger.handlers import Appender
from services.ledger.records import Request
from services.ledger.store.streaming import AuditSource
from tests.databases import Database
from tests.ledger.factories import an_account_number, opening
from tests.ledger.fakes import decoded


def requires_sound(database: Database, book: str) -> Fold:
    """Audit the book; its fold."""
    out = io.StringIO()
    with AuditSource(database.url, book) as source:
        report = Report(out)
        fold = audit_store(source, book, report)
    assert report.passed, out.getvalue()
    return fold


def amounts(database: Database, book: str) -> list[int]:
    """Of all transfers, smallest first; the audit holds the table against the events."""
    requires_sound(database, book)
    with psycopg.connect(database.url) as connection:
        rows = connection.execute("SELECT amount FROM transfers WHERE book = %s ORDER BY amount", [book])
        return [amount for (amount,) in rows]


def two_accounts(appender: Appender, **limits) -> tuple[str, str]:
    """Two new accounts."""
    one, other = an_account_number(), an_account_number()
    appender.execute([opening(one, **limits), opening(other, **limits)])
    return one, other


def initiated(appender: Appender, request: Request) -> str:
    """The id of the transfer that `request` proposes."""
    (outcome,) = decoded(appender.execute([request]))
    assert outcome.ok, outcome
    return outcome.document["transfer_id"]


def in_parallel(calls: list[Callable[[], object]], callers: int = 20) -> list:
    """Their results; they begin together."""
    start = threading.Barrier(min(callers, len(calls)))
    waited = threading.local()

    def run(call: Callable[[], object]) -> object:
        if not hasattr(waited, "done"):
            waited.done = start.wait(30)
        return call()

    with ThreadPoolExecutor(start.parties) as pool:
        return list(pool.map(run, calls))
