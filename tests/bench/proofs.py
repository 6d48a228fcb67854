"""`python -m tests.bench.proofs [events]`: keeping the tree of a book with so many events, its heads and its proofs.

`POSTGRES_ADMIN_URL` names a server for it, else the tests' own is started.
"""

import os
import random
import resource
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import urllib3

from services.chassis.clock import system_clock
from services.chassis.process import Stop
from services.ledger.keeping import Keeper
from services.ledger.store import migrate
from services.ledger.store.keeping import KeptTree
from tests.backends import Backends
from tests.bench.replay import BOOK, fill
from tests.databases import Database, fresh_database
from tests.ledger.heads import a_head_key, a_signed_head
from tests.ledger.processes import Instance
from tests.waiting import wait_until

ASKED = 2_000


def main(events: int) -> None:
    """Measure and print."""
    with ExitStack() as opened:
        backends = Backends(os.environ)
        opened.callback(backends.close)
        database = opened.enter_context(fresh_database(backends.address("postgres")))
        migrate(database.owner_url, database.url)
        written = fill(database, events)
        print(f"{written:,} events")
        _measure_keeping(database, written)
        folder = Path(opened.enter_context(TemporaryDirectory()))
        instance = Instance(folder, database_url=database.url, book=BOOK)
        opened.callback(instance.stop)
        _measure_processes(database, instance, written)
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _measure_keeping(database: Database, written: int) -> None:
    tree = KeptTree(database.url, BOOK)
    keeper = Keeper(tree, a_head_key(), system_clock, Stop())
    seconds = _timed(lambda: keeper.keep(written))
    print(f"first keeping, every hash worked out again: {seconds:.1f} s, {written / seconds:,.0f} events/s")
    tree.close()
    seconds = _timed(lambda: a_signed_head(database, BOOK))
    print(f"head with a fresh connection, tree kept: {seconds * 1000:.0f} ms")


def _measure_processes(database: Database, instance: Instance, written: int) -> None:
    fill(database, 1)  # something new
    started = time.perf_counter()
    instance.start("schedule")
    with psycopg.connect(database.url, autocommit=True) as connection:
        query = "SELECT 1 FROM tree_heads WHERE book = %s AND size > %s"
        wait_until(lambda: connection.execute(query, (BOOK, written)).fetchone(), 60)
    print(
        f"head from the start of the process, interpreter and imports included: {time.perf_counter() - started:.2f} s"
    )
    instance.serve()
    for name, path in {
        "inclusion, newest head": lambda: f"/tree/inclusion?position={random.randint(1, written)}",
        "inclusion, any size": lambda: _inclusion_at(random.randint(1, written)),
        "consistency, any sizes": lambda: _consistency_at(random.randint(1, written)),
    }.items():
        _print(name, sorted(_asked(instance, path)))


def _inclusion_at(size: int) -> str:
    return f"/tree/inclusion?position={random.randint(1, size)}&size={size}"


def _consistency_at(second: int) -> str:
    return f"/tree/consistency?first={random.randint(1, second)}&second={second}"


def _asked(instance: Instance, path: Callable[[], str]) -> list[float]:
    """Seconds of each answer, one after the other over one connection."""
    pool = urllib3.HTTPConnectionPool("127.0.0.1", instance.port, maxsize=1)
    found = []
    for number in range(ASKED):
        if number % 100 == 0:
            # It lives for a minute.
            token = instance.token(roles=("public",))
        started = time.perf_counter()
        answer = pool.request("GET", path(), headers={"Authorization": f"Bearer {token}"})
        found.append(time.perf_counter() - started)
        if answer.status != 200:
            raise RuntimeError(answer.data)
    return found


def _print(what: str, seconds: list[float]) -> None:
    shown = ", ".join(f"{name} {seconds[int(len(seconds) * part)] * 1000:.1f} ms" for name, part in _PARTS.items())
    print(f"{what} over HTTP: {shown}", flush=True)


_PARTS = {"median": 0.5, "p95": 0.95, "p99": 0.99}


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
