"""The pages that need no trust and no login, in a real browser: by eye, by keyboard, without JavaScript."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.gateway import scenes
from tests.gateway.booked import a_book
from tests.gateway.browsing import NARROW, PHONE, complaints, enter, narrow_phone, serving
from tests.gateway.network import Network
from tests.gateway.pdf_text import Pdf
from tests.gateway.proven import CODE, DOWN, PRINTED, furnish_file, no_proofs, some_entries, some_facts

pytestmark = pytest.mark.integration

PATHS = ("/ledger", "/check", f"/check/{CODE}", "/check/ZZZZ0000ZZZZ0000ZZZZ", "/check?code=12-34")


@pytest.fixture
def site(app: Flask, network: Network) -> Iterator[str]:
    scenes.furnish(network)
    with serving(app) as address:
        yield address


def on_the_first_day(network: Network) -> None:
    no_proofs(network)


def in_trouble(network: Network) -> None:
    """The ledger is down but for a statement that does not hold."""
    for path in ("/tree/heads", "/tree/keys", "/head"):
        network.ledger.on("GET", path, DOWN)
    network.ledger.on("GET", f"/statement-codes/{CODE}", some_facts(holds=False))


@pytest.mark.parametrize("scene", [on_the_first_day, in_trouble], ids=["first-day", "trouble"])
def test_axe_finds_nothing_on_a_bad_day(
    app: Flask, network: Network, site: str, browser: Browser, scene: Callable[[Network], None]
) -> None:
    """How they are on all others is judged in test_pages_browser.py."""
    scene(network)
    found = []
    for who, paths in (("visitor", ("/ledger", f"/check/{CODE}")), ("auditor", ("/auditor",))):
        context = narrow_phone(browser)
        enter(context, app, site, who)
        page = context.new_page()
        found += [each for path in paths for each in complaints(page, site + path)]
        context.close()
    assert found == []


def test_open_proofs_are_no_wider_than_a_narrow_phone(network: Network, site: str, browser: Browser) -> None:
    page = browser.new_page(viewport=NARROW)  # type: ignore[arg-type]
    for path in PATHS:
        page.goto(site + path)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
    page.close()


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_code_is_typed_and_confirmed_by_keyboard(
    network: Network, site: str, browser: Browser, javascript: bool
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=javascript)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site}/")
    page.get_by_role("link", name="Check a statement").click()
    page.get_by_label("Code").fill("0123 4567 89ab")
    page.keyboard.press("Enter")
    page.get_by_text("A code has 20 letters and digits, in five groups of four.").wait_for()
    assert page.get_by_label("Code").input_value() == "0123 4567 89ab"
    page.get_by_label("Code").fill(PRINTED.lower())
    page.keyboard.press("Enter")
    page.get_by_text("Confirmed.", exact=True).wait_for()
    assert page.url == f"{site}/check/{CODE}"
    page.get_by_text("The proof").click()
    page.get_by_text("ef" * 32).wait_for()
    context.close()


def test_a_member_takes_the_pdf_home(app: Flask, network: Network, site: str, browser: Browser) -> None:
    furnish_file(network, some_entries(3))
    context = browser.new_context()
    enter(context, app, site, "member")
    page = context.new_page()
    page.goto(f"{site}/statement")
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF to print").click()
    assert download.value.suggested_filename.endswith(".pdf")
    assert PRINTED in Pdf(download.value.path().read_bytes()).text
    context.close()


def test_a_chosen_dark_prints_dark_on_white_with_whose_it_is(app: Flask, site: str, browser: Browser) -> None:
    context = browser.new_context(color_scheme="dark", timezone_id="America/New_York")
    context.add_cookies([{"name": "theme", "value": "dark", "url": site}])
    enter(context, app, site, "member")
    page = context.new_page()
    page.goto(f"{site}/statement?from=2026-01-01&to=2026-03-31")
    assert {cookie["name"]: cookie["value"] for cookie in context.cookies()}["zone"] == "America/New_York"
    assert not page.locator(".letterhead").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".letterhead").is_visible()
    assert not page.locator("header").is_visible()
    colours = "(getComputedStyle(document.body)).{0}"
    assert page.evaluate(colours.format("backgroundColor")) == "rgb(255, 255, 255)"
    assert page.evaluate(colours.format("color")) == "rgb(28, 41, 36)"
    assert page.pdf().startswith(b"%PDF-")
    context.close()


def test_an_auditor_has_a_head_signed(app: Flask, network: Network, site: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    enter(context, app, site, "auditor")
    page = context.new_page()
    page.goto(f"{site}/auditor")
    page.get_by_role("button", name="Sign one now").click()
    page.get_by_text("Head number 8 is signed. It covers 1,050 events.").wait_for()
    context.close()


def test_an_auditor_keeps_a_head_and_comes_back_with_it(
    app: Flask, network: Network, site: str, browser: Browser, tmp_path: Path
) -> None:
    """A whole audit, on a phone, without JavaScript: to an event, to what is new, and again from the file alone."""
    book = a_book()
    network.ledger.on("GET", "/tree/heads", {"heads": [book.head(4)], "next": None})
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    enter(context, app, site, "auditor")
    page = context.new_page()
    page.goto(f"{site}/auditor")
    page.get_by_role("button", name="I have audited up to event 4").click()
    page.get_by_role("link", name="What changed since then").click()
    page.get_by_text("It is the same book.").wait_for()
    page.get_by_role("link", name="Every event").click()
    page.get_by_label("Type").select_option(label="Transfer completed")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("link", name="5 · Transfer completed").click()
    page.get_by_text("This event is number 5 of the first 8 events of the book.").wait_for()
    context.clear_cookies(name="mccsAudited")
    kept = tmp_path / "head.json"
    kept.write_text(json.dumps({"books": [{"head": book.head(4)}]}))
    page.goto(f"{site}/auditor")
    page.get_by_role("link", name="Compare a head that I kept").click()
    page.get_by_label("File with the head").set_input_files(kept)
    page.get_by_role("button", name="Compare").first.click()
    page.get_by_role("heading", name="From event 4 to event 8").wait_for()
    context.close()
