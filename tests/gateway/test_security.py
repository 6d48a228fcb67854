"""What keeps others out: headers, cookies, form tokens, rate limits, roles on every route."""

import dataclasses
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from services.chassis.config import BadSettings, read_settings
from services.gateway.app import create_app
from services.gateway.config import Config
from services.gateway.session import start
from tests.gateway.network import FARM, Network, a_session


def with_login_door(config: Config) -> FlaskClient:
    """A client of an application with a door that logs in without a form."""
    app = create_app(config)

    @app.get("/door")
    def door() -> str:
        start(a_session())
        return ""

    door.allowed_roles = frozenset({"public"})  # type: ignore[attr-defined]
    return app.test_client()


def cookies_of(headers: Headers) -> dict[str, set[str]]:
    return {
        cookie.partition("=")[0]: {part.strip() for part in cookie.split(";")[1:]}
        for cookie in headers.getlist("Set-Cookie")
    }


@pytest.mark.parametrize(
    ("environment", "public_url", "secure"),
    [
        ("production", "https://mccs.example", True),
        ("production", "http://mccs.example", True),
        ("production", "http://localhost:8080", True),
        ("development", "http://localhost:8080", False),
        ("development", "http://127.0.0.1:8080", False),
        ("development", "http://192.0.2.1:8080", True),
        ("development", "https://localhost", True),
    ],
)
def test_cookies_are_closed(config: Config, network: Network, environment: str, public_url: str, secure: bool) -> None:
    client = with_login_door(dataclasses.replace(config, environment=environment, public_url=public_url))
    token = cookies_of(client.get("/door").headers)["mccsToken"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= token
    assert ("Secure" in token) is secure


@pytest.mark.parametrize(
    "path", ["/healthz", "/api/v1/balance", "/api/v1/nothing", "/api/v1/openapi.json", "/.well-known/jwks.json"]
)
@pytest.mark.parametrize("https", [True, False])
def test_headers_on_every_answer(config: Config, network: Network, path: str, https: bool) -> None:
    url = "https://mccs.example" if https else "http://localhost:8080"
    headers = create_app(dataclasses.replace(config, public_url=url)).test_client().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert ("Strict-Transport-Security" in headers) is https
    assert "Access-Control-Allow-Origin" not in headers
    assert "Cache-Control" in headers


def test_the_api_knows_no_cookies(config: Config, network: Network) -> None:
    client = with_login_door(config)
    client.get("/door")
    assert client.get_cookie("mccsToken")
    answered = client.get(f"/api/v1/balance?querying_entity_id={FARM}")
    assert answered.status_code == 401
    assert "Set-Cookie" not in answered.headers
    login = client.post("/api/v1/login", json={"email": "a@b", "password": "Secret-123"})
    assert "Set-Cookie" not in login.headers


def test_cross_origin_calls_are_not_invited(client: FlaskClient, network: Network) -> None:
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PATCH"}
    assert "Access-Control-Allow-Origin" not in client.options("/api/v1/user", headers=preflight).headers


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    roles = {"anyone", "public", "member", "admin", "coordinator", "auditor"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.rpartition(".")[2] == "static":
            continue
        allowed: Any = getattr(app.view_functions[rule.endpoint], "allowed_roles", None)
        assert allowed, f"{rule.endpoint} needs services.chassis.web.allow(...)"
        assert allowed <= roles, rule.endpoint


def test_a_route_that_says_nothing_is_closed(config: Config, network: Network) -> None:
    app = create_app(config)
    app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "open")
    client = app.test_client()
    assert client.get("/api/v1/forgotten").status_code == 401
    token = client.post("/api/v1/login", json={"email": "a@b", "password": "Secret-123"}).get_json()["data"]["token"]
    assert client.get("/api/v1/forgotten", headers={"Authorization": f"Bearer {token}"}).status_code == 403


def test_too_many_calls_are_told_when_to_come_back(config: Config, network: Network) -> None:
    client = create_app(dataclasses.replace(config, rate_limit="3/day")).test_client()
    paths = ("/api/v1/balance", "/api/v1/openapi.json", "/api/v1/user", "/api/v1/openapi.json")
    answered = [client.get(path) for path in paths]
    assert [one.status_code for one in answered] == [401, 200, 401, 429]
    assert answered[-1].get_json()["errors"][0]["code"] == "http.too_many_requests"
    assert 1 <= int(answered[-1].headers["Retry-After"]) <= 86_400
    assert client.get("/healthz").status_code == 200, "health is not counted"
    other = client.get("/api/v1/openapi.json", environ_overrides={"REMOTE_ADDR": "192.0.2.9"})
    assert other.status_code == 200, "others are not held up"


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "192.0.2.2"), (2, "192.0.2.1")])
def test_only_our_own_proxies_are_believed(config: Config, network: Network, proxies: int, address: str) -> None:
    client = create_app(dataclasses.replace(config, trusted_proxies=proxies)).test_client()
    forwarded = {"X-Forwarded-For": "203.0.113.9, 192.0.2.1, 192.0.2.2", "X-Real-IP": "203.0.113.9"}
    client.post("/api/v1/login", json={"email": "a@b", "password": "Secret-123"}, headers=forwarded)
    assert network.directory.last("POST", "/sessions").body["address"] == address


def test_all_missing_settings_are_named_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadSettings):
        read_settings(Config, {"GATEWAY_PORT": "x"})
    told = capsys.readouterr().out
    for name in (
        "GATEWAY_SECRET_KEY", "GATEWAY_SESSION_PRIVATE_KEY_FILE", "GATEWAY_INTERNAL_PRIVATE_KEY_FILE", "LEDGER_URL",
        "DIRECTORY_URL", "MATCHER_URL", "NOTIFIER_URL", "PUBLIC_URL", "GATEWAY_PORT",
    ):  # fmt: skip
        assert name in told


def test_a_key_file_that_is_not_there_is_one_sentence(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadSettings):
        create_app(dataclasses.replace(config, session_private_key_file="/nowhere/key.pem"))
    assert "/nowhere/key.pem" in capsys.readouterr().out


def test_the_secret_is_not_in_the_settings_repr(config: Config) -> None:
    assert config.secret_key not in repr(config)


def test_ready_without_the_others(config: Config, network: Network) -> None:
    away = dataclasses.replace(config, matcher_url="http://127.0.0.1:9")
    answered = create_app(away).test_client().get("/readyz")
    assert answered.status_code == 200
    assert answered.get_json()["reported"]["matcher"] == "down"
    assert answered.get_json()["reported"]["ledger"] == "ok"
