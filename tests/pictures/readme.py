"""The README's pictures, of the running system with its demo data: `python -m tests.pictures.readme [address]`."""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page

from deploy.demo.loader import PASSWORD
from tests.browser import chromium

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
MEMBER = "hello@avon-plumbing.demo.example"
SIZE = {"width": 1120, "height": 760}
SMALL = 0.6
"""Pixels of a picture for one of the page: three of them stand side by side."""


def main(address: str) -> None:
    """Write them."""
    FOLDER.mkdir(exist_ok=True)
    with chromium() as browser:
        _member(browser, address, "light", {"dashboard": "/dashboard", "search": "/businesses?q=bread"})
        _member(browser, address, "dark", {"statement": "/statement"})
    print(f"{len(list(FOLDER.iterdir()))} pictures are in {FOLDER}")


def _member(browser: Browser, address: str, scheme: str, pages: dict[str, str]) -> None:
    context = browser.new_context(
        viewport=SIZE,  # type: ignore[arg-type]
        device_scale_factor=SMALL,
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    _log_in(page, address)
    for name, path in pages.items():
        page.goto(address + path)
        page.screenshot(path=FOLDER / f"{name}.png")
    context.close()


def _log_in(page: Page, address: str) -> None:
    page.goto(f"{address}/login")
    page.get_by_label("Email").fill(MEMBER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/dashboard")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080")
