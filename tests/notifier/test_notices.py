"""Notices: what somebody sees after logging in, read by each person for themselves, gone after 90 days."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from events import directory
from services.chassis.tokens import Caller, Verifier
from services.notifier.app import create_app
from services.notifier.languages import LANGUAGES
from services.notifier.rules import NOTICED
from services.notifier.samples import values_in
from services.notifier.store.inbox import KEPT, MOST_COUNTED
from tests.chassis.keys import key_pair, signer_of
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.samples import STATIONERY

FARM, SHOP = given.an_entity(name="Green Farm"), given.an_entity(name="Blue Bakery")
PROPOSAL = given.a_transfer(SHOP.account, FARM.account)
NOT_IN_FACTS = {"reason", "device", "token", "body", "sender", "receiver", "reply_to", "new_address", "why", "greeted"}

Ask = Callable[..., Any]


def acting_for(entity: directory.EntityRegistered, user_id: str = "ann", **changed: Any) -> Caller:
    values: dict[str, Any] = {"entities": frozenset({entity.entity_id}), "accounts": frozenset({entity.account})}
    return Caller(subject=user_id, roles=frozenset({"member"}), **values | changed)


ANN, BOB = acting_for(FARM), acting_for(FARM, "bob")


@pytest.fixture
def ask(store, clock) -> Ask:
    app = create_app(store, Verifier(key_pair("gateway")[1], "notifier"), STATIONERY, clock)
    client = app.test_client()

    def send(caller: Caller, path: str = "/notices", method: str = "GET", **body: Any) -> Any:
        token = signer_of("gateway").token(caller, "notifier")
        return client.open(path, method=method, json=body or None, headers={"Authorization": f"Bearer {token}"})

    return send


@pytest.fixture
def logs(projection, clock) -> tuple[EventLog, EventLog]:
    people, money = EventLog("directory.events", "directory"), EventLog("ledger.events", "main")
    for event in (FARM, SHOP):
        people.tell(event, at=clock.now)
    money.tell(PROPOSAL, at=clock.now)
    assert deliver(projection, people.records)
    clock.pass_by(seconds=1)
    assert deliver(projection, money.records)
    return people, money


def texts(ask: Ask, caller: Caller) -> list[str]:
    return [notice["text"] for notice in ask(caller).json["notices"]]


@pytest.mark.parametrize("kind", NOTICED)
def test_a_notice_of_each_kind_says_one_line_of_ids_amounts_and_names_alone(kind):
    known = {name: value for name, value in values_in("en").items() if name not in NOT_IN_FACTS}
    text, path = STATIONERY.headline(kind, known, "en")
    assert text
    assert "\n" not in text
    assert re.fullmatch(r"(/[a-z0-9-]*)*([?#][a-z=&-]+)?", path) is not None


def test_a_business_sees_what_it_was_told_with_names_and_where_it_leads(ask, logs):
    found = ask(ANN).json
    assert [(each["text"], each["path"], each["read"]) for each in found["notices"]] == [
        ("Blue Bakery wants to pay you 25.00 credits", f"/transfers/{PROPOSAL.transfer_id}", False),
        ("Welcome, Green Farm", "/profile", False),
    ]  # fmt: skip
    assert {each["entity_id"] for each in found["notices"]} == {FARM.entity_id}
    assert (found["total"], found["unread"]) == (2, 2)
    assert texts(ask, acting_for(SHOP)) == ["Welcome, Blue Bakery"]


def test_a_new_name_is_in_what_was_told_before(ask, logs, projection, clock):
    people, _ = logs
    people.tell(directory.EntityProfileChanged(entity_id=SHOP.entity_id, before={"name": "Blue Bakery"},
                                               after={"name": "Red Bakery"}), at=clock.now)  # fmt: skip
    deliver(projection, people.records[-1:])
    assert texts(ask, ANN)[0] == "Red Bakery wants to pay you 25.00 credits"


def test_what_one_has_read_others_have_not(ask, logs):
    first = ask(ANN).json["notices"][0]
    answer = ask(ANN, f"/notices/{first['notice_id']}/read", "POST")
    assert answer.json == first | {"read": True}
    assert [each["read"] for each in ask(ANN).json["notices"]] == [True, False]
    assert ask(ANN, "/notices/unread").json == {"unread": 1}
    assert ask(BOB, "/notices/unread").json == {"unread": 2}


def test_all_are_read_that_came_until_the_button_was_seen(ask, logs, projection, clock):
    seen = ask(ANN).json["as_of"]
    clock.pass_by(minutes=1)
    _, money = logs
    money.tell(given.cancelled(PROPOSAL, "cancelled"), at=clock.now)
    deliver(projection, money.records[-1:])
    assert ask(ANN, "/notices/read-all", "POST", until=seen).status_code == 200
    assert [each["read"] for each in ask(ANN).json["notices"]] == [False, True, True]
    assert ask(ANN, "/notices/read-all", "POST").status_code == 200
    assert ask(ANN, "/notices/unread").json == {"unread": 0}


def test_what_is_to_others_is_as_if_it_were_not_there(ask, logs):
    first = ask(ANN).json["notices"][0]
    answer = ask(acting_for(SHOP), f"/notices/{first['notice_id']}/read", "POST")
    assert (answer.status_code, answer.json["type"]) == (404, "http.not_found")
    assert ask(BOB, "/notices/nothing/read", "POST").status_code == 404


def test_a_person_is_told_of_their_login_and_who_acts_for_them_is_not(ask, projection, clock):
    people = EventLog("directory.events", "directory")
    people.tell(directory.SecurityNotice(user_id="ann", what="password-changed"), at=clock.now)
    deliver(projection, people.records)
    assert texts(ask, ANN) == ["Your password was changed"]
    assert texts(ask, BOB) == []
    assert texts(ask, acting_for(FARM, "ann", on_behalf_of=f"entity/{FARM.entity_id}")) == []


def test_who_may_look_at_a_business_sees_its_notices(ask, logs):
    looking = Caller(subject="v", roles=frozenset({"member"}), viewed=frozenset({FARM.entity_id, FARM.account}))
    assert len(texts(ask, looking)) == 2


def test_notices_come_in_pages_newest_first(ask, logs):
    pages = [ask(ANN, f"/notices?page={page}&page_size=1").json for page in (1, 2, 3)]
    assert [len(page["notices"]) for page in pages] == [1, 1, 0]
    assert {page["total"] for page in pages} == {2}
    assert ask(ANN, "/notices?page_size=101").status_code == 400


def test_a_cursor_goes_on_where_the_page_ended_whatever_is_new_meanwhile(ask, logs, projection, clock):
    _, money = logs
    first = ask(ANN, "/notices?page_size=1").json
    clock.pass_by(seconds=1)
    money.tell(given.a_transfer(SHOP.account, FARM.account), at=clock.now)
    assert deliver(projection, money.records[-1:])
    second = ask(ANN, f"/notices?page_size=1&after={first['next']}").json
    assert [each["text"] for each in second["notices"]] == ["Welcome, Green Farm"]
    assert (second["next"], second["total"]) == (None, 3)
    for nonsense in ("x", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z/", "0001-01-01T00:00:00+14:00/a"):
        assert ask(ANN, f"/notices?after={nonsense.replace('+', '%2B')}").status_code == 400, nonsense


def test_a_proposal_that_a_consent_covers_is_never_shown(ask, logs, projection, clock):
    _, money = logs
    covered = given.a_transfer(SHOP.account, FARM.account, expires_at=None)
    money.tell(covered, at=clock.now)
    deliver(projection, money.records[-1:])
    assert len(texts(ask, ANN)) == 2
    money.tell(given.completed(covered, accepted_by=None), at=clock.now)
    deliver(projection, money.records[-1:])
    clock.pass_by(minutes=5)
    assert len(texts(ask, ANN)) == 2


def test_a_name_that_has_not_arrived_leaves_the_notice_without_it(ask, logs, projection, clock):
    _, money = logs
    money.tell(given.a_transfer("9999", FARM.account), at=clock.now)
    deliver(projection, money.records[-1:])
    assert LANGUAGES["en"].news in texts(ask, ANN)


def test_of_who_is_forgotten_nothing_is_kept(ask, logs, projection, store, clock):
    people, _ = logs
    people.tell(directory.EntityForgotten(entity_id=FARM.entity_id, account=FARM.account), at=clock.now)
    deliver(projection, people.records[-1:])
    assert texts(ask, ANN) == []
    assert store._db["notices"].count_documents({"recipient": {"$regex": FARM.entity_id}}) == 0


def test_an_event_taken_twice_is_one_notice_and_stays_read(ask, logs, projection, store):
    ask(ANN, "/notices/read-all", "POST")
    store._db["positions"].delete_many({})
    for log in logs:
        assert deliver(projection, log.records)
    assert ask(ANN).json["unread"] == 0
    assert ask(ANN).json["total"] == 2


def test_notices_are_kept_for_90_days_and_counted_up_to_a_hundred(ask, store, projection, clock):
    kept = store._db["notices"].index_information()["kept"]
    assert kept["expireAfterSeconds"] == KEPT.days * 86_400 == 90 * 86_400
    people = EventLog("directory.events", "directory")
    for _ in range(MOST_COUNTED + 5):
        people.tell(directory.SecurityNotice(user_id="ann", what="new-sign-in"), at=clock.now)
    deliver(projection, people.records)
    assert ask(ANN, "/notices/unread").json == {"unread": MOST_COUNTED}


@pytest.mark.parametrize("role", ["public", "service"])
def test_others_are_refused(ask, role):
    caller = Caller(subject="x", roles=frozenset({role}))
    assert ask(caller).status_code == 403
    assert ask(caller, "/notices/unread").status_code == 403
