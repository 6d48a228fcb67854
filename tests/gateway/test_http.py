"""What HTTP promises of the REST API: ids, ETags, caching, compression, HEAD and OPTIONS, pages of other sites."""

import dataclasses
import gzip
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.chassis.config import BadSettings
from services.gateway import representing
from services.gateway.app import create_app
from services.gateway.config import Config
from tests.gateway.network import FARM, Network, an_account, an_entity
from tests.gateway.permission_rows import bare_app, rules
from tests.gateway.scenes import furnish

SHOP = "https://shop.example"
PATHS = sorted({rule.rule for rule in rules(bare_app()) if rule.rule.startswith("/api/v1/")})
READ = sorted(
    {rule.rule for rule in rules(bare_app()) if rule.rule.startswith("/api/v1/") and "GET" in (rule.methods or ())}
    - {"/api/v1/events"}
)
KEPT = {
    "/api/v1/entities": 15, "/api/v1/entities/<entity_id>": 15, "/api/v1/suggestions": 15, "/api/v1/tags": 60,
    "/api/v1/categories": 60, "/api/v1/ledger/head": 15, "/api/v1/ledger/heads": 15, "/api/v1/ledger/keys": 15,
    "/api/v1/openapi.json": 300,
}  # fmt: skip
"""Seconds that anybody may keep what a visitor reads."""


def path_of(rule: str) -> str:
    path = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule).replace("<entity_id>", FARM)
    path = re.sub(r"<(?:string:)?\w+>", "some-id", re.sub(r"<int:\w+>", "1", path))
    return path + ("?text=bread" if path.endswith("/suggestions") else "")


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    for kind in ("tags", "categories"):
        network.directory.on("GET", f"/catalogue/{kind}", {"terms": [], "total": 0})
    network.directory.on("GET", "/suggestions", {key: [] for key in ("tags", "categories", "businesses", "places")})
    network.directory.on("GET", "/entities", {"entities": [an_entity()], "total": 1})
    network.ledger.on("GET", "/accounts", {"accounts": [an_account()]})
    network.directory.on("GET", "/search", {"entities": [an_entity()], "total": 1})
    return network


@pytest.fixture(scope="module")
def shared(config: Config) -> FlaskClient:
    """Of a gateway that another site's pages may call."""
    return create_app(dataclasses.replace(config, cors_origins=f"{SHOP}, http://localhost:3000")).test_client()


@pytest.mark.parametrize("offered", ["a-request-of-mine.1", "0123456789abcdef"])
def test_one_id_goes_through_all_parts(
    client: FlaskClient, ann: dict[str, str], network: Network, offered: str
) -> None:
    answered = client.get(f"/api/v1/balance?querying_entity_id={FARM}", headers=ann | {"X-Request-Id": offered})
    assert answered.headers["X-Request-Id"] == answered.headers["Correlation-Id"] == offered
    for asked in (network.ledger.asked[-1], network.directory.asked[-1]):
        assert asked.headers["Correlation-Id"] == offered
    refused = client.get("/api/v1/nothing", headers={"X-Request-Id": offered})
    assert refused.get_json()["correlationId"] == refused.headers["X-Request-Id"] == offered


@pytest.mark.parametrize("offered", ["", "short", "x" * 65, "with a blank", "new%0aline"])
def test_an_id_that_could_forge_a_line_is_replaced(client: FlaskClient, offered: str) -> None:
    answered = client.get("/api/v1/nothing", headers={"X-Request-Id": offered})
    assert answered.headers["X-Request-Id"] == answered.get_json()["correlationId"] != offered
    assert re.fullmatch("[0-9a-f]{32}", answered.headers["X-Request-Id"])


@pytest.mark.parametrize("rule", READ)
def test_what_visitors_read_may_be_kept_and_nothing_else(client: FlaskClient, scene: Network, rule: str) -> None:
    answered = client.get(path_of(rule))
    kept = f"public, max-age={KEPT[rule]}" if rule in KEPT and answered.status_code == 200 else "no-store"
    assert answered.headers["Cache-Control"] == kept
    assert answered.status_code == 200 or rule not in KEPT or "/ledger/" in rule
    if kept != "no-store":
        assert "Set-Cookie" not in answered.headers


@pytest.mark.parametrize("rule", [rule for rule in KEPT if not rule.endswith("openapi.json")])
def test_nobody_keeps_what_was_asked_with_a_login(
    client: FlaskClient, ann: dict[str, str], scene: Network, rule: str
) -> None:
    answered = client.get(path_of(rule), headers=ann)
    assert answered.headers["Cache-Control"] == "no-store"
    assert answered.status_code != 200 or {"authorization", "min-position"} <= set(answered.vary.as_set())


@pytest.mark.parametrize("path", [f"/api/v1/entities/{FARM}", "/api/v1/openapi.json", "/api/v1/user"])
def test_what_has_not_changed_is_not_sent_again(
    client: FlaskClient, ann: dict[str, str], scene: Network, path: str
) -> None:
    headers = ann if path.endswith("user") else {}
    first = client.get(path, headers=headers)
    etag = first.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{24}"', etag), "strong"
    for known in (etag, f'"other", {etag}', f"W/{etag}", "*", etag[:-1] + '-gzip"'):
        again = client.get(path, headers=headers | {"If-None-Match": known})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag), known
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert "Content-Type" not in again.headers
    assert client.get(path, headers=headers | {"If-None-Match": '"other"'}).data == first.data


def test_another_state_has_another_etag(client: FlaskClient, scene: Network) -> None:
    before = client.get(f"/api/v1/entities/{FARM}").headers["ETag"]
    scene.directory.on("GET", f"/entities/{FARM}", an_entity(name="Greener Farm"))
    assert client.get(f"/api/v1/entities/{FARM}", headers={"If-None-Match": before}).status_code == 200


def test_long_answers_are_compressed_when_asked(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    plain = client.get("/api/v1/openapi.json")
    short = client.get("/api/v1/openapi.json", headers={"Accept-Encoding": "br, gzip"})
    assert gzip.decompress(short.data) == plain.data
    assert len(short.data) < len(plain.data) / 5
    assert (short.headers["Content-Encoding"], plain.headers.get("Content-Encoding")) == ("gzip", None)
    assert int(short.headers["Content-Length"]) == len(short.data)
    assert short.headers["ETag"] != plain.headers["ETag"], "another coding is another representation"
    assert "Accept-Encoding" in plain.headers["Vary"]
    for not_wanted in ("identity", "gzip;q=0", "br"):
        answered = client.get("/api/v1/openapi.json", headers={"Accept-Encoding": not_wanted})
        assert "Content-Encoding" not in answered.headers


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/v1/docs"), ("GET", "/"), ("GET", "/login"), ("POST", "/api/v1/login")]
)
def test_pages_and_what_may_hold_secrets_are_never_compressed(
    client: FlaskClient, scene: Network, method: str, path: str
) -> None:
    sent: dict[str, Any] = {"json": {"email": "a@b", "password": "Secret-123"}} if method == "POST" else {}
    answered = client.open(path, method=method, headers={"Accept-Encoding": "gzip"}, **sent)
    assert "Content-Encoding" not in answered.headers


def test_little_is_sent_as_it_is(client: FlaskClient, scene: Network) -> None:
    answered = client.get("/api/v1/tags", headers={"Accept-Encoding": "gzip"})
    assert len(answered.data) < representing.GZIP_FROM
    assert "Content-Encoding" not in answered.headers


@pytest.mark.parametrize("rule", PATHS)
def test_what_may_be_asked_is_told_without_a_login(app: Flask, client: FlaskClient, rule: str) -> None:
    answered = client.options(path_of(rule))
    assert (answered.status_code, answered.data) == (204, b"")
    methods = set().union(*(each.methods or () for each in app.url_map.iter_rules() if each.rule == rule))
    assert methods <= set(answered.allow)
    assert "/ledger/" in rule or not any(name.startswith("Access-Control") for name, _ in answered.headers)


@pytest.mark.parametrize("rule", READ)
def test_head_is_get_without_the_body(client: FlaskClient, admin: dict[str, str], scene: Network, rule: str) -> None:
    path = path_of(rule)
    with client.get(path, headers=admin) as got, client.head(path, headers=admin) as headed:
        assert (headed.status_code, headed.data) == (got.status_code, b"")
        for name in ("Content-Type", "ETag", "Cache-Control", "Content-Encoding"):
            assert headed.headers.get(name) == got.headers.get(name), name
        # A page has a form token of its own each time.
        assert headed.content_length == got.content_length or rule.endswith("/docs")


def test_an_unknown_method_is_told_which_there_are(client: FlaskClient) -> None:
    answered = client.put("/api/v1/transfers", json={})
    assert (answered.status_code, answered.get_json()["errors"][0]["code"]) == (405, "http.method_not_allowed")
    assert {"GET", "POST"} <= set(answered.allow)


def test_who_is_not_logged_in_is_told_how(client: FlaskClient) -> None:
    assert client.get("/api/v1/user").headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("rule", PATHS)
def test_browsers_may_ask_for_pages_of_a_site_that_is_listed(shared: FlaskClient, rule: str) -> None:
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "PATCH"}
    answered = shared.options(path_of(rule), headers=asked)
    assert answered.status_code == 204
    if "/ledger/" in rule:
        assert answered.headers["Access-Control-Allow-Origin"] == "*"
        return
    headers = answered.headers
    assert headers["Access-Control-Allow-Origin"] == SHOP
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= set(re.split(", ", headers["Access-Control-Allow-Methods"]))
    assert {"Authorization", "Idempotency-Key", "If-Match"} <= set(
        re.split(", ", headers["Access-Control-Allow-Headers"])
    )
    assert int(headers["Access-Control-Max-Age"]) > 0
    assert "Origin" in headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in headers


@pytest.mark.parametrize("path", ["/api/v1/openapi.json", "/api/v1/user", "/api/v1/nothing"])
def test_a_listed_site_reads_answers_and_refusals(shared: FlaskClient, network: Network, path: str) -> None:
    answered = shared.get(path, headers={"Origin": SHOP})
    assert answered.headers["Access-Control-Allow-Origin"] == SHOP
    shown = set(answered.headers["Access-Control-Expose-Headers"].split(", "))
    assert {"ETag", "Position", "Retry-After", "X-Request-Id", "Link", "RateLimit"} <= shown
    assert "Access-Control-Allow-Credentials" not in answered.headers


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("/api/v1/openapi.json", "https://evil.example"),
        ("/api/v1/openapi.json", "https://shop.example.evil.example"),
        ("/api/v1/openapi.json", "http://shop.example"),
        ("/api/v1/openapi.json", "null"),
        ("/api/v1/openapi.json", ""),
        ("/login", SHOP),
        ("/healthz", SHOP),
    ],
)
def test_others_and_pages_are_not_let_in(shared: FlaskClient, network: Network, path: str, origin: str) -> None:
    for answered in (shared.get(path, headers={"Origin": origin}), shared.options(path, headers={"Origin": origin})):
        assert "Access-Control-Allow-Origin" not in answered.headers
        assert not path.startswith("/api") or "Origin" in answered.headers["Vary"]


def test_questions_of_browsers_are_not_counted(config: Config, network: Network) -> None:
    client = create_app(dataclasses.replace(config, rate_limit="1/minute", cors_origins=SHOP)).test_client()
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "GET"}
    assert {client.options("/api/v1/user", headers=asked).status_code for _ in range(5)} == {204}
    assert client.get("/api/v1/openapi.json").status_code == 200


@pytest.mark.parametrize("origin", ["*", "shop.example", "https://shop.example/", "https://Shop.example", "null"])
def test_what_is_no_origin_stops_the_start(config: Config, origin: str) -> None:
    with pytest.raises(BadSettings):
        dataclasses.replace(config, cors_origins=origin).check()
