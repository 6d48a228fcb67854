"""The pages of saved searches and of trading loops."""

import pytest
from flask.testing import FlaskClient

from services.gateway.web.loops import ring_points
from tests.gateway.network import BAKERY_ACCOUNT, FARM, Network
from tests.gateway.scenes import empty, furnish, log_in, send
from tests.gateway.scenes_trading import LOOP, a_loop
from tests.gateway.standin import problem

SEARCHES, LOOPS = f"/entities/{FARM}/searches", f"/entities/{FARM}/loops"
INTEREST = f"{LOOPS}/{LOOP}/interest"


@pytest.fixture
def scene(client: FlaskClient, network: Network) -> Network:
    furnish(network)
    log_in(client, "member")
    return network


def test_searches_lead_to_what_they_find(client: FlaskClient, scene: Network):
    page = client.get("/searches").text
    assert "3 fit now" in page
    assert "/businesses?side=offers&amp;q=Old+Bakery" in page
    assert "Nothing fits now" in page


def test_a_search_is_saved_as_it_was_typed(client: FlaskClient, scene: Network):
    typed = {"text": " van repair ", "side": "wants", "max_km": "25", "category": ""}
    answer = send(client, "/searches", typed)
    assert answer.status_code == 302
    assert scene.matcher.last("POST", SEARCHES).body == {
        "text": "van repair", "side": "wants", "max_km": 25, "category": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong", [{"text": ""}, {"text": "x"}, {"max_km": "far"}, {"max_km": "0"}, {"max_km": "9999"}, {"side": "both"}]
)
def test_what_makes_no_sense_is_said_beside_the_field(client: FlaskClient, scene: Network, wrong: dict[str, str]):
    answer = send(client, "/searches", {"text": "bread", "side": "offers", "max_km": "", "category": ""} | wrong)
    assert answer.status_code == 422
    assert scene.matcher.count("POST", SEARCHES) == 0


def test_a_refusal_keeps_what_was_typed(client: FlaskClient, scene: Network):
    scene.matcher.on("POST", SEARCHES, problem(409, "search.too_many", "There are 20 saved searches already."))
    answer = send(client, "/searches", {"text": "bread", "side": "offers"})
    assert answer.status_code == 409
    assert "There are 20 saved searches already." in answer.text
    assert 'value="bread"' in answer.text


def test_a_search_is_deleted_and_twice_is_no_harm(client: FlaskClient, scene: Network):
    assert send(client, "/searches/search-1/deletion", {}, "/searches").status_code == 302
    assert scene.matcher.count("DELETE", f"{SEARCHES}/search-1") == 1
    scene.matcher.on("DELETE", f"{SEARCHES}/search-1", problem(404, "search.unknown", "There is no such search."))
    assert send(client, "/searches/search-1/deletion", {}, "/searches").status_code == 302
    assert "There is no such search." in client.get("/searches").text


def test_loops_say_who_gives_what_to_whom_beginning_with_oneself(client: FlaskClient, scene: Network):
    page = client.get("/loops").text
    steps = [page.index(f"<mark>{offer}</mark>") for offer in ("eggs", "printing", "bread")]
    assert steps == sorted(steps)
    assert "1 of 3 interested" in page
    assert "Does not close at the moment" in page


def test_a_loop_has_ways_to_pay_and_to_ask_for_payment(client: FlaskClient, scene: Network):
    page = client.get(f"/loops/{LOOP}").text
    assert f"/transfers/new?to={BAKERY_ACCOUNT}&amp;direction=pay" in page
    assert "/transfers/new?to=3000000000000004&amp;direction=request" in page
    assert "at most 12 km apart" in page


def test_saying_that_one_is_interested_and_no_more(client: FlaskClient, scene: Network):
    send(client, f"/loops/{LOOP}/interest", {"interested": "yes"}, f"/loops/{LOOP}")
    assert scene.matcher.count("POST", INTEREST) == 1
    assert "All are interested!" in client.get(f"/loops/{LOOP}").text
    send(client, f"/loops/{LOOP}/interest", {"interested": "no"}, f"/loops/{LOOP}")
    assert scene.matcher.count("DELETE", INTEREST) == 1
    send(client, f"/loops/{LOOP}/interest", {"interested": "perhaps"}, f"/loops/{LOOP}")
    assert (scene.matcher.count("POST", INTEREST), scene.matcher.count("DELETE", INTEREST)) == (1, 1)


def test_a_loop_that_is_gone_says_so(client: FlaskClient, scene: Network):
    scene.matcher.on("POST", INTEREST, problem(409, "loop.gone", "The loop does not close any more."))
    send(client, f"/loops/{LOOP}/interest", {"interested": "yes"}, f"/loops/{LOOP}")
    assert "The loop does not close any more." in client.get(f"/loops/{LOOP}").text


def test_a_member_that_has_left_is_not_named(client: FlaskClient, scene: Network):
    loop = a_loop(open=False, score=None)
    loop["members"][1]["name"] = ""
    scene.matcher.on("GET", f"{LOOPS}/{LOOP}", loop)
    assert "a business that has left" in client.get(f"/loops/{LOOP}").text


def test_an_unknown_loop_is_not_found(client: FlaskClient, scene: Network):
    scene.matcher.on("GET", f"{LOOPS}/none", problem(404, "loop.unknown"))
    assert client.get("/loops/none").status_code == 404


def test_who_does_not_trade_is_told_what_loops_are(client: FlaskClient, network: Network):
    furnish(network)
    log_in(client, "applicant")
    assert "For trading members" in client.get("/loops").text
    assert network.matcher.count("GET", LOOPS) == 0


def test_empty_pages_say_what_to_do(client: FlaskClient, network: Network):
    empty(network)
    log_in(client, "member")
    assert "Nothing saved yet" in client.get("/searches").text
    assert "No loop yet" in client.get("/loops").text


def test_a_matcher_that_is_down_says_so_in_its_place(client: FlaskClient, scene: Network):
    for path in (SEARCHES, LOOPS):
        scene.matcher.on("GET", path, problem(503, "matches.unavailable"))
    assert client.get("/searches").status_code == 200
    assert client.get("/loops").status_code == 200


def test_administrators_see_which_trades_would_help(client: FlaskClient, network: Network):
    furnish(network)
    log_in(client, "admin")
    page = client.get("/admin/clearing").text
    assert "80 % of its limit" in page
    assert "up to 700.00" in page
    assert "Print &amp; Co" in page
    empty(network)
    assert "Nobody far below zero offers" in client.get("/admin/clearing").text
    network.matcher.on("GET", "/clearing", problem(503, "matches.unavailable"))
    assert client.get("/admin/clearing").status_code == 200


def test_clearing_is_for_administrators_alone(client: FlaskClient, scene: Network):
    assert client.get("/admin/clearing").status_code == 403
    assert scene.matcher.count("GET", "/clearing") == 0


def test_the_ring_has_its_members_on_a_circle():
    assert ring_points(4) == [(100, 30), (170, 100), (100, 170), (30, 100)]
