"""The page of leads and suppliers."""

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import BAKERY_ACCOUNT, FARM, NOW, Network, a_session
from tests.gateway.scenes import empty, furnish, log_in, send
from tests.gateway.scenes_matches import a_match
from tests.gateway.standin import problem

BEFORE = "2026-11-20T09:30:00.000000Z"
MAILED = "2026-11-22T07:00:05.000000Z"
PATH = f"/entities/{FARM}/matches"
LAST_MAIL = f"/entities/{FARM}/last-digest"


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    network.lives(a_session(previous_login={"at": BEFORE, "address": "192.0.2.1"}))
    return network


def test_all_matches_are_shown_with_a_way_to_trade(client: FlaskClient, scene: Network):
    match = a_match("Old Bakery", "vegetables", "organic-vegetables", "contains")
    room = {"leads": 1, "suppliers": 1}
    scene.matcher.on("GET", PATH, {"leads": [match], "suppliers": [match], "could_trade_up_to": room})
    log_in(client, "member")
    page = client.get("/matches").text
    assert scene.matcher.last("GET", PATH).query == {"limit": "50"}
    assert "organic-vegetables" in page
    assert f"/transfers/new?to={BAKERY_ACCOUNT}&amp;direction=request" in page
    assert f"/transfers/new?to={BAKERY_ACCOUNT}&amp;direction=pay" in page


def test_without_room_no_way_to_trade_is_offered_that_would_be_refused(client: FlaskClient, scene: Network):
    log_in(client, "member")
    page = client.get("/matches").text
    assert "Your account is at its limit" in page
    assert f"/transfers/new?to={BAKERY_ACCOUNT}&amp;direction=request" in page
    assert "direction=pay" not in page


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


def test_only_what_is_new_since_the_last_mail_is_asked_for(client: FlaskClient, scene: Network):
    scene.notifier.on("GET", LAST_MAIL, {"last_digest_at": MAILED})
    log_in(client, "member")
    assert "New since my last mail" in client.get("/matches").text
    page = client.get("/matches?since=mail").text
    assert scene.matcher.last("GET", PATH).query == {"since": MAILED, "limit": "50"}
    assert "Your last mail of new matches:" in page


@pytest.mark.parametrize("says", [{"last_digest_at": None}, problem(503, "notifier.unavailable")])
def test_without_a_mail_so_far_or_a_notifier_all_is_shown_and_no_such_choice(
    client: FlaskClient, scene: Network, says: object
):
    scene.notifier.on("GET", LAST_MAIL, says)
    log_in(client, "member")
    page = client.get("/matches?since=mail").text
    assert scene.matcher.last("GET", PATH).query == {"limit": "50"}
    assert "New since my last visit" in page
    assert "New since my last mail" not in page


def test_nothing_new_leads_back_to_all(client: FlaskClient, network: Network):
    empty(network)
    network.lives(a_session(previous_login={"at": NOW, "address": "192.0.2.1"}))
    network.notifier.on("GET", LAST_MAIL, {"last_digest_at": MAILED})
    log_in(client, "member")
    assert "Nothing new since your last mail" in client.get("/matches?since=mail").text
    assert "Nothing new since your last visit" in client.get("/matches?since=login").text
    assert "Nobody wants it at the moment" in client.get("/matches").text


def test_a_matcher_that_is_down_says_so_in_its_place(client: FlaskClient, scene: Network):
    scene.matcher.on("GET", PATH, problem(503, "matches.unavailable"))
    log_in(client, "member")
    response = client.get("/matches")
    assert response.status_code == 200
    assert "Leads and suppliers" in response.text


def test_a_match_says_in_words_why_how_often_one_traded_and_how_much_one_still_can(client: FlaskClient, scene: Network):
    log_in(client, "member")
    page = client.get("/matches").text
    assert "You traded 3 times." in page
    assert "You could trade up to 8,500.00\N{NO-BREAK SPACE}credits." in page
    assert "Your account is at its limit" in page
    assert "often together: 5 of 9 who have either" in page
    assert "in a category of that name" in page


def test_a_match_is_hidden_as_it_was_shown_and_shown_again(client: FlaskClient, scene: Network):
    log_in(client, "member")
    pair = {"other_id": "b", "mine": "leaflets", "theirs": "bread", "side": "suppliers"}
    assert send(client, "/matches/not-relevant", pair, "/matches").status_code == 302
    assert scene.matcher.last("POST", f"/entities/{FARM}/feedback").body == pair
    page = client.get("/matches").text
    assert "is not shown any more" in page
    assert "1 hidden as not relevant" in page
    assert send(client, "/matches/not-relevant/feedback-1/undoing", {}, "/matches").status_code == 302
    assert scene.matcher.count("DELETE", f"/entities/{FARM}/feedback/feedback-1") == 1
    assert "It is shown again." in client.get("/matches").text


def test_a_refusal_to_hide_says_why(client: FlaskClient, scene: Network):
    scene.matcher.on("POST", f"/entities/{FARM}/feedback", problem(409, "feedback.too_much", "500 are hidden already."))
    log_in(client, "member")
    send(client, "/matches/not-relevant", {"other_id": "b", "mine": "a", "theirs": "c", "side": "leads"}, "/matches")
    assert "500 are hidden already." in client.get("/matches").text


def test_nonsense_hides_nothing(client: FlaskClient, scene: Network):
    log_in(client, "member")
    send(client, "/matches/not-relevant", {"other_id": "b", "mine": "a", "theirs": "c", "side": "both"}, "/matches")
    assert scene.matcher.count("POST", f"/entities/{FARM}/feedback") == 0
