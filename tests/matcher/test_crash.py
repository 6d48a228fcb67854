"""Killed consumers, rivals, a primary that steps down, a rebuild beside writes: what is derived is the same.

With real processes on real Kafka and MongoDB.
"""

import itertools
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from pymongo import MongoClient

from events import directory
from services.chassis.consuming import Loop
from services.chassis.process import Stop
from services.matcher import skipping
from services.matcher.consumer import Projection
from services.matcher.rebuild import rebuild
from services.matcher.store import Store, StoreAway, halts
from tests.eventlog import EventLog, deliver
from tests.matcher import given
from tests.matcher.reading import Documents, derived_in
from tests.matcher.test_accounts import completed, initiated, opened
from tests.primary import mongo_of_our_own, step_down, term
from tests.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.long]

SECONDS = 90
Start = Callable[[], subprocess.Popen]


class Logs:
    """Both topics of one test, and what they say when each record is taken once."""

    def __init__(self, bootstrap: str, directory_topic: str, ledger_topic: str) -> None:
        self.bootstrap = bootstrap
        self.directory, self.ledger = EventLog(directory_topic, "directory"), EventLog(ledger_topic, "main")

    @property
    def topics(self) -> list[str]:
        return [self.directory.topic, self.ledger.topic]

    def projection(self, store: Store) -> Projection:
        return Projection(store, lambda _: False, directory=self.directory.source, ledger=self.ledger.source)

    def clean(self, store: Store) -> Documents:
        for log in (self.directory, self.ledger):
            assert deliver(self.projection(store), log.records)
        return derived_in(store)

    def are_in(self, store: Store) -> bool:
        return all(store.position(log.source) == len(log.records) for log in (self.directory, self.ledger))

    def publish(self) -> None:
        for log in (self.directory, self.ledger):
            log.publish(self.bootstrap)

    def tell(self, members: int) -> None:
        """Sign-ups, changes and renames; accounts that trade with one another."""
        told = [given.registered(["bread", f"cake-{n % 7}"], ["flour"]) for n in range(members)]
        for index, entity in enumerate(told):
            self.directory.tell(entity)
            self.ledger.tell(opened(entity.account))
            if index and index % 100 == 0:
                self.directory.tell(directory.TagRenamed(name="bread", to=f"bread-{index}"))
                self.directory.tell(given.offers_wants_changed(entity, ["bread"]))
        for index, (payer, payee) in enumerate(itertools.pairwise(told)):
            self.directory.tell(given.offers_wants_changed(payer, ["cake", f"bread-{index}"]))
            self.ledger.tell(initiated(f"t{index}", payer.account, payee.account))
            self.ledger.tell(completed(f"t{index}", **{payer.account: -1, payee.account: 1}))


@pytest.fixture
def logs(kafka_bootstrap: str) -> Iterator[Logs]:
    made = Logs(kafka_bootstrap, *(f"test.{secrets.token_hex(6)}" for _ in range(2)))
    admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1} for name in made.topics})
    yield made
    admin.delete_topics(made.topics)
    admin.close()


@pytest.fixture
def start(store: Store, mongo_url: str, logs: Logs, tmp_path: Path) -> Iterator[Start]:
    environment = {
        **os.environ,
        "MATCHER_MONGO_URL": mongo_url,
        "MATCHER_MONGO_DATABASE": store.database.name,
        "KAFKA_BOOTSTRAP": logs.bootstrap,
        "INTERNAL_PUBLIC_KEY_FILE": str(tmp_path / "unused.pem"),
        "MATCHER_PORT": "0",
    }
    processes: list[subprocess.Popen] = []

    def run() -> subprocess.Popen:
        command = [sys.executable, "-m", "tests.matcher.consuming", *logs.topics]
        with (tmp_path / f"{len(processes)}.log").open("w") as output:
            processes.append(subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT))
        return processes[-1]

    yield run
    for process in processes:
        process.kill()
        process.wait()


def kill(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def test_killed_consumers_and_records_that_come_again_change_nothing(
    start: Start, store: Store, other_store: Store, logs: Logs
) -> None:
    logs.tell(1_500)
    logs.publish()
    reached = 0
    for _ in range(3):
        process = start()
        # Killed as soon as something is stored: more often than not before the offset is.
        wait_until(lambda before=reached: store.position(logs.directory.source) > before, SECONDS)
        kill(process)
        reached = store.position(logs.directory.source)
    assert not logs.are_in(store), "killed too late to mean anything"
    # As a relay that has lost its cursor does.
    logs.directory.publish(logs.bootstrap, logs.directory.records[:300])
    last = start()
    wait_until(lambda: logs.are_in(store), SECONDS)
    assert derived_in(store) == logs.clean(other_store)
    last.terminate()
    assert last.wait(timeout=10) == 0


def test_two_consumers_that_take_partitions_from_each_other_take_each_record_once(
    start: Start, store: Store, other_store: Store, logs: Logs
) -> None:
    logs.tell(600)
    logs.publish()
    first = start()
    wait_until(lambda: store.position(logs.directory.source) > 0, SECONDS)
    start()
    # One that doesn't belong to the group, and so shares partitions with both.
    stop = Stop()
    rival = Loop(logs.projection(store), logs.bootstrap, f"rival.{logs.directory.topic}", logs.topics, stop)
    thread = threading.Thread(target=rival.run)
    thread.start()
    kill(first)
    wait_until(lambda: logs.are_in(store), SECONDS)
    stop.request()
    thread.join()
    assert derived_in(store) == logs.clean(other_store)


def test_a_rebuild_beside_writes_is_the_same_as_going_on(
    start: Start, store: Store, other_store: Store, logs: Logs
) -> None:
    logs.tell(500)
    logs.publish()
    start()
    wait_until(lambda: logs.are_in(store), SECONDS)
    told = [given.registered(["late"], ["flour"]) for _ in range(200)]
    done = threading.Event()

    def write() -> None:
        for entity in told:
            logs.directory.publish(logs.bootstrap, [logs.directory.tell(entity)])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    live = logs.projection(store)
    new = rebuild(live, lambda p, group, stop: Loop(p, logs.bootstrap, group, logs.topics, stop), Stop)
    writer.join()
    assert done.is_set()
    assert store.state().generation == new == 2
    wait_until(lambda: logs.are_in(store), SECONDS)
    assert derived_in(store) == logs.clean(other_store)


def test_a_record_of_nonsense_halts_the_process_until_an_operator_passes_over_it(
    start: Start, store: Store, logs: Logs
) -> None:
    logs.tell(20)
    poison = logs.directory.append(b"no event").position
    logs.directory.tell(given.registered(["tea"], entity_id="after"))
    logs.publish()
    for _ in range(2):
        assert start().wait(timeout=SECONDS) == 3
    assert store.position(logs.directory.source) == poison - 1
    skipping.skip(store, ["--source", logs.directory.source, "--position", str(poison)])
    start()
    wait_until(lambda: logs.are_in(store), SECONDS)
    halts.check(store)
    assert "after" in {each["_id"] for each in derived_in(store)["entities"]}


def test_a_primary_that_steps_down_is_waited_for(other_store: Store, kafka_bootstrap: str) -> None:
    logs = Logs(kafka_bootstrap, "test.directory", "test.ledger")
    logs.tell(300)
    steps = [(log, first) for log in (logs.directory, logs.ledger) for first in range(0, len(log.records), 20)]
    with mongo_of_our_own() as url, MongoClient(url) as admin, closing(Store(url, "matcher")) as store:
        store.migrate()
        projection, before, downs = logs.projection(store), term(admin), 0
        for number, (log, first) in enumerate(steps):
            stepping = threading.Thread(target=step_down, args=(admin,))
            if number % 10 == 5:
                downs += 1
                stepping.start()
            apply_patiently(projection, log, first)
            if stepping.ident is not None:
                stepping.join()
                wait_until(lambda least=before + downs: term(admin) >= least, SECONDS)
        assert downs
        assert derived_in(store) == logs.clean(other_store)


def apply_patiently(projection: Projection, log: EventLog, first: int) -> None:
    """As the consumer loop does."""

    def applied() -> bool:
        try:
            projection.apply(log.source, log.records[first : first + 20])
        except StoreAway:
            return False
        return True

    wait_until(applied, SECONDS)
