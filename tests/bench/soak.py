"""Does anything grow, and does anything stay broken? `python -m tests.bench.soak [minutes] [--restarts N]`.

A mixed load through the gateway for so many minutes, a quarter each of transfers, balances, pages and profiles; the
memory of each process after every round, and the slope of it over the second half. Then 16 callers who repeat with the
same key what failed, while the ledger is started anew again and again: every transfer must be completed once.
"""

import argparse
import itertools
import json
import secrets
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import urllib3

from tests.bench.gateway import NEW, staged
from tests.bench.gateway_calls import API
from tests.bench.gateway_people import MEMBERS
from tests.bench.gateway_stage import Stage
from tests.waiting import wait_until

RUN_SECONDS = 5.0
CALLERS = 16
BETWEEN_SECONDS = 20.0
MOST_TRIES = 200
RENEW_SECONDS = 600.0
"""A token lives for a quarter of an hour."""


def main(asked: argparse.Namespace) -> None:
    """Print what grew, and what could not be cured."""
    with staged(MEMBERS) as stage:
        if asked.minutes:
            _grow(stage, asked.minutes * 60)
        if asked.restarts:
            _restart(stage, asked.restarts)


def _grow(stage: Stage, seconds: float) -> None:
    paths = [f"{API}/entities/{each}" for each in stage.people.owners.values()]
    more: dict[str, dict[str, Any]] = {"pairs": {}, "balance": {}, "page": {}, "paths": {"paths": paths}}
    taken: list[tuple[float, dict[str, float]]] = []
    calls, began = 0, time.monotonic()
    renewed = began
    for scenario in itertools.cycle(more):
        if time.monotonic() - renewed > RENEW_SECONDS:
            stage.people.renew()
            renewed = time.monotonic()
        calls += stage.run(NEW, scenario, RUN_SECONDS, CALLERS, **more[scenario])["made"]
        taken.append(((time.monotonic() - began) / 60, stage.memory(NEW)))
        if time.monotonic() - began > seconds:
            break
    print(f"{calls} calls in {taken[-1][0]:.1f} min\n\n| process | MB at first | at last | MB/min, second half |")
    print("|---|---|---|---|")
    late = taken[len(taken) // 2 :]
    for part in taken[0][1]:
        figures = [(at, memory[part]) for at, memory in late]
        print(f"| {part} | {taken[0][1][part]:.1f} | {taken[-1][1][part]:.1f} | {_slope(figures):+.2f} |", flush=True)


def _slope(points: list[tuple[float, float]]) -> float:
    """Least squares."""
    x, y = (sum(each) / len(points) for each in zip(*points, strict=True))
    spread = sum((at - x) ** 2 for at, _ in points)
    return sum((at - x) * (size - y) for at, size in points) / spread if spread else 0.0


class _Trader:
    """Callers who repeat with the same key until there is an answer."""

    def __init__(self, stage: Stage) -> None:
        self._people, self._port = stage.people, stage.doors[NEW].port
        self._pool = urllib3.PoolManager(maxsize=CALLERS, retries=False, timeout=30)
        self.stop = threading.Event()
        self.first: Counter[str] = Counter()
        """What went wrong at a first try, by code."""
        self.durations: list[float] = []
        self.pairs = 0

    def trade(self, number: int) -> None:
        """One caller: propose, accept."""
        accounts = self._people.accounts
        while not self.stop.is_set():
            payer, payee = accounts[number], accounts[number + CALLERS]
            body = {"transfer": "out", "initiator": payer, "receiver": payee, "amount": 1, "description": "soak"}
            made = self._insist("POST", "/transfers", payer, body)
            done = self._insist("PATCH", f"/transfers/{made['id']}", payee, {"action": "accept"})
            if done["status"] != "completed":
                raise RuntimeError(str(done))
            self.pairs += 1

    def _insist(self, method: str, path: str, account: str, body: dict[str, Any]) -> dict[str, Any]:
        key, began = secrets.token_hex(12), time.monotonic()
        headers = {
            "Authorization": f"Bearer {self._people.tokens[account]}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        for _ in range(MOST_TRIES):
            url = f"http://127.0.0.1:{self._port}{API}{path}"
            answer = self._pool.request(method, url, body=json.dumps(body), headers=headers)
            if answer.status == 200:
                self.durations.append(time.monotonic() - began)
                data: dict[str, Any] = answer.json()["data"]
                return data
            code = answer.json()["errors"][0]["code"]
            self.first[f"{answer.status} {code}"] += 1
            if answer.status != 503:
                raise RuntimeError(f"{answer.status} {answer.data.decode()}")
            self.stop.wait(0.2)
        raise RuntimeError("no answer")


def _restart(stage: Stage, restarts: int) -> None:
    stage.people.renew()
    trader = _Trader(stage)
    with ThreadPoolExecutor(CALLERS) as callers:
        trading = [callers.submit(trader.trade, number) for number in range(CALLERS)]
        for _ in range(restarts):
            _wait_for_trade(trader, trading, BETWEEN_SECONDS)
            stage.restart_ledger(NEW)
        _wait_for_trade(trader, trading, 0.0)
        trader.stop.set()
        for each in trading:
            each.result()
    durations = sorted(trader.durations)
    shares = [f"p{share * 100:g} {durations[int(len(durations) * share)] * 1000:.0f} ms" for share in (0.5, 0.99)]
    print(
        f"\n{trader.pairs} pairs, {restarts} restarts of the ledger; every call with its repeats: {', '.join(shares)}"
    )
    print(f"cured by a repeat with the same key: {dict(trader.first)}; not cured: none")


def _wait_for_trade(trader: _Trader, trading: list[Future[None]], seconds: float) -> None:
    before, until = trader.pairs, time.monotonic() + seconds
    wait_until(lambda: _ended(trading) or (trader.pairs > before + CALLERS and time.monotonic() > until), 120)


def _ended(trading: list[Future[None]]) -> bool:
    """Nobody ends before being told to, but by an error."""
    return any(each.done() for each in trading)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak")
    parser.add_argument("minutes", nargs="?", type=float, default=30.0)
    parser.add_argument("--restarts", type=int, default=5)
    main(parser.parse_args())
