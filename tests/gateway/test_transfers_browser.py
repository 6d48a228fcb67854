"""Paying in a real browser: however it is sent twice it is done once; by keyboard alone; asked and answered bare."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect

from tests.gateway import scenes
from tests.gateway.browsing import PHONE, enter, serving, violations
from tests.gateway.network import BAKERY_ACCOUNT, FARM_ACCOUNT, Network, a_completed_transfer, a_transfer
from tests.gateway.standin import Asked
from tests.waiting import wait_until

PATIENCE = 20_000
"""Milliseconds for what a script asks for: the machine may be busy."""

pytestmark = [pytest.mark.integration, pytest.mark.long]


class Book:
    """As the ledger: what comes again under a key is what was made at first."""

    def __init__(self, network: Network) -> None:
        self.made: dict[str, dict[str, Any]] = {}
        network.ledger.on("POST", "/transfers", self._propose)

    def _propose(self, asked: Asked) -> dict[str, Any]:
        return self.made.setdefault(asked.headers["Idempotency-Key"], a_transfer())


@pytest.fixture
def book(network: Network) -> Book:
    scenes.furnish(network)
    return Book(network)


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    with serving(app) as address:
        yield address


@pytest.fixture
def context(app: Flask, book: Book, site: str, browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(viewport=PHONE) as made:  # type: ignore[arg-type]
        enter(made, app, site, "member")
        yield made


@pytest.fixture
def bare(app: Flask, book: Book, site: str, browser: Browser) -> Iterator[BrowserContext]:
    """Without JavaScript."""
    with browser.new_context(viewport=PHONE, java_script_enabled=False) as made:  # type: ignore[arg-type]
        enter(made, app, site, "member")
        yield made


def asked_whether_right(context: BrowserContext, site: str) -> Page:
    """The page that asks it, of a payment."""
    page = context.new_page()
    page.goto(f"{site}/transfers/new?to={BAKERY_ACCOUNT}&amount=25.00&text=Bread")
    page.get_by_role("button", name="Next: check it").click()
    return page


def yes(page: Page) -> Any:
    return page.get_by_role("button", name="Yes, pay 25.00")


def sent_again(page: Page) -> bool:
    """Load again what the browser could not show, which sends the form once more; no, while it still goes there."""
    try:
        page.reload()
    except Error:
        return False
    return True


@pytest.mark.parametrize("who", ["context", "bare"])
def test_a_double_click_pays_once(request: pytest.FixtureRequest, book: Book, site: str, who: str) -> None:
    page = asked_whether_right(request.getfixturevalue(who), site)
    yes(page).dblclick()
    expect(page.get_by_text("Your payment waits for an answer.")).to_be_visible()
    assert len(book.made) == 1


def test_going_back_and_sending_again_pays_once(context: BrowserContext, book: Book, site: str) -> None:
    page = asked_whether_right(context, site)
    assert violations(page) == []
    yes(page).click()
    expect(page.get_by_role("heading", name="Payment")).to_be_visible()
    # Pages are not kept: the browser asks whether to send again what led to this one.
    with suppress(Error):
        page.go_back()
    wait_until(lambda: sent_again(page))
    yes(page).click()
    expect(page.get_by_role("heading", name="Payment")).to_be_visible()
    assert len(book.made) == 1


def test_two_tabs_of_one_payment_pay_once(bare: BrowserContext, book: Book, site: str) -> None:
    page = asked_whether_right(bare, site)
    with bare.expect_page() as opened:
        yes(page).click(modifiers=["ControlOrMeta"])
    expect(opened.value.get_by_role("heading", name="Payment")).to_be_visible()
    yes(page).click()
    expect(page.get_by_role("heading", name="Payment")).to_be_visible()
    assert len(book.made) == 1


def test_a_connection_that_is_cut_after_sending_pays_once(context: BrowserContext, book: Book, site: str) -> None:
    page = asked_whether_right(context, site)

    def cut(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    page.route(f"{site}/transfers", cut)
    with page.expect_event("requestfailed"):
        yes(page).click(no_wait_after=True)
    assert len(book.made) == 1
    page.unroute(f"{site}/transfers")
    wait_until(lambda: sent_again(page))
    expect(page.get_by_text("Your payment waits for an answer.").first).to_be_visible()
    assert len(book.made) == 1


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the thing of that name or words has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        at = page.evaluate("[document.activeElement.name, document.activeElement.textContent.trim()]")
        if name in at:
            return
    raise AssertionError(f"Tab never came to {name}")


def test_a_payment_by_keyboard_alone(context: BrowserContext, book: Book, network: Network, site: str) -> None:
    page = context.new_page()
    page.goto(f"{site}/transfers/new")
    tab_to(page, "direction")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    tab_to(page, "counterparty")
    page.keyboard.type("old bakery")
    tab_to(page, "amount")
    page.keyboard.type("25")
    tab_to(page, "Next: check it")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Is this right?')")
    tab_to(page, "Yes, pay 25.00\N{NO-BREAK SPACE}credits")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your payment waits for an answer.")).to_be_visible()
    assert network.ledger.last("POST", "/transfers").body["direction"] == "pay"


def test_names_are_offered_while_one_types(context: BrowserContext, network: Network, site: str) -> None:
    found = {"tags": [], "businesses": [{"entity_id": "e", "name": "Old Bakery"}], "places": [], "categories": []}
    network.directory.on("GET", "/suggestions", found)
    page = context.new_page()
    page.goto(f"{site}/transfers/new")
    page.get_by_label("With whom").press_sequentially("old")
    expect(page.locator("#counterparty-suggestions option")).to_have_attribute("value", "Old Bakery", timeout=PATIENCE)


def test_asking_accepting_and_declining_need_no_javascript(bare: BrowserContext, network: Network, site: str) -> None:
    network.ledger.on("POST", "/transfers/transfer-2/accept", a_completed_transfer("transfer-2"))
    network.ledger.on("POST", "/transfers/transfer-4/reject", a_transfer("transfer-4", status="cancelled"))
    page = bare.new_page()
    page.goto(f"{site}/dashboard")
    page.get_by_role("link", name="Ask for payment").click()
    page.get_by_label("With whom").fill("Old Bakery")
    page.get_by_label("Amount in credits").fill("9")
    page.get_by_role("button", name="Next: check it").click()
    page.get_by_role("button", name="Yes, ask for 9.00").click()
    expect(page.get_by_text("Your request waits for an answer.")).to_be_visible()
    assert network.ledger.last("POST", "/transfers").body == {
        "initiator": FARM_ACCOUNT, "counterparty": BAKERY_ACCOUNT, "direction": "request", "amount": 900,
    }  # fmt: skip
    page.get_by_role("link", name="Home", exact=True).last.click()
    page.get_by_text("Accept", exact=True).first.click()
    page.get_by_role("button", name="Yes, pay 1,234.50").click()
    expect(page.get_by_text("are paid.")).to_be_visible()
    page.goto(f"{site}/pending")
    page.get_by_text("Decline", exact=True).last.click()
    page.get_by_label("Reason").locator("visible=true").fill("Not ours")
    page.get_by_role("button", name="Yes, decline it").locator("visible=true").click()
    expect(page.get_by_text("Declined. Nothing was paid.")).to_be_visible()
    assert network.ledger.last("POST", "/transfers/transfer-4/reject").body == {"reason": "Not ours"}
