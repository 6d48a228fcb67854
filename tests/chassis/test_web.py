"""The HTTP side of every service: who may, what errors look like, waiting for news, and what is logged."""

import io
import json
import logging
import math
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from marshmallow import Schema, fields
from werkzeug.test import TestResponse

from services.chassis import deadlines, web
from services.chassis.logs import configure_logs
from services.chassis.tokens import Caller, Verifier
from tests.chassis.keys import key_pair, signer_of
from tests.log_lines import LogLines, collected

PUBLIC = key_pair("gateway")[1]
ROLES = ["public", "member", "admin", "auditor", "service"]


class TooSmall(Exception):
    """A rule was broken."""


class Coded(Exception):
    """A rule with a code of its own."""

    code = "box.sealed"


class Size(Schema):
    size = fields.Integer(required=True, strict=True)


class Applied:
    """A projection whose position tests set."""

    def __init__(self) -> None:
        self.position, self.asked = 0, 0
        self.when: Callable[[], int] | None = None

    def __call__(self) -> int:
        self.asked += 1
        return self.when() if self.when else self.position


bp = Blueprint("box", __name__)

REFUSALS: dict[int, Exception] = {
    0: TooSmall("It would hold nothing."),
    1: Coded("Sealed."),
    2: web.Unavailable("box.away", "The boxes are away.", retry_after=7),
    3: RuntimeError("marker in an exception"),
    4: web.Problem(422, "box.full", "It is full.", extra={"max_possible": 5, "type": "not.this"}),
}


@bp.get("/open")
@web.allow("public")
def read_open() -> web.Response:
    return web.answer({"actor": web.caller().actor})


@bp.get("/members")
@web.allow("member", "admin")
def read_members() -> web.Response:
    return web.answer({})


@bp.get("/undeclared")
def read_undeclared() -> web.Response:
    return web.answer({})


@bp.get("/news")
@web.allow("public")
@web.follows("directory")
def read_news() -> web.Response:
    return web.answer({})


@bp.post("/boxes/<name>")
@web.allow("public")
def make_box(name: str) -> web.Response:
    size = web.body(Size())["size"]
    if size in REFUSALS:
        raise REFUSALS[size]
    return web.answer({"size": size}, 201, ledger=7, directory=3)


@pytest.fixture
def applied() -> Applied:
    return Applied()


@pytest.fixture
def app(applied: Applied) -> Flask:
    parts = web.Parts(
        name="box",
        verifier=Verifier(PUBLIC, "box"),
        projections={"directory": applied},
        errors={TooSmall: (422, "box.too_small"), Coded: (409, "box.other")},
        schema_version="4",
    )
    return web.new_app(parts, bp)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def bearer(*roles: str, audience: str = "box") -> dict[str, str]:
    caller = Caller(subject="someone", roles=frozenset(roles))
    return {"Authorization": f"Bearer {signer_of('gateway').token(caller, audience)}"}


def assert_problem(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    document = json.loads(response.data)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert document["type"] == code
    assert document["status"] == status
    assert document["correlation_id"] == response.headers["Correlation-Id"]
    assert document["title"]
    assert document["detail"]
    return document


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("path", "welcome"), [("/open", set(ROLES)), ("/members", {"member", "admin"}), ("/undeclared", set())]
)
def test_role_matrix(client: FlaskClient, path: str, welcome: set[str], role: str):
    response = client.get(path, headers=bearer(role))
    if role in welcome:
        assert response.status_code == 200
    else:
        assert_problem(response, 403, "auth.forbidden")


@pytest.mark.parametrize("path", ["/open", "/members", "/undeclared"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic YTpi"},
        {"X-User-Id": "someone", "userID": "someone", "admin": "true"},
        bearer("admin", audience="ledger"),
    ],
)
def test_without_a_token_for_this_service_nothing_answers(client: FlaskClient, path: str, headers: dict[str, str]):
    assert_problem(client.get(path, headers=headers), 401, "auth.invalid_token")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/version", "/metrics"])
def test_health_is_open(client: FlaskClient, path: str):
    assert client.get(path).status_code == 200


def test_a_call_leaves_no_identity_for_the_next(client: FlaskClient):
    assert client.get("/open", headers=bearer("admin")).json == {"actor": "admin:someone"}
    assert client.get("/open", headers=bearer("public")).json == {"actor": "user:someone"}
    assert client.get("/members").status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "request.malformed"),
        (b"[]", 400, "request.invalid"),
        (b'"text"', 400, "request.invalid"),
        (b"", 400, "request.invalid"),
        (b"{}", 400, "request.invalid"),
        (b'{"size": "big"}', 400, "request.invalid"),
        (b'{"size": 1.5}', 400, "request.invalid"),
        (b'{"size": 5, "colour": "red"}', 400, "request.invalid"),
        (b'{"size": 0}', 422, "box.too_small"),
        (b'{"size": 1}', 409, "box.sealed"),
        (b'{"size": 2}', 503, "box.away"),
        (b'{"size": 4}', 422, "box.full"),
        (b" " * (web.MAX_BODY_BYTES + 1), 413, "http.request_entity_too_large"),
    ],
)
def test_every_refusal_has_the_one_shape(client: FlaskClient, body: bytes, status: int, code: str):
    assert_problem(client.post("/boxes/a", data=body, headers=bearer("public")), status, code)


def test_field_errors_name_their_fields(client: FlaskClient):
    response = client.post("/boxes/a", data=b'{"size": "big", "colour": 1}', headers=bearer("public"))
    assert set(assert_problem(response, 400, "request.invalid")["errors"]) == {"size", "colour"}


def test_an_extra_member_stands_beside_the_problems_own(client: FlaskClient):
    response = client.post("/boxes/a", data=b'{"size": 4}', headers=bearer("public"))
    assert assert_problem(response, 422, "box.full")["max_possible"] == 5


def test_unavailable_says_when_to_come_back(client: FlaskClient):
    response = client.post("/boxes/a", data=b'{"size": 2}', headers=bearer("public"))
    assert response.headers["Retry-After"] == "7"


def test_the_unexpected_is_logged_and_answered_with_fixed_words(client: FlaskClient, log_lines: LogLines):
    response = client.post("/boxes/a", data=b'{"size": 3}', headers=bearer("public"))
    assert_problem(response, 500, "internal")
    assert b"marker" not in response.data
    assert any(line["event"] == "request.failed" and "RuntimeError" in line["exception"] for line in log_lines())


def test_unknown_paths_and_methods_have_the_one_shape(client: FlaskClient):
    assert_problem(client.get("/nowhere"), 404, "http.not_found")
    assert set(client.delete("/boxes/a", headers=bearer("public")).allow) == {"POST", "OPTIONS"}
    assert_problem(client.delete("/boxes/a", headers=bearer("public")), 405, "http.method_not_allowed")


def test_a_head_has_no_body_and_says_its_length(client: FlaskClient):
    whole, head = (client.open("/open", method=method, headers=bearer("public")) for method in ("GET", "HEAD"))
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(whole.data))


def test_a_body_of_unknown_length_is_read_too(client: FlaskClient):
    pieces = {"input_stream": io.BytesIO(b'{"size": 9}'), "environ_overrides": {"wsgi.input_terminated": True}}
    response = client.post("/boxes/a", headers=bearer("public") | {"Transfer-Encoding": "chunked"}, **pieces)
    assert response.status_code == 201


def test_a_write_tells_its_positions(client: FlaskClient):
    response = client.post("/boxes/a", data=b'{"size": 9}', headers=bearer("public"))
    assert (response.status_code, response.headers["Position"]) == (201, "directory=3, ledger=7")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("directory=123, ledger=456", {"directory": 123, "ledger": 456}),
        (" ledger=1 ", {"ledger": 1}),
        ("", {}),
        ("nonsense", {}),
        ("ledger=-1", {}),
        ("ledger=1.5, directory=2", {"directory": 2}),
        ("ledger=" + "9" * 5000, {}),
        ("ledger=٣", {}),
    ],
)
def test_positions_are_read_and_nonsense_left_out(text: str, expected: dict[str, int]):
    assert web.parse_positions(text) == expected


def test_positions_round_trip():
    positions = {"directory": 123, "ledger": 456}
    assert web.parse_positions(web.format_positions(positions)) == positions


def test_min_position_waits_until_the_news_is_here(client: FlaskClient, applied: Applied):
    applied.when = lambda: 5 if applied.asked > 3 else 4
    response = client.get("/news", headers=bearer("public") | {"Min-Position": "directory=5, ledger=99"})
    assert response.status_code == 200
    assert applied.asked == 4


def test_min_position_gives_up_after_two_seconds(client: FlaskClient, applied: Applied):
    applied.position = 4
    started = time.monotonic()
    response = client.get("/news", headers=bearer("public") | {"Min-Position": "directory=5"})
    assert_problem(response, 503, "projection.behind")
    assert 1.9 < time.monotonic() - started < 30
    assert int(response.headers["Retry-After"]) > 0


def test_what_is_known_to_have_come_is_not_asked_again(applied: Applied):
    parts = web.Parts("box", Verifier(PUBLIC, "box"), projections={"directory": web.Followed(applied)})
    client, applied.position = web.new_app(parts, bp).test_client(), 5
    for position, asked in ((5, 1), (3, 1), (5, 1)):
        headers = bearer("public") | {"Min-Position": f"directory={position}"}
        assert client.get("/news", headers=headers).status_code == 200
        assert applied.asked == asked
    applied.position = 6
    assert client.get("/news", headers=bearer("public") | {"Min-Position": "directory=6"}).status_code == 200
    assert applied.asked == 2


def test_min_position_waits_no_longer_than_whoever_asks(client: FlaskClient, applied: Applied):
    applied.position = 4
    headers = bearer("public") | {"Min-Position": "directory=5", "Time-Left": "0.005"}
    assert_problem(client.get("/news", headers=headers), 503, "projection.behind")
    # Two seconds are two hundred looks.
    assert applied.asked < 20
    assert deadlines.left() == math.inf


@pytest.mark.parametrize("nonsense", ["", "soon", "-1", "1e9", "99999", "٣"])
def test_a_time_that_makes_no_sense_is_none(nonsense: str):
    assert deadlines.said(nonsense) == math.inf


def test_a_view_that_follows_nothing_does_not_wait(client: FlaskClient, applied: Applied):
    assert client.get("/open", headers=bearer("public") | {"Min-Position": "directory=5"}).status_code == 200
    assert applied.asked == 0


def test_a_stranger_does_not_make_us_wait(client: FlaskClient, applied: Applied):
    assert client.get("/news", headers={"Min-Position": "directory=5"}).status_code == 401
    assert applied.asked == 0


def failing() -> None:
    raise ConnectionError("secret address")


@pytest.mark.parametrize(
    ("checks", "reported", "status"),
    [({"store": failing}, {}, 503), ({"store": int}, {}, 200), ({"store": int}, {"kafka": failing}, 200)],
)
def test_readyz_names_each_dependency(checks: Any, reported: Any, status: int):
    parts = web.Parts(name="box", verifier=Verifier(PUBLIC, "box"), checks=checks, reported=reported)
    response = web.new_app(parts).test_client().get("/readyz")
    assert response.status_code == status
    assert b"secret" not in response.data
    assert response.json is not None
    assert set(response.json["checks"]) == {"store"}
    assert set(response.json.get("reported", {})) == set(reported)


def test_metrics_count_by_route_not_by_path(client: FlaskClient):
    client.post("/boxes/secret-name", data=b'{"size": 9}', headers=bearer("public"))
    told = client.get("/metrics").get_data(as_text=True)
    assert 'http_requests_total{route="/boxes/<name>",status="201"} 1.0' in told
    assert "secret-name" not in told


@pytest.mark.parametrize("offered", ["abcdefgh", "A-z_0.9-12", "f" * 64])
def test_a_good_correlation_id_is_kept(client: FlaskClient, offered: str):
    assert client.get("/healthz", headers={"Correlation-Id": offered}).headers["Correlation-Id"] == offered


@pytest.mark.parametrize("offered", ["", "short", "f" * 65, "has space in it", 'quote"quote"', "ünïcödé-123"])
def test_a_correlation_id_that_could_forge_a_line_is_replaced(client: FlaskClient, offered: str):
    answered = client.get("/healthz", headers={"Correlation-Id": offered}).headers["Correlation-Id"]
    assert answered != offered
    assert len(answered) == 32


def test_each_request_without_an_id_gets_its_own(client: FlaskClient):
    ids = {client.get("/healthz").headers["Correlation-Id"] for _ in range(3)}
    assert len(ids) == 3


def test_one_line_a_request_with_ids_and_no_content(client: FlaskClient, log_lines: LogLines):
    marker = "marker-7d1f"
    headers = bearer("public") | {"Correlation-Id": "correlation-1", "X-Anything": marker}
    body = json.dumps({"size": 9, "colour": marker}).encode()
    client.post(f"/boxes/{marker}?search={marker}", data=body, headers=headers)
    logged = log_lines()
    assert len(logged) == 1
    line = logged[0]
    assert (line["service"], line["process"], line["event"], line["level"]) == ("box", "serve", "request", "info")
    assert (line["correlation_id"], line["route"], line["method"]) == ("correlation-1", "/boxes/<name>", "POST")
    assert (line["status"], line["outcome"]) == (400, "request.invalid")
    assert line["duration_ms"] >= 0
    assert marker not in json.dumps(line)
    assert headers["Authorization"].split()[1] not in json.dumps(line)


def test_refused_tokens_are_not_logged(client: FlaskClient, log_lines: LogLines):
    client.get("/open", headers={"Authorization": "Bearer marker-7d1f"})
    logged = log_lines()
    assert [line["outcome"] for line in logged] == ["auth.invalid_token"]
    assert "marker" not in json.dumps(logged)


def test_health_and_metrics_leave_no_lines(client: FlaskClient, log_lines: LogLines):
    for path in ("/healthz", "/readyz", "/metrics"):
        client.get(path)
    assert log_lines() == []


def test_libraries_log_in_the_same_form(log_lines: LogLines):
    logging.getLogger("pymongo").warning("away")
    logging.getLogger("urllib3").info("GET /search?secret")
    assert [(line["event"], line["service"]) for line in log_lines()] == [("away", "box")]


def test_a_log_that_cannot_be_written_stops_nobody(client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    gone = io.StringIO()
    with collected():
        monkeypatch.setattr("sys.stdout", gone)
        configure_logs("box", "serve")
        gone.close()
        assert client.get("/open", headers=bearer("public")).status_code == 200
