"""The administrators' pages of words for the same trade and of what the network lacks."""

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import Network
from tests.gateway.scenes import empty, furnish, log_in, send
from tests.gateway.standin import problem


@pytest.fixture
def scene(client: FlaskClient, network: Network) -> Network:
    furnish(network)
    log_in(client, "admin")
    return network


def put(network: Network):
    return network.matcher.last("PUT", "/words").body


def test_groups_and_suggestions_are_shown_and_looked_through(client: FlaskClient, scene: Network):
    page = client.get("/admin/words").text
    assert "plumber, heating engineer" in page
    assert "5 of 9 who have either" in page
    found = client.get("/admin/words?q=GARAGE").text
    assert "car repair, garage" in found
    assert "heating engineer" not in found


def test_a_group_is_added_changed_and_removed(client: FlaskClient, scene: Network):
    def edit(before: str, tags: str):
        answer = send(client, "/admin/words", {"version": "3", "before": before, "tags": tags})
        assert answer.status_code == 302
        return put(scene)

    plumbers, garages = ["plumber", "heating engineer"], ["car repair", "garage"]
    assert edit("", "spud, potato,, spud ") == {"version": 3, "groups": [["spud", "potato"], plumbers, garages]}
    assert edit("car repair, garage", "garage, mot") == {"version": 3, "groups": [["garage", "mot"], plumbers]}
    assert edit("car repair, garage", "") == {"version": 3, "groups": [plumbers]}


@pytest.mark.parametrize("wrong", [{"tags": "alone"}, {"tags": ""}, {"tags": "a," + "x" * 51}, {"version": "new"}])
def test_what_makes_no_sense_is_said(client: FlaskClient, scene: Network, wrong: dict[str, str]):
    answer = send(client, "/admin/words", {"version": "3", "before": "", "tags": "a, b"} | wrong)
    assert answer.status_code == 422
    assert scene.matcher.count("PUT", "/words") == 0


def test_who_is_late_is_told_so_with_what_was_typed(client: FlaskClient, scene: Network):
    scene.matcher.on("PUT", "/words", problem(409, "words.changed", "Somebody else has edited the list meanwhile."))
    answer = send(client, "/admin/words", {"version": "2", "before": "", "tags": "spud, potato"})
    assert answer.status_code == 409
    assert "Somebody else has edited the list meanwhile." in answer.text
    assert 'value="spud, potato"' in answer.text


def test_insight_is_shown_and_downloaded_without_formulas(client: FlaskClient, scene: Network):
    page = client.get("/admin/insight").text
    assert "Leeds (2)" in page
    assert page.index("2026-11") < page.index("2026-10")
    answer = client.get("/admin/insight.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.text.splitlines()[0] == "list,month,town,tag,members"
    assert "wanted,2026-11,Leeds,'=piano tuning,2" in answer.text


def test_a_network_on_its_first_day_lacks_nothing(client: FlaskClient, network: Network):
    empty(network)
    log_in(client, "admin")
    assert "Nobody wants anything yet." in client.get("/admin/insight").text
    assert "No words mean the same yet." in client.get("/admin/words").text


def test_a_matcher_that_is_down_says_so_in_its_place(client: FlaskClient, scene: Network):
    for path in ("/insight", "/words", "/words/suggestions"):
        scene.matcher.on("GET", path, problem(503, "matches.unavailable"))
    assert client.get("/admin/insight").status_code == 200
    assert client.get("/admin/words").status_code == 200
