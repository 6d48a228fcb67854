"""The ledger's write path over HTTP, beside the textbook writer: `python -m tests.bench [seconds a run] [--only NAME]`.

All scenarios take turns, round after round, and figures are ratios first: machines differ, and so do minutes.
PostgreSQL: POSTGRES_ADMIN_URL if it is set, else a native one of its own.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.native.stack import Stack
from services.ledger.auditing.running import audit_store
from services.ledger.store.streaming import AuditSource
from tests.bench import history
from tests.bench.report import Run, figure, ratio, table, work
from tests.bench.stage import ACCOUNTS, BOOK, Ask, Stage, machine
from tests.databases import fresh_database

CALLERS = (1, 8, 32, 64)
PAIRED = {"ledger": "ledger", "textbook": "textbook", "textbook, gevent": "gevent", "textbook, chained": "chained"}
PAY = "/payments"

ASKS: dict[str, dict[str, Ask]] = {
    **{
        f"pairs-{callers}": {name: Ask(server, "pairs", callers) for name, server in PAIRED.items()}
        for callers in CALLERS
    },
    "floor": {"token only": Ask("floor", "floor", 32)},
    "hot": {
        "ledger": Ask("ledger", "pairs", 32, hot=1),
        "textbook": Ask("textbook", "pairs", 32, hot=1),
        "ledger, two hot": Ask("ledger", "pairs", 32, hot=2),
    },
    "immediate": {
        "ledger": Ask("ledger", "single", 32, consenting=True),
        "textbook": Ask("textbook", "single", 32, path=PAY),
    },
    "batches": {
        "ledger": Ask("ledger", "batch", 4),
        "ledger, completed at once": Ask("ledger", "batch", 4, consenting=True),
    },
    "refusals": {
        "ledger": Ask("ledger", "pairs", 32, refused=0.05),
        "textbook": Ask("textbook", "pairs", 32, refused=0.05),
    },
}
"""Scenario to who is asked what."""

Results = dict[str, dict[str, list[Run]]]


class Quiet:
    """A report that only matters when it fails."""

    passed = True

    def check(self, what: str, findings: Any) -> None:
        found = list(findings)
        if found:
            raise AssertionError(f"{what}: {found[:5]}")

    def fact(self, name: str, value: object) -> None:
        """Not shown."""


def main(asked: argparse.Namespace) -> None:
    """Measure everything in turns and print tables in Markdown."""
    with tempfile.TemporaryDirectory() as folder, _postgres() as address, fresh_database(address) as database:
        stage = Stage(database, Path(folder), asked.workers)
        try:
            stage.prepare()
            _measure(stage, asked)
        finally:
            stage.stop()


@contextmanager
def _postgres() -> Iterator[str]:
    """A server that keeps what it commits, unlike the tests': that is a part of what is measured."""
    if given := os.environ.get("POSTGRES_ADMIN_URL"):
        yield given
        return
    directory = Path(tempfile.mkdtemp(prefix="mccs-bench-"))
    # The server may run as a user of its own.
    directory.chmod(0o755)
    stack = Stack(directory / "stack")
    try:
        yield stack.start(["postgres"])["POSTGRES_ADMIN_URL"]
    finally:
        stack.wipe()
        shutil.rmtree(directory, ignore_errors=True)


def _measure(stage: Stage, asked: argparse.Namespace) -> None:
    print(f"{machine(stage.database)}; {asked.workers} HTTP worker(s), {ACCOUNTS} accounts.")
    print(f"Medians of {asked.rounds} interleaved rounds, {asked.seconds:g} s a run; CPU in ms a call.\n")
    chosen = {name: asks for name, asks in ASKS.items() if not asked.only or name.startswith(asked.only)}
    if chosen:
        _start(stage)
        results = _in_turns(stage, chosen, asked)
        _print(results)
        _audit(stage, BOOK)
    if not asked.only or asked.only.startswith("history"):
        history.measure(stage, asked.seconds, asked.rounds, asked.events)


def _start(stage: Stage) -> None:
    stage.serve_ledger("ledger", BOOK)
    stage.serve_other("textbook", "tests.bench.textbook:plain_app()", threads=True)
    stage.serve_other("gevent", "tests.bench.textbook:plain_app()", threads=False)
    stage.serve_other("chained", "tests.bench.textbook:chained_app()", threads=True)
    stage.serve_other("floor", "tests.bench.floor:serving_app()", threads=False)


def _in_turns(stage: Stage, chosen: dict[str, dict[str, Ask]], asked: argparse.Namespace) -> Results:
    results: Results = {scenario: {name: [] for name in asks} for scenario, asks in chosen.items()}
    for _ in range(asked.rounds):
        for scenario, asks in chosen.items():
            for name, ask in asks.items():
                results[scenario][name].append(stage.run(ask, asked.seconds))
    return results


def _print(results: Results) -> None:
    _summary(results)
    for scenario, runs in results.items():
        unit = {"batches": "commands", "immediate": "transfers", "floor": "calls"}.get(scenario, "pairs")
        print(f"\n### {scenario}\n")
        table(list(runs.items()), unit)


def _summary(results: Results) -> None:
    """The figures that are asked for; those of what was not run are left out."""

    def runs(scenario: str, name: str = "ledger") -> Sequence[Run]:
        return results.get(scenario, {}).get(name, ())

    print("| at 32 callers where nothing else is said | measured | by CPU | floor | aim |\n|---|---|---|---|---|")
    lines = [
        ("pairs against the textbook writer", runs("pairs-32"), runs("pairs-32", "textbook"), "done", "3×", "6×"),
        ("... at 64 callers", runs("pairs-64"), runs("pairs-64", "textbook"), "done", "", ""),
        ("... at 8 callers", runs("pairs-8"), runs("pairs-8", "textbook"), "done", "", ""),
        ("pairs against the textbook writer on gevent", runs("pairs-32"), runs("pairs-32", "textbook, gevent"),
         "done", "", ""),
        ("pairs against the textbook writer with a chained log", runs("pairs-32"),
         runs("pairs-32", "textbook, chained"), "done", "4.5×", "9×"),
        ("pairs, everybody pays one account", runs("hot"), runs("hot", "textbook"), "done", "4.5×", "8×"),
        ("pairs with 5 % refusals", runs("refusals"), runs("refusals", "textbook"), "done", "", ""),
        ("calls against a route that only verifies the token", runs("pairs-32"), runs("floor", "token only"),
         "calls", "0.4×", "0.65×"),
        ("immediate transfers against the textbook writer's payments", runs("immediate"),
         runs("immediate", "textbook"), "done", "3.5×", "6×"),
        ("commands in batches of 100 against the textbook writer's single commands", runs("batches"),
         _commands(runs("pairs-32", "textbook")), "done", "25×", "50×"),
        ("transfers in batches of 100, completed at once, against its payments",
         runs("batches", "ledger, completed at once"), runs("immediate", "textbook"), "done", "", ""),
        ("two hot accounts against uniform", runs("hot", "ledger, two hot"), runs("pairs-32"), "done", "0.9×", ""),
        ("one caller: p50 of a call against the textbook writer's", runs("pairs-1"), runs("pairs-1", "textbook"),
         "p50", "≤ 1.0×", "≤ 0.8×"),
    ]  # fmt: skip
    for name, ours, others, key, floor, aim in lines:
        if ours and others:
            figure(name, ratio(ours, others, key), floor, aim, cpu=work(ours, others) if key == "done" else None)
    if ours := runs("pairs-32"):
        figure("p99 of a call", sorted(run["p99"] for run in ours)[len(ours) // 2], "≤ 60 ms", "≤ 40 ms", "{:.1f} ms")


def _commands(runs: Sequence[Run]) -> list[Run]:
    """A call of a pair is a command."""
    return [{**run, "done": run["calls"]} for run in runs]


def _audit(stage: Stage, book: str) -> None:
    """What was measured must also be right."""
    with AuditSource(stage.database.url, book) as source:
        fold = audit_store(source, book, Quiet())  # type: ignore[arg-type]
    print(f"\nAudit afterwards: {fold.position} events, everything holds.\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("seconds", nargs="?", type=float, default=5.0, help="of a run, at most 30")
    parser.add_argument("--only", help=f"one of {', '.join(ASKS)}, history; or how several begin: pairs")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1, help="HTTP workers of each gevent server")
    parser.add_argument("--events", type=int, default=1_000_000, help="in the long log")
    main(parser.parse_args())
