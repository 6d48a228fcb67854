"""The HTTP interface: what became of the messages, for administrators alone, without personal data."""

from dataclasses import replace
from datetime import timedelta

import pytest

from events import directory
from services.chassis.tokens import Caller, Verifier
from services.notifier.app import create_app
from services.notifier.consumer import Mail
from services.notifier.store import Store, mongo
from tests.chassis.keys import key_pair, signer_of
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.samples import STATIONERY

pytestmark = pytest.mark.integration

ADMIN = Caller(subject="a", roles=frozenset({"admin"}))
MEMBER = Caller(subject="m", roles=frozenset({"member"}))


@pytest.fixture
def get(store: Store):
    client = create_app(store, Verifier(key_pair("gateway")[1], "notifier"), STATIONERY).test_client()

    def ask(path: str, caller: Caller = ADMIN, **headers: str):
        token = signer_of("gateway").token(caller, "notifier")
        return client.get(path, headers={"Authorization": f"Bearer {token}", **headers})

    return ask


@pytest.fixture
def told(projection):
    people, money = EventLog("directory.events", "directory"), EventLog("ledger.events", "main")
    farm = given.an_entity(email="farm@members.test")
    transfer = given.a_transfer("1", farm.account)
    people.tell(farm)
    people.tell(directory.SecurityNotice(user_id="u", what="password-changed"))
    money.tell(transfer)
    money.tell(given.cancelled(transfer, "rejected", reason="private words"))
    assert deliver(projection, people.records)
    assert deliver(projection, money.records)
    return farm


def test_messages_are_listed_with_their_entity_and_nothing_personal(get, told):
    answer = get("/messages?page_size=50")
    assert answer.status_code == 200
    found = answer.json["messages"]
    assert answer.json["total"] == len(found) == 5
    assert set(found[0]) == {
        "message_id", "kind", "entity_id", "state", "tries", "error", "created_at", "sent_at", "died_at", "due_at",
        "may_retry", "may_discard", "spent",
    }  # fmt: skip
    assert {each["error"] for each in found} == {""}
    by_kind = {(each["kind"], each["entity_id"]) for each in found}
    assert ("welcome", told.entity_id) in by_kind
    assert ("transfer_initiated", told.entity_id) in by_kind
    assert ("password_changed", None) in by_kind
    assert b"@" not in answer.data
    assert b"private" not in answer.data


def test_a_message_that_was_given_up_says_why_in_codes(get, told, sender, mail_server, clock):
    mail_server.desk.answers.extend(["550 no such mailbox farm@members.test"] * 20)
    for _ in range(3):
        while sender.send_due():
            pass
        clock.pass_by(hours=5)
    answer = get("/messages?state=dead&page_size=50")
    assert "refused: 550" in {each["error"] for each in answer.json["messages"]}
    assert b"@" not in answer.data


def test_messages_are_paged_and_filtered(get, told):
    first, second = get("/messages?page_size=3").json, get("/messages?page_size=3&page=2").json
    assert (len(first["messages"]), len(second["messages"]), first["total"]) == (3, 2, 5)
    ids = {each["message_id"] for page in (first, second) for each in page["messages"]}
    assert len(ids) == 5
    assert get("/messages?state=sent").json == {"messages": [], "total": 0, "next": None}


def test_summary_counts_every_state(get, told):
    expected = {"queued": 5, "sending": 0, "sent": 0, "failed": 0, "dead": 0, "expired": 0, "discarded": 0}
    assert get("/messages/summary").json == expected


def test_it_says_how_far_it_follows(get):
    told = get("/followed").json
    assert told["head"] is None
    assert set(told["followed"]) == {"directory", "ledger"}


@pytest.mark.parametrize("query", ["state=lost", "page=0", "page_size=101", "page=x", "who=1"])
def test_nonsense_is_refused(get, query):
    answer = get(f"/messages?{query}")
    assert (answer.status_code, answer.json["type"]) == (400, "request.invalid")


def test_a_business_is_told_what_it_and_others_about_it_were_told(get, store, projection):
    """By its own address and by its account's; what administrators were told about it without their names."""
    reporting = Mail(store=store, policy=replace(projection.policy, signup_notifications=True), clock=projection.clock)
    people, money = EventLog("directory.events", "directory"), EventLog("ledger.events", "main")
    admin, farm, shop = given.a_user(kind="admin"), given.an_entity(), given.an_entity()
    for event in (admin, farm, shop):
        people.tell(event)
    transfer = given.a_transfer(shop.account, farm.account)
    money.tell(transfer)
    money.tell(given.cancelled(transfer, "rejected", reason="private words"))
    assert deliver(reporting, people.records)
    assert deliver(reporting, money.records)
    owner = Caller(subject="m", roles=frozenset({"member"}), entities=frozenset({farm.entity_id}))
    answer = get(f"/entities/{farm.entity_id}/personal-data", owner)
    assert answer.status_code == 200
    told = {each["kind"]: each for each in answer.json["messages"] if each["channel"] == "mail"}
    shown = {each["kind"]: each for each in answer.json["messages"] if each["channel"] == "notice"}
    assert {kind: each["facts"] for kind, each in shown.items()} == {
        kind: each["facts"] for kind, each in told.items()
    }  # fmt: skip
    assert {kind: each["to_you"] for kind, each in told.items()} == {
        "welcome": True, "signup_notification": False, "transfer_initiated": True, "transfer_rejected": True,
    }  # fmt: skip
    assert told["transfer_initiated"]["facts"]["amount"] == transfer.amount
    assert (told["welcome"]["state"], told["welcome"]["channel"], told["welcome"]["sent_at"]) == (
        "queued", "mail", None,
    )  # fmt: skip
    for secret in (b"private", b"@", admin.user_id.encode(), shop.entity_id.encode()):
        assert secret not in answer.data
    assert get(f"/entities/{farm.entity_id}/personal-data", ADMIN).json == answer.json


def test_a_person_is_told_what_they_and_others_about_them_were_told(get, projection):
    people, farm, ada = EventLog("directory.events", "directory"), given.an_entity(), given.a_user()
    for event in (
        farm, ada, directory.SecurityNotice(user_id=ada.user_id, what="password-changed"),
        directory.SecurityNotice(user_id="another", what="locked"),
        directory.MembershipChanged(
            user_id=ada.user_id, entity_id=farm.entity_id, what="joined", role="operator", view_only=False,
            max_amount=500,
        ),
    ):  # fmt: skip
        people.tell(event)
    assert deliver(projection, people.records)
    answer = get(f"/users/{ada.user_id}/personal-data", Caller(subject=ada.user_id, roles=frozenset({"member"})))
    told = sorted((each["kind"], each["to_you"], each["channel"]) for each in answer.json["messages"])
    expected = [("member_joined", False), ("member_joined", True), ("password_changed", True)]
    assert told == [(*each, channel) for each in expected for channel in ("mail", "notice")]


def test_what_others_were_told_is_as_if_it_were_not_there(get):
    """Operators too: what owners alone may take away is no business of theirs."""
    operator = Caller(
        subject="m", roles=frozenset({"member"}), entities=frozenset({"farm"}), operated=frozenset({"farm"})
    )
    looker = Caller(subject="m", roles=frozenset({"member"}), viewed=frozenset({"farm"}))
    for caller, path in ((MEMBER, "/users/a"), (MEMBER, "/entities/farm"), (operator, "/entities/farm"),
                         (looker, "/entities/farm")):  # fmt: skip
        answer = get(f"{path}/personal-data", caller)
        assert (answer.status_code, answer.json["type"]) == (404, "http.not_found"), path
    for role in ("coordinator", "auditor", "public", "service"):
        assert get("/users/m/personal-data", Caller(subject="m", roles=frozenset({role}))).status_code == 403


def test_members_are_refused(get):
    assert get("/messages", MEMBER).status_code == 403
    assert get("/messages/summary", MEMBER).status_code == 403


def test_min_position_that_is_reached_is_answered(get, told):
    assert get("/messages/summary", **{"Min-Position": "directory=2, ledger=2"}).status_code == 200


def test_min_position_that_is_not_reached_is_503(get, told):
    answer = get("/messages/summary", **{"Min-Position": "ledger=3"})
    assert (answer.status_code, answer.json["type"]) == (503, "projection.behind")


def test_store_that_is_away_is_503_with_retry_after(monkeypatch):
    # It is not waited for as long as it might come back.
    monkeypatch.setattr(mongo, "_SELECTION_MS", 100)
    store = Store("mongodb://127.0.0.1:1/?directConnection=true", "nobody")
    client = create_app(store, Verifier(key_pair("gateway")[1], "notifier"), STATIONERY).test_client()
    token = signer_of("gateway").token(ADMIN, "notifier")
    answer = client.get("/messages", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json["type"]) == (503, "notifier.unavailable")
    assert answer.headers["Retry-After"] == "2"
    assert client.get("/readyz").json["checks"] == {"mongodb": "down"}
    store.close()


def test_messages_go_on_behind_one_whatever_comes_or_goes_meanwhile(get, told, store):
    every = [each["message_id"] for each in get("/messages?page_size=50").json["messages"]]
    first = get("/messages?page_size=2").json
    collection = store.database["messages"]
    newest = collection.find_one(sort=[("created_at", -1), ("_id", 1)])
    collection.insert_one(
        newest | {"_id": "0-late", "event_id": "late", "created_at": newest["created_at"] + timedelta(seconds=1)}
    )
    # Where the page ended, and one more.
    collection.delete_many({"_id": {"$in": [every[1], every[2]]}})
    second = get(f"/messages?page_size=2&after={first['next']}").json
    seen = [each["message_id"] for page in (first, second) for each in page["messages"]]
    assert (seen, second["next"]) == ([*every[:2], *every[3:5]], None)
    for wrong in ("x", "", f"{first['next'].partition('/')[0]}/"):
        assert get(f"/messages?after={wrong}").status_code == 400, wrong
