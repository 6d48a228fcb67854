"""Is it still you? What is sensitive leads to a page that asks, and back with all that was typed."""

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import ANN, FARM, Network
from tests.gateway.scenes import furnish, hidden, log_in, send
from tests.gateway.standin import Asked, problem

VERIFICATION = "/sessions/session-ann/verification"
NEEDED = problem(403, "auth.step_up_needed", "Show first that it is still you.")


@pytest.fixture
def member(client: FlaskClient, network: Network) -> FlaskClient:
    furnish(network)
    log_in(client, "member")
    network.directory.on("POST", VERIFICATION, lambda _: network.directory.on("PATCH", f"/users/{ANN}", {}) or {})
    return client


def test_a_page_that_is_sensitive_asks_first_and_comes_back(member: FlaskClient, network: Network) -> None:
    network.directory.on("GET", f"/entities/{FARM}", NEEDED)
    asked = member.get("/profile?part=2")
    assert (asked.status_code, asked.location) == (302, "/verify?next=/profile?part%3D2")
    answer = send(member, "/verify", {"password": "Secret-123", "next": "/profile?part=2"}, page=asked.location)
    assert (answer.status_code, answer.location) == (302, "/profile?part=2")
    sent = network.directory.last("POST", VERIFICATION)
    assert (sent.body, sent.caller.subject, sent.caller.session) == ({"password": "Secret-123"}, ANN, "session-ann")


def test_a_form_that_is_sensitive_waits_and_is_sent_as_it_was_typed(member: FlaskClient, network: Network) -> None:
    network.directory.on("PATCH", f"/users/{ANN}", NEEDED)
    typed = {"me-first_name": 'Ann "A" <b>', "me-last_name": "Archer", "me-telephone": "01", "me-key": "the-same-key"}
    waiting = send(member, "/profile/me", {**typed, "password": "typed-secret-1"}, page="/profile")
    assert waiting.status_code == 403
    assert "nothing was done yet" in waiting.text
    assert "typed-secret-1" not in waiting.text

    kept = hidden_fields(waiting.text)
    answer = member.post("/verify", data={**kept, "password": "Secret-123"})
    assert "Secret-123" not in answer.text
    assert 'action="/profile/me"' in answer.text
    again = {name: value for name, value in hidden_fields(answer.text).items() if name not in ("next", "theme")}
    done = member.post("/profile/me", data=again)
    assert done.status_code == 302
    changed = network.directory.last("PATCH", f"/users/{ANN}")
    assert changed.body == {"first_name": 'Ann "A" <b>', "last_name": "Archer", "telephone": "01"}
    assert changed.headers["Idempotency-Key"] == "the-same-key"


def test_a_wrong_password_keeps_the_form(member: FlaskClient, network: Network) -> None:
    network.directory.on("PATCH", f"/users/{ANN}", NEEDED)
    network.directory.on("POST", VERIFICATION, problem(403, "auth.wrong", errors={"password": ["No."]}))
    waiting = send(member, "/profile/me", {"me-first_name": "Anne"}, page="/profile")
    again = member.post("/verify", data={**hidden_fields(waiting.text), "password": "wrong-1!"})
    assert again.status_code == 403
    assert "This is not right." in again.text
    assert hidden_fields(again.text)["kept-me-first_name"] == "Anne"
    assert "wrong-1!" not in again.text


def test_nobody_is_sent_to_another_site(member: FlaskClient) -> None:
    token = hidden(member.get("/verify").text, "csrf_token")
    form = {"csrf_token": token, "password": "Secret-123", "next": "https://evil.example/"}
    assert member.post("/verify", data=form).location == "/"
    kept = member.post("/verify", data={**form, "next": "//evil.example/", "kept-a": "1"})
    assert "evil.example" not in kept.text


def test_what_is_kept_is_bounded_and_holds_no_secrets(member: FlaskClient) -> None:
    token = hidden(member.get("/verify").text, "csrf_token")
    many = {f"kept-f{number}": "x" for number in range(300)} | {"kept-new": "secret-new", "kept-a-again": "secret-new"}
    page = member.post("/verify", data={"csrf_token": token, "password": "Secret-123", "next": "/profile", **many}).text
    assert len(re.findall(r'name="f\d+"', page)) == 200
    assert "secret-new" not in page


def test_without_the_mark_of_this_site_nothing_is_verified(member: FlaskClient, network: Network) -> None:
    assert member.post("/verify", data={"password": "Secret-123"}).status_code == 400
    assert network.directory.count("POST", VERIFICATION) == 0


def test_visitors_log_in_instead(client: FlaskClient, network: Network) -> None:
    assert client.get("/verify?next=/profile").location.startswith("/login?next=")


def test_programs_are_told_what_to_do(client: FlaskClient, network: Network, ann: dict[str, str]) -> None:
    network.directory.on("POST", f"/users/{ANN}/email-change", NEEDED)
    answer = client.post("/api/v1/user/email-change", json={"email": "anne@farm.example"}, headers=ann)
    (error,) = answer.get_json()["errors"]
    assert (answer.status_code, error["code"]) == (403, "auth.step_up_needed")
    assert "POST /api/v1/session/verification" in error["message"]

    def verified(asked: Asked) -> Any:
        return {} if asked.body == {"password": "Secret-123"} else problem(403, "auth.wrong")

    network.directory.on("POST", VERIFICATION, verified)
    for password, status in (("wrong", 403), ("Secret-123", 200)):
        answer = client.post("/api/v1/session/verification", json={"password": password}, headers=ann)
        assert answer.status_code == status


def hidden_fields(text: str) -> dict[str, str]:
    """What a browser sends of the form in the main part of a page, as far as it is hidden."""
    main = text.partition("<main")[2].partition("</main>")[0]
    found = re.findall(r'<input[^>]*type="hidden"[^>]*>', main)
    pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in found]
    return {unescape(name.group(1)): unescape(value.group(1)) for name, value in pairs if name and value}
