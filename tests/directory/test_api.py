"""The HTTP interface on real MongoDB and Elasticsearch."""

import pytest

from services.directory.accounts import is_account_number
from services.directory.handlers.writing import Directory
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, PASSWORD, PUBLIC, SERVICE, Gateway, a_login, a_sign_up, an_email
from tests.directory.test_staff import an_admin

pytestmark = pytest.mark.integration


def test_sign_up_answers_ids_an_account_number_and_a_session(gateway: Gateway) -> None:
    email = an_email()
    status, answered = gateway.post(
        "/signup", a_sign_up(email=email.upper(), name=" Greens ", offers="Dog Walking, R&D", wants=["café"])
    )

    assert status == 200
    assert is_account_number(answered["account"])
    assert answered["session"]["email"] == email
    assert answered["session"]["roles"] == ["member"]
    assert answered["session"]["entities"] == [
        {
            "entity_id": answered["entity_id"],
            "account": answered["account"],
            "name": "Greens",
            "status": "pending",
            "role": "owner",
            "view_only": False,
            "max_amount": None,
        }
    ]
    assert gateway.headers["Position"] == f"directory={answered['session']['position']}"
    _, entity = gateway.get(f"/entities/{answered['entity_id']}", ADMIN)
    assert (entity["offers"], entity["wants"], entity["email"]) == (["dog-walking", "r&d"], ["café"], email)
    assert [user["email"] for user in entity["users"]] == [email]


def test_an_address_signs_up_once_whatever_its_case(gateway: Gateway) -> None:
    member = gateway.sign_up()

    status, problem = gateway.post("/signup", a_sign_up(email=member.email.upper()))

    assert (status, problem["type"]) == (409, "user.email_taken")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nobody"}, "user"),
        ({"password": "alllletters-"}, "user"),
        ({"name": ""}, "entity"),
        ({"name": "x" * 101}, "entity"),
        ({"name": "a\x00b"}, "entity"),
        ({"offers": [f"t{n}" for n in range(11)]}, "entity"),
        ({"offers": ["x" * 51]}, "entity"),
        ({"website": "javascript:alert(1)"}, "entity"),
        ({"declared_turnover": 1.5}, "entity"),
        ({"declared_turnover": 10**16}, "entity"),
        ({"status": "tradingAccepted"}, "entity"),
        ({"place": {"latitude": "91", "longitude": "0"}}, "entity"),
        ({"place": {"latitude": "NaN", "longitude": "0"}}, "entity"),
    ],
)
def test_bad_fields_are_named(gateway: Gateway, change: dict, field: str) -> None:
    status, problem = gateway.post("/signup", a_sign_up(**change))

    assert (status, problem["type"]) == (400, "request.invalid")
    assert field in problem["errors"]
    assert PASSWORD not in str(problem)


def test_a_repeated_sign_up_answers_the_same_with_a_session(gateway: Gateway) -> None:
    form = a_sign_up()

    first = gateway.post("/signup", form, Idempotency_Key="key-1")[1]
    again = gateway.post("/signup", form, Idempotency_Key="key-1")[1]

    assert [again[name] for name in ("user_id", "entity_id", "account")] == [
        first[name] for name in ("user_id", "entity_id", "account")
    ]
    assert gateway.get(f"/sessions/{again['session']['session_id']}", SERVICE)[0] == 200


def test_a_key_with_another_body_or_password_is_refused(gateway: Gateway) -> None:
    form = a_sign_up()
    gateway.post("/signup", form, Idempotency_Key="key-1")
    other = a_sign_up(email=form["user"]["email"], name="Another name")
    stranger = {**form, "user": {**form["user"], "password": "some-other-1"}}

    assert gateway.post("/signup", other, Idempotency_Key="key-1")[1]["type"] == "idempotency.key_reused"
    assert gateway.post("/signup", stranger, Idempotency_Key="key-1")[1]["type"] == "idempotency.key_reused"


def test_a_refusal_is_repeated_too(gateway: Gateway, directory: Directory) -> None:
    taken, other, root = gateway.sign_up(), gateway.sign_up(), an_admin(gateway, directory)
    change = {"email": taken.email}
    path = f"/users/{other.user_id}"

    first = gateway.patch(path, change, root, Idempotency_Key="key-2")
    gateway.patch(f"/users/{taken.user_id}", {"email": an_email()}, root)
    again = gateway.patch(path, change, root, Idempotency_Key="key-2")

    assert first[0] == again[0] == 409
    assert first[1]["type"] == again[1]["type"] == "user.email_taken"
    assert gateway.patch(path, change, root, Idempotency_Key="key-3")[0] == 200


def test_a_session_slides_and_ends_absolutely(gateway: Gateway, time: Time) -> None:
    member = gateway.sign_up()
    path = f"/sessions/{member.session_id}"
    for _ in range(30):
        time.pass_by(hours=23.5)
        assert gateway.get(path, SERVICE)[0] == 200

    time.pass_by(hours=20)

    assert gateway.get(path, SERVICE)[1]["type"] == "session.unknown"


def test_an_unused_session_ends_after_a_day(gateway: Gateway, time: Time) -> None:
    member = gateway.sign_up()
    time.pass_by(hours=24, seconds=1)
    assert gateway.get(f"/sessions/{member.session_id}", SERVICE)[0] == 404


def test_a_session_that_was_ended_is_unknown(gateway: Gateway) -> None:
    member = gateway.sign_up()
    assert gateway.delete(f"/sessions/{member.session_id}")[0] == 200
    assert gateway.get(f"/sessions/{member.session_id}", SERVICE)[0] == 404


def test_a_session_tells_of_the_login_before(gateway: Gateway, time: Time) -> None:
    member = gateway.sign_up(address="192.0.2.7")
    before = time.text()
    time.pass_by(hours=1)

    _, session = gateway.post("/sessions", a_login(member))

    assert member.answered["session"]["previous_login"] is None
    assert session["previous_login"] == {"at": before, "address": "192.0.2.7"}


def test_sessions_are_for_the_gateway_itself(gateway: Gateway) -> None:
    member = gateway.sign_up()
    assert gateway.get(f"/sessions/{member.session_id}", member.caller)[0] == 403


def test_members_see_and_change_themselves_alone(gateway: Gateway) -> None:
    one, other = gateway.sign_up(), gateway.sign_up()

    assert gateway.get(f"/users/{one.user_id}", one.caller)[1]["email"] == one.email
    assert gateway.get(f"/users/{one.user_id}", other.caller)[1]["type"] == "user.unknown"
    assert gateway.patch(f"/users/{one.user_id}", {"first_name": "X"}, other.caller)[0] == 404
    assert gateway.patch(f"/users/{one.user_id}", {"email": an_email()}, one.caller)[0] == 400
    status, changed = gateway.patch(f"/users/{one.user_id}", {"first_name": "Ada", "telephone": None}, one.caller)
    assert (status, changed["first_name"], changed["telephone"]) == (200, "Ada", "")
    assert "password_hash" not in changed


def test_members_change_their_entity_but_not_its_status(gateway: Gateway) -> None:
    one, other = gateway.sign_up(), gateway.sign_up()
    path = f"/entities/{one.entity_id}"

    assert gateway.patch(path, {"city": "Hull"}, other.caller)[1]["type"] == "entity.not_yours"
    for forbidden in ({"status": "tradingAccepted"}, {"categories": ["food"]}):
        assert gateway.patch(path, forbidden, one.caller)[1]["type"] == "auth.forbidden"
    status, view = gateway.patch(
        path, {"city": "Hull", "offers": ["Tea"], "preferences": {"daily_match_mail": False}}, one.caller
    )
    assert (status, view["city"], view["offers"]) == (200, "Hull", ["tea"])
    assert view["preferences"] == {
        "daily_match_mail": False,
        "matches_since_last_login": False,
        "contact_mail": True,
    }
    assert view["status"] == "pending"
    assert gateway.patch(path, {"city": ""}, one.caller)[1]["city"] == ""
    assert gateway.patch(path, {"name": None}, one.caller)[0] == 400


def test_an_unlisted_entity_is_unknown_to_others(gateway: Gateway) -> None:
    one, other = gateway.sign_up(), gateway.sign_up()
    path = f"/entities/{one.entity_id}"

    assert gateway.get(path, PUBLIC)[1]["type"] == "entity.unknown"
    assert gateway.get(path, other.caller)[0] == 404
    assert gateway.get(path, one.caller)[1]["email"] == one.email
    gateway.patch(path, {"status": "accepted"})
    assert "email" not in gateway.get(path, PUBLIC)[1]
    assert "users" not in gateway.get(path, one.caller)[1]


def test_accounts_give_names_for_statements_and_no_more(gateway: Gateway) -> None:
    one, other = gateway.sign_up(name="Hidden", city="Hull"), gateway.sign_up()

    named = gateway.get("/entities", other.caller, accounts=f"{other.account},{one.account}")[1]["entities"]

    assert [entity["entity_id"] for entity in named] == [other.entity_id, one.entity_id]
    assert (named[1]["name"], named[1]["status"], named[1]["city"]) == ("Hidden", "pending", "")
    assert "email" not in named[1]
    assert gateway.get("/entities", PUBLIC, accounts=one.account)[1]["entities"] == []
    assert gateway.get("/entities", other.caller, ids=one.entity_id)[1]["entities"] == []


def test_administrators_list_by_status_newest_first(gateway: Gateway, time: Time) -> None:
    members = []
    for _ in range(3):
        time.pass_by(seconds=1)
        members.append(gateway.sign_up())
    gateway.patch(f"/entities/{members[0].entity_id}", {"status": "rejected", "reason": "no"})

    _, listed = gateway.get("/entities", ADMIN, status="pending", page_size=1)

    assert ([entity["entity_id"] for entity in listed["entities"]], listed["total"]) == ([members[2].entity_id], 2)
    assert gateway.get("/entities", members[0].caller, status="pending")[0] == 403
    assert gateway.get("/entities", ADMIN, status="nonsense")[0] == 400
    assert gateway.get("/entities", ADMIN, page_size=101)[0] == 400


def test_a_trading_application_needs_the_stricter_fields(gateway: Gateway) -> None:
    member = gateway.sign_up()
    path = f"/entities/{member.entity_id}"
    apply = f"{path}/trading-application"
    assert gateway.post(apply, {}, member.caller)[1]["type"] == "trading_application.wrong_status"
    gateway.patch(path, {"status": "accepted"})

    _, incomplete = gateway.post(apply, {}, member.caller)
    assert incomplete["type"] == "trading_application.incomplete"
    assert {"inc_type", "city", "first_name", "telephone"} <= incomplete["errors"].keys()

    fields = ("inc_type", "description", "address", "city", "region", "postal_code", "country")
    gateway.patch(path, dict.fromkeys(fields, "x"), member.caller)
    gateway.patch(f"/users/{member.user_id}", {"first_name": "A", "last_name": "B", "telephone": "1"}, member.caller)
    assert gateway.post(apply, {}, member.caller)[1]["status"] == "tradingPending"
    assert gateway.post(apply, {}, member.caller)[1]["type"] == "trading_application.wrong_status"

    gateway.patch(path, {"status": "tradingAccepted"})
    assert gateway.patch(path, {"city": ""}, member.caller)[1]["errors"] == {
        "city": ["A trading member can't leave this empty."]
    }


def test_a_change_to_the_same_is_no_event(gateway: Gateway, directory: Directory) -> None:
    member = gateway.sign_up()
    head = directory.store.events.head()

    status, view = gateway.patch(f"/entities/{member.entity_id}", {"status": "pending", "name": "Green Grocers"})

    assert (status, view["status"], directory.store.events.head()) == (200, "pending", head)
    assert "Position" not in gateway.headers


def test_tags_are_suggested_when_their_owner_is_listed(gateway: Gateway) -> None:
    member = gateway.sign_up(offers=["vegetables", "organic-vegetables", "v.*"], wants=["veal"])
    assert gateway.get("/tags", fragment="veg")[1] == {"tags": []}

    gateway.patch(f"/entities/{member.entity_id}", {"status": "accepted"})

    assert gateway.get("/tags", fragment="Veg")[1] == {"tags": ["vegetables", "organic-vegetables"]}
    assert gateway.get("/tags", fragment=".*")[1] == {"tags": []}


def test_readyz_names_both_databases(gateway: Gateway) -> None:
    status, body = gateway.get("/readyz")
    assert (status, body) == (200, {"checks": {"mongo": "ok"}, "reported": {"elasticsearch": "ok"}})
