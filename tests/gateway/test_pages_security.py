"""One's own login on pages and in the API: devices, the second step, sessions, second factor."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.gateway.session import sessions_of
from tests.gateway.network import ANN, Network, a_session
from tests.gateway.scenes import a_newcomer_session, a_user, furnish, hidden, log_in, send, session_of, token_for
from tests.gateway.standin import problem

ME = f"/users/{ANN}"
TICKET = problem(401, "login.code_needed", "Enter the code.", ticket="ticket-1")
CODES = [f"0000-0000-0000-000{number}" for number in range(10)]


@pytest.fixture
def member(client: FlaskClient, network: Network) -> FlaskClient:
    furnish(network)
    log_in(client, "member")
    return client


def enter(client: FlaskClient, path: str = "/login", **fields: str):
    return send(client, path, {"email": "ann@farm.example", "password": "Secret-123"} | fields)


# --- devices -----------------------------------------------------------------------------------------------------


def test_a_browser_that_logged_in_is_known_again(client: FlaskClient, network: Network) -> None:
    client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 Firefox/128.0"
    answer = enter(client)
    (cookie,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("mccsDevice=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    first = network.directory.last("POST", "/sessions").body
    assert first["agent"] == "Mozilla/5.0 Firefox/128.0"
    assert first["device"] not in cookie.partition(".")[2], "the cookie is signed"

    client.delete_cookie("mccsToken")
    enter(client)
    assert network.directory.last("POST", "/sessions").body["device"] == first["device"]


def test_a_failed_login_makes_no_browser_known_and_a_forged_cookie_is_nobodys(
    client: FlaskClient, network: Network
) -> None:
    answer = enter(client, password="wrong-horse-1")
    assert "mccsDevice" not in str(answer.headers.getlist("Set-Cookie"))
    client.set_cookie("mccsDevice", '"stolen-device".AAAAAAAAAAAAAAAAAAAAAAAAAAA')
    enter(client, password="wrong-horse-1")
    assert network.directory.last("POST", "/sessions").body["device"] != "stolen-device"


def test_programs_have_no_device(client: FlaskClient, network: Network, ann: dict[str, str]) -> None:
    assert "device" not in network.directory.last("POST", "/sessions").body


# --- the second step ---------------------------------------------------------------------------------------------


def test_a_login_with_a_second_factor_takes_two_steps(client: FlaskClient, network: Network) -> None:
    furnish(network)
    network.directory.on("POST", "/sessions", TICKET)
    first = enter(client, next="/pending")
    assert (first.status_code, first.location) == (302, "/login/code")
    assert "mccsToken" not in str(first.headers.getlist("Set-Cookie"))
    assert client.get("/dashboard").location.startswith("/login"), "half a login opens nothing"

    network.directory.on("POST", "/sessions/codes", problem(401, "login.code_failed"))
    wrong = send(client, "/login/code", {"code": "000000"})
    assert wrong.status_code == 401
    assert "does not fit" in wrong.text

    network.directory.on("POST", "/sessions/codes", a_session())
    done = send(client, "/login/code", {"code": "123456"})
    assert (done.status_code, done.location) == (302, "/pending")
    sent = network.directory.last("POST", "/sessions/codes").body
    assert (sent["ticket"], sent["code"], bool(sent["device"])) == ("ticket-1", "123456", True)
    assert client.get("/dashboard").status_code == 200
    assert client.get("/login/code").location == "/login", "the ticket is gone from the page cookie"


def test_without_the_first_step_there_is_no_second(client: FlaskClient, network: Network) -> None:
    assert client.get("/login/code").location == "/login"


def test_programs_take_two_steps_too(client: FlaskClient, network: Network) -> None:
    network.directory.on("POST", "/sessions", TICKET)
    first = client.post("/api/v1/login", json={"email": "a@b.example", "password": "Secret-123"})
    (error,) = first.get_json()["errors"]
    assert (first.status_code, error["code"], error["ticket"]) == (401, "login.code_needed", "ticket-1")
    network.directory.on("POST", "/sessions/codes", a_session())
    done = client.post("/api/v1/login/code", json={"ticket": error["ticket"], "code": "123456"})
    token = done.get_json()["data"]["token"]
    assert client.get("/api/v1/two-factor", headers={"Authorization": f"Bearer {token}"}).status_code == 404


# --- the page ----------------------------------------------------------------------------------------------------


def test_the_page_lists_sessions_and_ends_them(member: FlaskClient, network: Network) -> None:
    page = member.get("/security").text
    assert "Firefox on Windows" in page
    assert page.count('name="handle"') == 1, "this session has no button"
    network.directory.on("DELETE", f"{ME}/sessions/{'2' * 64}", {})
    assert send(member, "/security/sessions/end", {"handle": "2" * 64}, page="/security").status_code == 302
    network.directory.on("DELETE", f"{ME}/sessions", {"ended": 3})
    send(member, "/security/sessions/end-others", {}, page="/security")
    assert "3 other sessions have ended." in member.get("/security").text


def test_a_handle_is_no_path(member: FlaskClient, network: Network) -> None:
    before = len(network.directory.asked)
    send(member, "/security/sessions/end", {"handle": "../../users"}, page="/security")
    assert not [asked for asked in network.directory.asked[before:] if asked.method == "DELETE"]


def test_a_new_password_wants_the_current_one(member: FlaskClient, network: Network) -> None:
    typed = {"current": "Secret-123", "new": "another-horse-2", "again": "another-horse-2"}
    network.directory.on("POST", f"{ME}/password", problem(403, "auth.wrong", errors={"current": ["No."]}))
    wrong = send(member, "/security/password", typed, page="/security")
    assert wrong.status_code == 403
    assert 'id="current-error"' in wrong.text
    weak = problem(400, "request.invalid", errors={"new": ["This password is too easy to guess. Add a word."]})
    network.directory.on("POST", f"{ME}/password", weak)
    refused = send(member, "/security/password", typed, page="/security")
    assert "too easy to guess. Add a word." in refused.text
    for secret in typed.values():
        assert secret not in wrong.text + refused.text
    network.directory.on("POST", f"{ME}/password", {})
    assert send(member, "/security/password", typed, page="/security").location == "/security"
    assert network.directory.last("POST", f"{ME}/password").body == {"current": "Secret-123", "new": "another-horse-2"}
    differing = send(member, "/security/password", typed | {"again": "x"}, page="/security")
    assert differing.status_code == 422


def test_the_length_of_a_password_is_counted_in_characters(member: FlaskClient, network: Network) -> None:
    network.directory.on("POST", f"{ME}/password", {})
    for password, status in (("ä" * 98 + "1!", 302), ("ä" * 5 + "1!", 422), ("a\u0308" * 5 + "1!", 422)):
        typed = {"current": "Secret-123", "new": password, "again": password}
        assert send(member, "/security/password", typed, page="/security").status_code == status


def test_a_second_factor_is_set_up_in_the_page_alone(member: FlaskClient, network: Network) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    network.directory.on("POST", f"{ME}/two-factor", {"secret": secret})
    setup = send(member, "/security/two-factor", {})
    assert "<svg" in setup.text
    assert "JBSW Y3DP" in setup.text
    assert f"secret={secret}" in setup.text
    assert "Mutual%20credit%20%28localhost%29:ann%40farm.example" in setup.text
    path = f"{ME}/two-factor/confirmation"
    network.directory.on("POST", path, problem(403, "auth.wrong", errors={"code": ["No."]}))
    form = {"secret": secret, "code": "000000", "csrf_token": hidden(setup.text, "csrf_token")}
    wrong = member.post("/security/two-factor/confirm", data=form)
    assert wrong.status_code == 403
    assert "<svg" in wrong.text, "the square code is still there"
    network.directory.on("POST", path, {"recovery_codes": CODES})
    done = member.post("/security/two-factor/confirm", data=form | {"code": "123456"})
    assert re.findall(r"<code>([^<]*)</code>", done.text) == CODES
    assert done.headers["Cache-Control"] == "no-store"
    forged = member.post("/security/two-factor/confirm", data=form | {"secret": "<script>"})
    assert forged.location == "/security/two-factor"


def test_what_is_sensitive_is_asked_about_first(member: FlaskClient, network: Network) -> None:
    needed = problem(403, "auth.step_up_needed")
    for path, method, page in (
        ("/security/two-factor", "POST", "/security/two-factor"),
        ("/security/two-factor/off", "DELETE", "/security"),
    ):
        network.directory.on(method, f"{ME}/two-factor", needed)
        answer = send(member, path, {}, page=page)
        assert answer.status_code == 403
        assert "Is it still you?" in answer.text


def test_an_administrator_removes_somebodys_second_factor_with_a_reason(client: FlaskClient, network: Network) -> None:
    furnish(network)
    log_in(client, "admin")
    path = "/admin/users/user-bob/two-factor-reset"
    bob = a_user("user-bob", "Bob", "Baker") | {"two_factor": True}
    network.directory.on("GET", "/users/user-bob", bob)
    assert path in client.get("/admin/users/user-bob").text
    assert send(client, path, {"reason": ""}).status_code == 422
    network.directory.on("POST", "/users/user-bob/two-factor/reset", {})
    assert send(client, path, {"reason": "lost, seen in person"}).status_code == 302
    asked = network.directory.last("POST", "/users/user-bob/two-factor/reset")
    assert asked.body == {"reason": "lost, seen in person"}


# --- required, and none yet --------------------------------------------------------------------------------------


def test_who_must_set_up_a_second_factor_can_do_nothing_else(client: FlaskClient, network: Network) -> None:
    furnish(network)
    log_in(client, "newcomer")
    for path in ("/admin", "/admin/businesses", "/security", "/transfers/transfer-1"):
        assert client.get(path).location == "/security/two-factor"
    client.get("/businesses")
    assert network.directory.last("GET", "/search").caller.roles == frozenset({"public"})
    assert client.get("/security/two-factor").status_code == 200
    assert client.get("/verify").status_code == 200
    assert send(client, "/logout", {}, page="/verify").status_code == 302


def test_in_the_api_too_even_while_the_directory_is_down(app: Flask, client: FlaskClient, network: Network) -> None:
    furnish(network)
    bearer = {"Authorization": f"Bearer {token_for(sessions_of(app), a_newcomer_session())}"}
    refused = client.get("/api/v1/admin/entities", headers=bearer)
    assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (403, "auth.two_factor_needed")
    assert client.delete("/api/v1/sessions", headers=bearer).status_code == 403
    assert client.get("/api/v1/two-factor", headers=bearer).status_code == 200

    login = client.post("/api/v1/token/renew", headers=bearer).get_json()["data"]["token"]
    network.directory.on("GET", "/sessions/session-newcomer", problem(503, "directory.unavailable"))
    asked = network.directory.count("GET", "/entities")
    believed = client.get("/api/v1/admin/entities", headers={"Authorization": f"Bearer {login}"})
    assert (believed.status_code, believed.get_json()["errors"][0]["code"]) == (403, "auth.forbidden")
    assert network.directory.count("GET", "/entities") == asked, "nothing was asked in the newcomer's name"


def test_the_api_offers_the_same(client: FlaskClient, network: Network, ann: dict[str, str]) -> None:
    furnish(network)
    listed = client.get("/api/v1/sessions", headers=ann).get_json()["data"]
    assert (listed[0]["id"], listed[0]["device"], listed[0]["current"]) == ("1" * 64, "Firefox on Windows", True)
    network.directory.on("POST", f"{ME}/password", {})
    body = {"currentPassword": "Secret-123", "password": "another-horse-2"}
    assert client.post("/api/v1/password-change", json=body, headers=ann).status_code == 200
    assert client.post("/api/v1/password-change", json={"password": "x"}, headers=ann).status_code == 400
    network.directory.on("POST", f"{ME}/two-factor", {"secret": "JBSWY3DPEHPK3PXP"})
    begun = client.post("/api/v1/two-factor", headers=ann).get_json()["data"]
    assert begun["uri"].startswith("otpauth://totp/")
    network.directory.on("POST", f"{ME}/two-factor/confirmation", {"recovery_codes": CODES})
    done = client.post("/api/v1/two-factor/confirmation", json={"code": "123456"}, headers=ann)
    assert done.get_json()["data"]["recoveryCodes"] == CODES


def test_a_session_that_was_ended_is_dead_at_the_next_request(member: FlaskClient, network: Network) -> None:
    session = session_of("member")
    assert session
    assert member.get("/security").status_code == 200
    network.end(session["session_id"])
    assert member.get("/security").location.startswith("/login")
