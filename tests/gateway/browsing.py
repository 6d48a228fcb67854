"""The gateway on a real socket, for a real browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import BrowserContext
from werkzeug.serving import WSGIRequestHandler, make_server

from services.gateway.session import sessions_of
from tests.gateway.scenes import SECOND_STEP, session_of, token_for

PHONE = {"width": 360, "height": 740}
NARROW = {"width": 320, "height": 640}
LAPTOP = {"width": 1280, "height": 800}


class _QuietHandler(WSGIRequestHandler):
    def log(self, *_: object) -> None: ...


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of a site that serves `app`."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_QuietHandler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


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
