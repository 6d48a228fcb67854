"""What a long log costs: throughput with it and without, a page of a long statement, a balance."""

import random
import re
import time
from pathlib import Path
from typing import Any

from services.chassis.clock import system_clock
from services.ledger.handlers import Appender
from services.ledger.store import Writer
from tests.bench.report import figure, ratio, table, work
from tests.bench.stage import Ask, Stage, open_accounts
from tests.ledger.factories import paying

SHORT = 10_000
_AT_ONCE = 500
_PAGE = 50
_PACED = 500
"""Calls a second of all callers: callers without a pause measure the queue that they make."""
_LINE = re.compile(rb'"route":"([^"]+)".*?"duration_ms":([0-9.]+)')


def measure(stage: Stage, seconds: float, rounds: int, events: int) -> None:
    """Two ledgers, one with a short log and one with a long one, in turns."""
    print("\n### A long log\n")
    lengths = {"short": SHORT, "long": events}
    for name, length in lengths.items():
        stage.accounts, stage.consenting = open_accounts(stage.database.url, name)
        _load(stage, name, length)
        stage.serve_ledger(name, name)
        stage.known[name] = (stage.accounts, stage.consenting)
    runs: dict[str, list[dict[str, Any]]] = {"short": [], "long": []}
    for _ in range(rounds):
        for name, taken in runs.items():
            taken.append(stage.run(Ask(name, "pairs", 32), seconds))
    print("| | measured | by CPU | floor | aim |\n|---|---|---|---|---|")
    name, less = f"pairs with {events} events in the log against {SHORT}", work(runs["long"], runs["short"])
    figure(name, ratio(runs["long"], runs["short"], "done"), "0.9×", "", cpu=less)
    _reads(stage, seconds)
    print()
    table(list(runs.items()), "pairs")


def _reads(stage: Stage, seconds: float) -> None:
    """As the service sees it (its log says how long), and as the caller does."""
    page = Ask("long", "page", 1, consenting=True, size=_PAGE)
    full = Ask("long", "balance", 32)
    paced = Ask("long", "balance", 32, pace=32 / _PACED)
    for what, ask, route, floor in (
        ("statement page, one caller", page, b"/accounts/<number>/statement", "≤ 15 ms"),
        (f"balance, 32 callers, {_PACED} calls/s", paced, b"/accounts/<number>", "≤ 5 ms"),
        ("balance, 32 callers, as many as it takes", full, b"/accounts/<number>", "≤ 5 ms"),
    ):
        log = stage.folder / ask.server / "serve.log"
        before = log.stat().st_size
        run = stage.run(ask, seconds)
        figure(f"{what}, p95 in the service", _p95(log, before, route), floor, "", "{:.1f} ms")
        figure(f"{what}, p95 for the caller", run["p95"], "", "", "{:.1f} ms")
        figure(f"{what}, calls/s", run["calls"], "", "", "{:.0f}")


def _p95(log: Path, start: int, route: bytes) -> float:
    with log.open("rb") as lines:
        lines.seek(start)
        taken = sorted(float(took) for found, took in _LINE.findall(lines.read()) if found == route)
    return taken[int(len(taken) * 0.95)] if taken else 0.0


def _load(stage: Stage, book: str, events: int) -> None:
    """Payments that complete at once, two events each; a fifth of them to the first account."""
    writer = Writer(stage.database.url, book)
    appender, chance = Appender(writer, system_clock), random.Random(book)
    started, made = time.monotonic(), 0
    first, *others = stage.consenting
    while made < events:
        payees = [first if number % 5 == 0 else chance.choice(others) for number in range(_AT_ONCE)]
        payers = [chance.choice([one for one in chance.sample(others, 2) if one != payee]) for payee in payees]
        appender.execute([paying(payer, payee, 1) for payer, payee in zip(payers, payees, strict=True)])
        made += 2 * _AT_ONCE
    writer.close()
    took = time.monotonic() - started
    print(f"{made} events loaded in {took:.0f} s ({made / took:,.0f}/s), {made // 10} postings of one account.\n")
