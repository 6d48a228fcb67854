"""Sending by SendGrid's API, against a local server that checks each request."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.notifier.sendgrid import MESSAGE_ID, Account, SendGrid
from services.notifier.sending import Sender
from services.notifier.smtp import ServerAway
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.sendgrid_api import KEY, SendGridApi

pytestmark = pytest.mark.integration


@pytest.fixture
def api() -> Iterator[SendGridApi]:
    made = SendGridApi()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def sender(sender: Sender, api: SendGridApi) -> Iterator[Sender]:
    made = replace(sender, mailer=SendGrid(Account(key=KEY, url=api.url)))
    yield made
    made.mailer.close()


@pytest.fixture
def put(projection):
    log = EventLog("directory.events", "directory")

    def told(*addresses: str, name: str = "Green Farm") -> None:
        for address in addresses:
            log.tell(given.an_entity(email=address, name=name))
        assert deliver(projection, log.records)

    return told


def send_all(sender: Sender) -> None:
    while sender.send_due():
        pass


def states(store) -> dict[str, int]:
    return {state: count for state, count in store.records.summary().items() if count}


def test_a_mail_is_handed_over_as_their_reference_wants_it(put, sender, store, api):
    put("farm@members.test")
    send_all(sender)
    (record,) = store._db["messages"].find()
    (request,) = api.requests
    assert request["from"] == {"email": "noreply@dev.null", "name": "Mutual Credit"}
    (part,) = request["personalizations"]
    assert part["to"] == [{"email": "farm@members.test", "name": "Green Farm"}]
    assert part["custom_args"] == {MESSAGE_ID: record["_id"]}
    assert part["headers"]["Message-ID"] == f"<{record['_id']}@dev.null>"
    assert request["tracking_settings"]["click_tracking"]["enable"] is False
    assert (states(store), "Green Farm" in request["content"][0]["value"]) == ({"sent": 1}, True)


def test_mails_that_say_the_same_go_together_and_each_address_once_a_request(put, sender, store, api):
    put("one@members.test", "two@members.test", "ONE@members.test")
    put("other@members.test", name="Blue Bakery")
    send_all(sender)
    sizes = sorted(len(request["personalizations"]) for request in api.requests)
    assert (sizes, states(store)) == ([1, 1, 2], {"sent": 4})
    assert len({part["custom_args"][MESSAGE_ID] for part in api.parts()}) == 4


def test_one_refused_address_does_not_take_those_along_that_said_the_same(put, sender, store, api, clock):
    api.refused.add("bad@members.test")
    put("good@members.test", "bad@members.test")
    send_all(sender)
    assert [part["to"][0]["email"] for part in api.parts()] == ["good@members.test"]
    assert states(store) == {"sent": 1, "failed": 1}
    for _ in range(3):
        clock.pass_by(hours=5)
        send_all(sender)
    assert states(store) == {"sent": 1, "dead": 1}
    assert store._db["messages"].find_one({"state": "dead"})["error"] == "refused: 400"


def test_too_many_requests_hold_up_all_mail_for_as_long_as_they_say_and_cost_no_try(put, sender, store, api):
    api.answers.append((429, {"Retry-After": "17"}))
    put("farm@members.test")
    with pytest.raises(ServerAway) as raised:
        sender.send_due()
    assert raised.value.seconds == 17
    assert store._db["messages"].find_one()["tries"] == 0
    send_all(sender)
    assert states(store) == {"sent": 1}


def test_trouble_of_theirs_is_tried_again_later(put, sender, store, api, clock):
    api.answers.extend([(500, {}), (503, {})])
    put("farm@members.test")
    for _ in range(3):
        send_all(sender)
        clock.pass_by(minutes=5)
    (record,) = store._db["messages"].find()
    assert (record["state"], record["tries"]) == ("sent", 3)


def test_a_wrong_key_or_a_server_that_is_away_costs_no_try(put, sender, store, api):
    put("farm@members.test")
    wrong = replace(sender, mailer=SendGrid(Account(key="SG.wrong", url=api.url)))
    away = replace(sender, mailer=SendGrid(Account(key=KEY, url="http://127.0.0.1:1")))
    for each in (wrong, away):
        with pytest.raises(ServerAway):
            each.send_due()
        each.mailer.close()
    assert (states(store), store._db["messages"].find_one()["tries"]) == ({"queued": 1}, 0)


def test_the_key_is_in_no_text_of_the_account():
    assert "SG." not in repr(Account(key=KEY))
