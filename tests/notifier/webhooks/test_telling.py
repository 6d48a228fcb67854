"""Owners hear that their webhook was paused: by mail and notice, once for a pause, with the way to its page."""

from dataclasses import replace

import pytest

from services.notifier.webhooks.telling import Telling
from tests.eventlog import EventLog, deliver
from tests.notifier import given

pytestmark = pytest.mark.integration


@pytest.fixture
def farm(projection):
    people = EventLog("directory.events", "directory")
    farm = given.an_entity(email="farm@members.test")
    for event in (farm, given.a_user(kind="admin"), given.a_user(kind="coordinator"), given.a_user()):
        people.tell(event)
    assert deliver(projection, people.records)
    projection.store.database["messages"].delete_many({})
    projection.store.database["notices"].delete_many({})
    return farm


@pytest.fixture
def gone(store, webhooks, deliverer, receiver, taking, farm):
    """An event meets a receiver that is gone."""
    receiver.status = 410
    telling = replace(deliverer, tell_paused=Telling(store, webhooks).paused)

    def gone() -> None:
        money = EventLog("ledger.events", "main")
        money.tell(given.a_transfer(farm.account, "2"))
        assert deliver(taking, money.records)
        while telling.deliver_next():
            pass

    return gone


def told(store, collection: str) -> list[str]:
    return [each["recipient"] for each in store.database[collection].find({"kind": "webhook_paused"})]


def test_a_business_is_told_with_the_way_to_its_webhook(store, add, farm, gone, sender, mail_server, receiver):
    webhook = add(account=farm.account, owner=f"entity:{farm.entity_id}")
    gone()
    assert told(store, "messages") == told(store, "notices") == [f"entity:{farm.entity_id}"]
    while sender.send_due():
        pass
    [mail] = [mail for mail in mail_server.desk.mails if "webhook" in mail["Subject"]]
    text = mail.get_body(("plain",)).get_content()
    assert mail["To"].addresses[0].addr_spec == "farm@members.test"
    assert f"https://credit.test/settings/webhooks/{webhook.webhook_id}" in text
    assert "127.0.0.1 answered that it is gone for good (410)" in " ".join(text.split())


def test_of_the_networks_administrators_are_told_alone(store, add, farm, gone):
    add()
    gone()
    [admin] = store.database["users"].find({"kind": "admin"})
    assert told(store, "messages") == [f"user:{admin['_id']}"]


def test_a_pause_is_told_once(store, webhooks, add, farm, clock):
    webhook = add()
    failing = replace(webhook, failing_since=clock())
    for _ in range(2):
        Telling(store, webhooks).paused(failing, "failures", clock())
        clock.pass_by(minutes=1)
    assert len(told(store, "messages")) == 1
    Telling(store, webhooks).paused(replace(failing, failing_since=clock()), "failures", clock())
    assert len(told(store, "messages")) == 2
