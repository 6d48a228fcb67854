"""Service accounts at the gateway: managed by administrators, and what their tokens may do: nothing of a person's."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.gateway.scopes import ADMIN, CATALOGUE, LOGIN, READ, STAFF_SCOPES
from services.gateway.telling import actor_words, subject_words
from tests.gateway.network import FARM, NOW, Network, an_admin_session
from tests.gateway.scenes import log_in, send
from tests.gateway.scenes_tokens import a_service_account, a_service_token, furnish_service_accounts
from tests.gateway.standin import Asked, problem
from tests.gateway.test_api_tokens import TOKEN, calls

ACCOUNTS = "/service-accounts"
ONE = f"{ACCOUNTS}/sa-1"
REST = "/api/v1/admin/service-accounts"


@pytest.fixture
def bearer() -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKEN}"}


def may(network: Network, *scopes: str) -> None:
    """TOKEN is of the service account sa-1, with these scopes."""
    found = an_admin_session("token-1") | {
        "user_id": "sa-1", "email": "", "first_name": "", "last_name": "Export", "scopes": list(scopes),
        "token_id": "t-1", "token_name": "one", "service_account": True, "expires_at": None, "position": 0,
    }  # fmt: skip

    def answer(asked: Asked) -> Any:
        return found if asked.body == {"token": TOKEN} else problem(404, "api_token.unknown")

    network.directory.on("POST", "/api-token-sessions", answer)


def code_of(answered: Any) -> tuple[int, str]:
    return answered.status_code, answered.get_json()["errors"][0]["code"] if answered.status_code >= 400 else ""


def test_making_changing_and_ending_one(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    network.directory.on("GET", ACCOUNTS, {"service_accounts": [a_service_account()]})
    for method, path in (("POST", ACCOUNTS), ("GET", ONE), ("PATCH", ONE)):
        network.directory.on(method, path, a_service_account())
    network.directory.on("DELETE", ONE, {})
    (listed,) = client.get(REST, headers=admin).get_json()["data"]
    assert (listed["id"], listed["madeByName"], listed["lastUsedAt"]) == ("sa-1", "Ada Admin", NOW)
    assert listed["tokens"][1]["expiresAt"] is None
    assert "token" not in listed["tokens"][0]
    new = {"name": "Export", "purpose": "Each night.", "scopes": ["read"]}
    made = client.post(REST, json=new, headers=admin | {"Idempotency-Key": "k"})
    assert made.get_json()["data"]["id"] == "sa-1"
    sent = network.directory.last("POST", ACCOUNTS)
    assert (sent.body, sent.headers["Idempotency-Key"]) == (new, "k")
    assert client.patch(f"{REST}/sa-1", json={"disabled": True}, headers=admin).status_code == 200
    assert network.directory.last("PATCH", ONE).body == {"disabled": True}
    stale = admin | {"If-Match": '"other"'}
    assert code_of(client.delete(f"{REST}/sa-1", headers=stale)) == (412, "precondition.failed")
    assert client.delete(f"{REST}/sa-1", headers=admin).status_code == 200


def test_tokens_of_one(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    made = a_service_token() | {"token": TOKEN}
    network.directory.on("POST", f"{ONE}/tokens", made)
    network.directory.on("DELETE", f"{ONE}/tokens/t-1", {})
    answered = client.post(f"{REST}/sa-1/tokens", json={"name": "server"}, headers=admin)
    assert answered.get_json()["data"]["token"] == TOKEN
    assert network.directory.last("POST", f"{ONE}/tokens").body == {"name": "server", "days": None}
    assert client.post(f"{REST}/sa-1/tokens", json={"name": "n", "days": 30}, headers=admin).status_code == 200
    assert client.delete(f"{REST}/sa-1/tokens/t-1", headers=admin).status_code == 200
    network.directory.on("POST", f"{ONE}/tokens", problem(409, "service_account.disabled"))
    refused = client.post(f"{REST}/sa-1/tokens", json={"name": "n"}, headers=admin)
    assert code_of(refused) == (409, "service_account.disabled")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "n", "scopes": ["read"]}, {"name": "n", "purpose": "p", "scopes": []},
        {"name": "n", "purpose": "p", "scopes": ["transfer:initiate"]}, {"name": "n", "purpose": "p"},
        {"name": "x" * 101, "purpose": "p", "scopes": ["read"]},
    ],
)  # fmt: skip
def test_what_one_can_not_be(client: FlaskClient, admin: dict[str, str], wrong: dict[str, Any]) -> None:
    assert code_of(client.post(REST, json=wrong, headers=admin)) == (400, "request.invalid")


def test_a_program_calls_as_the_account(client: FlaskClient, network: Network, bearer: dict[str, str]) -> None:
    may(network, CATALOGUE)
    network.directory.on("POST", "/catalogue/tags", {"term_id": "t1", "name": "bread", "label": "bread"})
    client.post("/api/v1/admin/tags", json={"name": "bread"}, headers=bearer)
    asked = network.directory.last("POST", "/catalogue/tags")
    assert (asked.caller.actor, asked.caller.session) == ("admin:sa-1", "token-1")
    assert (asked.caller.entities, asked.caller.accounts) == (frozenset(), frozenset())


@pytest.mark.parametrize("held", STAFF_SCOPES)
def test_it_does_what_its_scopes_say_and_nothing_of_a_persons(
    app: Flask, client: FlaskClient, network: Network, bearer: dict[str, str], held: str
) -> None:
    may(network, held)
    for method, path, scope in calls(app):
        answered = client.open(path, method=method.upper(), headers=bearer, json={} if method != "get" else None)
        status, code = code_of(answered) if answered.mimetype == "application/json" else (answered.status_code, "")
        if scope == LOGIN:
            assert (status, code) == (403, "auth.person_needed"), (method, path)
        elif scope == held or (held == ADMIN and scope.startswith("admin:")):
            assert code not in ("auth.scope_missing", "auth.forbidden"), (method, path)
        else:
            assert (status, code) in {(403, "auth.scope_missing"), (403, "auth.person_needed")}, (method, path)


@pytest.mark.parametrize(
    "path",
    ["/user", "/user/entities", f"/user/entities/{FARM}", "/favorites", "/notices", "/sessions", "/two-factor",
     "/user/api-tokens", "/user/personal-data", "/transfers", "/user/activity"],
)  # fmt: skip
def test_what_is_somebodys_own_has_nobody_here(
    client: FlaskClient, network: Network, bearer: dict[str, str], path: str
) -> None:
    may(network, *STAFF_SCOPES)
    refused = client.get(f"/api/v1{path}", headers=bearer)
    assert code_of(refused) == (403, "auth.person_needed")
    assert "log in by POST /api/v1/login" in refused.text


def test_who_lacks_a_scope_learns_where_it_is_given(
    client: FlaskClient, network: Network, bearer: dict[str, str]
) -> None:
    may(network, READ)
    refused = client.post("/api/v1/admin/tags", json={"name": "bread"}, headers=bearer)
    assert code_of(refused) == (403, "auth.scope_missing")
    assert "PATCH /api/v1/admin/service-accounts/sa-1" in refused.text


def test_what_needs_a_password_again_says_that_a_person_must(
    client: FlaskClient, network: Network, bearer: dict[str, str]
) -> None:
    may(network, "admin:members")
    network.directory.on("PATCH", "/users/user-ann", problem(403, "auth.person_needed", "This is for a person."))
    refused = client.patch("/api/v1/admin/users/user-ann", json={"email": "b@dev.null"}, headers=bearer)
    assert code_of(refused) == (403, "auth.person_needed")


def test_a_disabled_account_is_refused_at_the_next_call(
    client: FlaskClient, network: Network, bearer: dict[str, str]
) -> None:
    may(network, READ)
    network.directory.on("GET", "/staff", {"users": []})
    assert client.get("/api/v1/admin/staff", headers=bearer).status_code == 200
    network.directory.on("POST", "/api-token-sessions", problem(404, "api_token.unknown", "Its account was disabled."))
    assert code_of(client.get("/api/v1/admin/staff", headers=bearer)) == (401, "auth.invalid")


def test_calls_count_for_the_account(client: FlaskClient, network: Network, bearer: dict[str, str]) -> None:
    may(network, READ)
    network.directory.on("GET", "/staff", {"users": []})
    told = client.get("/api/v1/admin/staff", headers=bearer).headers["RateLimit"]
    assert '"account"' in told
    assert '"token"' in told


# --- pages --------------------------------------------------------------------------------------------------------

PAGE = "/admin/service-accounts"


@pytest.fixture
def pages(client: FlaskClient, network: Network) -> FlaskClient:
    """An administrator's browser."""
    log_in(client, "admin")
    furnish_service_accounts(network)
    return client


def test_the_page_makes_one_and_leads_to_its_tokens(pages: FlaskClient, network: Network) -> None:
    network.directory.on("POST", ACCOUNTS, a_service_account())
    values = {"name": " Export ", "purpose": "Each night.", "scopes": ["read", "admin:mail"], "key": "k"}
    made = send(pages, PAGE, values)
    assert (made.status_code, made.location) == (302, f"{PAGE}/sa-1")
    assert network.directory.last("POST", ACCOUNTS).body == {
        "name": "Export", "purpose": "Each night.", "scopes": ["read", "admin:mail"],
    }  # fmt: skip
    wrong = send(pages, PAGE, values | {"scopes": []})
    assert (wrong.status_code, "Choose at least one" in wrong.text) == (422, True)
    aimless = send(pages, PAGE, values | {"purpose": " "})
    assert (aimless.status_code, "Please answer: What is it for?</" in aimless.text) == (422, True)
    network.directory.on("POST", ACCOUNTS, problem(409, "service_account.name_taken", "There is one of this name."))
    taken = send(pages, PAGE, values)
    assert (taken.status_code, "There is one of this name." in taken.text) == (409, True)


def test_the_page_of_one_shows_and_changes_it(pages: FlaskClient, network: Network) -> None:
    shown = pages.get(f"{PAGE}/sa-1").text
    for told in ("Ada Admin", "without end", "never used", "Read what administrators can read", "actor=admin:sa-1"):
        assert told in shown, told
    assert "somebody who has left" in pages.get(f"{PAGE}/sa-2").text
    network.directory.on("PATCH", ONE, a_service_account())
    values = {"name": "Export", "purpose": "Hourly.", "scopes": ["read"], "key": "k"}
    assert send(pages, f"{PAGE}/sa-1", values, f"{PAGE}/sa-1").status_code == 302
    assert network.directory.last("PATCH", ONE).body == {"name": "Export", "purpose": "Hourly.", "scopes": ["read"]}


def test_the_page_shows_a_new_token_once(pages: FlaskClient, network: Network) -> None:
    network.directory.on("POST", f"{ONE}/tokens", a_service_token(expires_at=None) | {"token": TOKEN})
    values, page = {"token_name": "server", "days": "", "key": "k"}, f"{PAGE}/sa-1"
    shown = send(pages, f"{page}/tokens", values, page)
    assert TOKEN in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert network.directory.last("POST", f"{ONE}/tokens").body == {"name": "server", "days": None}
    assert TOKEN not in pages.get(page).text
    network.directory.on("POST", f"{ONE}/tokens", a_service_token() | {"token": None})
    assert "made when you sent the form before" in send(pages, f"{page}/tokens", values | {"days": "30"}, page).text
    assert network.directory.last("POST", f"{ONE}/tokens").body["days"] == 30
    assert send(pages, f"{page}/tokens", values | {"token_name": " "}, page).status_code == 422


@pytest.mark.parametrize(
    ("action", "method", "body", "back"),
    [
        ("disable", "PATCH", {"disabled": True}, f"{PAGE}/sa-1"),
        ("enable", "PATCH", {"disabled": False}, f"{PAGE}/sa-1"),
        ("delete", "DELETE", None, PAGE),
    ],
)
def test_the_page_stops_and_deletes_one(
    pages: FlaskClient, network: Network, action: str, method: str, body: dict[str, Any] | None, back: str
) -> None:
    network.directory.on(method, ONE, a_service_account())
    answered = send(pages, f"{PAGE}/sa-1/{action}", {}, f"{PAGE}/sa-1")
    assert (answered.status_code, answered.location) == (302, back)
    assert network.directory.last(method, ONE).body == body


def test_the_page_revokes_a_token(pages: FlaskClient, network: Network) -> None:
    network.directory.on("DELETE", f"{ONE}/tokens/t-1", {})
    assert send(pages, f"{PAGE}/sa-1/tokens/t-1/revoke", {}, f"{PAGE}/sa-1").status_code == 302
    assert network.directory.count("DELETE", f"{ONE}/tokens/t-1") == 1


def test_the_log_says_which_program_it_was(app: Flask) -> None:
    names = {"service-account/sa-1": {"name": "Export"}, "user/admin-root": {"name": "Ada", "email": "a@b.example"}}
    with app.test_request_context():
        assert actor_words("admin:sa-1", names) == "Export (service account)"
        assert actor_words("admin:admin-root", names) == "Ada (administrator)"
        assert actor_words("admin:sa-gone", {}) == "sa-gone (service account)"
        assert subject_words("service-account/sa-1", names) == "Export"
