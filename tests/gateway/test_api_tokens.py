"""Personal API tokens at the gateway: bearers for the API alone, each route needs a scope, none is believed unasked."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.gateway import openapi
from services.gateway.scopes import (
    ACCEPT,
    ADMIN,
    AUDIT,
    CATALOGUE,
    DIRECTORY,
    INITIATE,
    LEDGER,
    LOGIN,
    MEMBERS,
    READ,
    SCOPES,
    needed,
)
from tests.gateway.network import (
    ANN,
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    LATER,
    NOW,
    USER,
    Network,
    a_completed_transfer,
    a_session,
    a_transfer,
    an_admin_session,
    an_entity,
)
from tests.gateway.scenes import log_in, send
from tests.gateway.standin import Asked, problem

TOKEN = "mccs_" + "a" * 49
MADE = {
    "token_id": "t-1", "user_id": ANN, "name": "Books", "scopes": ["read"], "created_at": NOW, "expires_at": NOW,
    "last_used_at": None,
}  # fmt: skip


@pytest.fixture
def bearer() -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKEN}"}


def may(network: Network, *scopes: str, **session: Any) -> None:
    """TOKEN is Ann's, with these scopes."""
    found = a_session("token-1") | session | {"scopes": list(scopes), "token_id": "1", "token_name": "Books"}

    def answer(asked: Asked) -> Any:
        return found if asked.body == {"token": TOKEN} else problem(404, "api_token.unknown")

    network.directory.on("POST", "/api-token-sessions", answer)


def calls(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Method, path, scope of every REST route."""
    for rule, method, _, _ in openapi.operations_of(app):
        path = rule.rule
        path = re.sub(r"<any\(([a-z]+)[^>]*>", r"\1", path)
        for name in rule.arguments:
            path = path.replace(f"<{name}>", FARM)
        yield method, path, needed(app.view_functions[rule.endpoint], method)


def test_every_route_has_a_scope_and_writes_of_members_say_theirs(app: Flask) -> None:
    found = {(method, path): scope for method, path, scope in calls(app)}
    assert set(found.values()) <= {*SCOPES, LOGIN}
    assert found["post", "/api/v1/transfers"] == INITIATE
    assert found["patch", f"/api/v1/transfers/{FARM}"] == ACCEPT
    assert found["patch", "/api/v1/user"] == found["patch", f"/api/v1/user/entities/{FARM}"] == DIRECTORY
    assert found["patch", f"/api/v1/admin/entities/{FARM}"] == MEMBERS
    assert found["post", "/api/v1/admin/tags"] == CATALOGUE
    assert found["post", "/api/v1/admin/transfers"] == LEDGER
    assert found["post", "/api/v1/audit/head"] == AUDIT
    assert found["get", "/api/v1/transfers"] == READ
    writes = {path: scope for (method, path), scope in found.items() if method != "get"}
    assert {scope for path, scope in writes.items() if "/staff" in path or "/acting" in path} == {LOGIN}
    for word in ("password", "token", "session", "email", "login", "logout", "signup"):
        reached = {path for (_, path), scope in found.items() if word in path and scope != LOGIN}
        reached -= {"/api/v1/send-email"}  # to another business, not about one's own address
        assert not reached, "within reach of a token"


@pytest.mark.parametrize(
    ("kind", "held"),
    [("member", held) for held in (READ, DIRECTORY, INITIATE, ACCEPT, "nothing")]
    + [("admin", held) for held in SCOPES],
)
def test_a_token_does_what_its_scope_says_and_nothing_else(
    app: Flask, client: FlaskClient, network: Network, bearer: dict[str, str], kind: str, held: str
) -> None:
    may(network, held, **({} if kind == "member" else an_admin_session("token-1")))
    for method, path, scope in calls(app):
        answered = client.open(path, method=method.upper(), headers=bearer, json={} if method != "get" else None)
        code = answered.get_json()["errors"][0]["code"] if answered.status_code >= 400 else ""
        if scope == held or (held == ADMIN and scope.startswith("admin:")):
            assert code != "auth.scope_missing", (method, path)
        else:
            assert (answered.status_code, code) == (403, "auth.scope_missing"), (method, path)
            assert answered.get_json()["errors"][0]["scope"] == scope


def test_a_token_acts_for_its_user(client: FlaskClient, network: Network, bearer: dict[str, str]) -> None:
    may(network, READ, DIRECTORY)
    network.directory.on("GET", f"/users/{ANN}", USER)
    assert client.get("/api/v1/user", headers=bearer).get_json()["data"]["email"] == USER["email"]
    asked = network.directory.last("GET", f"/users/{ANN}")
    assert (asked.caller.subject, asked.caller.roles, asked.caller.session) == (ANN, {"member"}, "token-1")
    network.directory.on("PATCH", f"/entities/{FARM}", an_entity(city="York"))
    assert client.patch(f"/api/v1/user/entities/{FARM}", json={"city": "York"}, headers=bearer).status_code == 200
    assert network.directory.count("POST", "/api-token-sessions") == 2, "asked at each request"


def test_a_token_that_is_revoked_in_between_is_refused(
    client: FlaskClient, network: Network, bearer: dict[str, str]
) -> None:
    may(network, READ)
    network.directory.on("GET", f"/users/{ANN}", USER)
    assert client.get("/api/v1/user", headers=bearer).status_code == 200
    network.directory.on("POST", "/api-token-sessions", problem(404, "api_token.unknown", "This token is not valid."))
    for path in ("/api/v1/user", "/api/v1/entities/" + FARM):
        refused = client.get(path, headers=bearer)
        assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (401, "auth.invalid")


def test_a_token_without_the_second_factor_its_user_must_have_says_what_to_do(
    client: FlaskClient, network: Network, bearer: dict[str, str]
) -> None:
    said = problem(403, "api_token.two_factor_needed", "Log in, make a new token.")
    network.directory.on("POST", "/api-token-sessions", said)
    for path in ("/api/v1/user", f"/api/v1/entities/{FARM}"):
        refused = client.get(path, headers=bearer)
        (error,) = refused.get_json()["errors"]
        assert (refused.status_code, error["code"]) == (403, "auth.two_factor_needed")
        assert "make a new token" in str(error)


def test_no_token_is_believed_while_the_directory_is_down(
    client: FlaskClient, network: Network, bearer: dict[str, str]
) -> None:
    network.directory.on("POST", "/api-token-sessions", problem(503, "directory.unavailable"))
    assert client.get(f"/api/v1/balance?querying_entity_id={FARM}", headers=bearer).status_code == 503


def test_pages_take_no_token(client: FlaskClient, network: Network, bearer: dict[str, str]) -> None:
    may(network, *SCOPES)
    assert client.get("/dashboard", headers=bearer).status_code == 302
    client.set_cookie("mccsToken", TOKEN)
    assert client.get("/dashboard").status_code == 302
    assert network.directory.count("POST", "/api-token-sessions") == 0


def test_a_token_can_not_be_renewed_into_a_session(
    client: FlaskClient, network: Network, bearer: dict[str, str]
) -> None:
    may(network, *SCOPES)
    assert client.post("/api/v1/token/renew", headers=bearer).status_code == 403


def test_making_listing_and_revoking_by_the_api(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    path = f"/users/{ANN}/api-tokens"
    network.directory.on("POST", path, MADE | {"token": TOKEN})
    network.directory.on("GET", path, {"api_tokens": [MADE]})
    network.directory.on("DELETE", f"{path}/t-1", {})
    answered = client.post("/api/v1/user/api-tokens", json={"name": "Books", "scopes": ["read"]}, headers=ann)
    assert answered.get_json()["data"]["token"] == TOKEN
    assert network.directory.last("POST", path).body == {"name": "Books", "scopes": ["read"], "days": 90}
    (listed,) = client.get("/api/v1/user/api-tokens", headers=ann).get_json()["data"]
    assert (listed["id"], "token" in listed) == ("t-1", False)
    assert client.delete("/api/v1/user/api-tokens/t-1", headers=ann).status_code == 200
    for wrong in ({"scopes": ["read"]}, {"name": "n", "scopes": []}, {"name": "n", "scopes": ["all"]},
                  {"name": "n", "scopes": ["read"], "days": 400}):  # fmt: skip
        assert client.post("/api/v1/user/api-tokens", json=wrong, headers=ann).status_code == 400


def test_the_page_shows_a_new_token_once(client: FlaskClient, network: Network) -> None:
    log_in(client, "member")
    path = f"/users/{ANN}/api-tokens"
    network.directory.on("GET", path, {"api_tokens": [MADE]})
    network.directory.on("POST", path, MADE | {"token": TOKEN})
    values = {"name": "Books", "scopes": ["read", "transfer:accept"], "days": "30", "key": "k"}
    shown = send(client, "/api-tokens", values)
    assert TOKEN in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert network.directory.last("POST", path).body == {
        "name": "Books", "scopes": ["read", "transfer:accept"], "days": 30,
    }  # fmt: skip
    assert TOKEN not in client.get("/api-tokens").text
    network.directory.on("POST", path, MADE | {"token": None})
    assert "made when you sent the form before" in send(client, "/api-tokens", values).text
    wrong = send(client, "/api-tokens", {"name": "Books", "scopes": [], "days": "30"})
    assert (wrong.status_code, 'value="Books"' in wrong.text) == (422, True)
    network.directory.on("DELETE", f"{path}/t-1", {})
    assert send(client, "/api-tokens/t-1/revoke", {}, "/api-tokens").status_code == 302
    assert network.directory.count("DELETE", f"{path}/t-1") == 1


# --- limits of a day ----------------------------------------------------------------------------------------------

PAYMENTS = "/api-tokens/1/payments"
PAY = {"transfer": "out", "initiator": FARM_ACCOUNT, "receiver": BAKERY_ACCOUNT, "amount": 25}


def limited(network: Network) -> None:
    """TOKEN may pay 100.00 in a day; the directory counts."""
    may(network, INITIATE, ACCEPT, day_limit=10_000)
    network.directory.on("POST", PAYMENTS, {"left": 7_500, "resets_at": LATER})
    network.directory.on("PUT", PAYMENTS, {})
    network.ledger.on("POST", "/transfers", a_transfer())
    network.ledger.on("GET", "/transfers/transfer-1", a_transfer())


def counted(network: Network) -> list[Any]:
    """What was counted and what was given back, in order."""
    asked = [each for each in network.directory.asked if each.path == PAYMENTS]
    assert all(each.caller.roles == {"service"} for each in asked)
    return [(each.method, each.body.get("amount", each.body.get("kept"))) for each in asked]


def test_a_payment_counts_before_the_ledger_is_asked(
    client: FlaskClient, network: Network, bearer: dict[str, str]
) -> None:
    limited(network)
    keyed = bearer | {"Idempotency-Key": "order-17"}
    assert client.post("/api/v1/transfers", json=PAY, headers=keyed).status_code == 200
    assert counted(network) == [("POST", 2_500)]
    assert network.directory.last("POST", PAYMENTS).body["key"] == "order-17"
    asks = PAY | {"transfer": "in"}
    assert client.post("/api/v1/transfers", json=asks, headers=bearer).status_code == 200
    assert counted(network) == [("POST", 2_500)], "to ask for a payment moves nothing out"


def test_beyond_the_limit_the_ledger_is_not_asked(
    client: FlaskClient, network: Network, bearer: dict[str, str]
) -> None:
    limited(network)
    refusal = problem(422, "token.day_limit", "Too much for today.", left=1_000, resets_at=LATER)
    network.directory.on("POST", PAYMENTS, refusal)
    refused = client.post("/api/v1/transfers", json=PAY, headers=bearer)
    (error,) = refused.get_json()["errors"]
    assert (refused.status_code, error["code"]) == (422, "token.day_limit")
    assert (error["left"], error["resetsAt"]) == (10, LATER)
    assert network.ledger.count("POST", "/transfers") == 0


@pytest.mark.parametrize(
    ("status", "code", "back"),
    [
        (422, "transfer.limit_exceeded", [("PUT", 0)]),
        (404, "account.unknown", [("PUT", 0)]),
        (503, "ledger.busy", []),
        (409, "idempotency.key_reused", []),
    ],
)
def test_what_the_ledger_refuses_is_given_back(
    client: FlaskClient, network: Network, bearer: dict[str, str], status: int, code: str, back: list[Any]
) -> None:
    limited(network)
    network.ledger.on("POST", "/transfers", problem(status, code))
    assert client.post("/api/v1/transfers", json=PAY, headers=bearer).status_code == status
    assert counted(network) == [("POST", 2_500), *back], "what may have happened stays counted"


def test_an_acceptance_counts_when_it_pays(client: FlaskClient, network: Network, bearer: dict[str, str]) -> None:
    limited(network)
    network.ledger.on("POST", "/transfers/transfer-1/accept", a_completed_transfer())
    accept = {"action": "accept"}
    assert client.patch("/api/v1/transfers/transfer-1", json=accept, headers=bearer).status_code == 200
    assert counted(network) == [("POST", 2_500)]
    received = a_transfer(payer=BAKERY_ACCOUNT, payee=FARM_ACCOUNT)
    network.ledger.on("GET", "/transfers/transfer-1", received)
    assert client.patch("/api/v1/transfers/transfer-1", json=accept, headers=bearer).status_code == 200
    assert counted(network) == [("POST", 2_500)], "what comes in is no matter"


def test_a_batch_counts_what_was_done_of_it(client: FlaskClient, network: Network, bearer: dict[str, str]) -> None:
    limited(network)
    refused = {"ok": False, "type": "transfer.limit_exceeded", "detail": "Too much."}
    network.ledger.on("POST", "/batches", {"results": [{"ok": True, "document": a_transfer()}, refused]})
    body = {"atomic": False, "commands": [{"initiate": PAY}, {"initiate": PAY | {"amount": 10}}]}
    answered = client.post("/api/v1/transfers/batch", json=body, headers=bearer | {"Idempotency-Key": "k"})
    assert answered.status_code == 200, answered.text
    assert counted(network) == [("POST", 3_500), ("PUT", 2_500)]


def test_a_token_without_a_limit_asks_nothing_more(
    client: FlaskClient, network: Network, bearer: dict[str, str]
) -> None:
    limited(network)
    may(network, INITIATE)
    assert client.post("/api/v1/transfers", json=PAY, headers=bearer).status_code == 200
    assert counted(network) == []


def test_the_page_takes_and_shows_a_limit(client: FlaskClient, network: Network) -> None:
    log_in(client, "member")
    path = f"/users/{ANN}/api-tokens"
    network.directory.on("GET", path, {"api_tokens": [MADE | {"day_limit": 12_050, "last_used_at": NOW}]})
    network.directory.on("POST", path, MADE | {"token": TOKEN, "day_limit": 12_050})
    assert "It pays at most 120.50" in client.get("/api-tokens").text.replace("&nbsp;", " ").replace("\xa0", " ")
    values = {"name": "n", "scopes": ["transfer:initiate"], "days": "30", "day_limit": "120.50"}
    assert send(client, "/api-tokens", values).status_code == 200
    assert network.directory.last("POST", path).body["day_limit"] == 12_050
    wrong = send(client, "/api-tokens", values | {"scopes": ["read"]})
    assert (wrong.status_code, "This token may not pay" in wrong.text) == (422, True)


def test_administrators_choose_areas(client: FlaskClient, network: Network) -> None:
    log_in(client, "admin")
    path = "/users/admin-root/api-tokens"
    network.directory.on("GET", path, {"api_tokens": []})
    network.directory.on("POST", path, MADE | {"token": TOKEN, "scopes": ["admin:mail"]})
    assert "day_limit" not in client.get("/api-tokens").text
    assert send(client, "/api-tokens", {"name": "n", "scopes": ["admin:mail"], "days": "30"}).status_code == 200
    assert network.directory.last("POST", path).body["scopes"] == ["admin:mail"]
