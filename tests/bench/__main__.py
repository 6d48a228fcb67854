"""`python -m tests.bench [seconds a run]`: the ledger's write path over HTTP, beside the textbook writer, interleaved.

Servers: POSTGRES_ADMIN_URL if it is set, else as the tests find one. Figures are ratios first: machines differ.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from deploy.native.ports import find_free
from services.chassis.clock import system_clock
from services.chassis.process import gunicorn_command
from services.chassis.tokens import Caller
from services.ledger.auditing import audit_store
from services.ledger.handlers import Appender
from services.ledger.store import Writer, migrate
from services.ledger.store.streaming import AuditSource
from tests.backends import Backends
from tests.bench import textbook
from tests.databases import Database, fresh_database
from tests.ledger.factories import an_account_number, opening
from tests.ledger.processes import ROOT, Instance
from tests.waiting import wait_until

CALLERS = (1, 8, 32)
ACCOUNTS = 1000
ROUNDS = 2
BOOK = "bench"
PLENTY = 10**9


class Quiet:
    """A report that only matters when it fails."""

    passed = True

    def check(self, what: str, findings: Any) -> None:
        found = list(findings)
        if found:
            raise AssertionError(f"{what}: {found}")

    def fact(self, name: str, value: object) -> None:
        """Not shown."""


def main(seconds: float) -> None:
    """Measure both writers in turns and print tables in Markdown."""
    backends = Backends(os.environ)
    try:
        with fresh_database(backends.address("postgres")) as database, tempfile.TemporaryDirectory() as folder:
            _bench(database, Path(folder), seconds)
    finally:
        backends.close()


def _bench(database: Database, folder: Path, seconds: float) -> None:
    migrate(database.owner_url, database.url)
    numbers = [an_account_number() for _ in range(ACCOUNTS)]
    _prepare(database, numbers)
    ours = Instance(folder, database_url=database.url, book=BOOK)
    other_port = find_free()
    try:
        ours.serve(LEDGER_WORKERS="1")
        other = _serve_textbook(ours, other_port)
        results: dict[tuple[str, int], list[dict[str, float]]] = {}
        for _ in range(ROUNDS):
            for callers in CALLERS:
                for name, port in (("textbook", other_port), ("ledger", ours.port)):
                    tokens = {number: ours.signer.token(_member(number), "ledger") for number in numbers}
                    run = _load(port, callers, seconds, numbers, tokens)
                    results.setdefault((name, callers), []).append(run)
        other.terminate()
        other.wait()
    finally:
        ours.stop()
    _print(results, seconds, _server(database))
    _print_audit(database)


def _member(number: str) -> Caller:
    return Caller(subject=f"u{number}", roles=frozenset({"member"}), accounts=frozenset({number}))


def _prepare(database: Database, numbers: list[str]) -> None:
    writer = Writer(database.url, BOOK)
    requests = [opening(number, max_negative=PLENTY, max_positive=PLENTY) for number in numbers]
    Appender(writer, system_clock).execute(requests)
    writer.close()
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(textbook.TABLES.encode())
        connection.execute("GRANT USAGE ON SCHEMA textbook TO ledger")
        connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA textbook TO ledger")
        connection.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA textbook TO ledger")
        connection.execute(
            "INSERT INTO textbook.accounts SELECT unnest(%s::text[]), 0, %s, %s", (numbers, PLENTY, PLENTY)
        )


def _serve_textbook(like: Instance, port: int) -> "subprocess.Popen[bytes]":
    command = gunicorn_command("tests.bench.textbook:serving_app()", "127.0.0.1", port, 1)
    with (like.folder / "textbook.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=like.environment, stdout=log, stderr=log)

    def listens() -> bool:
        with psycopg.connect(like.environment["LEDGER_DATABASE_URL"]) as connection:
            found = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return bool((found.fetchone() or [0])[0] > 3) and process.poll() is None

    wait_until(listens, 30)
    return process


def _load(port: int, callers: int, seconds: float, accounts: list[str], tokens: dict[str, str]) -> dict[str, float]:
    asked = {"port": port, "callers": callers, "seconds": seconds, "accounts": accounts, "tokens": tokens}
    command = [sys.executable, "-m", "tests.bench.load"]
    done = subprocess.run(command, input=json.dumps(asked).encode(), cwd=ROOT, capture_output=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def _print(results: dict[tuple[str, int], list[dict[str, float]]], seconds: float, server: str) -> None:
    print(f"## Initiate + accept over HTTP, {ACCOUNTS} accounts, one HTTP worker, {ROUNDS} runs of {seconds:.0f} s\n")
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {server}\n")
    print("| callers | writer | pairs/s | calls/s | p50 ms | p95 ms | p99 ms | failures | ratio |")
    print("|---|---|---|---|---|---|---|---|---|")
    for callers in CALLERS:
        base = _mean(results["textbook", callers], "pairs")
        for name in ("textbook", "ledger"):
            runs = results[name, callers]
            columns = [f"{_mean(runs, key):.1f}" for key in ("pairs", "calls", "p50", "p95", "p99")]
            failures = sum(run["failures"] for run in runs)
            ratio = _mean(runs, "pairs") / base if base else 0
            print(f"| {callers} | {name} | {' | '.join(columns)} | {failures:.0f} | {ratio:.2f} |")


def _server(database: Database) -> str:
    """With fsync off a commit is cheap, and the ratio says less than it would."""
    with psycopg.connect(database.admin_url) as connection:
        row = connection.execute("SELECT current_setting('server_version'), current_setting('fsync')").fetchone()
    version, fsync = row or ("?", "?")
    return f"PostgreSQL {version} with fsync {fsync}"


def _print_audit(database: Database) -> None:
    """What was measured must also be right."""
    started = time.perf_counter()
    with AuditSource(database.url, BOOK) as source:
        fold = audit_store(source, BOOK, Quiet())  # type: ignore[arg-type]
    elapsed = time.perf_counter() - started
    print(f"\nAudit afterwards: {fold.position} events, everything holds, {fold.position / elapsed:,.0f} events/s.")


def _mean(runs: list[dict[str, float]], key: str) -> float:
    return sum(run[key] for run in runs) / len(runs)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0)
