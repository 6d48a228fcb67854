"""What a page does by itself in a real browser: renews its numbers, rests when hidden, says when it is cut off."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from tests.gateway import scenes
from tests.gateway.browsing import PHONE, enter, serving
from tests.gateway.network import FARM_ACCOUNT, Network, a_transfer, an_account
from tests.waiting import wait_until

pytestmark = pytest.mark.integration

MORNING = datetime(2026, 1, 31, 9, tzinfo=UTC)
HIDE = """(hidden) => {
    Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture
def site(app: Flask, network: Network) -> Iterator[str]:
    scenes.furnish(network)
    with serving(app) as address:
        yield address


def test_numbers_are_renewed_without_loading_the_page_until_it_is_hidden(
    app: Flask, network: Network, site: str, browser: Browser
) -> None:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    enter(context, app, site, "member")
    page = context.new_page()
    page.clock.install()
    page.goto(f"{site}/dashboard")
    expect(page.get_by_role("link", name="Pending 3 wait")).to_be_visible()
    page.evaluate("window.same = true")

    network.ledger.on("GET", "/transfers", {"transfers": [a_transfer()], "total": 4, "next": None})
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(balance=7700, version=8))
    network.notifier.on("GET", "/notices/unread", {"unread": 0})
    with page.expect_response("**/live?**"):
        page.clock.fast_forward(20_000)
    expect(page.get_by_role("link", name="Pending 4 wait")).to_be_visible()
    expect(page.get_by_role("link", name="Notices", exact=True)).to_be_visible()
    expect(page.locator(".balance")).to_have_text("77.00 credits")
    expect(page.locator("[data-live-said]")).to_have_text("4 transfers wait.")
    expect(page.get_by_text("Something has changed since this page was loaded.")).to_be_visible()
    with page.expect_response(lambda answer: answer.status == 304):
        page.clock.fast_forward(20_000)

    page.evaluate(HIDE, True)
    asked = network.notifier.count("GET", "/notices/unread")
    page.clock.fast_forward(3_600_000)
    page.evaluate("fetch('/manifest.webmanifest')")
    assert network.notifier.count("GET", "/notices/unread") == asked, "nobody looks at it"
    with page.expect_response(lambda answer: answer.status == 304):
        page.evaluate(HIDE, False)
        page.clock.fast_forward(1)
    assert page.evaluate("window.same"), "it is still the page that was loaded"
    context.close()


def test_a_page_asks_less_and_less_of_a_part_that_fails_and_stops_when_logged_out(
    app: Flask, network: Network, site: str, browser: Browser
) -> None:
    context = browser.new_context()
    enter(context, app, site, "member")
    page = context.new_page()
    # Its clock stands still but for what is said here, however long the machine takes.
    page.clock.install(time=MORNING)
    page.clock.pause_at(MORNING + timedelta(seconds=1))
    page.goto(f"{site}/profile")
    answers: list[int] = []
    page.on("response", lambda answer: answers.append(answer.status) if "/live" in answer.url else None)
    page.route("**/live?**", lambda route: route.fulfill(status=503))
    for pause in (20_000, 40_000, 80_000):
        page.clock.fast_forward(pause - 1)
        assert page.evaluate("document.title")
        seen = len(answers)
        with page.expect_response("**/live?**"):
            page.clock.fast_forward(1)
        assert seen == len(answers) - 1, "not before"
    page.unroute("**/live?**")
    context.clear_cookies()
    with page.expect_response("**/live?**"):
        page.clock.fast_forward(160_000)
    seen = len(answers)
    page.clock.fast_forward(3_600_000)
    assert page.evaluate("document.title")
    assert len(answers) == seen
    context.close()


def test_without_a_network_there_is_a_page_that_says_so(app: Flask, network: Network, browser: Browser) -> None:
    """And nothing that a member saw was kept for it."""
    scenes.furnish(network)
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    with serving(app) as site:
        enter(context, app, site, "member")
        page = context.new_page()
        page.goto(f"{site}/dashboard")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        wait_until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"))
        page.goto(f"{site}/pending")
        assert page.get_by_role("heading", name="Pending").is_visible()
    page.goto(f"{site}/statement")
    assert page.get_by_role("heading", name="You are not connected").is_visible()
    assert page.url == f"{site}/statement"
    assert page.evaluate("getComputedStyle(document.querySelector('.card-box')).borderStyle") == "solid"
    kept = page.evaluate(
        """async () => {
            const names = await caches.keys();
            const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys())));
            return all.flat().map((request) => new URL(request.url).pathname).sort();
        }"""
    )
    assert kept == [
        "/offline",
        *(f"/static/{name}" for name in ("chevron.svg", "icons.svg", "mark.svg", "mccs.css", "mccs.js")),
    ]
    context.close()
