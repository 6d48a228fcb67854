"""What the gateway's rate limits cost a call: `python -m tests.bench.rates [calls]`.

CPU of this process and time a call, with three limits: by ours (memory, then shared through MongoDB, with 1 and with
1 000 callers), and beside them a bare round trip to MongoDB for each limit, which is what Flask-Limiter's storage
makes. MongoDB at MONGO_URL, else its own.
"""

import os
import secrets
import sys
import time
from collections.abc import Callable

from pymongo import MongoClient

from services.gateway.rates.budgets import Budget
from services.gateway.rates.counting import Counter
from services.gateway.rates.store import SharedCounts
from tests.backends import MEASURED, Backends

LIMITS = [Budget(name, 1_000_000, 60) for name in ("address", "account", "token")]


def main(calls: int) -> None:
    """Measure and print."""
    found, name = Backends(os.environ, MEASURED), f"bench_{secrets.token_hex(4)}"
    store = SharedCounts(found.address("mongo"), name)
    client: MongoClient = MongoClient(found.address("mongo"))
    try:
        _measure("memory", calls, _spending(Counter(), 1))
        _measure("shared, 1 caller", calls, _spending(Counter(store), 1))
        _measure("shared, 1 000 callers", calls, _spending(Counter(store), 1_000))
        rates = client[name]["bare"]
        change = {"$inc": {"points": 1}}
        _measure(
            "a round trip for each limit",
            calls // 10,
            lambda _: [rates.find_one_and_update({"_id": each.name}, change, upsert=True) for each in LIMITS],
        )
    finally:
        client.drop_database(name)
        client.close()
        store.close()
        found.close()


def _spending(counter: Counter, callers: int) -> Callable[[int], object]:
    who = [f"caller {number}" for number in range(callers)]
    return lambda number: [counter.spend(each, who[number % callers], 1) for each in LIMITS]


def _measure(what: str, calls: int, call: Callable[[int], object]) -> None:
    for number in range(min(calls, 1_000)):
        call(number)
    cpu, began = time.process_time(), time.perf_counter()
    for number in range(calls):
        call(number)
    cpu, took = time.process_time() - cpu, time.perf_counter() - began
    print(f"{what:30} {cpu / calls * 1000:8.4f} ms CPU {took / calls * 1000:8.4f} ms a call")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
