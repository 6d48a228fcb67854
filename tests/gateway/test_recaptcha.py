"""reCAPTCHA: nothing without keys; with them nobody gets past it, not even when it is down."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

from services.chassis.config import BadSettings
from services.gateway.app import create_app
from services.gateway.config import Config
from tests.gateway.network import Network
from tests.gateway.scenes import send

LOGIN = {"email": "ann@farm.example", "password": "Secret-123"}
PAGES = ("/signup", "/login", "/admin/login", "/lost-password")


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None: ...


class Google:
    """Says of a response what it was told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, list[str]]] = []
        self.status = 200
        self.body: bytes | None = None
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}/siteverify"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        length = int(environ["CONTENT_LENGTH"])
        asked = parse_qs(environ["wsgi.input"].read(length).decode())
        self.asked.append(asked)
        start_response(f"{self.status} said", [("Content-Type", "application/json")])
        return [self.body if self.body is not None else json.dumps({"success": asked["response"] == ["good"]}).encode()]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@pytest.fixture
def google() -> Iterator[Google]:
    started = Google()
    yield started
    started.stop()


@pytest.fixture
def guarded(config: Config, google: Google, network: Network) -> FlaskClient:
    """A gateway with keys."""
    keyed = replace(config, recaptcha_site_key="site-key", recaptcha_secret="captcha-secret", recaptcha_url=google.url)
    network.directory.on("POST", "/password-resets", {})
    return create_app(keyed).test_client()


def test_nothing_of_it_is_loaded_without_keys(client: FlaskClient, network: Network) -> None:
    for path in PAGES:
        page = client.get(path)
        assert "recaptcha" not in page.text
        assert "google" not in page.headers["Content-Security-Policy"]
    assert send(client, "/login", LOGIN).status_code == 302


def test_its_pages_alone_let_it_in(guarded: FlaskClient) -> None:
    for path in PAGES:
        page = guarded.get(path)
        assert 'data-sitekey="site-key"' in page.text
        assert "captcha-secret" not in page.text
        policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
        assert policy["script-src"] == "'self' https://www.google.com/recaptcha/ https://www.gstatic.com/recaptcha/"
        assert policy["frame-src"].startswith("https://www.google.com/recaptcha/")
        assert policy["default-src"] == "'none'"
    for path in ("/", "/ledger", "/password-reset/token-1"):
        page = guarded.get(path)
        assert "recaptcha" not in page.text + page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("response", ["bad", "", None])
def test_nobody_passes_without_it(guarded: FlaskClient, google: Google, network: Network, response: str | None) -> None:
    values = LOGIN | ({} if response is None else {"g-recaptcha-response": response})
    refused = send(guarded, "/login", values)
    assert refused.status_code == 422
    assert "no robot" in refused.text
    assert 'value="ann@farm.example"' in refused.text
    assert "Secret-123" not in refused.text
    assert send(guarded, "/lost-password", {"email": "a@b.example", "kind": "member"}).status_code == 422
    assert network.directory.count("POST", "/sessions") == network.directory.count("POST", "/password-resets") == 0


def test_who_passes_goes_on_and_the_next_is_asked_anew(guarded: FlaskClient, google: Google, network: Network) -> None:
    assert send(guarded, "/login", LOGIN | {"g-recaptcha-response": "good"}).status_code == 302
    assert google.asked == [{"secret": ["captcha-secret"], "response": ["good"], "remoteip": ["127.0.0.1"]}]
    guarded.delete_cookie("mccsToken")
    assert send(guarded, "/login", LOGIN).status_code == 422, "one visitor's pass is nobody else's"
    reset = {"email": "a@b.example", "kind": "member", "g-recaptcha-response": "good"}
    assert send(guarded, "/lost-password", reset).status_code == 302


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"), (200, b"<html>"), (200, b"[]"), (302, b""),
        (200, b'{"success": false, "error-codes": ["invalid-input-secret"]}'),
    ],
)  # fmt: skip
def test_a_check_that_fails_lets_nobody_by(
    guarded: FlaskClient, google: Google, network: Network, status: int, body: bytes
) -> None:
    google.status, google.body = status, body
    refused = send(guarded, "/login", LOGIN | {"g-recaptcha-response": "good"})
    assert refused.status_code == 503
    assert "does not answer" in refused.text
    assert network.directory.count("POST", "/sessions") == 0


def test_a_check_that_is_away_lets_nobody_by(config: Config, network: Network) -> None:
    away = replace(config, recaptcha_site_key="k", recaptcha_secret="s", recaptcha_url="http://127.0.0.1:1/siteverify")
    refused = send(create_app(away).test_client(), "/login", LOGIN | {"g-recaptcha-response": "good"})
    assert refused.status_code == 503


def test_programs_log_in_without(guarded: FlaskClient, google: Google, network: Network) -> None:
    assert guarded.post("/api/v1/login", json=LOGIN).status_code == 200
    assert google.asked == []


@pytest.mark.parametrize("half", [{"recaptcha_site_key": "k"}, {"recaptcha_secret": "s"}])
def test_one_key_alone_stops_the_start(config: Config, half: dict[str, str]) -> None:
    with pytest.raises(BadSettings) as stopped:
        create_app(replace(config, **half))
    assert "both or none" in str(stopped.value.problems)
