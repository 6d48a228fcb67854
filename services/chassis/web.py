"""The HTTP side of a service: one error body, roles on every route, health, positions, one log line a request.

Errors are problem details (RFC 9457): `type` is a stable dotted code, `detail` says what, why and what next.
Unexpected errors answer with fixed text; the exception goes to the log alone.
"""

import math
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import Any, TypeVar

import orjson
from flask import Blueprint, Flask, Response, g, request
from marshmallow import Schema, ValidationError
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.registry import Collector
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from services.chassis import deadlines
from services.chassis.logs import CORRELATION_HEADER, correlate, correlation_id, log
from services.chassis.tokens import Caller, InvalidToken, Verifier

POSITION_HEADER = "Position"
MIN_POSITION_HEADER = "Min-Position"
WAIT_SECONDS = 2.0
MAX_BODY_BYTES = 1_000_000
MAX_KEY = 200

_NOBODY = Caller(roles=frozenset())
_QUIET = ("/healthz", "/readyz", "/metrics", "/static")
_POSITION = re.compile(r"(?:^|,)\s*([a-z]+)=([0-9]{1,18})\s*(?=,|$)", re.ASCII)

View = TypeVar("View", bound=Callable[..., Any])
ErrorTable = Mapping[type[Exception], tuple[int, str]]
"""Domain error class to HTTP status and stable code; a `code` attribute of the error wins over the latter."""


class Problem(Exception):
    """An answer that refuses: HTTP status, stable code, a sentence for people, field errors; `extra` members beside."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.retry_after, self.extra = errors, retry_after, extra


class Unavailable(Problem):
    """A part that this answer needs is down or behind: 503 with Retry-After."""

    def __init__(self, code: str, detail: str, retry_after: int = 2) -> None:
        super().__init__(503, code, detail, retry_after=retry_after)


@dataclass(slots=True)
class Parts:
    """What a service hands to `new_app`."""

    name: str
    verifier: Verifier
    checks: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    """Dependency name to a call that raises when the dependency doesn't answer (`/readyz`)."""
    projections: Mapping[str, Callable[[], int]] = field(default_factory=dict)
    """Name (`directory`, `ledger`) to the position of that service's events applied here (`Min-Position`)."""
    errors: ErrorTable = field(default_factory=dict)
    schema_version: str = ""
    reported: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    """Like `checks`, for what this process can do without for a while: shown by `/readyz`, but not fatal."""
    collectors: Sequence[Collector] = ()
    """What `/metrics` says besides requests."""


class Followed:
    """How far a source is followed. It never goes back, so what was once read answers for all before it."""

    def __init__(self, read: Callable[[], int]) -> None:
        self._read, self.known = read, 0

    def __call__(self) -> int:
        self.known = max(self.known, self._read())
        return self.known


def allow(*roles: str) -> Callable[[View], View]:
    """Declare which roles may call a view; `public` means everybody with a token of the gateway."""

    def declare(view: View) -> View:
        view.allowed_roles = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return declare


def follows(*projections: str, when: Callable[[], bool] = lambda: True) -> Callable[[View], View]:
    """Declare that a view reads projections: it waits until they have the request's `Min-Position`.

    `when`, asked inside the request, says whether this request reads them.
    """

    def declare(view: View) -> View:
        known = getattr(view, "follows", ())
        view.follows = (*known, *((name, when) for name in projections))  # type: ignore[attr-defined]
        return view

    return declare


def caller() -> Caller:
    """Who is asking in this request."""
    known: Caller = g.caller
    return known


def body(schema: Schema) -> Any:
    """The request's JSON object, checked by `schema` (build it once). Raises ValidationError, Problem."""
    length = request.content_length or 0
    try:
        # Werkzeug's stream is for forms and files; the server below cuts off at the length already.
        text = request.environ["wsgi.input"].read(length) if 0 < length <= MAX_BODY_BYTES else request.get_data()
        document = orjson.loads(text or b"{}")
    except orjson.JSONDecodeError as error:
        raise Problem(400, "request.malformed", "The body is not valid JSON.") from error
    return schema.load(document)


def idempotency_key() -> str | None:
    """The caller's key of this command, if it has one. Raises Problem for a malformed one."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
        raise Problem(400, "idempotency.key_malformed", f"An Idempotency-Key is 1 to {MAX_KEY} ASCII characters.")
    return key


def query(schema: Schema) -> Any:
    """The request's query string, checked by `schema`. Raises ValidationError."""
    return schema.load(request.args.to_dict())


class Whole(Response):
    """A body in one piece with its length: nothing is left to be worked out when it is sent."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        start_response(self.status, self.headers.to_wsgi_list())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else self.response


def answer(document: Any, status: int = 200, **positions: int) -> Response:
    """A JSON answer. A write passes its position: `answer({...}, ledger=456)` sends `Position: ledger=456`."""
    response = Whole(orjson.dumps(document), status, content_type="application/json")
    if positions:
        response.headers[POSITION_HEADER] = format_positions(positions)
    return response


def format_positions(positions: Mapping[str, int]) -> str:
    """`directory=123, ledger=456`."""
    return ", ".join(f"{name}={position}" for name, position in sorted(positions.items()))


def parse_positions(text: str) -> dict[str, int]:
    """The reverse; parts that make no sense are left out."""
    return {name: int(number) for name, number in _POSITION.findall(text)}


def wait_for(reached: Callable[[], bool], seconds: float) -> bool:
    """Wait until `reached()`; False when `seconds` pass first. Cooperative under gevent."""
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def new_app(parts: Parts, *blueprints: Blueprint) -> Flask:
    """A Flask application with everything that all services have in common."""
    app = Flask(f"services.{parts.name}", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    measure(app, registry := CollectorRegistry())
    _authorise(app, parts)
    _answer_errors(app, parts.errors)
    for collector in parts.collectors:
        registry.register(collector)
    app.register_blueprint(health_routes(parts, registry))
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    return app


def _authorise(app: Flask, parts: Parts) -> None:
    app.teardown_request(lambda _: deadlines.begin(math.inf))

    @app.before_request
    def admit() -> None:
        g.caller = _NOBODY
        deadlines.begin(deadlines.said(request.headers.get(deadlines.HEADER)))
        rule = request.url_rule
        if rule is None:
            return
        view = app.view_functions[rule.endpoint]
        allowed: frozenset[str] = getattr(view, "allowed_roles", frozenset())
        if "anyone" in allowed:
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            g.caller = asking = parts.verifier.caller(token if scheme == "Bearer" else "")
        except InvalidToken as error:
            raise Problem(401, "auth.invalid_token", "This service answers to the gateway alone.") from error
        if "public" not in allowed and not allowed & asking.roles:
            raise Problem(403, "auth.forbidden", "Your role may not do this.")
        _await_positions(parts, getattr(view, "follows", ()))


def _await_positions(parts: Parts, followed: tuple[tuple[str, Callable[[], bool]], ...]) -> None:
    wanted = parse_positions(request.headers.get(MIN_POSITION_HEADER, "")) if followed else {}
    seconds = min(WAIT_SECONDS, deadlines.left())
    for name, when in followed:
        position, applied = wanted.get(name, 0), parts.projections[name]
        if isinstance(applied, Followed) and applied.known >= position:
            continue
        if position and when() and not wait_for(lambda a=applied, p=position: a() >= p, seconds):  # type: ignore[misc]
            raise Unavailable(
                "projection.behind", f"The latest news of the {name} has not arrived here yet. Try again in a moment."
            )


def _answer_errors(app: Flask, table: ErrorTable) -> None:
    @app.errorhandler(Problem)
    def refuse(error: Problem) -> Response:
        response = _problem(error.status, error.code, error.detail, error.errors, error.extra)
        if error.retry_after is not None:
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    @app.errorhandler(ValidationError)
    def refuse_fields(error: ValidationError) -> Response:
        return _problem(400, "request.invalid", "Some fields need correcting.", error.normalized_messages())

    @app.errorhandler(HTTPException)
    def refuse_http(error: HTTPException) -> Response:
        name = error.name.lower().replace(" ", "_")
        response = _problem(error.code or 500, f"http.{name}", error.description or error.name)
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.allow.update(error.valid_methods)
        return response

    @app.errorhandler(Exception)
    def fail(error: Exception) -> Response:
        log.error("request.failed", exc_info=error)
        return _problem(500, "internal", "Something went wrong on our side. It has been recorded; try again later.")

    for cls, (status, code) in table.items():

        def refuse_rule(error: Exception, status: int = status, code: str = code) -> Response:
            response = _problem(status, getattr(error, "code", code), str(error))
            if status == HTTPStatus.SERVICE_UNAVAILABLE:
                response.headers["Retry-After"] = "2"
            return response

        app.register_error_handler(cls, refuse_rule)


def _problem(
    status: int, code: str, detail: str, errors: Mapping[str, Any] | None = None, extra: Mapping[str, Any] | None = None
) -> Response:  # fmt: skip
    document = {
        **(extra or {}),
        "type": code,
        "title": code.rpartition(".")[2].replace("_", " "),
        "status": status,
        "detail": detail,
        "correlation_id": correlation_id(),
    }
    if errors:
        document["errors"] = errors
    g.outcome = code
    # marshmallow names the items of a list by their numbers.
    text = orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS)
    return Whole(text, status, content_type="application/problem+json")


def measure(app: Flask, registry: CollectorRegistry) -> None:
    """Count, time and log every request, and give it a correlation id."""
    requests = Counter("http_requests", "Requests by route and status.", ["route", "status"], registry=registry)
    seconds = Histogram("http_request_seconds", "Time to answer.", ["route"], registry=registry)
    count = cache(lambda route, status: requests.labels(route, status).inc)
    observe = cache(lambda route: seconds.labels(route).observe)
    # No view and no hook of ours is async: Flask would look at each of them in each request.
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()
        correlate(request.headers.get(CORRELATION_HEADER))

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers[CORRELATION_HEADER] = correlation_id()
        route = request.url_rule.rule if request.url_rule else "unknown"
        elapsed = time.perf_counter() - g.get("started", time.perf_counter())
        record(request.method, route, response.status_code, g.get("outcome", "ok"), elapsed)
        return response

    def record(method: str, route: str, status: int, outcome: str, elapsed: float) -> None:
        count(route, status)()
        observe(route)(elapsed)
        if not route.startswith(_QUIET):
            ms = round(elapsed * 1000, 2)
            log.info("request", method=method, route=route, status=status, outcome=outcome, duration_ms=ms)

    app.extensions["record"] = record


def health_routes(parts: Parts, registry: CollectorRegistry) -> Blueprint:
    """`/healthz`, `/readyz`, `/version` and `/metrics`."""
    bp = Blueprint("health", __name__)

    @bp.get("/healthz")
    @allow("anyone")
    def healthz() -> Response:
        """The process is alive."""
        return answer({"status": "alive"})

    @bp.get("/readyz")
    @allow("anyone")
    def readyz() -> Response:
        """Every dependency answers; each is named with its state."""
        states = {name: _state(check) for name, check in parts.checks.items()}
        document = {"checks": states}
        if parts.reported:
            document["reported"] = {name: _state(check) for name, check in parts.reported.items()}
        return answer(document, 200 if all(state == "ok" for state in states.values()) else 503)

    @bp.get("/version")
    @allow("anyone")
    def version() -> Response:
        """The commit and the schema that run here."""
        commit = os.environ.get("COMMIT", "unknown")
        return answer({"service": parts.name, "commit": commit, "schema": parts.schema_version})

    @bp.get("/metrics")
    @allow("anyone")
    def metrics() -> Response:
        """Prometheus text format."""
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return bp


def _state(check: Callable[[], object]) -> str:
    try:
        check()
    except Exception as error:  # noqa: BLE001 -- a check fails in any way its driver knows; the answer is the same
        log.warning("readyz.failed", error=type(error).__name__)
        return "down"
    return "ok"
