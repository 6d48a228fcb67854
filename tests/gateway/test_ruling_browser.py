"""Credits moved on behalf of two members, by keyboard alone."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.gateway.browsing import LAPTOP, enter, serving
from tests.gateway.network import BAKERY_ACCOUNT, FARM_ACCOUNT, Network, an_admin_transfer, some_legs
from tests.gateway.scenes import furnish

pytestmark = [pytest.mark.integration, pytest.mark.long]

FARTHEST = 60
_FOCUSED = """() => {
    const it = document.activeElement;
    return (it.labels?.[0] ?? it).textContent.trim();
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field, link or button of that name has the focus."""
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        if page.evaluate(_FOCUSED) == name:
            return
    raise AssertionError(f"Tab does not reach: {name}")


def test_an_administrator_moves_credits_without_a_mouse(app: Flask, network: Network, browser: Browser) -> None:
    furnish(network)
    network.ledger.on("POST", "/admin-transfers", an_admin_transfer("transfer-admin"))
    context = browser.new_context(viewport=LAPTOP)  # type: ignore[arg-type]
    with serving(app) as site:
        enter(context, app, site, "admin")
        page = context.new_page()
        page.goto(f"{site}/admin/transfers")
        tab_to(page, "Transfer on behalf of members")
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/transfers/new")
        for label, typed in (
            ("From", FARM_ACCOUNT),
            ("To", "old bakery"),
            ("Amount in credits", "25"),
            ("What is it for?", "Levy"),
        ):
            tab_to(page, label)
            page.keyboard.type(typed)
        page.keyboard.press("Enter")
        table = page.get_by_role("table", name="What it does to each account")
        assert "−15.00" in table.get_by_role("row", name="Green Farm").inner_text()
        tab_to(page, "Yes, move 25.00\N{NO-BREAK SPACE}credits")
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/transfers/transfer-admin")
        assert page.get_by_role("status").first.inner_text().startswith("Done:")
    context.close()
    assert network.ledger.count("POST", "/admin-transfers") == 1
    asked = network.ledger.last("POST", "/admin-transfers").body
    assert asked["legs"] == some_legs((FARM_ACCOUNT, -2500), (BAKERY_ACCOUNT, 2500))
