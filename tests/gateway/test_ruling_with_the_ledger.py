"""Pages of administrators before the ledger's own HTTP interface: what is shown before is what is done."""

import csv
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.gateway.session import sessions_of
from tests.gateway.network import BAKERY_ACCOUNT, FARM_ACCOUNT, Network, an_admin_session
from tests.gateway.scenes import hidden, send, token_for
from tests.gateway.test_admin_transfers import plain
from tests.gateway.test_with_the_ledger import joined
from tests.ledger.factories import opening
from tests.ledger.signing_web import MemoryApi

__all__ = ["joined"]


@pytest.fixture
def web() -> MemoryApi:
    """The ledger over a book in memory, with no payment yet."""
    return MemoryApi()


@pytest.fixture
def office(joined: Flask, web: MemoryApi, network: Network) -> FlaskClient:
    """An administrator, and two businesses with nothing behind them yet."""
    web.appender.execute([opening(FARM_ACCOUNT), opening(BAKERY_ACCOUNT)])
    network.entities[:] = [entity | {"version": 0} for entity in network.entities]
    admin = an_admin_session(position=0)
    network.lives(admin)
    network.directory.on("GET", "/staff", {"users": []})
    client = joined.test_client()
    client.set_cookie("mccsToken", token_for(sessions_of(joined), admin))
    return client


def table_of(text: str) -> list[list[str]]:
    """The cells of the rows of a page's table, without marks and what is read out alone."""
    bare = re.sub(
        r'<span class="visually-hidden">[^<]*</span>', "", text.partition("<tbody>")[2].partition("</tbody>")[0]
    )
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in bare.split("<tr>")[1:]]
    return [[re.sub(r"<[^>]*>", " ", cell).strip() for cell in row] for row in cells]


def test_credits_are_moved_and_go_back(office: FlaskClient) -> None:
    typed = {"payer": FARM_ACCOUNT, "payee": BAKERY_ACCOUNT, "amount": "7.50", "description": "Levy", "key": "k-1"}
    seen = send(office, "/admin/transfers/new", typed)
    assert table_of(seen.text) == [
        ["Green Farm", "0.00", "−7.50", "−7.50"],
        ["Old Bakery", "0.00", "+7.50", "7.50"],
    ]
    made = send(office, "/admin/transfers", typed, page="/admin/transfers/new").location
    assert send(office, "/admin/transfers", typed, page="/admin/transfers/new").location == made, "the key makes it one"
    assert [row[-1] for row in table_of(office.get(made).text)] == ["−7.50", "7.50"]
    assert [row[-1] for row in table_of(office.get(f"{made}/reversal").text)] == ["0.00", "0.00"]
    reversal = send(office, f"{made}/reversal", {"reason": "By mistake"}).location
    assert "By mistake" in office.get(reversal).text
    assert office.get(f"{made}/reversal").location == made, "once only"
    refused = send(office, "/admin/transfers/new", typed | {"amount": "999,999,999"})
    assert refused.status_code == 422
    assert "The limits of Green Farm leave room for 10.00 credits." in plain(refused.text)
    unknown = send(office, "/admin/transfers/new", typed | {"payee": "9999999999999999"})
    assert "There is no such account." in unknown.text
    rows = list(csv.DictReader(io.StringIO(office.get(f"/admin/transfers.csv?business={FARM_ACCOUNT}").text)))
    assert [(row["kind"], row["payer_name"], row["amount"]) for row in rows] == [
        ("reversal", "Old Bakery", "7.50"), ("admin", "Green Farm", "7.50"),
    ]  # fmt: skip
    assert rows[0]["transfer"] == rows[1]["reversed_by"]


def test_the_rules_are_changed_as_shown(office: FlaskClient) -> None:
    page = "/admin/settings"
    limits = {
        "default_max_negative": "12.00", "default_max_positive": "34.00", "expires_after_days": "20",
        "reminder_days": "2", "warning_percent": "70", "reason": "Decided",
    }  # fmt: skip
    seen = send(office, f"{page}/limits", limits, page=page)
    assert "accounts would be outside." in seen.text
    send(office, f"{page}/limits", limits | {"confirmed": hidden(seen.text, "confirmed")}, page=page)
    fee = {"rule-0-account": BAKERY_ACCOUNT, "rule-0-side": "payee", "rule-0-percent": "1.5", "reason": "For the fund"}
    seen = send(office, f"{page}/fees", fee, page=page)
    send(office, f"{page}/fees", fee | {"confirmed": hidden(seen.text, "confirmed")}, page=page)
    text = plain(office.get(page).text)
    assert "12.00 credits" in text
    assert "20 days" in text
    assert "1.5 % less for who is paid, to Old Bakery" in text
    assert "Decided" in text
    assert "For the fund" in text
    assert "Account opened" in office.get(f"/admin/accounts/{FARM_ACCOUNT}/changes").text
