"""Replays from a real topic: from a position on, bounded, cut off at any point, without who was forgotten."""

import secrets
from collections.abc import Iterator
from datetime import timedelta

import pytest
from kafka import KafkaAdminClient

from events import directory
from services.chassis.consuming import KAFKA_AWAY
from services.notifier.webhooks.assembling import read_source
from services.notifier.webhooks.replaying import PIECE, Replayer
from services.notifier.webhooks.replays import AlreadyReplaying, ReplayStore
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.webhooks.conftest import states

pytestmark = pytest.mark.integration


@pytest.fixture
def log(kafka_bootstrap) -> Iterator[EventLog]:
    name = f"test.{secrets.token_hex(6)}"
    admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    admin.create_topics({name: {"num_partitions": 6, "replication_factor": 1}})
    yield EventLog(name, "directory")
    admin.delete_topics([name])
    admin.close()


@pytest.fixture
def replays(store) -> ReplayStore:
    made = ReplayStore(store.database)
    made.migrate()
    return made


@pytest.fixture
def replayer(webhooks, replays, kafka_bootstrap, clock) -> Replayer:
    return Replayer(
        store=webhooks,
        replays=replays,
        read=lambda source, position: read_source(kafka_bootstrap, source, position),
        away=KAFKA_AWAY,
        clock=clock,
    )


def rest(replayer) -> int:
    count = 0
    while replayer.step():
        count += 1
    return count


def positions(webhooks) -> list[int]:
    return sorted(each["position"] for each in webhooks._deliveries.find())


def test_events_are_delivered_again_from_a_position(webhooks, replays, replayer, add, log, kafka_bootstrap, clock):
    webhook = add()
    for _ in range(8):
        log.tell(given.an_entity())
    log.publish(kafka_bootstrap)
    # A relay that was cut off publishes some twice.
    log.publish(kafka_bootstrap, log.records[5:7])
    replays.begin(webhook.webhook_id, log.source, 4, 7, clock())
    with pytest.raises(AlreadyReplaying):
        replays.begin(webhook.webhook_id, log.source, 1, 2, clock())
    assert rest(replayer) == 2
    [replay] = replays.of(webhook.webhook_id)
    assert (replay.state, replay.reached, replay.queued) == ("done", 7, 4)
    assert positions(webhooks) == [4, 5, 6, 7]
    bodies = {each["position"]: each["body"] for each in webhooks._deliveries.find()}
    assert bodies[4] == log.records[3].raw
    replays.begin(webhook.webhook_id, log.source, 8, 8, clock())
    rest(replayer)
    assert positions(webhooks) == [4, 5, 6, 7, 8]


def test_what_was_delivered_is_delivered_again_and_what_waits_once(
    webhooks, replays, replayer, taking, deliverer, add, log, receiver, kafka_bootstrap, clock
):
    webhook = add()
    for _ in range(3):
        log.tell(given.an_entity())
    log.publish(kafka_bootstrap)
    assert deliver(taking, log.records)
    assert deliverer.deliver_next()
    replays.begin(webhook.webhook_id, log.source, 1, 3, clock())
    rest(replayer)
    assert states(webhooks) == ["queued"] * 3
    while deliverer.deliver_next():
        pass
    assert states(webhooks) == ["delivered"] * 3
    assert len(receiver.got) == 4


def test_what_was_forgotten_is_not_replayed(webhooks, replays, replayer, taking, add, log, kafka_bootstrap, clock):
    farm = given.an_entity()
    log.tell(farm)
    log.tell(given.an_entity())
    log.tell(directory.EntityForgotten(entity_id=farm.entity_id, account=farm.account))
    log.publish(kafka_bootstrap)
    assert deliver(taking, log.records)
    webhook = add()
    replays.begin(webhook.webhook_id, log.source, 1, 3, clock())
    rest(replayer)
    assert positions(webhooks) == [2, 3]


def test_a_business_is_told_its_own_alone(webhooks, replays, replayer, taking, add, log, kafka_bootstrap, clock):
    webhook = add(account="1")
    own, others = given.a_transfer("1", "2"), given.a_transfer("2", "3")
    for event in (own, others, given.completed(own), given.completed(others)):
        log.tell(event)
    log.publish(kafka_bootstrap)
    assert deliver(taking, log.records)
    webhooks._deliveries.delete_many({})
    replays.begin(webhook.webhook_id, log.source, 1, 4, clock())
    rest(replayer)
    assert positions(webhooks) == [1, 3]
    assert b'"account":"2"' not in b"".join(each["body"] for each in webhooks._deliveries.find())


def test_a_replay_waits_for_a_slow_receiver_and_goes_on_where_it_was(
    webhooks, replays, replayer, add, log, kafka_bootstrap, clock
):
    webhook = add()
    for _ in range(3 * PIECE):
        log.tell(given.an_entity())
    log.publish(kafka_bootstrap)
    replays.begin(webhook.webhook_id, log.source, 1, 3 * PIECE, clock())
    assert rest(replayer) == 3, "two pieces, and a look"
    assert webhooks._deliveries.count_documents({}) == 2 * PIECE
    webhooks._deliveries.update_many({}, {"$set": {"state": "delivered"}, "$unset": {"due_at": ""}})
    clock.pass_by(seconds=5)
    assert rest(replayer) == 2
    assert positions(webhooks) == list(range(1, 3 * PIECE + 1))
    assert replays.of(webhook.webhook_id)[0].state == "done"


def test_a_replayer_that_died_is_followed_by_another(webhooks, replays, replayer, add, log, kafka_bootstrap, clock):
    webhook = add()
    log.tell(given.an_entity())
    log.publish(kafka_bootstrap)
    replays.begin(webhook.webhook_id, log.source, 1, 1, clock())
    lost = replays.claim(clock(), timedelta(seconds=60))
    assert rest(replayer) == 0
    clock.pass_by(seconds=61)
    assert rest(replayer) == 2
    assert not replays.advance(lost, 1, 1, clock())
    assert positions(webhooks) == [1]


def test_a_paused_webhook_stops_its_replay(webhooks, replays, replayer, add, clock):
    webhook = add()
    replays.begin(webhook.webhook_id, "nowhere/x", 1, 1, clock())
    webhooks.pause(webhook.webhook_id, "asked", clock())
    rest(replayer)
    assert replays.of(webhook.webhook_id)[0].state == "stopped"
    replays.begin(webhook.webhook_id, "nowhere/x", 1, 1, clock())
