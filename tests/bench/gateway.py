"""The REST API measured through the gateway: `python -m tests.bench.gateway [part ...] [--seconds N] [--rounds N]`.

Real processes: gateway, ledger with its committer, directory; PostgreSQL, MongoDB and Elasticsearch. Beside them a
Flask route under the same gunicorn worker that verifies the session token and does nothing else. All take turns, round
after round; figures are medians of ratios within a round. The callers are one process, raw sockets, the same cores.
"""

import argparse
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from services.ledger.store import migrate
from tests.backends import MEASURED, Backends
from tests.bench.businesses import misspelt
from tests.bench.gateway_calls import API
from tests.bench.gateway_people import BUSINESSES, MEMBERS, open_book, settle
from tests.bench.gateway_stage import FLOOR, Stage
from tests.bench.report import figure
from tests.bench.search import a_database, an_index
from tests.bench.serving import served
from tests.bench.stage import machine
from tests.chassis.keys import key_pair
from tests.databases import fresh_database

CALLERS = 32
SEARCHERS = 8
OLD_TRANSFERS = 200_000
NEW, OLD, EMPTY = "new", "old", "empty"
_LITTLE = 0.005
# Java compiles well what has run some thousands of times; a search that is used does.
COMPILED_SECONDS = 45.0
PARTS = ("transfers", "reads", "search", "history", "one")

Run = dict[str, Any]


def main(asked: argparse.Namespace) -> None:
    """Start everything, measure the parts that are asked for, print."""
    searched = not asked.parts or "search" in asked.parts
    with staged(BUSINESSES if searched else MEMBERS, asked.workers) as stage:
        _measure(stage, asked)


@contextmanager
def staged(count: int, workers: int = 1) -> Iterator[Stage]:
    """All that a gateway needs, with so many businesses; nothing is left of it afterwards."""
    found, name = Backends(os.environ, MEASURED), f"bench-{secrets.token_hex(4)}"
    try:
        mongo, elastic = found.address("mongo"), found.address("elasticsearch")
        with (
            fresh_database(found.address("postgres")) as database,
            an_index(elastic, name) as index,
            a_database(mongo, name) as store,
            tempfile.TemporaryDirectory() as folder,
        ):
            people = settle(index, store, key_pair("session")[0], count)
            with served(elastic, mongo, name, workers=workers) as directory:
                stage = Stage(database, mongo, elastic, directory, people, Path(folder), workers)
                try:
                    migrate(database.owner_url, database.url)
                    open_book(database.url, database.owner_url, NEW, people.accounts)
                    stage.open_gateway(NEW)
                    yield stage
                finally:
                    stage.stop()
    finally:
        found.close()


def _measure(stage: Stage, asked: argparse.Namespace) -> None:
    stage.open_floor()
    # Members who are at work already: few callers, so that all are soon known.
    stage.run(NEW, "balance", asked.seconds, 4)
    print(f"{machine(stage.database)}; {stage.workers} worker(s) of each service and of the floor.")
    print(f"Medians of {asked.rounds} rounds in turns, {asked.seconds:g} s a run.\n", flush=True)
    print("| figure | measured | by CPU | floor | aim |\n|---|---|---|---|---|")
    chosen = asked.parts or PARTS
    runs: dict[str, list[Run]] = {}
    for part in (name for name in PARTS if name in chosen):
        runs |= _MEASURES[part](stage, asked)
    print(f"\n| {CALLERS} callers where nothing else is said | calls/s | p50 ms | p95 ms | p99 ms | CPU, ms a call |")
    print("|---|---|---|---|---|---|")
    for name, taken in runs.items():
        _tell(name, taken)


def _transfers(stage: Stage, asked: argparse.Namespace) -> dict[str, list[Run]]:
    runs = _in_turns(asked, {
        "transfers, initiate and accept": lambda: stage.run(NEW, "pairs", asked.seconds, CALLERS),
        "floor beside transfers": lambda: stage.run(FLOOR, "balance", asked.seconds, CALLERS),
    })  # fmt: skip
    pairs, floor = runs.values()
    figure("transfer calls/s, of the token-only route", _ratio(pairs, floor), "0.25×", "0.4×", cpu=_work(pairs, floor))
    spent = median(run["parts"] * run["calls"] / run["done"] for run in pairs)
    figure("CPU of all parts for a completed pair", spent, "≤ 6 ms", "≤ 4 ms", "{:.2f} ms")
    return runs


def _reads(stage: Stage, asked: argparse.Namespace) -> dict[str, list[Run]]:
    paths = [f"{API}/entities/{each}" for each in stage.people.owners.values()]
    # Somebody must have traded: an empty page is quickly written.
    stage.run(NEW, "pairs", 2.0, CALLERS)
    runs = _in_turns(asked, {
        "GET /balance": lambda: stage.run(NEW, "balance", asked.seconds, CALLERS),
        "GET /transfers": lambda: stage.run(NEW, "page", asked.seconds, CALLERS),
        "GET /entities/{id}": lambda: stage.run(NEW, "paths", asked.seconds, CALLERS, paths=paths),
        "floor beside reads": lambda: stage.run(FLOOR, "balance", asked.seconds, CALLERS),
    })  # fmt: skip
    *reads, (_, floor) = runs.items()
    for name, taken in reads:
        figure(f"{name}, of the token-only route", _ratio(taken, floor), "0.25×", "0.4×", cpu=_work(taken, floor))
    return runs


def _search(stage: Stage, asked: argparse.Namespace) -> dict[str, list[Run]]:
    paths = [f"{API}/entities?{urlencode({'offers': word})}" for word in misspelt(400)]
    stage.run(NEW, "paths", asked.warm, SEARCHERS, paths=paths)
    name = f"fuzzy GET /entities?offers=, {BUSINESSES} businesses, {SEARCHERS} callers"
    runs = _in_turns(asked, {name: lambda: stage.run(NEW, "paths", asked.seconds, SEARCHERS, paths=paths)})
    figure(f"{name}, calls/s", median(run["calls"] for run in runs[name]), "250", "500", "{:.0f}")
    figure("... p99", median(run["p99"] for run in runs[name]), "≤ 90 ms", "", "{:.1f} ms")
    return runs


def _history(stage: Stage, asked: argparse.Namespace) -> dict[str, list[Run]]:
    open_book(stage.database.url, stage.database.owner_url, OLD, stage.people.accounts, OLD_TRANSFERS)
    stage.open_gateway(OLD)
    # One more, as empty as can be: what the other parts have made is history too.
    open_book(stage.database.url, stage.database.owner_url, EMPTY, stage.people.accounts)
    stage.open_gateway(EMPTY)
    old, empty = f"pairs with {OLD_TRANSFERS} old transfers", "pairs, an empty ledger"
    runs = _in_turns(asked, {
        old: lambda: stage.run(OLD, "pairs", asked.seconds, CALLERS),
        empty: lambda: stage.run(EMPTY, "pairs", asked.seconds, CALLERS),
    })  # fmt: skip
    less = _work(runs[old], runs[empty])
    figure(f"{old}, of an empty ledger", _ratio(runs[old], runs[empty], "done"), "0.95×", "1.0×", cpu=less)
    return runs


def _one(stage: Stage, asked: argparse.Namespace) -> dict[str, list[Run]]:
    name = "one caller, proposals"
    runs = _in_turns(asked, {name: lambda: stage.run(NEW, "proposals", asked.seconds, 1)})
    figure("one caller: p50 of a proposal", median(run["p50"] for run in runs[name]), "≤ 10 ms", "≤ 6 ms", "{:.1f} ms")
    return runs


_MEASURES = {"transfers": _transfers, "reads": _reads, "search": _search, "history": _history, "one": _one}


def _in_turns(asked: argparse.Namespace, runs: dict[str, Callable[[], Run]]) -> dict[str, list[Run]]:
    taken: dict[str, list[Run]] = {name: [] for name in runs}
    for run in runs.values():
        run()  # connections, caches, tokens
    for _ in range(asked.rounds):
        for name, run in runs.items():
            taken[name].append(run())
    return taken


def _ratio(ours: list[Run], others: list[Run], key: str = "calls") -> float:
    return median(one[key] / other[key] for one, other in zip(ours, others, strict=True))


def _work(ours: list[Run], others: list[Run]) -> float:
    """The same by CPU of everything, callers too: it moves less with what else the machine does."""
    spent = [[run["parts"] + run["client"] for run in runs] for runs in (ours, others)]
    return median(other / one for one, other in zip(*spent, strict=True))


def _tell(name: str, runs: list[Run]) -> None:
    """CPU without parts that took next to none."""
    figures = [f"{median(run[key] for run in runs):.1f}" for key in ("p50", "p95", "p99")]
    spent = {part: median(run["cpu"][part] for run in runs) for part in runs[0]["cpu"]}
    told = ", ".join(f"{part} {ms:.2f}" for part, ms in spent.items() if ms >= _LITTLE)
    client = median(run["client"] for run in runs)
    rate = median(run["calls"] for run in runs)
    print(f"| {name} | {rate:.0f} | {' | '.join(figures)} | {told}, callers {client:.2f} |", flush=True)


def _part(name: str) -> str:
    if name not in PARTS:
        raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(PARTS)}")
    return name


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.gateway")
    # `choices` would refuse the empty list that no name at all is.
    parser.add_argument("parts", nargs="*", type=_part, metavar="part", help=f"of {', '.join(PARTS)}; none: all")
    parser.add_argument("--seconds", type=float, default=3.0, help="of a run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1, help="HTTP workers of gateway, directory and floor")
    parser.add_argument("--warm", type=float, default=COMPILED_SECONDS, help="seconds of searches before they count")
    main(parser.parse_args())
