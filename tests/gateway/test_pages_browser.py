"""Every page in a real browser: axe finds nothing, nothing is wider than a narrow phone, no message on the console."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.gateway import scenes
from tests.gateway.browsing import PHONE, Weighed, complaints, enter, narrow_phone, serving, violations
from tests.gateway.network import BAKERY, BAKERY_ACCOUNT, FARM, Network, a_transfer
from tests.gateway.scenes_pages import PAGES
from tests.gateway.scenes_setup import Settings

pytestmark = [pytest.mark.integration, pytest.mark.long]

EXPECTED = ("Failed to load resource: the server responded with a status of",)


FIRST_VISIT, LATER_PAGE = 60_000, 40_000
"""Bytes. The rule is 150 000 for the first (ui.md, rule 6): there is no reason to come near that."""


@pytest.fixture
def weighed(app: Flask) -> Weighed:
    return Weighed(app)


@pytest.fixture
def site(weighed: Weighed) -> Iterator[str]:
    with serving(weighed) as address:
        yield address


def messages_of(page: Page) -> list[str]:
    """What the console will have said: a refused script or style shows there."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.mark.parametrize(
    "who",
    [
        *("visitor", "member", "applicant", "admin", "auditor", "newcomer", "halfway"),
        *("operator", "several", "acting", "coordinator"),
    ],
)
def test_axe_finds_nothing_and_no_page_is_wider_than_a_narrow_phone(
    app: Flask, network: Network, weighed: Weighed, site: str, browser: Browser, who: str
) -> None:
    """With the longest words in all of them. None is heavy, none asks anybody else for anything."""
    scenes.furnish(network, name=f"{scenes.LONG_NAME} {scenes.LONG_WORD}", note=scenes.LONG_WORD)
    Settings(network, name=scenes.LONG_NAME[:60], unit_name=scenes.LONG_WORD[:20], terms=scenes.LONG_WORD)
    context = narrow_phone(browser)
    enter(context, app, site, who)
    page = context.new_page()
    said = messages_of(page)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    mine = [item for item in PAGES if item.who == who]
    found, weights = [], []
    for item in mine:
        found += complaints(page, site + item.path, is_like_another=item.alike)
        weights.append(weighed.taken())
    context.close()
    assert found == []
    assert [url for url in asked if not url.startswith((f"{site}/", "data:"))] == []
    assert weights[0] <= FIRST_VISIT
    assert [
        (item.path, weight) for item, weight in zip(mine[1:], weights[1:], strict=True) if weight > LATER_PAGE
    ] == []
    assert [text for text in said if not text.startswith(EXPECTED)] == []


def test_axe_would_notice(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html lang='en'><title>x</title><main><h1>x</h1><details><img src='x'></details></main>")
    assert violations(page) == [("image-alt", ['<img src="x">'])]
    page.close()


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_payment_from_the_first_page_to_the_last(
    app: Flask, network: Network, site: str, browser: Browser, javascript: bool
) -> None:
    scenes.furnish(network)
    network.ledger.on("POST", "/transfers", a_transfer())
    context = browser.new_context(viewport=PHONE, java_script_enabled=javascript)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site}/transfers/new")
    page.get_by_label("Email").fill("ann@farm.example")
    page.get_by_label("Password").fill("Secret-123")
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("With whom").fill("old bakery")
    page.get_by_label("Amount in credits").fill("25")
    if javascript:
        meant = "You pay Old Bakery 25.00\N{NO-BREAK SPACE}credits; your balance goes from −15.00 to −40.00"
        expect(page.locator("[data-preview-text]")).to_contain_text(meant, timeout=20_000)
    page.get_by_role("button", name="Next: check it").click()
    page.get_by_role("button", name="Yes, pay 25.00").click()
    assert page.get_by_text("Your payment waits for an answer.").is_visible()
    assert network.ledger.last("POST", "/transfers").body["counterparty"] == BAKERY_ACCOUNT
    context.close()


def test_colours_change_at_once_and_stay(app: Flask, network: Network, site: str, browser: Browser) -> None:
    scenes.furnish(network)
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(f"{site}/login")
    page.get_by_label("Email").fill("kept@farm.example")
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.get_by_label("Email").input_value() == "kept@farm.example"
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    context.close()


def test_the_keyboard_reaches_the_content_first(network: Network, site: str, browser: Browser) -> None:
    scenes.furnish(network)
    page = browser.new_page()
    page.goto(f"{site}/login")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "email"
    page.close()


def test_axe_would_notice_what_looks_alone_break(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html lang='en'><title>x</title><main><p style='color: #bbb'>Pale words</p><img src='x'></main>")
    assert [name for name, _ in violations(page, of_looks_alone=True)] == ["color-contrast"]
    page.close()


def test_applications_are_decided_by_keys_alone(app: Flask, network: Network, site: str, browser: Browser) -> None:
    scenes.furnish(network)
    network.directory.on("PATCH", f"/entities/{BAKERY}", {"name": "Old Bakery", "status": "accepted"})
    context = browser.new_context()
    enter(context, app, site, "admin")
    page = context.new_page()
    page.goto(f"{site}/admin/applications")
    focus = lambda what: page.evaluate(f"document.activeElement.{what}")  # noqa: E731
    page.keyboard.press("j")
    assert focus("tagName") == "BODY", "keys do nothing before the list has the focus"
    page.get_by_role("link", name="Start with the first").press("Enter")
    assert focus("id") == f"joining-{BAKERY}"
    for key, row in (("j", f"joining-{FARM}"), ("j", f"trading-{BAKERY}"), ("k", f"joining-{FARM}"), ("d", "")):
        page.keyboard.press(key)
        assert not row or focus("id") == row
    page.keyboard.type("jam alone")
    assert page.locator(f"#joining-{FARM} [data-typed-reason]").text_content() == "jam alone"
    for key in ("Escape", "k", "x", "a", "Enter"):
        page.keyboard.press(key)
    page.get_by_text("Old Bakery: Listed in the directory.").wait_for()
    assert focus("id") == f"joining-{FARM}", "the next in line"
    asked = network.directory.last("PATCH", f"/entities/{BAKERY}").body
    assert asked == {"status": "accepted", "expected_status": "pending"}
    context.close()
