"""Terms that have changed: asked before anything is changed, never before reading; what was typed is kept."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from services.gateway.config import Config
from tests.gateway.browsing import complaints, enter, narrow_phone, serving
from tests.gateway.network import ANN, BAKERY, FARM, Network, a_session
from tests.gateway.scenes import furnish, hidden, log_in, send
from tests.gateway.scenes_pages import PAGES
from tests.gateway.standin import problem

NEW, URL = "2026-02", "https://credit.test/terms"
CONSENTS = f"/users/{ANN}/consents"


@pytest.fixture
def asked(app: Flask, config: Config, network: Network) -> Network:
    """Ann agreed to the terms before these."""
    app.config["GATEWAY"] = replace(config, terms_version=NEW, terms_url=URL)
    furnish(network)
    network.lives(a_session(terms_version="2026-01"))
    return network


@pytest.fixture
def member(client: FlaskClient, asked: Network) -> FlaskClient:
    log_in(client, "member")
    return client


def agrees(network: Network) -> None:
    network.directory.on("POST", CONSENTS, {"consents": []})
    network.lives(a_session(terms_version=NEW))


def test_reading_goes_on_and_forms_lead_to_the_terms(member: FlaskClient) -> None:
    for path in ("/dashboard", "/statement", "/pending", "/businesses", "/my-data", "/security"):
        assert member.get(path).status_code == 200, path
    answered = member.get("/transfers/new?to=1234")
    assert (answered.status_code, answered.location) == (302, "/terms?next=/transfers/new?to%3D1234")
    page = member.get(answered.location).text
    assert NEW in page
    assert URL in page


def test_every_page_of_a_member_says_in_one_sentence_that_terms_are_new(member: FlaskClient, asked: Network) -> None:
    sentence = "Our terms have changed: before you change, send or pay anything,"
    for path in ("/dashboard", "/statement", "/businesses", f"/businesses/{BAKERY}", "/my-data"):
        page = member.get(path).text
        assert page.count(sentence) == 1, path
        assert f'href="/terms?next={path}"' in page, path
    assert sentence not in member.get("/terms").text
    asked.lives(a_session(terms_version=NEW))
    assert sentence not in member.get("/dashboard").text
    asked.lives(a_session(terms_version="2026-01"))
    asked.directory.on("GET", "/sessions/session-ann", problem(503, "mongo.away"))
    assert sentence not in member.get("/ledger").text


def test_nobody_else_reads_that_terms_are_new(client: FlaskClient, asked: Network) -> None:
    for who, path in (("visitor", "/businesses"), ("acting", "/dashboard"), ("admin", "/admin")):
        log_in(client, who)
        assert "Our terms have changed" not in client.get(path).text, who


def test_who_agrees_goes_on_to_where_it_was_wanted(member: FlaskClient, asked: Network) -> None:
    sent = {"version": NEW, "next": "/transfers/new", "key": "k1"}
    token = hidden(member.get("/terms").text, "csrf_token")
    asked.directory.on("POST", CONSENTS, {"consents": []})
    answered = member.post("/terms", data={"csrf_token": token, **sent})
    assert (answered.status_code, answered.location) == (302, "/transfers/new")
    assert asked.directory.last("POST", CONSENTS).body == {"document": "terms", "version": NEW}
    agrees(asked)
    assert member.get("/transfers/new").status_code == 200
    assert "nothing that you have yet to agree to" in member.get("/terms").text


def test_what_was_typed_in_a_page_from_before_is_kept(member: FlaskClient, app: Flask, asked: Network) -> None:
    app.config["GATEWAY"] = replace(app.config["GATEWAY"], terms_version="2026-01")
    page = member.get("/profile/shown")
    token = hidden(page.text, "csrf_token")
    app.config["GATEWAY"] = replace(app.config["GATEWAY"], terms_version=NEW)
    answered = member.post("/profile/shown", data={"csrf_token": token, "turnover": "1234567"})
    assert answered.status_code == 403
    assert hidden(answered.text, "kept-turnover") == "1234567"
    assert not [asking for asking in asked.directory.asked if asking.method == "PATCH"]
    agreed = {"csrf_token": token, "version": NEW, "next": "/profile/shown", "kept-turnover": "1234567"}
    asked.directory.on("POST", CONSENTS, {"consents": []})
    again = member.post("/terms", data=agreed).text
    assert hidden(again, "turnover") == "1234567"
    assert 'action="/profile/shown"' in again


def test_a_button_is_pressed_again_after_agreeing(member: FlaskClient) -> None:
    token = hidden(member.get("/terms").text, "csrf_token")
    answered = member.post(f"/businesses/{BAKERY}/favourite", data={"csrf_token": token})
    assert (answered.status_code, hidden(answered.text, "kept-again")) == (403, "1")


def test_another_version_than_the_page_was_about_is_not_agreed_to(member: FlaskClient, asked: Network) -> None:
    answered = send(member, "/terms", {"version": "2026-01"})
    assert answered.status_code == 422
    assert hidden(answered.text, "version") == NEW


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example"])
def test_it_leads_to_no_other_site(member: FlaskClient, asked: Network, next_: str) -> None:
    asked.directory.on("POST", CONSENTS, {"consents": []})
    assert send(member, "/terms", {"version": NEW, "next": next_}).location == "/"


def test_a_directory_that_is_down_is_told_and_nothing_is_lost(member: FlaskClient, asked: Network) -> None:
    asked.directory.on("POST", CONSENTS, problem(503, "mongo.away"))
    answered = send(member, "/terms", {"version": NEW, "kept-city": "Hull"})
    assert answered.status_code == 503
    assert hidden(answered.text, "kept-city") == "Hull"


def test_leaving_and_a_safe_login_need_no_agreement(member: FlaskClient, asked: Network) -> None:
    asked.directory.on("POST", f"/users/{ANN}/closing", {})
    answered = send(member, "/my-data/close-login", {"login-sure": "y"}, page="/my-data")
    assert (answered.status_code, answered.location) == (302, "/")
    assert member.get("/verify?next=/my-data").status_code == 302  # closed: to the door
    log_in(member, "member")
    asked.lives(a_session(terms_version="2026-01"))
    assert send(member, "/logout", {}, page="/terms").status_code == 302


def test_programs_are_told_what_to_do(
    client: FlaskClient, ann: dict[str, str], asked: Network, admin: dict[str, str]
) -> None:
    asked.lives(a_session(terms_version="2026-01"))
    assert client.get("/api/v1/user/entities", headers=ann).status_code == 200
    changed = client.patch(f"/api/v1/user/entities/{FARM}", json={"city": "Hull"}, headers=ann)
    assert changed.status_code == 403
    assert "terms.not_accepted" in changed.text
    assert "/user/consents" in changed.text
    assert NEW in changed.text
    body = {"document": "terms", "version": NEW}
    agrees(asked)
    asked.lives(a_session(terms_version="2026-01"))
    assert client.post("/api/v1/user/consents", json=body, headers=ann).status_code == 200
    asked.lives(a_session(terms_version=NEW))
    assert client.patch(f"/api/v1/user/entities/{FARM}", json={"city": "Hull"}, headers=ann).status_code != 403


def test_nobody_else_is_asked(client: FlaskClient, asked: Network) -> None:
    for who in ("acting", "admin"):
        log_in(client, who)
        path = "/transfers/new" if who == "acting" else "/admin/categories"
        assert client.get(path).status_code == 200, who


def test_nobody_is_asked_while_there_is_no_version(client: FlaskClient, network: Network) -> None:
    furnish(network)
    log_in(client, "member")
    assert client.get("/transfers/new").status_code == 200


def test_a_trading_application_says_which_version_was_agreed_to(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    path = f"/entities/{FARM}/trading-application"
    network.directory.on("POST", path, problem(422, "trading_application.incomplete"))
    client.post(f"/api/v1/user{path}", json={"termsVersion": "2026-01"}, headers=ann)
    assert network.directory.last("POST", path).body == {"terms_version": "2026-01"}


@pytest.mark.integration
def test_axe_finds_nothing_on_pages_that_ask(app: Flask, asked: Network, browser: Browser) -> None:
    assert any(page.path == "/terms" for page in PAGES)
    with serving(app) as site:
        context = narrow_phone(browser)
        enter(context, app, site, "member")
        page = context.new_page()
        for path in ("/terms?next=/profile", "/dashboard"):
            assert complaints(page, site + path) == []
        context.close()
