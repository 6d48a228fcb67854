"""The page of leads and suppliers."""

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import BAKERY_ACCOUNT, FARM, NOW, Network, a_session
from tests.gateway.scenes import empty, furnish, log_in
from tests.gateway.standin import problem

BEFORE = "2026-11-20T09:30:00.000000Z"
PATH = f"/entities/{FARM}/matches"


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    network.lives(a_session(previous_login={"at": BEFORE, "address": "192.0.2.1"}))
    return network


def test_all_matches_are_shown_with_a_way_to_trade(client: FlaskClient, scene: Network):
    log_in(client, "member")
    page = client.get("/matches").text
    assert scene.matcher.last("GET", PATH).query == {"limit": "50"}
    assert "organic-vegetables" in page
    assert f"/transfers/new?to={BAKERY_ACCOUNT}&amp;direction=request" in page
    assert f"/transfers/new?to={BAKERY_ACCOUNT}&amp;direction=pay" in page


def test_only_what_is_new_since_the_last_visit_is_asked_for(client: FlaskClient, scene: Network):
    log_in(client, "member")
    client.get("/matches?since=login")
    assert scene.matcher.last("GET", PATH).query == {"since": BEFORE, "limit": "50"}


def test_who_never_logged_in_before_is_shown_all(client: FlaskClient, scene: Network):
    scene.lives(a_session(previous_login=None))
    log_in(client, "member")
    page = client.get("/matches?since=login").text
    assert scene.matcher.last("GET", PATH).query == {"limit": "50"}
    assert "New since my last visit" not in page


def test_nothing_new_leads_back_to_all(client: FlaskClient, network: Network):
    empty(network)
    network.lives(a_session(previous_login={"at": NOW, "address": "192.0.2.1"}))
    log_in(client, "member")
    assert "Nothing new since your last visit" in client.get("/matches?since=login").text
    assert "Nobody wants it at the moment" in client.get("/matches").text


def test_a_matcher_that_is_down_says_so_in_its_place(client: FlaskClient, scene: Network):
    scene.matcher.on("GET", PATH, problem(503, "matches.unavailable"))
    log_in(client, "member")
    response = client.get("/matches")
    assert response.status_code == 200
    assert "Leads and suppliers" in response.text
