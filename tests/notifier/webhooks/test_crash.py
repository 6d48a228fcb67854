"""Real `deliver` processes, killed in the middle of a request: nothing lost, one repeat at most, with the same id."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from events import directory
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.webhooks.conftest import KEY, states
from tests.waiting import wait_until

pytestmark = pytest.mark.integration
MANY = 40


@pytest.fixture
def start(mongo_url, mongo_database, kafka_bootstrap, tmp_path) -> Iterator[Callable[..., subprocess.Popen]]:
    (tmp_path / "internal.pem").write_text("unused")
    environment = {
        **os.environ,
        "NOTIFIER_MONGO_URL": mongo_url,
        "NOTIFIER_MONGO_DATABASE": mongo_database,
        "KAFKA_BOOTSTRAP": kafka_bootstrap,
        "INTERNAL_PUBLIC_KEY_FILE": str(tmp_path / "internal.pem"),
        "MESSAGES_KEY": KEY,
        "NOTIFIER_WEBHOOKS_KEY": KEY,
        "NOTIFIER_WEBHOOKS_ALLOW_PRIVATE": "true",
        "NOTIFIER_WEBHOOKS_WORKERS": "4",
        "PUBLIC_URL": "https://credit.test",
        "NOTIFIER_SMTP_HOST": "127.0.0.1",
        "NOTIFIER_SENDER": "Mutual Credit <noreply@dev.null>",
        "NOTIFIER_PORT": "0",
        "NOTIFIER_LEASE_SECONDS": "3",
    }
    processes: list[subprocess.Popen] = []

    def run(*arguments: str) -> subprocess.Popen:
        with (tmp_path / f"{len(processes)}.log").open("w") as output:
            command = [sys.executable, "-m", *(arguments or ("services.notifier", "deliver"))]
            processes.append(subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT))
        return processes[-1]

    yield run
    for process in processes:
        process.kill()
        process.wait()


def test_killed_deliverer_loses_nothing_and_repeats_at_most_what_is_in_its_hands(
    start, webhooks, taking, add, receiver
):
    add()
    log = EventLog("directory.events", "directory")
    for _ in range(MANY):
        log.tell(given.an_entity())
    assert deliver(taking, log.records)
    go, held = threading.Event(), threading.Event()

    def hold() -> None:
        if len(receiver.got) > 10:
            held.set()
            go.wait(30)

    receiver.before = hold
    killed = start()
    assert held.wait(30)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    assert states(webhooks).count("sending") in (1, 2), "killed outside a request"
    go.set()

    again = start()
    wait_until(lambda: states(webhooks) == ["delivered"] * MANY, seconds=30)
    times = Counter(got.headers["MCCS-Delivery-Id"] for got in receiver.got)
    assert len(times) == MANY
    assert max(times.values()) == 2
    assert sum(times.values()) <= MANY + 2
    again.terminate()
    assert again.wait(timeout=10) == 0


def test_a_consumer_that_is_killed_queues_each_event_once_and_all_arrive(
    start, webhooks, store, add, receiver, topic, kafka_bootstrap
):
    """From the topic to the receiver, by the processes that run in production."""
    add(types=[directory.UserRegistered.TYPE])
    log = EventLog(topic, "directory")
    for number in range(3_000):
        log.tell(given.an_entity() if number % 60 else given.a_user())
    wanted = [record.envelope.id for record in log.records if record.envelope.type == directory.UserRegistered.TYPE]
    log.publish(kafka_bootstrap)
    consumer = start("tests.notifier.consuming", topic)
    wait_until(lambda: store.position(log.source), seconds=30)
    consumer.send_signal(signal.SIGKILL)
    consumer.wait()
    assert 0 < store.position(log.source) < len(log.records), "killed too late to mean anything"
    start("tests.notifier.consuming", topic)
    start()
    wait_until(lambda: len(receiver.got) >= len(wanted), seconds=60)
    assert sorted(json.loads(got.body)["id"] for got in receiver.got) == sorted(wanted)
    assert webhooks._deliveries.count_documents({}) == len(wanted)
