"""The statement on screen: sums, picture, filters in the address, days of the reader's own time zone."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import (
    BAKERY_ACCOUNT,
    FARM_ACCOUNT,
    Network,
    a_bakery,
    a_statement,
    an_account,
    an_entity,
    an_entry,
)
from tests.gateway.proven import DOWN, STATEMENT, some_entries
from tests.gateway.scenes import furnish, log_in
from tests.gateway.standin import Asked

WINTER = "from=2026-01-01&to=2026-03-31"


@pytest.fixture
def member(client: FlaskClient, network: Network) -> FlaskClient:
    furnish(network)
    log_in(client, "member")
    return client


def asked_of(network: Network) -> list[dict[str, str]]:
    return [dict(asked.query) for asked in network.ledger.asked if asked.path == STATEMENT]


def by_position(entries: list[dict[str, Any]], asked: Asked) -> dict[str, Any]:
    """Pages of a statement, newest first, as the ledger makes them."""
    below = int(asked.query.get("before", 10**9))
    left = [entry for entry in entries if entry["position"] < below]
    shown = left[: int(asked.query.get("limit", 20))]
    more = len(left) > len(shown)
    return a_statement(shown, next=shown[-1]["position"] if more else None) | {
        "totals": a_statement(entries)["totals"],
    }


def test_sums_and_the_first_page_come_of_one_question(member: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", STATEMENT, a_statement(some_entries(30), opening_balance=500))
    page = member.get(f"/statement?{WINTER}").text
    assert asked_of(network) == [
        {"from": "2026-01-01T00:00:00.000000Z", "to": "2026-03-31T23:00:00.000000Z", "limit": "100"}
    ]
    for said in ("1 Jan – 31 Mar 2026", "+185.10", "\N{MINUS SIGN}375.00", "5.00\N{NO-BREAK SPACE}credits"):
        assert said in page
    assert page.count("Delivery ") == 20
    assert "These are 20 of 30 entries: the PDF has all of them." in page, "on paper there is no next page"
    assert "before=34" in page


def test_the_picture_has_the_limits_and_the_table_the_same_in_figures(member: FlaskClient, network: Network) -> None:
    entries = [
        an_entry(9, -12_000, 8000, "", time="2026-03-02T09:00:00.000000Z"),
        an_entry(4, 20_000, 20_000, "", time="2026-01-05T09:00:00.000000Z"),
    ]
    network.ledger.on("GET", STATEMENT, a_statement(entries))
    page = member.get(f"/statement?{WINTER}").text
    assert "From 0.00 to 80.00; lowest 0.00, highest 200.00." in page
    assert "Limits: \N{MINUS SIGN}100.00 and 500.00." in page
    assert "Highest allowed 500.00" in page
    assert "Lowest allowed \N{MINUS SIGN}100.00" in page
    for row in ("Jan 2026", "Feb 2026", "Mar 2026"):
        assert f'<th scope="row">{row}</th>' in page


def test_a_time_without_entries_has_no_picture(member: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", STATEMENT, a_statement([], opening_balance=700, closing_balance=700))
    page = member.get("/statement").text
    assert "No payment in this time." in page
    assert page.count("7.00\N{NO-BREAK SPACE}credits") == 2
    assert 'class="chart' not in page


def test_limits_that_nobody_knows_are_not_drawn(member: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", DOWN)
    page = member.get("/statement").text
    assert 'class="chart-line"' in page
    assert "chart-limit" not in page
    assert "Highest allowed" not in page


def test_limits_far_away_are_named(member: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(max_positive=10**12))
    assert "↑ Highest allowed 10,000,000,000.00, far above" in member.get("/statement").text


def test_of_very_many_entries_the_newest_are_drawn_and_that_is_said(member: FlaskClient, network: Network) -> None:
    entries = some_entries(620)
    network.ledger.on("GET", STATEMENT, lambda asked: by_position(entries, asked))
    page = member.get(f"/statement?{WINTER}").text
    assert "begin with the newest 500 entries" in page
    assert [asked.get("before") for asked in asked_of(network)] == [None, "1564", "1264", "964", "664"]


def test_the_first_page_shows_a_small_one_of_the_newest(member: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", STATEMENT, a_statement(some_entries(30)))
    page = member.get("/dashboard").text
    assert 'class="chart chart-small"' in page
    assert "Your balance since <time" in page
    assert page.count("Delivery ") == 5
    assert [asked["limit"] for asked in asked_of(network)] == ["40"], "no further question"


@pytest.mark.parametrize("count", [0, 1])
def test_of_too_few_entries_the_first_page_shows_none(member: FlaskClient, network: Network, count: int) -> None:
    network.ledger.on("GET", STATEMENT, a_statement(some_entries(count)))
    assert "chart-small" not in member.get("/dashboard").text


# --- filters ------------------------------------------------------------------------------------------------------


def test_filters_are_asked_of_the_ledger_and_kept(member: FlaskClient, network: Network) -> None:
    found = a_statement([an_entry(7, -100, 0, "Fresh bread")], next=7)
    network.ledger.on("GET", STATEMENT, lambda asked: found if "sign" in asked.query else a_statement(some_entries(3)))
    page = member.get(f"/statement?{WINTER}&sign=out&counterparty={BAKERY_ACCOUNT}&text=%20bread%20").text
    asked = asked_of(network)[-1]
    assert (asked["sign"], asked["counterparty"], asked["text"]) == ("out", BAKERY_ACCOUNT, "bread")
    assert (asked["from"], asked["limit"]) == ("2026-01-01T00:00:00.000000Z", "20")
    assert "1 entry fits · received 0.00" in page
    assert '<option value="out" selected>' in page
    assert f'<option value="{BAKERY_ACCOUNT}" selected>' in page
    assert 'value="bread"' in page
    kept = f"from=2026-01-01&amp;to=2026-03-31&amp;sign=out&amp;counterparty={BAKERY_ACCOUNT}&amp;text=bread"
    assert f"/statement?before=7&amp;{kept}" in page
    assert 'href="/statement.pdf?from=2026-01-01&amp;to=2026-03-31"' in page


def test_a_filter_that_nothing_fits_offers_all(member: FlaskClient, network: Network) -> None:
    some = a_statement(some_entries(3))
    network.ledger.on("GET", STATEMENT, lambda asked: a_statement([]) if "text" in asked.query else some)
    page = member.get("/statement?text=caviar").text
    assert "No entry of this time fits what you chose." in page
    assert "Show all of this time" in page


@pytest.mark.parametrize("nonsense", ["sign=up", "counterparty=12", "counterparty=%00", "text=%00", "text=%20%20"])
def test_filters_that_make_no_sense_are_none(member: FlaskClient, network: Network, nonsense: str) -> None:
    assert member.get(f"/statement?{nonsense}").status_code == 200
    assert set(asked_of(network)[-1]) == {"from", "to", "limit"}


def test_entries_that_fail_alone_spoil_their_card_alone(member: FlaskClient, network: Network) -> None:
    some = a_statement(some_entries(3))
    network.ledger.on("GET", STATEMENT, lambda asked: DOWN if "sign" in asked.query else some)
    page = member.get("/statement?sign=in").text
    assert "Load the page again" in page
    assert 'class="chart-line"' in page


# --- paper --------------------------------------------------------------------------------------------------------


def test_paper_says_whose_it_is_and_where_they_live(member: FlaskClient, network: Network) -> None:
    network.entities[:] = [an_entity(address="Hill Lane 1", city="Todmorden", postal_code="OL14 5XX"), a_bakery()]
    page = member.get(f"/statement?{WINTER}").text
    assert '<p class="letterhead-name">Green Farm</p>' in page
    assert "Hill Lane 1, Todmorden, OL14 5XX" in page


# --- time zones ---------------------------------------------------------------------------------------------------


def in_zone(client: FlaskClient, zone: str) -> None:
    client.set_cookie("zone", zone)


def test_days_and_times_are_those_of_the_readers_zone(member: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", STATEMENT, a_statement([an_entry(4, 100, 100, "", time="2026-02-01T03:00:00.000000Z")]))
    in_zone(member, "America/New_York")
    page = member.get(f"/statement?{WINTER}").text
    assert asked_of(network)[-1]["from"] == "2026-01-01T05:00:00.000000Z"
    assert 'title="2026-02-01 03:00:00 UTC">31 Jan 2026, 22:00</time>' in page
    assert "those of America/New York" in page


@pytest.mark.parametrize("zone", ["Atlantis/Town", "../../etc/passwd", "", "x" * 4000])
def test_a_zone_that_there_is_not_is_the_networks(member: FlaskClient, network: Network, zone: str) -> None:
    in_zone(member, zone)
    assert "those of Europe/London" in member.get("/statement").text
