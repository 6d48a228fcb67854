"""The consumer loop on a real broker: each event once, in order, whatever happens in between."""

import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from events import codec, topics
from services.chassis.consuming import Gap, Loop, Received
from services.chassis.process import Stop
from tests.chassis.notebook import Away, Notebook
from tests.factories import an_envelope
from tests.waiting import wait_until

pytestmark = pytest.mark.integration

Publish = Callable[..., None]


def a_record(position: int, word: str | None = None) -> bytes:
    return codec.encode(an_envelope({"word": word or f"w{position}"}, sequence=position))


@pytest.fixture
def publish(kafka_bootstrap: str, fresh_topic: str) -> Iterator[Publish]:
    """Put records with the given positions (or position and bytes) onto the topic."""
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all")

    def put(*records: int | tuple[int, bytes], key: str = "main") -> None:
        for record in records:
            position, raw = record if isinstance(record, tuple) else (record, a_record(record))
            headers = [("position", str(position).encode())]
            producer.send(fresh_topic, key=key.encode(), value=raw, headers=headers)
        producer.flush(timeout=10)

    yield put
    producer.close(timeout=5)


@dataclass
class Running:
    """A loop in a thread, and how it ended."""

    thread: threading.Thread
    stop: Stop
    ended: list[BaseException | None]

    def end(self) -> BaseException | None:
        self.stop.request()
        return self.wait()

    def wait(self) -> BaseException | None:
        self.thread.join(timeout=20)
        assert not self.thread.is_alive(), "the loop did not end"
        return self.ended[0]


@dataclass
class Consumers:
    """Starts loops on the topic, one group after the name."""

    bootstrap: str
    topic: str
    group: str
    running: list[Running]

    def start(
        self, notebook: Any, group: str | None = None, forgetting: Sequence[str] = (), hole_seconds: float = 1
    ) -> Running:
        stop, ended = Stop(), []
        loop = Loop(notebook, self.bootstrap, group or self.group, [self.topic], stop, forgetting, hole_seconds)

        def run() -> None:
            try:
                loop.run()
                ended.append(None)
            except BaseException as error:  # noqa: BLE001 -- SystemExit too: that is how a loop halts
                ended.append(error)

        thread = threading.Thread(target=run)
        self.running.append(Running(thread, stop, ended))
        thread.start()
        return self.running[-1]


@pytest.fixture
def consumers(kafka_bootstrap: str, fresh_topic: str) -> Iterator[Consumers]:
    made = Consumers(kafka_bootstrap, fresh_topic, f"test-{secrets.token_hex(4)}", [])
    yield made
    for each in made.running:
        each.end()


@pytest.fixture
def notebook(tmp_path: Path) -> Notebook:
    return Notebook(tmp_path / "notes.json")


def words(positions: Iterable[int]) -> list[str]:
    return [f"w{position}" for position in positions]


def has_position(notebook: Notebook, source: str, position: int) -> Callable[[], bool]:
    def reached() -> bool:
        return notebook.position(source) >= position

    reached.__name__ = f"position {position} of {source}"
    return reached


def test_events_are_applied_in_order_and_duplicates_ignored(publish, consumers, notebook, fresh_topic):
    publish(1, 2, 2, 1, 3, 3, 4)
    consumers.start(notebook)
    wait_until(has_position(notebook, f"{fresh_topic}/main", 4))
    assert notebook.words == words([1, 2, 3, 4])


def test_sources_of_one_partition_have_positions_of_their_own(publish, consumers, notebook, fresh_topic):
    publish(1, key="b")
    publish(1, 2, key="a")
    publish(2, key="b")
    consumers.start(notebook)
    wait_until(has_position(notebook, f"{fresh_topic}/a", 2))
    wait_until(has_position(notebook, f"{fresh_topic}/b", 2))
    assert sorted(notebook.words) == ["w1", "w1", "w2", "w2"]


def test_a_rebuilt_projection_reads_again_from_the_start(publish, consumers, tmp_path, fresh_topic):
    """The group's offset is at the end, the projection at nothing: the hole closes by reading again."""
    publish(1, 2, 3)
    first = Notebook(tmp_path / "first.json")
    running = consumers.start(first)
    wait_until(has_position(first, f"{fresh_topic}/main", 3))
    wait_until(lambda: committed(consumers) == 3)
    assert running.end() is None
    rebuilt = Notebook(tmp_path / "rebuilt.json")
    consumers.start(rebuilt)
    publish(4)
    wait_until(has_position(rebuilt, f"{fresh_topic}/main", 4))
    assert rebuilt.words == words([1, 2, 3, 4])


def committed(consumers: Consumers) -> int | None:
    """The offset that the group has committed."""
    reader = KafkaConsumer(bootstrap_servers=consumers.bootstrap, group_id=consumers.group)
    try:
        return reader.committed(TopicPartition(consumers.topic, 0))
    finally:
        reader.close(autocommit=False)


def test_a_hole_halts_and_what_is_behind_it_is_not_applied(publish, consumers, notebook):
    publish(1, 2, 4, 5)
    ended = consumers.start(notebook).wait()
    assert isinstance(ended, Gap)
    assert ended.code == 3
    assert notebook.words in ([], words([1, 2]))


def test_a_halted_consumer_halts_again_until_the_hole_is_closed(publish, consumers, notebook, fresh_topic):
    publish(1, 3)
    assert isinstance(consumers.start(notebook).wait(), Gap)
    assert isinstance(consumers.start(notebook).wait(), Gap)
    assert notebook.position(f"{fresh_topic}/main") < 2


def test_a_hole_that_a_relay_closes_later_is_no_halt(publish, consumers, notebook, fresh_topic):
    """A page of which one batch was lost comes whole a second time, behind what had overtaken it."""
    publish(1, 2, 5, 6)
    running = consumers.start(notebook, hole_seconds=30)
    wait_until(has_position(notebook, f"{fresh_topic}/main", 2))
    publish(3, 4, 5, 6, 7)
    wait_until(has_position(notebook, f"{fresh_topic}/main", 7))
    assert running.end() is None
    assert notebook.words == words(range(1, 8))


def test_a_topic_that_forgets_may_start_anywhere(publish, consumers, notebook, fresh_topic):
    publish(7, 9, 8, 10)
    consumers.start(notebook, forgetting=[fresh_topic])
    wait_until(has_position(notebook, f"{fresh_topic}/main", 10))
    assert notebook.words == words([7, 9, 10])


def test_poison_halts_a_projection_that_must_have_everything(publish, consumers, notebook, fresh_topic):
    publish(1, (2, b"not json"), 3)
    ended = consumers.start(notebook).wait()
    assert isinstance(ended, SystemExit)
    assert ended.code == 3
    assert notebook.position(f"{fresh_topic}/main") < 2


def test_poison_is_parked_with_its_reason_and_the_others_go_on(publish, consumers, tmp_path, fresh_topic):
    notebook = Notebook(tmp_path / "notes.json", parks=True)
    publish(1, (2, b"not json: somebody@example.org"), 3, (4, codec.encode(an_envelope({}, sequence=4))), 5)
    running = consumers.start(notebook, group="parker")
    wait_until(has_position(notebook, f"{fresh_topic}/main", 5), seconds=20)
    assert notebook.words == words([1, 3, 5])
    assert running.end() is None
    parked = read_all(consumers.bootstrap, topics.dead_letters(fresh_topic, "parker"), 2)
    first, second = (dict(record.headers) for record in parked)
    assert parked[0].value == b"not json: somebody@example.org"
    assert first == {"reason": b"AttributeError", "source": f"{fresh_topic}/main".encode(), "position": b"2"}
    assert (second["reason"], second["position"]) == (b"KeyError", b"4")


def read_all(bootstrap: str, topic: str, count: int) -> list[Any]:
    """The first `count` records of a topic with one partition."""
    reader = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    partition = TopicPartition(topic, 0)
    reader.assign([partition])
    reader.seek_to_beginning(partition)
    found: list[Any] = []

    def arrived() -> bool:
        found.extend(record for records in reader.poll(timeout_ms=200).values() for record in records)
        return len(found) >= count

    try:
        wait_until(arrived)
    finally:
        reader.close(autocommit=False)
    return found


def test_a_store_that_is_away_is_waited_for(publish, consumers, notebook, fresh_topic):
    failures = iter([Away, Away])

    def fail_twice(_: Sequence[Received]) -> None:
        if failure := next(failures, None):
            raise failure

    notebook.before = fail_twice
    publish(1, 2)
    consumers.start(notebook)
    wait_until(has_position(notebook, f"{fresh_topic}/main", 2))
    assert notebook.words == words([1, 2])


def test_a_loop_stops_while_its_store_is_away(publish, consumers, notebook):
    tried = threading.Event()

    def fail(_: Sequence[Received]) -> None:
        tried.set()
        raise Away

    notebook.before = fail
    publish(1)
    running = consumers.start(notebook)
    assert tried.wait(timeout=15)
    ended = running.end()
    assert isinstance(ended, SystemExit)
    assert ended.code == 0
    assert notebook.words == []


@pytest.mark.parametrize(
    ("key", "headers"), [(None, [("position", b"1")]), (b"main", []), (b"main", [("position", b"one")])]
)
def test_a_record_that_nobody_can_place_halts(kafka_bootstrap, fresh_topic, consumers, notebook, key, headers):
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all")
    producer.send(fresh_topic, key=key, value=a_record(1), headers=headers).get(timeout=10)
    producer.close(timeout=5)
    ended = consumers.start(notebook).wait()
    assert isinstance(ended, SystemExit)
    assert ended.code == 3


def test_a_consumer_killed_between_effect_and_offset_does_nothing_twice(
    publish, kafka_bootstrap, fresh_topic, tmp_path, notebook
):
    """SIGKILL after the effect, before the commit, again and again."""
    block = tmp_path / "block"
    group = f"test-{secrets.token_hex(4)}"
    command = [sys.executable, "-m", "tests.chassis.notebook", kafka_bootstrap, fresh_topic, group]
    for position in (1, 2):
        block.touch()
        publish(position)
        with subprocess.Popen([*command, str(notebook.file), str(block)]) as process:
            wait_until(has_position(notebook, f"{fresh_topic}/main", position), seconds=30)
            os.kill(process.pid, signal.SIGKILL)
    publish(3)
    block.unlink()
    with subprocess.Popen([*command, str(notebook.file), str(block)]) as process:
        wait_until(has_position(notebook, f"{fresh_topic}/main", 3), seconds=30)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert notebook.words == words([1, 2, 3])
