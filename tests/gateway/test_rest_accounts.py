"""The REST API: signing up, logging in, and lost passwords."""

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import (
    FARM,
    FARM_ACCOUNT,
    NOW,
    Network,
    a_session,
    an_entity,
)
from tests.gateway.standin import Says, problem

SIGN_UP = {
    "userEmail": "ann@farm.example", "password": "Secret-123", "firstName": "Ann", "userPhone": "01", "entityName":
    "Green Farm", "entityPhone": "02", "incType": "sole", "offers": ["Vegetables"], "wants": [], "declaredTurnover": 5,
    "receiveDailyMatchNotificationEmail": False,
}  # fmt: skip


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
        "agent": answered.request.headers["User-Agent"],
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
