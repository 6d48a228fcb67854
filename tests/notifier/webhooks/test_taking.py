"""Events become deliveries with their position: who gets what, once, and what is forgotten."""

import orjson
import pytest

from events import codec, directory
from services.notifier.webhooks.domain import MAX_PER_OWNER, NETWORK
from services.notifier.webhooks.store import TooManyWebhooks
from tests.eventlog import EventLog, deliver
from tests.notifier import given

pytestmark = pytest.mark.integration


@pytest.fixture
def people() -> EventLog:
    return EventLog("directory.events", "directory")


@pytest.fixture
def money() -> EventLog:
    return EventLog("ledger.events", "main")


def kept(webhooks, webhook) -> list:
    return list(webhooks._deliveries.find({"webhook_id": webhook.webhook_id}).sort("position", 1))


def test_the_network_gets_events_as_they_were_published(webhooks, taking, add, people, money):
    everything, closings = add(), add(types=["directory.entity-closed.v1"])
    people.tell(given.an_entity())
    money.tell(given.a_transfer("1", "2"))
    assert deliver(taking, people.records)
    assert deliver(taking, money.records)
    found = {each["source"]: each for each in kept(webhooks, everything)}
    for log in (people, money):
        [record] = log.records
        delivery = found[log.source]
        assert delivery["body"] == record.raw
        assert (delivery["event_id"], delivery["position"]) == (record.envelope.id, 1)
        assert (delivery["state"], delivery["tries"]) == ("queued", 0)
    assert kept(webhooks, closings) == []


def test_an_event_becomes_one_delivery_however_often_it_comes(webhooks, taking, add, people):
    webhook = add()
    people.tell(given.an_entity())
    deliver(taking, people.records)
    # The memory is built anew; the webhooks stay.
    taking.store.database["positions"].delete_many({})
    webhooks._deliveries.delete_many({})
    people.tell(given.an_entity())
    deliver(taking, people.records)
    assert [each["position"] for each in kept(webhooks, webhook)] == [2]


def test_what_must_be_mailed_once_is_never_delivered(webhooks, taking, add):
    webhook = add(types=["directory.one-time-message.v1"])
    messages = EventLog("directory.messages", "directory")
    sealed = {"message_id": "m", "kind": "password-reset", "user_id": "u", "expires_at": given.NEVER, "ciphertext": "x"}
    known = {name: sealed[name] for name in directory.OneTimeMessage.__slots__ if name in sealed}
    messages.tell(directory.OneTimeMessage(**known))
    people = EventLog("directory.events", "directory")
    people.tell(given.an_entity())
    deliver(taking, people.records)
    assert kept(webhooks, webhook) == []


def test_a_business_gets_its_own_transfers_alone(webhooks, taking, add, people, money):
    webhook = add(account="1")
    people.tell(given.an_entity(account="1"))
    own, others = given.a_transfer("1", "2"), given.a_transfer("2", "3")
    for transfer in (own, others):
        money.tell(transfer)
    deliver(taking, money.records)
    for transfer in (own, others):
        money.tell(given.expiring(transfer))
        money.tell(given.completed(transfer))
    money.tell(given.limits_changed("1"))
    deliver(taking, people.records)
    deliver(taking, money.records)
    assert [each["type"] for each in kept(webhooks, webhook)] == [
        "ledger.transfer-initiated.v1", "ledger.transfer-expiring.v1", "ledger.transfer-completed.v1",
    ]  # fmt: skip


def test_a_business_learns_nothing_of_the_others_but_the_transfer(webhooks, taking, add, money):
    payer, payee, fund = (add(account=account) for account in "123")
    transfer = given.a_transfer("1", "2")
    money.tell(transfer)
    by_consent = given.by_consent(transfer)
    fee = [*by_consent.entries, type(by_consent.entries[0])(account="3", amount=1, balance=77)]
    money.tell(given.completed(transfer, accepted_by=None, consent=by_consent.consent, entries=fee))
    deliver(taking, money.records)
    begun, ended = (orjson.loads(each["body"]) for each in kept(webhooks, payer))
    assert begun["data"]["legs"] == [{"account": "1", "amount": -2500}]
    assert (begun["data"]["payee"], begun["data"]["amount"]) == ("2", 2500)
    assert ended["data"]["entries"] == [{"account": "1", "amount": -2500, "balance": -2500}]
    assert "consent" not in ended["data"]
    assert not {"actor", "onbehalfof", "correlationid"} & {*begun, *ended}
    [_, seen_by_payee] = (orjson.loads(each["body"]) for each in kept(webhooks, payee))
    assert seen_by_payee["data"]["consent"]["account"] == "2"
    # Who gets the fee takes no part.
    assert kept(webhooks, fund) == []


def test_all_who_take_part_in_an_administrators_transfer_get_it(webhooks, taking, add, money):
    third = add(account="3")
    transfer = given.an_admin_transfer(("1", -300), ("2", 100), ("3", 200))
    money.tell(transfer)
    money.tell(given.completed(transfer))
    deliver(taking, money.records)
    assert [orjson.loads(each["body"])["type"] for each in kept(webhooks, third)] == [
        "ledger.transfer-initiated.v1", "ledger.transfer-completed.v1",
    ]  # fmt: skip


def test_a_paused_webhook_gets_nothing_and_says_where_to_begin_again(webhooks, taking, add, people, clock):
    webhook = add()
    people.tell(given.an_entity())
    deliver(taking, people.records)
    assert webhooks.pause(webhook.webhook_id, "asked", clock())
    people.tell(given.an_entity())
    deliver(taking, people.records)
    assert [each["position"] for each in kept(webhooks, webhook)] == [1]
    assert webhooks.webhook(webhook.webhook_id).positions == {"directory.events/directory": 1}


def test_nothing_is_kept_of_who_was_forgotten(webhooks, taking, add, people):
    everything = add()
    farm, shop = given.an_entity(), given.an_entity()
    own = add(account=farm.account, owner=f"entity:{farm.entity_id}")
    people.tell(farm)
    people.tell(shop)
    deliver(taking, people.records)
    people.tell(directory.EntityForgotten(entity_id=farm.entity_id, account=farm.account))
    deliver(taking, people.records)
    of_farm, of_shop, that = kept(webhooks, everything)
    assert (of_farm["state"], "body" in of_farm, "due_at" in of_farm) == ("forgotten", False, False)
    assert of_shop["state"] == that["state"] == "queued"
    assert codec.decode(that["body"]).type == "directory.entity-forgotten.v1"
    assert webhooks.webhook(own.webhook_id) is None
    assert webhooks.are_forgotten([farm.subject, shop.subject]) == {farm.subject}


def test_nothing_is_kept_of_a_person_who_left_either(webhooks, taking, add, people):
    webhook = add()
    ada = given.a_user()
    people.tell(ada)
    people.tell(directory.MembershipChanged(entity_id="e", user_id=ada.user_id, role="owner"))
    people.tell(directory.UserClosed(user_id=ada.user_id))
    deliver(taking, people.records)
    assert [each["state"] for each in kept(webhooks, webhook)] == ["forgotten", "forgotten", "queued"]


def test_an_owner_has_so_many_webhooks_at_most(webhooks, add):
    for _ in range(MAX_PER_OWNER):
        add()
    with pytest.raises(TooManyWebhooks):
        add()
    add(account="1")
    assert len(webhooks.webhooks_of(NETWORK)) == MAX_PER_OWNER
