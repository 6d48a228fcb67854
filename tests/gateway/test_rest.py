"""The REST API: envelope, fields, rules, and what each call asks of the other services."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import (
    BAKERY,
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    LATER,
    NOW,
    OFFICE_ACCOUNT,
    Network,
    a_bakery,
    a_completed_transfer,
    a_session,
    a_transfer,
    an_account,
    an_admin_session,
    an_admin_transfer,
    an_entity,
    some_legs,
)
from tests.gateway.standin import Asked, Says, problem
from tests.log_lines import LogLines

SIGN_UP = {
    "userEmail": "ann@farm.example", "password": "Secret-123", "firstName": "Ann", "userPhone": "01", "entityName":
    "Green Farm", "entityPhone": "02", "incType": "sole", "offers": ["Vegetables"], "wants": [], "declaredTurnover": 5,
    "receiveDailyMatchNotificationEmail": False,
}  # fmt: skip
PAYMENT = {
    "transfer": "out",
    "initiator": FARM_ACCOUNT,
    "receiver": BAKERY_ACCOUNT,
    "amount": 25,
    "description": "Bread",
}


@pytest.fixture
def ann(client: FlaskClient, network: Network) -> dict[str, str]:
    """Headers of a member."""
    return _logged_in(client, "/api/v1/login")


@pytest.fixture
def admin(client: FlaskClient, network: Network) -> dict[str, str]:
    """Headers of an administrator."""
    return _logged_in(client, "/api/v1/admin/login")


def _logged_in(client: FlaskClient, path: str) -> dict[str, str]:
    token = client.post(path, json={"email": "a@b.example", "password": "Secret-123"}).get_json()["data"]["token"]
    return {"Authorization": f"Bearer {token}"}


# --- accounts ---------------------------------------------------------------------------------------------------


def test_signing_up_logs_in(client: FlaskClient, network: Network) -> None:
    made = {"user_id": "u-1", "entity_id": FARM, "account": FARM_ACCOUNT, "session": a_session()}
    network.directory.on("POST", "/signup", Says(made, headers={"Position": "directory=44"}))
    answered = client.post("/api/v1/signup", json=SIGN_UP, headers={"Idempotency-Key": "s-1"})
    data = answered.get_json()["data"]
    assert (data["userID"], data["entityID"], data["accountNumber"]) == ("u-1", FARM, FARM_ACCOUNT)
    assert answered.headers["Position"] == "directory=44"
    asked = network.directory.last("POST", "/signup")
    assert asked.headers["Idempotency-Key"] == "s-1"
    assert asked.caller.roles == {"public"}
    assert asked.body == {
        "user": {"email": "ann@farm.example", "password": "Secret-123", "first_name": "Ann", "telephone": "01"},
        "entity": {
            "name": "Green Farm", "telephone": "02", "inc_type": "sole", "offers": ["Vegetables"], "wants": [],
            "declared_turnover": 5,
        },
        "preferences": {"daily_match_mail": False},
        "address": "127.0.0.1",
    }  # fmt: skip
    token = {"Authorization": f"Bearer {data['token']}"}
    assert client.get("/api/v1/user/entities", headers=token).status_code == 200
    assert network.ledger.asked[-1].headers["Min-Position"] == "directory=44", "the account may not be open yet"


def test_a_refused_sign_up_names_the_api_s_fields(client: FlaskClient, network: Network) -> None:
    errors = {
        "user": {"email": ["Not an address."], "password": ["Too short.", "No digit."]},
        "entity": {"offers": {"0": ["No."]}},
    }
    network.directory.on("POST", "/signup", problem(400, "request.invalid", errors=errors))
    answered = client.post("/api/v1/signup", json=SIGN_UP)
    assert answered.status_code == 400
    assert [(error["field"], error["message"]) for error in answered.get_json()["errors"]] == [
        ("userEmail", "Not an address."), ("password", "Too short."), ("password", "No digit."), ("offers", "No."),
    ]  # fmt: skip


def test_all_wrong_fields_are_named_at_once(client: FlaskClient, network: Network) -> None:
    wrong = {"password": "x" * 101, "entityName": "x" * 101, "offers": ["a"] * 11, "city": 5, "nonsense": 1}
    answered = client.post("/api/v1/signup", json=wrong)
    assert answered.status_code == 400
    fields = {error["field"] for error in answered.get_json()["errors"]}
    assert fields == {"userEmail", "password", "entityName", "offers", "city", "nonsense"}
    assert {error["code"] for error in answered.get_json()["errors"]} == {"request.invalid"}
    assert not network.directory.asked


def test_lengths_are_code_points_after_nfc(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.directory.on("PATCH", f"/entities/{FARM}", an_entity())
    combining = "e\N{COMBINING ACUTE ACCENT}" * 50
    assert client.patch(f"/api/v1/user/entities/{FARM}", json={"city": combining}, headers=ann).status_code == 200
    assert network.directory.last("PATCH", f"/entities/{FARM}").body == {
        "city": "\N{LATIN SMALL LETTER E WITH ACUTE}" * 50
    }
    assert client.patch(f"/api/v1/user/entities/{FARM}", json={"city": "é" * 51}, headers=ann).status_code == 400


def test_the_login_before_is_told(client: FlaskClient, network: Network) -> None:
    network.directory.on("POST", "/sessions", a_session(previous_login={"at": NOW, "address": "192.0.2.7"}))
    data = client.post("/api/v1/login", json={"email": "a@b", "password": "x"}).get_json()["data"]
    assert (data["lastLoginIP"], data["lastLoginDate"], data["expiresIn"]) == ("192.0.2.7", NOW, 900)


def test_refused_logins_pass_through(client: FlaskClient, network: Network) -> None:
    wrong = client.post("/api/v1/login", json={"email": "a@b", "password": "wrong"})
    assert (wrong.status_code, wrong.get_json()["errors"][0]["code"]) == (401, "login.failed")
    network.directory.on("POST", "/sessions", problem(429, "login.locked", "Wait."))
    locked = client.post("/api/v1/login", json={"email": "a@b", "password": "wrong"})
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, "900")


def test_a_stale_token_does_not_hinder_logging_in(client: FlaskClient, network: Network) -> None:
    stale = {"Authorization": "Bearer stale"}
    answered = client.post("/api/v1/login", json={"email": "a@b", "password": "Secret-123"}, headers=stale)
    assert answered.status_code == 200
    network.directory.on("POST", "/password-resets", {})
    assert client.post("/api/v1/password-reset", json={"email": "a@b"}, headers=stale).status_code == 200


@pytest.mark.parametrize(("path", "kind"), [("password-reset", "member"), ("admin/password-reset", "admin")])
def test_a_lost_password(client: FlaskClient, network: Network, path: str, kind: str) -> None:
    network.directory.on("POST", "/password-resets", {})
    assert client.post(f"/api/v1/{path}", json={"email": "a@b.example"}).get_json() == {"data": {}}
    assert network.directory.last("POST", "/password-resets").body == {"email": "a@b.example", "kind": kind}
    network.directory.on("POST", "/password-resets/tok", {"kind": kind})
    assert client.post(f"/api/v1/{path}/tok", json={"password": "New-secret-1"}).get_json() == {"data": {}}
    network.directory.on("POST", "/password-resets/tok", problem(404, "reset.invalid"))
    again = client.post(f"/api/v1/{path}/tok", json={"password": "New-secret-1"})
    assert (again.status_code, again.get_json()["errors"][0]["code"]) == (404, "reset.invalid")


# --- members ----------------------------------------------------------------------------------------------------

USER = {
    "user_id": "user-ann", "kind": "member", "email": "ann@farm.example", "first_name": "Ann", "last_name": "Archer",
    "telephone": "01", "created_at": NOW, "last_login": None, "previous_login": {"at": NOW, "address": "192.0.2.7"},
    "version": 3,
}  # fmt: skip


def test_oneself(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.directory.on("GET", "/users/user-ann", USER)
    assert client.get("/api/v1/user", headers=ann).get_json()["data"] == {
        "id": "user-ann", "email": "ann@farm.example", "firstName": "Ann", "lastName": "Archer", "telephone": "01",
        "lastLoginIP": "192.0.2.7", "lastLoginDate": NOW,
    }  # fmt: skip
    network.directory.on("PATCH", "/users/user-ann", USER)
    assert client.patch("/api/v1/user", json={"telephone": None}, headers=ann).status_code == 200
    assert network.directory.last("PATCH", "/users/user-ann").body == {"telephone": ""}


@pytest.mark.parametrize("fixed", ["id", "email"])
def test_what_a_user_cannot_change_of_themselves(client: FlaskClient, ann: dict[str, str], fixed: str) -> None:
    answered = client.patch("/api/v1/user", json={fixed: "x"}, headers=ann)
    error = answered.get_json()["errors"][0]
    assert (answered.status_code, error["field"]) == (400, fixed)
    assert "changed" in error["message"]


def test_own_businesses_come_with_money_and_what_is_pending(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    older, newer = a_transfer("t-old"), a_transfer("t-new", initiator=BAKERY_ACCOUNT, direction="request")
    network.ledger.on("GET", "/transfers", {"transfers": [newer, older], "total": 2})
    mine = an_entity(
        email="ann@farm.example", preferences={"daily_match_mail": True, "matches_since_last_login": False}
    )
    network.entities[0] = mine
    answered = client.get("/api/v1/user/entities", headers=ann)
    assert answered.get_json()["meta"] == {"numberOfResults": 1, "totalPages": 1}
    assert b'"balance":10.00' in answered.data
    assert b'"maxNegativeBalance":100.00' in answered.data
    assert b'"canPay":110.00' in answered.data
    (entity,) = answered.get_json()["data"]
    assert (entity["id"], entity["accountNumber"], entity["email"]) == (FARM, FARM_ACCOUNT, "ann@farm.example")
    assert entity["receiveDailyMatchNotificationEmail"] is True
    assert entity["showTagsMatchedSinceLastLogin"] is False
    pending = [(item["id"], item["isInitiator"], item["entityName"]) for item in entity["pendingTransfers"]]
    assert pending == [("t-old", True, "Old Bakery"), ("t-new", False, "Old Bakery")]


def test_many_businesses_are_asked_for_at_once(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    numbers = {f"e-{number}": an_account_number(number) for number in range(30)}
    network.entities[:] = [an_entity(entity, account) for entity, account in numbers.items()]
    roles = [
        {"entity_id": e, "account": a, "name": "N", "status": "accepted", "role": "owner"} for e, a in numbers.items()
    ]
    network.lives(a_session(entities=roles))
    network.ledger.on("GET", "/accounts", {"accounts": [an_account(account) for account in numbers.values()]})
    network.ledger.on("GET", "/transfers", {"transfers": [], "total": 0})
    assert len(client.get("/api/v1/user/entities", headers=ann).get_json()["data"]) == 30
    assert network.ledger.count("GET", "/accounts") == 1
    assert network.directory.count("GET", "/entities") == 1


def an_account_number(number: int) -> str:
    return f"{number:016}"


def test_changing_ones_own_business(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.directory.on("PATCH", f"/entities/{FARM}", an_entity(city="York"))
    body = {"city": "York", "website": None, "description": "", "offers": ["bread"], "declaredTurnover": None,
            "receiveDailyMatchNotificationEmail": True}  # fmt: skip
    answered = client.patch(f"/api/v1/user/entities/{FARM}", json=body, headers=ann | {"Idempotency-Key": "k"})
    assert answered.get_json()["data"]["city"] == "York"
    asked = network.directory.last("PATCH", f"/entities/{FARM}")
    assert asked.headers["Idempotency-Key"] == "k"
    assert asked.body == {
        "city": "York", "website": "", "description": "", "offers": ["bread"], "declared_turnover": None,
        "preferences": {"daily_match_mail": True},
    }  # fmt: skip


@pytest.mark.parametrize("fixed", ["id", "accountNumber", "status"])
def test_what_a_member_cannot_change_of_a_business(client: FlaskClient, ann: dict[str, str], fixed: str) -> None:
    answered = client.patch(f"/api/v1/user/entities/{FARM}", json={fixed: "tradingAccepted"}, headers=ann)
    assert answered.status_code == 400
    assert "changed" in answered.get_json()["errors"][0]["message"]


@pytest.mark.parametrize(("method", "path"), [("patch", ""), ("post", "/trading-application")])
def test_somebody_elses_business(
    client: FlaskClient, ann: dict[str, str], network: Network, method: str, path: str
) -> None:
    answered = getattr(client, method)(f"/api/v1/user/entities/{BAKERY}{path}", json={}, headers=ann)
    assert (answered.status_code, answered.get_json()["errors"][0]["code"]) == (403, "auth.forbidden")


def test_applying_for_trading(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    path = f"/entities/{FARM}/trading-application"
    errors = {"postal_code": ["Needed."], "telephone": ["Needed."], "first_name": ["Needed."]}
    network.directory.on("POST", path, problem(422, "trading_application.incomplete", errors=errors))
    answered = client.post(f"/api/v1/user{path}", json={}, headers=ann)
    assert answered.status_code == 422
    assert {error["field"] for error in answered.get_json()["errors"]} == {"postalCode", "userPhone", "firstName"}
    assert {error["code"] for error in answered.get_json()["errors"]} == {"trading_application.incomplete"}


def test_an_application_brings_what_was_missing(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    path = f"/entities/{FARM}/trading-application"
    network.directory.on("PATCH", "/users/user-ann", USER)
    network.directory.on("PATCH", f"/entities/{FARM}", an_entity())
    network.directory.on("POST", path, an_entity(status="tradingPending"))
    body = {"firstName": "Ann", "userPhone": "01", "postalCode": "YO1", "telephone": "02"}
    headers = ann | {"Idempotency-Key": "k" * 200}
    for _ in range(2):
        answered = client.post(f"/api/v1/user{path}", json=body, headers=headers)
        assert answered.get_json()["data"]["status"] == "tradingPending"
    assert network.directory.last("PATCH", "/users/user-ann").body == {"first_name": "Ann", "telephone": "01"}
    assert network.directory.last("PATCH", f"/entities/{FARM}").body == {"postal_code": "YO1", "telephone": "02"}
    assert network.directory.last("POST", path).body == {}
    keys = [asked.headers["Idempotency-Key"] for asked in network.directory.asked if asked.method in ("PATCH", "POST")]
    assert keys[-6:-3] == keys[-3:], "a repeat repeats every step under its own key"
    assert len(set(keys[-3:])) == 3


# --- directory --------------------------------------------------------------------------------------------------


def test_searching_the_directory(client: FlaskClient, network: Network) -> None:
    why = [{"side": "offers", "term": "vegetalbes", "matched": "vegetables", "how": "fuzzy"}]
    network.directory.on("GET", "/search", {"entities": [an_entity() | {"why": why}], "total": 23})
    answered = client.get(
        "/api/v1/entities?offers=vegetalbes,%20fresh%20fish&tagged_since=2026-01-31&page=2&page_size=5"
    )
    assert answered.get_json()["meta"] == {"numberOfResults": 23, "totalPages": 5}
    (entity,) = answered.get_json()["data"]
    assert entity["why"] == why
    assert "email" not in entity
    assert "version" not in entity
    assert network.directory.last("GET", "/search").query == {
        "offers": "vegetalbes,fresh,fish", "tagged_since": "2026-01-31T00:00:00.000000Z", "page": "2", "page_size": "5",
    }  # fmt: skip


def test_nothing_found_is_one_page(client: FlaskClient, network: Network) -> None:
    network.directory.on("GET", "/search", {"entities": [], "total": 0})
    assert client.get("/api/v1/entities").get_json() == {"data": [], "meta": {"numberOfResults": 0, "totalPages": 1}}


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=x", "page_size=0", "page_size=101", "page_size=-1", "page=1&page=2", "nonsense=1",
        "tagged_since=yesterday", "tagged_since=2026-01-31", "offers=a&tagged_since=2026-01-31T12:00:00",
        "name=%00", "favorites_only=true", "status=pending", "offers=" + "x" * 51,
        "tagged_since=999999999999&offers=a", "page=99999999999999999999",
    ],
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_refused(client: FlaskClient, network: Network, query: str) -> None:
    assert client.get(f"/api/v1/entities?{query}").status_code == 400
    assert not network.directory.asked


def test_one_business(client: FlaskClient, network: Network) -> None:
    assert client.get(f"/api/v1/entities/{BAKERY}").get_json()["data"]["name"] == "Old Bakery"
    network.directory.on("GET", "/entities/none", problem(404, "entity.unknown"))
    unknown = client.get("/api/v1/entities/none")
    assert (unknown.status_code, unknown.get_json()["errors"][0]["code"]) == (404, "entity.unknown")


def test_tags(client: FlaskClient, network: Network) -> None:
    network.directory.on("GET", "/tags", {"tags": ["vegetables"]})
    answered = client.get("/api/v1/tags?fragment=veg").get_json()
    assert answered == {"data": [{"name": "vegetables"}], "meta": {"numberOfResults": 1, "totalPages": 1}}


# --- transfers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("transfer", "direction"), [("out", "pay"), ("in", "request")])
def test_proposing(client: FlaskClient, ann: dict[str, str], network: Network, transfer: str, direction: str) -> None:
    network.ledger.on("POST", "/transfers", Says(a_transfer(), headers={"Position": "ledger=9"}))
    body = PAYMENT | {"transfer": transfer, "amount": "25.00"}
    answered = client.post("/api/v1/transfers", json=body, headers=ann | {"Idempotency-Key": "k-1"})
    assert answered.status_code == 200
    asked = network.ledger.last("POST", "/transfers")
    assert asked.headers["Idempotency-Key"] == "k-1"
    assert asked.body == {
        "initiator": FARM_ACCOUNT, "counterparty": BAKERY_ACCOUNT, "direction": direction, "amount": 2500,
        "description": "Bread",
    }  # fmt: skip
    assert answered.headers["Position"] == "directory=57, ledger=9"
    assert b'"amount":25.00' in answered.data
    assert answered.get_json()["data"] == {
        "id": "transfer-1", "transfer": "out", "isInitiator": True, "accountNumber": BAKERY_ACCOUNT,
        "entityName": "Old Bakery", "from": FARM_ACCOUNT, "to": BAKERY_ACCOUNT, "amount": 25.0, "description": "Bread",
        "status": "initiated", "dateProposed": NOW, "dateExpires": LATER, "kind": "transfer", "byConsent": False,
        "fees": 0.0, "legs": [
            {"accountNumber": FARM_ACCOUNT, "amount": -25.0}, {"accountNumber": BAKERY_ACCOUNT, "amount": 25.0},
        ],
    }  # fmt: skip


def test_a_proposal_that_a_consent_covers_is_answered_as_completed(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    network.ledger.on("POST", "/transfers", a_completed_transfer(by_consent=True, accepted_by=None))
    made = client.post("/api/v1/transfers", json=PAYMENT, headers=ann).get_json()["data"]
    assert (made["status"], made["byConsent"], made["dateCompleted"]) == ("completed", True, NOW)
    assert "dateExpires" not in made


def test_fees_are_told_beside_the_amount_to_who_bears_them(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    legs = some_legs((FARM_ACCOUNT, -4030), (BAKERY_ACCOUNT, 3960), (OFFICE_ACCOUNT, 70))
    network.ledger.on("GET", "/transfers/transfer-1", a_completed_transfer(amount=4000, legs=legs))
    found = client.get("/api/v1/transfers/transfer-1", headers=ann).get_json()["data"]
    assert (found["amount"], found["fees"]) == (40.0, 0.3)
    assert [leg["amount"] for leg in found["legs"]] == [-40.3, 39.6, 0.7]


def test_an_administrators_transfer_and_its_reversal_know_each_other(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    # The farm is in a leg that is neither the payer's nor the payee's.
    legs = some_legs((OFFICE_ACCOUNT, -3000), (FARM_ACCOUNT, 1000), (BAKERY_ACCOUNT, 2000))
    made = an_admin_transfer(payer=OFFICE_ACCOUNT, payee=BAKERY_ACCOUNT, legs=legs, reversed_by="transfer-2")
    network.ledger.on("GET", "/transfers/transfer-1", made)
    network.ledger.on("GET", "/transfers/transfer-2", an_admin_transfer(kind="reversal", reverses="transfer-1"))
    first, second = (client.get(f"/api/v1/transfers/transfer-{n}", headers=ann).get_json()["data"] for n in (1, 2))
    assert (first["kind"], first["reversedBy"], first["transfer"]) == ("admin", "transfer-2", "in")
    assert (second["kind"], second["reverses"], second["transfer"]) == ("reversal", "transfer-1", "out")
    assert not first["isInitiator"]


def test_an_older_ledgers_answers_are_understood(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    new = ("legs", "expires_at", "accepted_by", "by_consent", "reverses", "reversed_by")
    old = {name: value for name, value in a_transfer().items() if name not in new}
    network.ledger.on("GET", "/transfers/transfer-1", old)
    found = client.get("/api/v1/transfers/transfer-1", headers=ann)
    assert (found.status_code, found.get_json()["data"]["fees"]) == (200, 0.0)
    old_account = {n: v for n, v in an_account().items() if n not in ("closing", "outside_limits")}
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", old_account)
    assert client.get(f"/api/v1/balance?querying_entity_id={FARM}", headers=ann).status_code == 200


def test_an_account_that_closes_or_is_outside_its_limits_says_so(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(closing=True, outside_limits=True))
    found = client.get(f"/api/v1/balance?querying_entity_id={FARM}", headers=ann).get_json()["data"]
    assert (found["closing"], found["outsideLimits"]) == (True, True)


def test_the_ledger_waits_for_the_newest_news_of_both_parties(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    network.ledger.on("POST", "/transfers", a_transfer())
    network.entities[1] = a_bakery(version=8000)
    client.post("/api/v1/transfers", json=PAYMENT, headers=ann)
    assert network.ledger.last("POST", "/transfers").headers["Min-Position"] == "directory=8000"
    assert network.directory.last("GET", "/entities").query == {"accounts": f"{FARM_ACCOUNT},{BAKERY_ACCOUNT}"}


def test_a_transfer_needs_no_directory(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    for path in ("/entities", "/sessions/session-ann"):
        network.directory.on("GET", path, problem(503, "directory.unavailable"))
    network.ledger.on("POST", "/transfers", a_transfer())
    answered = client.post("/api/v1/transfers", json=PAYMENT, headers=ann)
    assert (answered.status_code, answered.get_json()["data"]["entityName"]) == (200, None)
    listed = client.get(f"/api/v1/transfers?status=all&querying_entity_id={FARM}", headers=ann)
    assert listed.status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 0}, "amount"), ({"amount": "1.001"}, "amount"), ({"amount": True}, "amount"),
        ({"amount": None}, "amount"), ({"amount": 1_000_000_000}, "amount"),
        ({"receiver": "2000000000000007"}, "receiver"), ({"extra": 1}, "extra"),
        ({"receiver": ""}, "receiver"), ({"initiator": "x"}, "initiator"), ({"transfer": "sideways"}, "transfer"),
        ({"description": "x" * 501}, "description"), ({"description": "a\nb"}, "description"),
    ],
)  # fmt: skip
def test_a_malformed_proposal_never_reaches_the_ledger(
    client: FlaskClient, ann: dict[str, str], network: Network, changes: dict[str, Any], field: str
) -> None:
    answered = client.post("/api/v1/transfers", json=PAYMENT | changes, headers=ann)
    assert answered.status_code == 400
    assert [error["field"] for error in answered.get_json()["errors"]] == [field]
    assert network.ledger.count("POST", "/transfers") == 0


def test_a_number_is_read_exactly(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.ledger.on("POST", "/transfers", a_transfer())
    raw = f'{{"transfer":"out","initiator":"{FARM_ACCOUNT}","receiver":"{BAKERY_ACCOUNT}","amount":999999999.99}}'
    assert client.post("/api/v1/transfers", data=raw, headers=ann).status_code == 200
    assert network.ledger.last("POST", "/transfers").body["amount"] == 99_999_999_999


@pytest.mark.parametrize("raw", ["", "[]", "5", "null", "{", '{"amount":NaN}', '{"amount":1e309}', '{"amount":0x10}'])
def test_a_body_that_is_no_object(client: FlaskClient, ann: dict[str, str], network: Network, raw: str) -> None:
    answered = client.post("/api/v1/transfers", data=raw, headers=ann)
    assert answered.status_code == 400
    assert answered.get_json()["errors"][0]["message"]


@pytest.mark.parametrize("key", ["", " x", "x" * 201, "\t"])
def test_a_bad_idempotency_key(client: FlaskClient, ann: dict[str, str], network: Network, key: str) -> None:
    answered = client.post("/api/v1/transfers", json=PAYMENT, headers=ann | {"Idempotency-Key": key})
    assert (answered.status_code, answered.get_json()["errors"][0]["code"]) == (400, "idempotency.key_malformed")


@pytest.mark.parametrize(
    ("says", "status", "error"),
    [
        (
            problem(422, "transfer.limit_exceeded", "Too much.", max_possible=1500), 422,
            {"message": "Too much.", "code": "transfer.limit_exceeded", "maxPossible": 15.0},
        ),
        (
            problem(422, "account.not_trading", errors={"counterparty": ["Not trading."]}), 422,
            {"message": "Not trading.", "code": "account.not_trading", "field": "receiver"},
        ),
        (problem(404, "account.unknown", "Nobody."), 404, {"message": "Nobody.", "code": "account.unknown"}),
        (
            problem(409, "idempotency.key_reused", "Other."), 409,
            {"message": "Other.", "code": "idempotency.key_reused"},
        ),
        (
            problem(422, "transfer.fee_exceeds_amount", "All of it."), 422,
            {"message": "All of it.", "code": "transfer.fee_exceeds_amount"},
        ),
        (
            problem(422, "transfer.fee_account", "No room."), 422,
            {"message": "No room.", "code": "transfer.fee_account"},
        ),
        (problem(403, "auth.forbidden", "Not yours."), 403, {"message": "Not yours.", "code": "auth.forbidden"}),
        (problem(503, "ledger.busy", "Busy.", 3), 503, {"message": "Busy.", "code": "ledger.busy", "part": "ledger"}),
    ],
)  # fmt: skip
def test_what_the_ledger_refuses(
    client: FlaskClient, ann: dict[str, str], network: Network, says: Says, status: int, error: dict[str, Any]
) -> None:
    network.ledger.on("POST", "/transfers", says)
    answered = client.post("/api/v1/transfers", json=PAYMENT, headers=ann)
    assert answered.status_code == status
    assert answered.get_json()["errors"] == [error]
    assert answered.get_json()["correlationId"] == answered.headers["Correlation-Id"]
    assert ("Retry-After" in answered.headers) == (status == 503)


def test_listing_transfers(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    cancellation = {"kind": "rejected", "code": "rejected", "reason": "Too dear", "by": BAKERY_ACCOUNT}
    found = [
        a_transfer("t-3", status="cancelled", ended_at=NOW, cancellation=cancellation),
        a_transfer("t-2", status="completed", ended_at=NOW, payer=BAKERY_ACCOUNT, payee=FARM_ACCOUNT),
        a_transfer("t-1"),
    ]
    network.ledger.on("GET", "/transfers", {"transfers": found, "total": 33})
    answered = client.get(f"/api/v1/transfers?status=all&querying_entity_id={FARM}&page=2&page_size=3", headers=ann)
    assert answered.get_json()["meta"] == {"numberOfResults": 33, "totalPages": 11}
    cancelled, completed, initiated = answered.get_json()["data"]
    assert (cancelled["cancellationKind"], cancelled["cancellationReason"]) == ("rejected", "Too dear")
    assert (completed["transfer"], completed["dateCompleted"]) == ("in", NOW)
    assert not {"dateCompleted", "cancellationReason"} & set(initiated)
    query = {"account": FARM_ACCOUNT, "status": "all", "page": "2", "page_size": "3"}
    assert network.ledger.last("GET", "/transfers").query == query
    assert network.directory.count("GET", "/entities") == 1, "all names in one question"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"querying_entity_id={FARM}", 400), ("status=all", 400), (f"status=open&querying_entity_id={FARM}", 400),
        (f"status=all&querying_entity_id={BAKERY}", 403), ("status=all&querying_entity_id=none", 403),
    ],
)  # fmt: skip
def test_whose_transfers(client: FlaskClient, ann: dict[str, str], network: Network, query: str, status: int) -> None:
    assert client.get(f"/api/v1/transfers?{query}", headers=ann).status_code == status


@pytest.mark.parametrize("action", ["accept", "reject", "cancel"])
def test_steps(client: FlaskClient, ann: dict[str, str], network: Network, action: str) -> None:
    path = f"/transfers/t-1/{action}"
    network.ledger.on("POST", path, a_transfer("t-1", payer=BAKERY_ACCOUNT, payee=FARM_ACCOUNT))
    body = {"action": action, "cancellationReason": "Because"}
    answered = client.patch("/api/v1/transfers/t-1", json=body, headers=ann | {"Idempotency-Key": "k"})
    assert answered.get_json()["data"]["transfer"] == "in"
    asked = network.ledger.last("POST", path)
    assert asked.body == ({} if action == "accept" else {"reason": "Because"})
    assert asked.headers["Idempotency-Key"] == "k"


def test_an_unknown_step(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    assert client.patch("/api/v1/transfers/t-1", json={"action": "undo"}, headers=ann).status_code == 400
    assert client.patch("/api/v1/transfers/t-1", json={}, headers=ann).status_code == 400


def test_one_transfer(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.ledger.on("GET", "/transfers/transfer-1", a_transfer())
    assert client.get("/api/v1/transfers/transfer-1", headers=ann).get_json()["data"]["entityName"] == "Old Bakery"


def test_the_balance(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(balance=-2505))
    answered = client.get(f"/api/v1/balance?querying_entity_id={FARM}", headers=ann)
    assert b'"balance":-25.05' in answered.data
    assert answered.get_json()["data"]["unit"] == "ocn-uk"


# --- administrators ---------------------------------------------------------------------------------------------


def test_the_applications_waiting(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    network.directory.on("GET", "/entities", {"entities": [an_entity(status="pending")], "total": 11})
    answered = client.get("/api/v1/admin/entities?status=pending,tradingPending", headers=admin)
    assert answered.get_json()["meta"] == {"numberOfResults": 11, "totalPages": 2}
    assert answered.get_json()["data"][0]["maxPositiveBalance"] == 500
    query = {"status": "pending,tradingPending", "page": "1", "page_size": "10"}
    assert network.directory.last("GET", "/entities").query == query
    assert client.get("/api/v1/admin/entities?status=frozen", headers=admin).status_code == 400


def test_administrators_search_all_statuses(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    network.directory.on("GET", "/search", {"entities": [an_entity(status="rejected")], "total": 1})
    assert client.get("/api/v1/admin/entities?name=farm", headers=admin).status_code == 200
    assert "pending" in network.directory.last("GET", "/search").query["status"]
    client.get("/api/v1/admin/entities?name=farm&status=rejected", headers=admin)
    assert network.directory.last("GET", "/search").query["status"] == "rejected"


def test_finding_a_business_by_its_account(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    answered = client.get(f"/api/v1/admin/entities?account_number={FARM_ACCOUNT}", headers=admin).get_json()
    assert [entity["id"] for entity in answered["data"]] == [FARM]


def test_one_business_for_administrators(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    network.directory.on("GET", f"/entities/{FARM}", an_entity(users=[USER], email="ann@farm.example"))
    data = client.get(f"/api/v1/admin/entities/{FARM}", headers=admin).get_json()["data"]
    assert data["users"][0]["email"] == "ann@farm.example"
    assert data["pendingTransfers"][0]["id"] == "transfer-1"
    assert data["canReceive"] == 490


def test_deciding_on_a_business(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    decided = Says(an_entity(), headers={"Position": "directory=90"})
    network.directory.on("PATCH", f"/entities/{FARM}", decided)
    network.ledger.on("PATCH", f"/accounts/{FARM_ACCOUNT}/limits", an_account())
    body = {"status": "tradingAccepted", "reason": "Known", "categories": ["food"], "maxNegativeBalance": 100,
            "maxPositiveBalance": "0"}  # fmt: skip
    answered = client.patch(f"/api/v1/admin/entities/{FARM}", json=body, headers=admin | {"Idempotency-Key": "k"})
    assert answered.status_code == 200
    change = network.directory.last("PATCH", f"/entities/{FARM}")
    assert change.body == {"status": "tradingAccepted", "reason": "Known", "categories": ["food"]}
    limits = network.ledger.last("PATCH", f"/accounts/{FARM_ACCOUNT}/limits")
    assert limits.body == {"max_negative": 10_000, "max_positive": 0, "reason": "Known"}
    assert limits.headers["Idempotency-Key"] == change.headers["Idempotency-Key"] == "k"
    assert limits.headers["Min-Position"] == "directory=90", "an account that was just opened is waited for"


def test_limits_alone_do_not_touch_the_directory(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    network.ledger.on("PATCH", f"/accounts/{FARM_ACCOUNT}/limits", an_account())
    body = {"maxNegativeBalance": "12.50", "reason": "Asked for"}
    assert client.patch(f"/api/v1/admin/entities/{FARM}", json=body, headers=admin).status_code == 200
    assert network.directory.count("PATCH", f"/entities/{FARM}") == 0
    body = network.ledger.last("PATCH", f"/accounts/{FARM_ACCOUNT}/limits").body
    assert body == {"max_negative": 1250, "reason": "Asked for"}


@pytest.mark.parametrize(
    "changes",
    [{"maxNegativeBalance": -1}, {"status": "frozen"}, {"balance": 5}, {"id": "x"}, {"maxPositiveBalance": 1.005}],
)
def test_decisions_that_make_no_sense(
    client: FlaskClient, admin: dict[str, str], network: Network, changes: dict[str, Any]
) -> None:
    answered = client.patch(f"/api/v1/admin/entities/{FARM}", json=changes, headers=admin)
    assert (answered.status_code, answered.get_json()["errors"][0]["field"]) == (400, next(iter(changes)))


# --- the whole API ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/v1/nothing", 404),
        ("get", "/api", 404),
        ("delete", "/api/v1/transfers", 405),
        ("put", "/api/v1/user", 405),
    ],
)
def test_unknown_addresses_answer_in_the_envelope(
    client: FlaskClient, network: Network, method: str, path: str, status: int
) -> None:
    answered = getattr(client, method)(path)
    assert answered.status_code == status
    assert set(answered.get_json()) == {"errors", "correlationId"}


def test_a_body_that_is_too_large(client: FlaskClient, network: Network) -> None:
    answered = client.post("/api/v1/login", data=b'{"email":"' + b"x" * 1_000_001 + b'"}')
    assert answered.status_code == 413
    assert answered.get_json()["errors"]


def test_an_unexpected_error_tells_nothing(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", {"surprise": "marker-93847"})
    answered = client.get(f"/api/v1/balance?querying_entity_id={FARM}", headers=ann)
    assert answered.status_code == 500
    assert answered.get_json()["errors"][0]["code"] == "internal"
    assert b"surprise" not in answered.data


def test_a_part_that_is_down(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", problem(500, "internal", "secret text"))
    answered = client.get(f"/api/v1/balance?querying_entity_id={FARM}", headers=ann)
    assert (answered.status_code, answered.headers["Retry-After"]) == (503, "2")
    (error,) = answered.get_json()["errors"]
    assert (error["code"], error["part"]) == ("part.down", "ledger")
    assert b"secret text" not in answered.data


def test_an_admin_of_two_kinds_of_things_at_once(client: FlaskClient, network: Network) -> None:
    """A person with a role more than they need is judged by what the route asks for."""
    network.directory.on("POST", "/sessions", an_admin_session(roles=["admin", "auditor"]))
    network.lives(an_admin_session(roles=["admin", "auditor"]))
    both = _logged_in(client, "/api/v1/admin/login")
    network.directory.on("GET", "/entities", {"entities": [], "total": 0})
    assert client.get("/api/v1/admin/entities", headers=both).status_code == 200


def test_what_was_asked_is_not_in_the_log(
    client: FlaskClient, ann: dict[str, str], network: Network, log_lines: LogLines
) -> None:
    marker = "marker7319"

    def refuse(asked: Asked) -> Says:
        return problem(422, "x.y", f"{marker} {asked.body}")

    network.ledger.on("POST", "/transfers", refuse)
    client.post("/api/v1/transfers", json=PAYMENT | {"description": marker}, headers=ann)
    client.post("/api/v1/login", json={"email": f"{marker}@b", "password": marker})
    client.post(f"/api/v1/password-reset/{marker}", json={"password": marker})
    client.get(f"/api/v1/entities?name={marker}", headers=ann)
    logged = log_lines()
    assert "/api/v1/transfers" in [line.get("route") for line in logged], "the log was looked at"
    written = str(logged)
    assert marker not in written
    assert ann["Authorization"].partition(" ")[2] not in written
