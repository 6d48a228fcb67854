"""`python -m tests.bench.replay [events]`: audit, replay and repair of a book with so many events, on a real server.

`POSTGRES_ADMIN_URL` names a server for it, else the tests' own is started.
"""

import io
import os
import random
import resource
import sys
import time

import psycopg

from services.chassis.clock import system_clock
from services.ledger.auditing import Report, audit_store
from services.ledger.handlers import Appender
from services.ledger.replaying import Wish, run_replay
from services.ledger.store import Writer, migrate
from services.ledger.store.streaming import AuditSource
from tests.backends import Backends
from tests.databases import Database, fresh_database
from tests.ledger.factories import accepting, an_account_number, opening, paying
from tests.ledger.fakes import decoded

BOOK, ACCOUNTS, BATCH = "main", 200, 250
LOST = ("postings", "transfers", "accounts")


def main(events: int) -> None:
    """Measure and print."""
    backends = Backends(os.environ)
    try:
        with fresh_database(backends.address("postgres")) as database:
            migrate(database.owner_url, database.url)
            written = fill(database, events)
            print(f"{written} events, {ACCOUNTS} accounts")
            _print("audit with every check", written, _timed(lambda: _audit(database)))
            _print("replay and comparison", written, _timed(lambda: _replay(database, swap=False)))
            with psycopg.connect(database.admin_url) as connection:
                connection.execute("SET session_replication_role = replica")
                for table in LOST:
                    connection.execute(f"DELETE FROM {table}")
            _print(f"replay and repair of {', '.join(LOST)}", written, _timed(lambda: _replay(database, swap=True)))
            _audit(database)
        print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    finally:
        backends.close()


def fill(database: Database, events: int) -> int:
    """Write a book of about so many events; how many there are."""
    writer = Writer(database.url, BOOK)
    appender = Appender(writer, system_clock)
    numbers = [an_account_number() for _ in range(ACCOUNTS)]
    appender.execute([opening(number, max_negative=10**9, max_positive=10**9) for number in numbers])
    written = ACCOUNTS
    while written < events:
        pairs = [random.sample(numbers, 2) for _ in range(BATCH)]
        proposed = decoded(appender.execute([paying(payer, payee, 5) for payer, payee in pairs]))
        ids = [outcome.document["transfer_id"] for outcome in proposed if outcome.document]
        appender.execute([accepting(known, payee) for known, (_, payee) in zip(ids, pairs, strict=True)])
        written += 2 * BATCH
    writer.close()
    return written


def _audit(database: Database) -> None:
    out = io.StringIO()
    with AuditSource(database.url, BOOK) as source:
        report = Report(out)
        audit_store(source, BOOK, report)
    assert report.passed, out.getvalue()


def _replay(database: Database, *, swap: bool) -> None:
    out = io.StringIO()
    assert run_replay(database.owner_url, BOOK, "", Wish(swap=swap), out, io.StringIO()), out.getvalue()
    print(out.getvalue().splitlines()[-1])


def _timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _print(what: str, events: int, seconds: float) -> None:
    print(f"{what}: {seconds:.1f} s, {events / seconds:,.0f} events/s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
