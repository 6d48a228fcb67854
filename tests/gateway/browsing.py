"""The gateway on a real socket, for a real browser."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, cast
from wsgiref.types import WSGIApplication

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

from services.gateway.session import sessions_of
from tests.gateway.scenes import SECOND_STEP, session_of, token_for
from tests.gateway.standin import QuietHandler

PHONE = {"width": 360, "height": 740}
NARROW = {"width": 320, "height": 640}
LAPTOP = {"width": 1280, "height": 800}

# Axe's own word for what WCAG 2.2 AA asks for, and its advice on top. What passes is neither collected nor sent: that
# takes longer than to judge.
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
_LOOKS = ["color-contrast", "target-size", "scrollable-region-focusable"]
"""The rules whose answer another size or colour scheme can change."""
_ROWS = 8
"""Of each part of a table: the others look like them, and the table of permissions alone has hundreds."""
_AXE = Axe().axe_script


class Weighed:
    """An application, and how much it has sent."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._sent = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            self._sent += sum(len(name) + len(value) + 4 for name, value in headers)
            return start_response(status, headers, *more)

        with closing(cast("ClosingIterator", self._app(environ, start))) as pieces:
            for piece in pieces:
                self._sent += len(piece)
                yield piece

    def taken(self) -> int:
        """Bytes sent since the last time, heads of answers too."""
        sent, self._sent = self._sent, 0
        return sent


@contextmanager
def serving(app: WSGIApplication) -> Iterator[str]:
    """The address of a site that serves `app`."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def narrow_phone(browser: Browser) -> BrowserContext:
    """A context that is NARROW and light, and where nothing moves: no page waits until its colours have faded."""
    return browser.new_context(viewport=NARROW, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]


def enter(context: BrowserContext, app: Flask, site: str, who: str) -> None:
    """Give a browser the cookie of somebody."""
    session = session_of(who)
    if who == "halfway":
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer
        value = signer.dumps({SECOND_STEP: {"ticket": "ticket-1", "next": "/pending", "kind": "member"}})
        context.add_cookies([{"name": "mccsPage", "value": str(value), "url": site}])
    if session:
        context.add_cookies([{"name": "mccsToken", "value": token_for(sessions_of(app), session), "url": site}])


def violations(page: Page, *, of_looks_alone: bool = False) -> list[tuple[str, list[str]]]:
    """What axe finds on a page with all its details open: names of rules, and where each is broken.

    The page is not whole afterwards: long tables have lost their later rows.
    """
    rules = {**_RULES, "runOnly": {"type": "rule", "values": _LOOKS}} if of_looks_alone else _RULES
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found = page.evaluate(
        """async ([rules, rows]) => {
            document.querySelectorAll('details').forEach((each) => { each.open = true; });
            document.querySelectorAll(`tbody > tr:nth-child(n + ${rows + 1})`).forEach((each) => each.remove());
            await Promise.allSettled(document.getAnimations().map((each) => each.finished));
            return (await axe.run(document, rules)).violations;
        }""",
        [rules, _ROWS],
    )
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


def complaints(page: Page, address: str, *, is_like_another: bool = False) -> list[tuple[str, ...]]:
    """What is wrong with a page: light on a narrow phone by what look and size can break, dark on a laptop by all.

    In one load, which takes as long as a judgement. `page` is of a `narrow_phone`.
    """
    page.goto(address)
    found: list[tuple[str, ...]] = []
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append((address, "wider than a narrow phone"))
    found += [(address, "light phone", name, *at) for name, at in violations(page, of_looks_alone=True)]
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
    found += [(address, "dark laptop", name, *at) for name, at in violations(page, of_looks_alone=is_like_another)]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    return found
