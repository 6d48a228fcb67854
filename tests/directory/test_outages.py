"""A primary steps down, Elasticsearch is killed or frozen, in the middle of writes. On servers of our own."""

import secrets
import signal
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from deploy.native.servers import Options
from deploy.native.stack import Stack
from events import codec
from services.directory import app
from services.directory.config import Config
from services.directory.domain import EntityChange
from services.directory.handlers import members
from services.directory.handlers.writing import Directory
from services.directory.store import AWAY, EntityIndex, Store, migrate
from services.directory.store.outbox import EVENTS
from tests.directory.conftest import MESSAGES_KEY, SECRETS_KEY
from tests.directory.process import running
from tests.directory.test_crashes import BY, SECONDS, add_entities, in_truth, indexed
from tests.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.long]

WRITERS = 4


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="mccs-outages-") as folder:
        # The servers may run as a user of their own.
        Path(folder).chmod(0o755)
        # Killed are processes, never the machine: what the kernel has is safe enough.
        made = Stack(Path(folder) / "stack", options=Options(fsync=False))
        made.start(["mongo", "elasticsearch"])
        yield made
        made.wipe()


@pytest.fixture
def config(stack: Stack, keys: tuple) -> Config:
    """Of servers that may be broken."""
    addresses, name = stack.addresses(), f"test-{secrets.token_hex(4)}"
    return Config(
        mongo_url=addresses["MONGO_URL"],
        mongo_database=name,
        elasticsearch_url=addresses["ELASTICSEARCH_URL"],
        index_prefix=name,
        kafka_bootstrap="127.0.0.1:1",
        internal_public_key_file=str(keys[1]),
        messages_key=MESSAGES_KEY,
        secrets_key=SECRETS_KEY,
        port=0,
    )


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    made = app.store_of(config)
    migrate(made.database)
    yield made
    made.database.client.close()


@dataclass
class Writing:
    """Several threads that change businesses, each change once, sent again with its key when MongoDB is away."""

    directory: Directory
    acknowledged: list[tuple[str, int]] = field(default_factory=list)
    """City, which is another one in every change, and position."""
    refused: int = 0
    """How often MongoDB was away."""
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Writing":
        self._threads = ThreadPoolExecutor(WRITERS)
        self._running = [self._threads.submit(self._write, writer) for writer in range(WRITERS)]
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._threads.shutdown()
        for each in self._running:
            each.result()

    def go_on(self, count: int = 20) -> None:
        """Wait for some more changes."""
        wanted = len(self.acknowledged) + count
        wait_until(lambda: len(self.acknowledged) >= wanted, SECONDS)

    def _write(self, writer: int) -> None:
        number = 0
        while not self._done.is_set():
            city, number = f"City {writer}-{number}", number + 1
            self.acknowledged.append((city, self._once(f"e{number % 10}", city)))

    def _once(self, entity_id: str, city: str) -> int:
        by, change = replace(BY, key=f"test/{city}"), EntityChange(profile={"city": city})
        while True:
            try:
                return members.change_entity(self.directory, by, entity_id, change).position
            except AWAY:
                self.refused += 1


def check_the_log(store: Store, acknowledged: list[tuple[str, int]]) -> None:
    """Nothing that was acknowledged is lost, nothing is there twice, no position is missing."""
    records = list(store.database[EVENTS].find().sort("_id", 1))
    assert [record["_id"] for record in records] == list(range(1, store.events.head() + 1))
    audit = [entry["_id"] for entry in store.database["audit"].find().sort("_id", 1)]
    assert audit == list(range(1, len(audit) + 1))

    cities: dict[str, list[int]] = {}
    for record in records:
        after: Any = codec.decode(record["value"]).data
        if city := dict(after.get("after", {})).get("city"):
            cities.setdefault(city, []).append(record["_id"])
    assert {city: [position] for city, position in acknowledged} == cities


def test_a_primary_that_steps_down_loses_nothing_and_repeats_nothing(
    directory: Directory,
    store: Store,
    prepared_index: EntityIndex,
    config: Config,
    kafka_bootstrap: str,
    fresh_topic: str,
) -> None:
    add_entities(directory, store, 50)
    admin = store.database.client.admin

    def term() -> int:
        try:
            status = admin.command("replSetGetStatus")
        except PyMongoError:
            return 0
        return int(status["term"]) if status["myState"] == 1 else 0

    with ExitStack() as running_too:
        for what in ("relay", "consume"):
            running_too.enter_context(running(what, config, kafka_bootstrap, fresh_topic))
        with Writing(directory) as writing:
            for _ in range(3):
                writing.go_on()
                before = term()
                admin.command({"replSetStepDown": 1, "secondaryCatchUpPeriodSecs": 0, "force": True})
                wait_until(lambda t=before: term() > t > 0, SECONDS)  # type: ignore[misc]
            writing.go_on()
        source = f"index/{fresh_topic}/directory"
        wait_until(lambda: store.projections.position(source) == store.events.head(), SECONDS)

    check_the_log(store, writing.acknowledged)
    assert indexed(prepared_index) == in_truth(store)
    changed = sum(entity.revision for entity in store.entities.every()) - sum(range(1, 51))
    assert changed == len(writing.acknowledged), "one revision a change"


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_without_elasticsearch_writes_go_on_and_the_index_converges(
    how: str,
    stack: Stack,
    directory: Directory,
    store: Store,
    prepared_index: EntityIndex,
    config: Config,
    kafka_bootstrap: str,
    fresh_topic: str,
) -> None:
    add_entities(directory, store, 50)
    with ExitStack() as running_too:
        for what in ("relay", "consume"):
            running_too.enter_context(running(what, config, kafka_bootstrap, fresh_topic))
        with Writing(directory) as writing:
            writing.go_on()
            process = stack.process("elasticsearch")
            assert process
            process.send(signal.SIGKILL if how == "killed" else signal.SIGSTOP)
            writing.go_on(200)
            if how == "killed":
                wait_until(lambda: stack.process("elasticsearch") is None, SECONDS)
                stack.start(["elasticsearch"])
            else:
                process.send(signal.SIGCONT)
            writing.go_on()
        source = f"index/{fresh_topic}/directory"
        wait_until(lambda: store.projections.position(source) == store.events.head(), SECONDS)

    assert writing.refused == 0
    check_the_log(store, writing.acknowledged)
    assert indexed(prepared_index) == in_truth(store)
