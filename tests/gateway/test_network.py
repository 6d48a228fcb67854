"""What the network calls itself and its texts, on pages and over the API; and the first run."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.gateway.calling import PartDown
from services.gateway.network import KEPT_SECONDS, Known
from tests.gateway.network import Network, an_admin_session
from tests.gateway.scenes import EVIL, furnish, hidden, log_in, send
from tests.gateway.scenes_setup import Settings, some_settings
from tests.gateway.standin import problem

TEXTS = "/admin/settings/texts"
API = "/api/v1/admin/network"
NAMED = {"name": "Calder Valley Credits", "unit_name": "calders"}


@pytest.fixture(autouse=True)
def scene(network: Network) -> None:
    furnish(network)


# --- on pages -----------------------------------------------------------------------------------------------------


def test_pages_say_what_the_network_and_its_unit_are_called(client: FlaskClient, network: Network) -> None:
    Settings(network, **NAMED, welcome="Trade **here**.")
    home = client.get("/").text
    assert "· Calder Valley Credits</title>" in home
    assert '<span class="brand-name">Calder Valley Credits</span>' in home
    assert "<p>Trade <strong>here</strong>.</p>" in home
    log_in(client, "member")
    assert "calders" in client.get("/dashboard").text
    form = client.get("/transfers/new").text
    assert "Amount in calders" in form
    assert "credits" not in form.replace("Calder Valley Credits", "")


def test_nothing_that_an_administrator_typed_is_html(client: FlaskClient, network: Network) -> None:
    evil = dict.fromkeys(("name", "unit_name", "welcome", "terms", "imprint"), EVIL)
    Settings(network, **evil)
    pages = [client.get(path).text for path in ("/", "/legal/terms", "/signup")]
    for who, paths in (("member", ("/dashboard", "/transfers/new", "/statement")), ("admin", (TEXTS,))):
        log_in(client, who)
        pages += [client.get(path).text for path in paths]
    for page in pages:
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_a_page_does_without_the_directory(client: FlaskClient, network: Network) -> None:
    network.directory.on("GET", "/network", problem(503, "directory.unavailable"))
    assert "· Mutual credit network</title>" in client.get("/login").text


def test_the_directory_is_asked_once_in_a_while(client: FlaskClient, network: Network) -> None:
    for _ in range(3):
        client.get("/login")
    assert network.directory.count("GET", "/network") == 1


def test_what_was_known_counts_until_there_is_news() -> None:
    moment, answers = [0.0], [some_settings(name="Old", version=1), None, some_settings(name="New", version=2)]

    def ask() -> dict[str, Any]:
        answer = answers.pop(0)
        if answer is None:
            raise PartDown("directory")
        return answer

    known = Known(ask, lambda: moment[0])
    names = []
    for _ in range(3):
        names.append((known.now().name, known.now().name))
        moment[0] += KEPT_SECONDS
    assert names == [("Old", "Old"), ("Old", "Old"), ("New", "New")]


def test_texts_are_pages_that_the_foot_leads_to(client: FlaskClient, network: Network) -> None:
    page = client.get("/legal/terms").text
    assert "<h2>What you agree to</h2>" in page
    assert '<a href="mailto:office@credit.test">' in page
    home = client.get("/").text
    assert 'href="/legal/imprint"' in home
    assert "/legal/privacy" not in home
    assert client.get("/legal/privacy").status_code == 404
    assert client.get("/legal/secrets").status_code == 404
    assert 'href="/legal/terms"' in client.get("/signup").text


# --- changing them ------------------------------------------------------------------------------------------------


def test_an_administrator_changes_name_and_texts(client: FlaskClient, network: Network) -> None:
    settings = Settings(network, version=3)
    log_in(client, "admin")
    version = hidden(client.get(TEXTS).text, "version")
    values = NAMED | {"terms": "One\r\n\r\nTwo", "version": version, "key": "k"}
    answer = send(client, TEXTS, values)
    assert (answer.status_code, answer.location) == (302, TEXTS)
    assert (settings.document["terms"], settings.document["version"]) == ("One\n\nTwo", 4)
    assert network.directory.last("PATCH", "/network").headers["Idempotency-Key"] == "k"
    assert "· Calder Valley Credits</title>" in client.get(TEXTS).text


def test_a_change_of_somebody_else_is_not_lost(client: FlaskClient, network: Network) -> None:
    settings = Settings(network, name="Theirs", version=4)
    log_in(client, "admin")
    answer = send(client, TEXTS, {"name": "Mine", "unit_name": "", "version": "3", "key": "k"})
    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile." in answer.text
    assert "Now it says: Theirs" in answer.text
    assert 'value="Mine"' in answer.text
    assert settings.document["name"] == "Theirs"
    again = {name: hidden(answer.text, name) for name in ("version", "key", "csrf_token")}
    assert again["key"] != "k"
    assert client.post(TEXTS, data={"name": "Mine", **again}).status_code == 302
    assert settings.document["name"] == "Mine"


def test_a_text_that_is_too_long_is_said_beside_it(client: FlaskClient, network: Network) -> None:
    log_in(client, "admin")
    answer = send(client, TEXTS, {"terms": "x" * 25_001, "version": "3", "key": "k"})
    assert answer.status_code == 422
    assert "At most 25000 characters" in answer.text
    assert network.directory.count("PATCH", "/network") == 0


@pytest.mark.parametrize("who", ["member", "coordinator", "auditor"])
def test_others_do_not_change_them(client: FlaskClient, who: str) -> None:
    log_in(client, who)
    assert client.get(TEXTS).status_code in (302, 403)


def test_programs_read_and_change_them_on_condition(
    client: FlaskClient, network: Network, admin: dict[str, str]
) -> None:
    Settings(network, **NAMED, terms="Be kind.", version=7)
    shown = client.get("/api/v1/network").get_json()["data"]
    assert (shown["name"], shown["unitName"], shown["legalTexts"]) == ("Calder Valley Credits", "calders", ["terms"])
    assert client.get("/api/v1/network/texts/terms").get_json()["data"] == {"name": "terms", "text": "Be kind."}
    assert client.get("/api/v1/network/texts/privacy").status_code == 404
    read = client.get(API, headers=admin)
    assert read.headers["ETag"].startswith('"v7-')
    changed = client.patch(API, json={"unitName": "hours"}, headers=admin | {"If-Match": read.headers["ETag"]})
    assert (changed.status_code, changed.get_json()["data"]["unitName"]) == (200, "hours")
    late = client.patch(API, json={"unitName": "days"}, headers=admin | {"If-Match": read.headers["ETag"]})
    assert (late.status_code, late.get_json()["errors"][0]["code"]) == (412, "precondition.failed")
    assert client.get("/api/v1/network").get_json()["data"]["unitName"] == "hours"


# --- the first run ------------------------------------------------------------------------------------------------

SETUP = "/setup/token-1"
FORM = NAMED | {
    "max_negative": "100", "max_positive": "1,000.00", "first_name": "Ada", "last_name": "Admin",
    "email": "ada@credit.test", "password": "Kestrel-over-7-hills", "again": "Kestrel-over-7-hills", "key": "k",
}  # fmt: skip


def opens(network: Network, **changes: Any) -> None:
    session = an_admin_session("session-first", **changes)
    network.lives(session)
    network.directory.on("POST", SETUP, {"user_id": "admin-root", "session": session})
    network.ledger.on("PATCH", "/policy", {})


def test_a_network_is_set_up_by_its_link(client: FlaskClient, network: Network) -> None:
    opens(network)
    page = client.get(SETUP).text
    assert 'value="100.00"' in page
    answer = send(client, SETUP, FORM)
    assert (answer.status_code, answer.location) == (302, "/admin")
    asked = network.directory.last("POST", SETUP)
    assert asked.body["network"] == NAMED | dict.fromkeys(("welcome", "terms", "privacy", "imprint"), "")
    assert asked.body["user"] == {
        "first_name": "Ada", "last_name": "Admin", "email": "ada@credit.test", "password": FORM["password"],
    }  # fmt: skip
    policy = network.ledger.last("PATCH", "/policy")
    assert policy.caller.roles == {"admin"}
    assert (policy.body["default_max_negative"], policy.body["default_max_positive"]) == (10_000, 100_000)
    assert "Your network is ready" in client.get("/admin").text


def test_limits_are_set_for_whoever_must_set_up_a_second_factor_first(client: FlaskClient, network: Network) -> None:
    opens(network, must_set_up_two_factor=True)
    send(client, SETUP, FORM)
    assert network.ledger.last("PATCH", "/policy").caller.roles == {"admin"}


def test_a_ledger_that_is_away_stops_nobody(client: FlaskClient, network: Network) -> None:
    opens(network)
    network.ledger.on("PATCH", "/policy", problem(503, "ledger.unavailable"))
    assert send(client, SETUP, FORM).status_code == 302
    assert "The limits could not be saved" in client.get("/admin").text


def test_a_link_that_does_not_work_says_what_next(client: FlaskClient, network: Network) -> None:
    for path in ("/setup/token-dead", "/setup/..%2Fusers"):
        page = client.get(path)
        assert page.status_code == 404
    assert "setup-link" in client.get("/setup/token-dead").text
    network.directory.on("POST", SETUP, problem(404, "setup.invalid"))
    assert "This link does not work any more" in send(client, SETUP, FORM).text
    assert network.ledger.count("PATCH", "/policy") == 0


def test_what_is_wrong_is_said_beside_the_field_and_the_rest_is_kept(client: FlaskClient, network: Network) -> None:
    answer = send(client, SETUP, FORM | {"again": "other", "name": "", "max_negative": "lots"})
    assert answer.status_code == 422
    assert "The two passwords are not the same." in answer.text
    assert "Please fill in: Name of the network." in answer.text
    assert 'value="ada@credit.test"' in answer.text
    assert FORM["password"] not in answer.text
    weak = {"user": {"password": ["Too easy to guess."]}}
    network.directory.on("POST", SETUP, problem(400, "request.invalid", errors=weak))
    answer = send(client, SETUP, FORM)
    assert (answer.status_code, "Too easy to guess." in answer.text) == (400, True)
    assert hidden(answer.text, "key") != "k"


def test_an_unknown_outcome_keeps_form_and_key(app: Flask, client: FlaskClient, network: Network) -> None:
    network.directory.on("POST", SETUP, problem(503, "directory.unavailable"))
    answer = send(client, SETUP, FORM)
    assert (answer.status_code, hidden(answer.text, "key")) == (503, "k")
