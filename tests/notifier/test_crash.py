"""Real processes killed with SIGKILL in the middle: nothing lost, nothing twice."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from kafka import KafkaConsumer

from events.topics import dead_letters
from services.notifier.consumer import GROUP
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.conftest import KEY
from tests.waiting import wait_until

pytestmark = pytest.mark.integration


@pytest.fixture
def environment(mongo_url, mongo_database, kafka_bootstrap, mail_server, tmp_path) -> dict[str, str]:
    (tmp_path / "internal.pem").write_text("unused")
    return {
        **os.environ,
        "NOTIFIER_MONGO_URL": mongo_url,
        "NOTIFIER_MONGO_DATABASE": mongo_database,
        "KAFKA_BOOTSTRAP": kafka_bootstrap,
        "INTERNAL_PUBLIC_KEY_FILE": str(tmp_path / "internal.pem"),
        "MESSAGES_KEY": KEY,
        "PUBLIC_URL": "https://credit.test",
        "NOTIFIER_SMTP_HOST": "127.0.0.1",
        "NOTIFIER_SMTP_PORT": str(mail_server.port),
        "NOTIFIER_SENDER": "Mutual Credit <noreply@dev.null>",
        "NOTIFIER_PORT": "0",
        "NOTIFIER_LEASE_SECONDS": "2",
        "NOTIFIER_RETRY_SECONDS": "1",
    }


@pytest.fixture
def start(environment, tmp_path) -> Iterator:
    processes: list[subprocess.Popen] = []

    def run(*arguments: str, **settings: str) -> subprocess.Popen:
        output = (tmp_path / f"{len(processes)}.log").open("w")
        with output:
            command = [sys.executable, "-m", *arguments]
            variables = environment | settings
            processes.append(subprocess.Popen(command, env=variables, stdout=output, stderr=subprocess.STDOUT))
        return processes[-1]

    yield run
    for process in processes:
        process.kill()
        process.wait()


def kill(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def test_killed_consumer_loses_and_repeats_nothing(start, store, topic, kafka_bootstrap):
    log = EventLog(topic, "directory")
    entities = [given.an_entity() for _ in range(3000)]
    for entity in entities:
        log.tell(entity)
    log.publish(kafka_bootstrap)
    consumer = start("tests.notifier.consuming", topic)
    wait_until(lambda: store.position(log.source), seconds=30)
    kill(consumer)
    assert 0 < store.position(log.source) < len(log.records), "killed too late to mean anything"

    start("tests.notifier.consuming", topic)
    wait_until(lambda: store.position(log.source) == len(log.records), seconds=60)
    recipients = [record["recipient"] for record in store._db["messages"].find({"kind": "welcome"})]
    assert sorted(recipients) == sorted(f"entity:{entity.entity_id}" for entity in entities)
    assert store._db["entities"].count_documents({}) == len(entities)


def test_poison_is_parked_and_the_next_event_is_taken(start, store, topic, kafka_bootstrap):
    log = EventLog(topic, "main")
    transfer = given.a_transfer("1", "2")
    log.tell(transfer)
    log.append(b"no event at all")
    log.tell(given.completed(given.a_transfer("3", "4")))
    log.tell(given.completed(transfer))
    log.publish(kafka_bootstrap)
    start("tests.notifier.consuming", topic)
    wait_until(lambda: store.position(log.source) == 4, seconds=30)
    kinds = {record["kind"] for record in store._db["messages"].find()}
    assert kinds == {"transfer_initiated", "transfer_accepted", "transfer_receipt"}
    parked = KafkaConsumer(
        dead_letters(topic, GROUP),
        bootstrap_servers=kafka_bootstrap,
        auto_offset_reset="earliest",
        consumer_timeout_ms=30_000,
    )
    found = [next(parked) for _ in range(2)]
    parked.close()
    assert [dict(record.headers)["reason"] for record in found] == [b"MalformedEvent", b"UnknownTransfer"]
    assert found[0].value == b"no event at all"


def test_killed_senders_lose_nothing_and_repeat_at_most_the_mails_in_their_hands(start, store, projection, mail_server):
    log = EventLog("directory.events", "directory")
    for _ in range(120):
        log.tell(given.an_entity())
    assert deliver(projection, log.records)
    sender = start("services.notifier", "schedule", NOTIFIER_SENDERS="2")
    wait_until(lambda: len(mail_server.desk.mails) >= 5, seconds=30)
    mail_server.desk.dawdling.set()
    wait_until(lambda: mail_server.desk.held == 2, seconds=30)
    in_hand = {mail["Message-ID"] for mail in mail_server.desk.mails[-2:]}
    kill(sender)
    mail_server.desk.dawdling.clear()
    assert store.records.summary()["sending"] >= 2, "killed outside the send window"

    again = start("services.notifier", "schedule")
    wait_until(lambda: store.records.summary()["sent"] == 120, seconds=30)
    times = Counter(mail["Message-ID"] for mail in mail_server.desk.mails)
    assert len(times) == 120
    assert {key for key, count in times.items() if count > 1} == in_hand
    assert max(times.values()) == 2
    again.terminate()
    assert again.wait(timeout=10) == 0


def test_of_two_senders_the_killed_one_s_mails_are_sent_by_the_other(start, store, projection, mail_server, tmp_path):
    beats = [tmp_path / "first", tmp_path / "second"]
    killed, other = (
        start(
            "services.notifier",
            "schedule",
            HEARTBEAT_FILE=str(each),
            NOTIFIER_DOMAIN_PER_MINUTE="0",
            NOTIFIER_SENDERS="1",
        )
        for each in beats
    )
    wait_until(lambda: all(each.exists() for each in beats), seconds=30)
    # More than one sender claims at once; each gets as far as its first mail, and is not told of it.
    mail_server.desk.dawdling.set()
    log = EventLog("directory.events", "directory")
    for _ in range(120):
        log.tell(given.an_entity())
    assert deliver(projection, log.records)
    wait_until(lambda: mail_server.desk.held == 2, seconds=30)
    in_hand = {mail["Message-ID"] for mail in mail_server.desk.mails}
    assert len(in_hand) == 2
    kill(killed)
    mail_server.desk.dawdling.clear()

    wait_until(lambda: store.records.summary()["sent"] == 120, seconds=60)
    times = Counter(mail["Message-ID"] for mail in mail_server.desk.mails)
    assert sorted(times.values()) == [1] * 119 + [2]
    assert {key for key, count in times.items() if count == 2} < in_hand
    other.terminate()
    assert other.wait(timeout=10) == 0


def test_killed_digest_leaves_nobody_out_and_mails_nobody_twice(start, store):
    waiting = {"side": "leads", "other": "o", "mine": "rye", "theirs": "grain", "score": 50}
    businesses = [f"e-{number}" for number in range(6000)]
    due = datetime.now(UTC) - timedelta(minutes=1)
    store._db["digest_items"].insert_many(
        [{"_id": each, "items": [waiting], "next_digest_at": due} for each in businesses]
    )
    # At midnight of every zone the hour of all of them has come.
    store._db["preferences"].insert_many(
        [{"_id": each, "daily_match_mail": True, "digest_hour": 0} for each in businesses]
    )
    messages = store._db["messages"]
    first, second = start("services.notifier", "digest"), start("services.notifier", "digest")
    wait_until(lambda: messages.count_documents({}), seconds=60)
    kill(first)
    kill(second)
    assert 0 < messages.count_documents({}) < len(businesses), "killed too late to mean anything"

    start("services.notifier", "digest")
    wait_until(lambda: store._db["digest_items"].count_documents({"next_digest_at": {"$ne": None}}) == 0, seconds=90)
    assert sorted(record["recipient"] for record in messages.find()) == sorted(f"entity:{each}" for each in businesses)
