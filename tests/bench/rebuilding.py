"""How fast the matcher derives everything again: `python -m tests.bench.rebuilding [members]`.

From topics of its own on Kafka into a database of its own, on servers of its own or at MONGO_URL and KAFKA_BOOTSTRAP:
members with ten tags each, first of their sign-ups alone, then of seven events each (sign-up, acceptance, account, two
trades), and what it takes a process to read all of that into memory.
"""

import os
import random
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from kafka import KafkaAdminClient

from events.directory import EntityStatusChanged
from services.chassis.consuming import Loop
from services.chassis.process import Stop
from services.matcher.consumer import Projection, nobody_is_told
from services.matcher.follower import Follower
from services.matcher.rebuild import rebuild
from services.matcher.store import Store
from services.matcher.synonyms import our_groups
from tests.backends import MEASURED, Backends
from tests.eventlog import EventLog
from tests.matcher import given
from tests.matcher.test_accounts import completed, initiated, opened

ROUNDS = 3


def main(count: int) -> None:
    """Measure and print."""
    found = Backends(os.environ, MEASURED)
    try:
        for whole in (False, True):
            with _topics(found.address("kafka"), count, whole=whole) as logs, _store(found.address("mongo")) as store:
                _measure(store, found.address("kafka"), logs, count)
    finally:
        found.close()


def _measure(store: Store, bootstrap: str, logs: tuple[EventLog, EventLog], count: int) -> None:
    of_directory, of_ledger = logs
    live = Projection(store, nobody_is_told, directory=of_directory.source, ledger=of_ledger.source)
    records = len(of_directory.records) + len(of_ledger.records)
    print(f"{count} members, {records} records; 2 cores, others at work on them: load {os.getloadavg()[0]:.1f}")

    def new_loop(projection: Projection, group: str, stop: Stop) -> Loop:
        return Loop(projection, bootstrap, group, [of_directory.topic, of_ledger.topic], stop)

    for log in logs:
        # So that a rebuild has something to catch up with.
        reached = {"position": len(log.records)}
        store.transaction(lambda tx, log=log, reached=reached: tx.put("positions", log.source, reached))
    for _ in range(ROUNDS):
        _timed("rebuilt", count, lambda: rebuild(live, new_loop, Stop))
    _timed("read into memory", count, lambda: Follower(store).network())


def _timed(what: str, count: int, work: Callable[[], object]) -> None:
    wall, cpu = time.monotonic(), time.process_time()
    work()
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    print(f"{what} in {wall:.1f} s: {count / wall:,.0f} members a second; {count / cpu:,.0f} a CPU second of ours")


@contextmanager
def _store(url: str) -> Iterator[Store]:
    store = Store(url, f"bench_{secrets.token_hex(6)}")
    store.migrate()
    yield store
    store.client.drop_database(store.database)
    store.close()


@contextmanager
def _topics(bootstrap: str, count: int, *, whole: bool) -> Iterator[tuple[EventLog, EventLog]]:
    logs = EventLog(f"bench.{secrets.token_hex(6)}", "directory"), EventLog(f"bench.{secrets.token_hex(6)}", "main")
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    with ExitStack() as endings:
        endings.callback(admin.close)
        names = [log.topic for log in logs]
        admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1} for name in names})
        endings.callback(admin.delete_topics, names)
        numbers = _sign_ups(logs[0], count)
        if whole:
            _all_else(*logs, numbers)
        for log in logs:
            log.publish(bootstrap)
        yield logs


def _sign_ups(of_directory: EventLog, count: int) -> dict[str, str]:
    """Account numbers by entity ids."""
    dice = random.Random(7)
    tags = sorted({tag for group in our_groups() for tag in group})
    numbers: dict[str, str] = {}
    for number in range(count):
        some = dice.sample(tags, 10)
        entity = given.registered(some[:5], some[5:], name=f"Member {number}", status="pending", city="Leeds")
        numbers[entity.entity_id] = entity.account
        of_directory.tell(entity)
    return numbers


def _all_else(of_directory: EventLog, of_ledger: EventLog, numbers: dict[str, str]) -> None:
    dice, accounts = random.Random(7), list(numbers.values())
    for entity_id, account in numbers.items():
        of_directory.tell(
            EntityStatusChanged(entity_id=entity_id, account=account, previous="pending", status="accepted")
        )
        of_ledger.tell(opened(account))
    for number in range(2 * len(numbers)):
        payer, payee = dice.sample(accounts, 2)
        of_ledger.tell(initiated(f"t{number}", payer, payee))
        of_ledger.tell(completed(f"t{number}", **{payer: -number, payee: number}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
