"""Deliveries to real receivers: signed, tried again, paused, resumed; what is tidied away."""

import hashlib
import hmac
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from services.notifier.webhooks.domain import ROTATION, rotated
from services.notifier.webhooks.posting import Answer
from services.notifier.webhooks.sealing import Seal, SealedOtherwise
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.webhooks.conftest import SEAL, states
from tests.waiting import wait_until

pytestmark = pytest.mark.integration


@pytest.fixture
def happen(taking):
    people = EventLog("directory.events", "directory")

    def happen(count: int = 1) -> None:
        for _ in range(count):
            people.tell(given.an_entity())
        assert deliver(taking, people.records[-count:])

    return happen


def rest(deliverer) -> int:
    """Deliver until nothing is due; how often something was tried."""
    count = 0
    while deliverer.deliver_next():
        count += 1
    return count


def good(signature: str, secret: str, body: bytes) -> bool:
    """As a receiver checks it."""
    moment, *signed = (part.partition("=")[2] for part in signature.split(","))
    expected = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return expected in signed


def test_an_event_is_posted_and_signed(webhooks, deliverer, add, happen, receiver, clock):
    webhook = add(secret="whsec_abc")
    happen()
    assert rest(deliverer) == 1
    [got] = receiver.got
    assert good(got.headers["MCCS-Signature"], "whsec_abc", got.body)
    assert not good(got.headers["MCCS-Signature"], "whsec_other", got.body)
    assert got.headers["MCCS-Signature"].startswith(f"t={int(clock().timestamp())},v1=")
    assert got.headers["MCCS-Webhook-Id"] == webhook.webhook_id
    assert got.headers["Content-Type"] == "application/cloudevents+json"
    [logged], total = webhooks.deliveries(webhook.webhook_id, "delivered", skip=0, limit=10)
    assert (total, logged["tries"], logged["answer"]["status"], logged["answer"]["excerpt"]) == (1, 1, 200, "thanks")
    assert "body" not in logged


def test_both_secrets_sign_while_one_follows_the_other(webhooks, deliverer, add, happen, receiver, clock):
    webhook = add(secret="old")
    clock.pass_by(days=10)
    webhooks.keep_secrets(webhook.webhook_id, rotated(webhook, SEAL.close("new"), clock()))
    happen()
    rest(deliverer)
    clock.pass_by(seconds=ROTATION.total_seconds())
    happen()
    rest(deliverer)
    during, after = ((got.headers["MCCS-Signature"], got.body) for got in receiver.got)
    assert [good(during[0], secret, during[1]) for secret in ("old", "new")] == [True, True]
    assert [good(after[0], secret, after[1]) for secret in ("old", "new")] == [False, True]


def test_rotating_twice_leaves_two(webhooks, add, clock):
    webhook = add(secret="a")
    for secret in ("b", "c"):
        clock.pass_by(minutes=1)
        webhooks.keep_secrets(webhook.webhook_id, rotated(webhook, SEAL.close(secret), clock()))
        webhook = webhooks.webhook(webhook.webhook_id)
    assert [SEAL.open(each.sealed) for each in webhook.secrets] == ["b", "c"]


def test_a_receiver_that_is_down_for_an_hour_gets_everything(webhooks, deliverer, add, happen, receiver, clock, told):
    webhook = add()
    receiver.status = 503
    happen(20)
    tried = 0
    for _ in range(60):
        tried += rest(deliverer)
        clock.pass_by(minutes=1)
    assert states(webhooks).count("delivered") == 0
    assert tried < 50, "a receiver that is down is left alone"
    receiver.status, before = 204, len(receiver.got)
    for _ in range(24):
        clock.pass_by(minutes=15)
        rest(deliverer)
    assert states(webhooks) == ["delivered"] * 20
    ids = [got.headers["MCCS-Delivery-Id"] for got in receiver.got[before:]]
    assert len(ids) == len(set(ids)) == 20
    assert (webhooks.webhook(webhook.webhook_id).state, told) == ("active", [])


def test_a_delivery_that_alone_fails_is_given_up_after_three_days(webhooks, deliverer, add, happen, receiver, clock):
    add()
    happen()
    [bad] = [each["_id"] for each in webhooks._deliveries.find()]

    def answer(url, headers, body):
        return Answer(status=500 if headers["MCCS-Delivery-Id"] == bad else 200)

    picky = replace(deliverer, post=answer)
    for _ in range(80):
        happen()
        rest(picky)
        clock.pass_by(hours=1)
    assert states(webhooks).count("dead") == 1
    [dead] = webhooks._deliveries.find({"state": "dead"})
    assert (dead["_id"], len(dead["history"])) == (bad, 10)
    assert dead["ended_at"] - dead["created_at"] < timedelta(days=3)


def test_one_that_is_gone_is_paused_at_once(webhooks, deliverer, add, happen, receiver, told):
    webhook = add()
    receiver.status = 410
    happen(3)
    assert rest(deliverer) <= 3
    assert len(receiver.got) == 1
    paused = webhooks.webhook(webhook.webhook_id)
    assert (paused.state, paused.reason, told) == ("paused", "gone", [(webhook.webhook_id, "gone")])


def test_fifty_failures_in_a_row_pause_it(webhooks, deliverer, add, happen, receiver, clock, told):
    webhook = add()
    receiver.status = 500
    happen(60)
    for _ in range(200):
        rest(deliverer)
        clock.pass_by(minutes=30)
        if told:
            break
    assert told == [(webhook.webhook_id, "failures")]
    assert len(receiver.got) == 50


def test_three_days_without_success_pause_it(webhooks, deliverer, add, happen, receiver, clock, told):
    webhook = add()
    receiver.status = 404
    happen()
    rest(deliverer)
    clock.pass_by(days=3)
    happen()
    rest(deliverer)
    assert told == [(webhook.webhook_id, "no_success")]


def test_a_success_between_begins_the_count_anew(webhooks, deliverer, add, happen, receiver, clock, told):
    webhook = add()
    for _ in range(2):
        receiver.status = 500
        for _ in range(30):
            happen()
            rest(deliverer)
            clock.pass_by(hours=1)
        receiver.status = 200
        happen()
        rest(deliverer)
    assert told == []
    assert webhooks.webhook(webhook.webhook_id).failures == 0


def test_what_waits_at_a_paused_webhook_goes_when_it_is_resumed(webhooks, deliverer, add, happen, receiver, clock):
    webhook = add()
    happen(3)
    webhooks.pause(webhook.webhook_id, "asked", clock())
    for _ in range(5):
        rest(deliverer)
        clock.pass_by(hours=2)
    assert receiver.got == []
    webhooks.resume(webhook.webhook_id)
    webhooks.wake(webhook.webhook_id, clock())
    assert rest(deliverer) == 3
    assert states(webhooks) == ["delivered"] * 3
    assert all(each["tries"] == 1 for each in webhooks._deliveries.find())


def test_what_waits_too_long_at_a_paused_webhook_is_given_up(webhooks, deliverer, add, happen, receiver, clock):
    webhook = add()
    happen()
    webhooks.pause(webhook.webhook_id, "asked", clock())
    for _ in range(80):
        rest(deliverer)
        clock.pass_by(hours=1)
    assert (states(webhooks), receiver.got) == (["dead"], [])
    webhooks.resume(webhook.webhook_id)
    webhooks.wake(webhook.webhook_id, clock())
    [delivery] = webhooks._deliveries.find()
    assert webhooks.redeliver(webhook.webhook_id, delivery["_id"], clock())
    assert rest(deliverer) == 1
    assert states(webhooks) == ["delivered"]


def test_a_deliverer_that_died_is_given_up_after_its_lease(webhooks, deliverer, add, happen, receiver, clock):
    add()
    happen()
    lost = webhooks.claim(clock(), timedelta(seconds=120), [])
    assert rest(deliverer) == 0
    clock.pass_by(seconds=121)
    assert rest(deliverer) == 1
    assert not webhooks.finish(lost, "dead", None, clock())
    assert states(webhooks) == ["delivered"]


def test_a_slow_receiver_keeps_nobody_else_waiting(webhooks, deliverer, add, happen, receiver):
    slow, quick = add(), add()
    go = threading.Event()
    asked = []

    def post(url, headers, body):
        asked.append(headers["MCCS-Webhook-Id"])
        if headers["MCCS-Webhook-Id"] == slow.webhook_id:
            go.wait(30)
        return Answer(status=200)

    several = replace(deliverer, post=post)
    happen(10)
    threads = [threading.Thread(target=rest, args=(several,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    wait_until(lambda: asked.count(quick.webhook_id) == 10)
    assert asked.count(slow.webhook_id) <= 2
    go.set()
    for thread in threads:
        thread.join()
    while rest(several):
        pass
    assert states(webhooks) == ["delivered"] * 20


def test_one_to_which_there_is_always_something_to_deliver_does_not_hold_up_others(deliverer, add, happen):
    ids = [f"{number:x}{number:023x}" for number in range(16)]
    for webhook_id in ids:
        add(webhook_id=webhook_id)
    asked = []

    def post(url, headers, body):
        asked.append(headers["MCCS-Webhook-Id"])
        return Answer(status=200)

    happen(8)
    several = replace(deliverer, post=post)
    for _ in range(64):
        assert several.deliver_next()
    assert len(set(asked)) > 8, "not one after the other"


def test_a_deleted_webhook_leaves_nothing(webhooks, deliverer, add, happen, receiver, clock):
    webhook = add()
    happen(2)
    webhooks.delete(webhook.webhook_id)
    webhooks.sweep(webhook.webhook_id)
    assert webhooks._deliveries.count_documents({}) == 0
    webhook = add()
    happen()
    webhooks._webhooks.delete_one({"_id": webhook.webhook_id})
    assert rest(deliverer) == 1
    assert (webhooks._deliveries.count_documents({}), receiver.got) == (0, [])


def test_bodies_and_logs_are_deleted_after_their_days(webhooks, deliverer, add, happen, clock):
    webhook = add()
    happen()
    rest(deliverer)
    clock.pass_by(days=8)
    happen()
    assert not deliverer.tidy()
    [_, old], _ = webhooks.deliveries(webhook.webhook_id, None, skip=0, limit=5)
    assert (old["answer"]["status"], "excerpt" in old["answer"]) == (200, False)
    assert not webhooks.redeliver(webhook.webhook_id, old["_id"], clock())
    clock.pass_by(days=30)
    assert not deliverer.tidy()
    assert states(webhooks) == ["queued"], "what waits is never tidied away"


def test_a_secret_under_another_key_is_told_and_nothing_is_sent(webhooks, deliverer, add, happen, receiver, clock):
    webhook = add()
    happen()
    other = Seal.of(Fernet.generate_key().decode())
    with pytest.raises(SealedOtherwise):
        other.open(SEAL.close("x"))
    assert replace(deliverer, seal=other).deliver_next()
    [delivery] = webhooks._deliveries.find()
    assert (delivery["answer"]["error"], receiver.got) == ("secret_sealed_otherwise", [])
    # A new secret is enough: the former one can't sign beside it any more.
    webhooks.keep_secrets(webhook.webhook_id, rotated(webhook, other.close("new"), clock()))
    clock.pass_by(minutes=1)
    assert replace(deliverer, seal=other).deliver_next()
    assert good(receiver.got[0].headers["MCCS-Signature"], "new", receiver.got[0].body)


def test_the_store_keeps_no_secret_in_the_open(webhooks, add):
    add(secret="whsec_open")
    assert "whsec_open" not in str(list(webhooks._webhooks.find()))
