"""What an open page renews, and what its head shows before it asks: numbers that are true, without a cookie."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import BAKERY, FARM, FARM_ACCOUNT, Network, an_account
from tests.gateway.scenes import furnish, log_in
from tests.gateway.standin import problem

LIVE = f"/live?of={FARM}"
ACCOUNT = f"/accounts/{FARM_ACCOUNT}"


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    return network


class Links(HTMLParser):
    """Where the lists of the head lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._depth = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag == "nav"
        if self._depth and tag == "a":
            self.found.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "nav"


def test_a_member_is_told_what_waits_and_what_is_unread(client: FlaskClient, scene: Network) -> None:
    log_in(client, "member")
    told = client.get(LIVE).get_json()
    assert (told["pending"], told["unread"], told["said"]) == (3, 2, "3 transfers wait. 2 unread notices.")
    assert told["shown"]["pending"].startswith('<span class="nav-count" aria-hidden="true">3</span>')
    assert ": 2 unread" in told["shown"]["unread"]
    assert "balance" not in told["shown"]
    assert scene.ledger.count("GET", ACCOUNT) == 0


def test_a_page_with_the_balance_is_told_it_too(client: FlaskClient, scene: Network) -> None:
    log_in(client, "member")
    scene.ledger.on("GET", ACCOUNT, an_account(balance=4200, version=8))
    told = client.get(f"{LIVE}&balance=").get_json()
    assert (told["balance"], told["version"]) == (4200, 8)
    assert "42.00" in told["shown"]["balance"]
    assert told["shown"]["balance"] in client.get("/dashboard").text, "a page shows the same"


def test_nothing_new_is_answered_by_nothing(client: FlaskClient, scene: Network) -> None:
    log_in(client, "member")
    first = client.get(LIVE)
    again = client.get(LIVE, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    scene.notifier.on("GET", "/notices/unread", {"unread": 3})
    changed = client.get(LIVE, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, changed.get_json()["unread"]) == (200, 3)
    assert first.headers["Cache-Control"] == "no-store", "a balance is nobody's but theirs"


def test_it_sets_no_cookie(client: FlaskClient, scene: Network) -> None:
    """One would take back what a form that was answered meanwhile had put there."""
    log_in(client, "member")
    assert "mccsPage" in client.get("/pending").headers.get("Set-Cookie", ""), "other pages keep what they saw"
    client.delete_cookie("mccsPage")
    assert "Set-Cookie" not in client.get(LIVE).headers


def test_a_page_of_another_business_is_told_nothing(client: FlaskClient, scene: Network) -> None:
    log_in(client, "several")
    assert client.get(LIVE).status_code == 200
    assert client.get(f"/live?of={BAKERY}").status_code == 204
    assert client.get("/live").status_code == 204


def test_who_has_no_business_is_told_of_notices_alone(client: FlaskClient, scene: Network) -> None:
    for who in ("admin", "auditor"):
        log_in(client, who)
        told = client.get("/live?of=").get_json()
        assert list(told["shown"]) == ["unread"], who
        assert "pending" not in told


def test_visitors_are_sent_to_the_door(client: FlaskClient, scene: Network) -> None:
    assert client.get(LIVE).status_code == 302
    assert "data-live-at" not in client.get("/login").text


def the_ledger(scene: Network) -> None:
    for path in ("/transfers", ACCOUNT):
        scene.ledger.on("GET", path, problem(503, "ledger.unavailable"))


def the_notifier(scene: Network) -> None:
    scene.notifier.on("GET", "/notices/unread", problem(503, "notifier.unavailable"))


@pytest.mark.parametrize(("down", "left"), [(the_ledger, {"unread"}), (the_notifier, {"pending", "balance"})])
def test_what_is_down_is_left_out(
    client: FlaskClient, scene: Network, down: Callable[[Network], None], left: set[str]
) -> None:
    down(scene)
    log_in(client, "member")
    told: dict[str, Any] = client.get(f"{LIVE}&balance=").get_json()
    assert told["shown"].keys() == left
    assert client.get("/profile").status_code == 200


def test_every_page_of_a_member_shows_what_waits(client: FlaskClient, scene: Network) -> None:
    log_in(client, "member")
    for path in ("/profile", "/dashboard", "/pending"):
        scene.ledger.asked.clear()
        assert '<span class="nav-count" aria-hidden="true">3</span>' in client.get(path).text, path
        assert scene.ledger.count("GET", "/transfers") == 1, path
    scene.ledger.on("GET", "/transfers", {"transfers": [], "total": 0, "next": None})
    assert "nav-count" not in client.get("/profile").text
    scene.ledger.on("GET", "/transfers", {"transfers": [], "total": 120, "next": None})
    assert ">99+</span>" in client.get("/profile").text


def test_who_does_not_trade_yet_has_nothing_that_waits(client: FlaskClient, scene: Network) -> None:
    log_in(client, "applicant")
    assert "nav-count" not in client.get("/profile").text
    assert scene.ledger.asked == []


@pytest.mark.parametrize("who", ["member", "applicant", "admin", "coordinator", "auditor", "visitor"])
def test_every_way_in_the_head_leads_in(client: FlaskClient, scene: Network, who: str) -> None:
    log_in(client, who)
    links = Links(client.get("/", follow_redirects=True).text).found
    assert len(links) > 2
    statuses = {link: client.get(link).status_code for link in links}
    # Who may not pay yet is led to where one asks for it.
    assert {link: status for link, status in statuses.items() if status not in (200, 302)} == {}
