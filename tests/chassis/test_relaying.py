"""The relay on a real broker: everything in order, the cursor only after the acknowledgement, one leader counts."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition

from events import codec
from services.chassis.consuming import Loop
from services.chassis.process import Stop
from services.chassis.relaying import Outgoing, relay
from tests.chassis.notebook import Notebook
from tests.factories import an_envelope
from tests.waiting import wait_until

pytestmark = pytest.mark.integration


class Away(Exception):
    """The store doesn't answer."""


class ListOutbox:
    """An outbox in memory. Whoever has the highest epoch leads."""

    transient = (Away,)

    def __init__(self, records: Sequence[Outgoing]) -> None:
        self.records, self.cursor, self.epoch = list(records), 0, 1
        self.leads = True
        self.before_advance: Callable[[int], None] = lambda _: None
        self.failures: list[Exception] = []
        self.asked = threading.Event()

    def lead(self) -> int | None:
        self.asked.set()
        if self.failures:
            raise self.failures.pop()
        return self.epoch if self.leads else None

    def read(self, limit: int) -> Sequence[Outgoing]:
        return [record for record in self.records if record.position > self.cursor][:limit]

    def advance(self, position: int, epoch: int) -> bool:
        self.before_advance(position)
        if epoch != self.epoch:
            return False
        self.cursor = position
        return True

    def wait(self, seconds: float) -> None:
        threading.Event().wait(min(seconds, 0.02))


def records(topic: str, *positions: int, size: int = 0) -> list[Outgoing]:
    return [
        Outgoing(
            position=position,
            topic=topic,
            key="main",
            value=codec.encode(an_envelope({"word": f"w{position}" + "x" * size}, sequence=position)),
            headers={"position": str(position), "ce_type": "test.happened.v1"},
        )
        for position in positions
    ]


@contextmanager
def relaying(outbox: ListOutbox, bootstrap: str) -> Iterator[None]:
    stop = Stop()
    thread = threading.Thread(target=relay, args=(outbox, bootstrap, stop))
    thread.start()
    try:
        yield
    finally:
        stop.request()
        thread.join(timeout=30)
        assert not thread.is_alive(), "the relay did not end"


def published(bootstrap: str, topic: str) -> int:
    """How many records the topic has."""
    reader = KafkaConsumer(bootstrap_servers=bootstrap)
    try:
        return int(reader.end_offsets([TopicPartition(topic, 0)])[TopicPartition(topic, 0)])
    finally:
        reader.close(autocommit=False)


def test_everything_arrives_in_order_with_key_and_headers(kafka_bootstrap: str, fresh_topic: str, tmp_path: Path):
    outbox = ListOutbox(records(fresh_topic, *range(1, 1_201)))
    with relaying(outbox, kafka_bootstrap):
        wait_until(lambda: outbox.cursor == 1_200, seconds=20)
    assert read_words(kafka_bootstrap, fresh_topic, tmp_path, 1_200) == [f"w{n}" for n in range(1, 1_201)]


def read_words(bootstrap: str, topic: str, folder: Path, last: int) -> list[str]:
    """What a consumer makes of the topic."""
    notebook, stop = Notebook(folder / "notes.json"), Stop()
    thread = threading.Thread(target=Loop(notebook, bootstrap, f"reader-{topic}", [topic], stop).run)
    thread.start()
    try:
        wait_until(lambda: notebook.position(f"{topic}/main") == last, seconds=20)
    finally:
        stop.request()
        thread.join(timeout=20)
    return notebook.words


def test_the_cursor_moves_when_the_broker_has_the_page(kafka_bootstrap: str, fresh_topic: str):
    outbox = ListOutbox(records(fresh_topic, 1, 2, 3))
    seen: list[tuple[int, int]] = []
    outbox.before_advance = lambda position: seen.append((position, published(kafka_bootstrap, fresh_topic)))
    with relaying(outbox, kafka_bootstrap):
        wait_until(lambda: outbox.cursor == 3)
    assert seen == [(3, 3)]


def test_a_record_that_the_broker_refuses_holds_the_cursor(kafka_bootstrap: str, fresh_topic: str):
    """Better late than a hole: the page is tried again, whole."""
    outbox = ListOutbox([*records(fresh_topic, 1), *records(fresh_topic, 2, size=3_000_000)])
    with relaying(outbox, kafka_bootstrap):
        wait_until(lambda: published(kafka_bootstrap, fresh_topic) >= 1)
        assert outbox.cursor == 0
        outbox.records[1:] = records(fresh_topic, 2)
        wait_until(lambda: outbox.cursor == 2, seconds=20)


def test_a_store_that_is_away_is_tried_again(kafka_bootstrap: str, fresh_topic: str):
    outbox = ListOutbox(records(fresh_topic, 1))
    outbox.failures = [Away(), Away()]
    with relaying(outbox, kafka_bootstrap):
        wait_until(lambda: outbox.cursor == 1)
    assert published(kafka_bootstrap, fresh_topic) == 1


def test_who_does_not_lead_publishes_nothing(kafka_bootstrap: str, fresh_topic: str):
    outbox = ListOutbox(records(fresh_topic, 1))
    outbox.leads = False
    with relaying(outbox, kafka_bootstrap):
        assert outbox.asked.wait(timeout=15)
        outbox.asked.clear()
        assert outbox.asked.wait(timeout=15)
    assert published(kafka_bootstrap, fresh_topic) == 0


def test_a_deposed_leader_moves_no_cursor_and_its_records_do_no_harm(
    kafka_bootstrap: str, fresh_topic: str, tmp_path: Path
):
    """It published its page while another took over: the page comes twice, consumers take it once."""
    outbox = ListOutbox(records(fresh_topic, 1, 2, 3))
    refused: list[int] = []

    def depose_once(position: int) -> None:
        if not refused:
            refused.append(position)
            outbox.epoch += 1
            assert outbox.cursor == 0

    outbox.before_advance = depose_once
    with relaying(outbox, kafka_bootstrap), relaying(outbox, kafka_bootstrap):
        wait_until(lambda: outbox.cursor == 3)
        outbox.records += records(fresh_topic, 4)
        wait_until(lambda: outbox.cursor == 4)
    assert refused == [3]
    assert published(kafka_bootstrap, fresh_topic) > 4
    assert read_words(kafka_bootstrap, fresh_topic, tmp_path, 4) == ["w1", "w2", "w3", "w4"]
