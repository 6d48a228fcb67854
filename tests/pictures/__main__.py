"""Pictures of every page: `python -m tests.pictures [name ...] [--scene usual|empty|long] [--to pictures]`.

Each page of the site, as the tests know them (tests/gateway/scenes_pages.py), on a phone and a laptop, light and dark.
The services behind the gateway are the tests' stand-ins, so that every page has something to show. Prints what is
wider than its screen.
"""

import argparse
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby, product
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from flask import Flask
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from services.gateway.app import create_app
from tests.browser import chromium
from tests.gateway import scenes
from tests.gateway.browsing import enter, serving
from tests.gateway.conftest import config_for, public_pem_of
from tests.gateway.network import Network
from tests.gateway.scenes_pages import PAGES, Page
from tests.gateway.standin import Standin

SIZES = {"phone": (390, 844), "laptop": (1280, 800)}
SCHEMES = ("light", "dark")
LONGEST = 4_000
"""Pixels of a page: nobody looks at more."""
SERVICES = ("ledger", "directory", "matcher", "notifier")


def main(asked: argparse.Namespace) -> None:
    """Write them all, and say where."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    folder = Path(asked.to)
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [page for page in PAGES if not asked.names or page.name in asked.names]
    with _site() as (app, network, address), chromium() as browser:
        _furnish(network, asked.scene)
        for who, pages in groupby(sorted(chosen, key=lambda page: page.who), key=lambda page: page.who):
            _take(browser, app, address, who, list(pages), folder)
    print(f"{len(chosen) * len(SIZES) * len(SCHEMES)} pictures are in {folder}/")


def _furnish(network: Network, scene: str) -> None:
    if scene == "empty":
        scenes.empty(network)
    elif scene == "long":
        scenes.furnish(network, name=f"{scenes.LONG_NAME} {scenes.LONG_WORD}", note=scenes.LONG_WORD)
    else:
        scenes.furnish(network)


@contextmanager
def _site() -> Iterator[tuple[Flask, Network, str]]:
    session, internal = generate_private_key(65537, 2048), generate_private_key(65537, 2048)
    standins = {name: Standin(name, public_pem_of(internal)) for name in SERVICES}
    try:
        with tempfile.TemporaryDirectory() as keys:
            config = config_for(standins, session, internal, Path(keys), rate_limit="1000000/minute")
            with serving(app := create_app(config)) as address:
                yield app, Network(**standins), address
    finally:
        for standin in standins.values():
            standin.stop()


def _take(browser: Browser, app: Flask, address: str, who: str, pages: list[Page], folder: Path) -> None:
    context = browser.new_context(reduced_motion="reduce")
    enter(context, app, address, who)
    tab = context.new_page()
    for page in pages:
        tab.goto(address + page.path)
        for (size, (width, height)), scheme in product(SIZES.items(), SCHEMES):
            tab.set_viewport_size({"width": width, "height": height})
            tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            _shoot(tab, width, folder / f"{page.name}-{size}-{scheme}.png")
    context.close()


def _shoot(tab: Tab, width: int, file: Path) -> None:
    needed = tab.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    if needed[0] > width:
        print(f"{file.stem}: {needed[0]} pixels wide")
    area = {"x": 0, "y": 0, "width": width, "height": min(needed[1], LONGEST)}
    tab.screenshot(path=file, full_page=True, clip=area)  # type: ignore[arg-type]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.pictures")
    parser.add_argument("names", nargs="*", metavar="name", help="pages alone; all when none is named")
    parser.add_argument("--scene", choices=("usual", "empty", "long"), default="usual")
    parser.add_argument("--to", default="pictures")
    main(parser.parse_args())
