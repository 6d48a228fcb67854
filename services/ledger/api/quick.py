"""The two busiest commands without Flask's machinery, while nothing about them is unusual (docs/adr/0011).

A WSGI layer before the application, with the same tokens, declared roles, shapes, commands, log lines and metrics.
Whatever is not plain goes on to the application as it came; refusals are rendered by the application's own handlers.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

import orjson
from flask import Flask, g

from services.chassis import deadlines
from services.chassis.logs import correlate
from services.chassis.tokens import Caller, InvalidToken, Verifier
from services.chassis.web import POSITION_HEADER, parse_positions
from services.ledger.api.blueprint import is_key, problem_of, request_of
from services.ledger.domain import AcceptTransfer, Command, InitiateTransfer
from services.ledger.link import Link
from services.ledger.schemas.commands import INITIATE
from services.ledger.schemas.plain import is_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

_MAX_BODY_BYTES = 10_000
_TRANSFERS, _ACCEPT = "/transfers", "/accept"
_ROUTES = {"ledger.post_transfer": _TRANSFERS, "ledger.accept_transfer": "/transfers/<transfer_id>/accept"}

Environ = dict[str, Any]


class Followed:
    """How far the book has followed a topic. It never goes back, so what was once read answers for all before it."""

    def __init__(self, read: Callable[[], int]) -> None:
        self._read, self.known = read, 0

    def __call__(self) -> int:
        self.known = max(self.known, self._read())
        return self.known


class Quick:
    """The application behind, and the plain cases of two routes before it."""

    def __init__(self, app: Flask, verifier: Verifier, link: Link, followed: Mapping[str, Followed]) -> None:
        self._app, self._next, self._verifier, self._link = app, app.wsgi_app, verifier, link
        self._followed, self._record = followed, app.extensions["record"]
        views: Mapping[str, Any] = app.view_functions
        self._roles = {name: views[name].allowed_roles for name in _ROUTES}

    def __call__(self, environ: Environ, start_response: "StartResponse") -> Iterable[bytes]:
        started = time.perf_counter()
        name = _name_of(environ)
        asking = self._caller(environ, name) if name else None
        if name is None or asking is None or not self._has_news(environ):
            return self._next(environ, start_response)
        command = _command_of(environ, name)
        if command is None:
            return self._next(environ, start_response)
        correlation = correlate(environ.get("HTTP_CORRELATION_ID"))
        deadlines.begin(deadlines.said(environ.get("HTTP_TIME_LEFT")))
        try:
            outcome = self._link.send(request_of(command, asking, environ["HTTP_IDEMPOTENCY_KEY"]))
        except Exception as error:  # noqa: BLE001 -- the application has an answer for each
            return self._refuse(error, environ, start_response, started)
        if not outcome.ok:
            return self._refuse(problem_of(outcome), environ, start_response, started)
        body = orjson.dumps(outcome.document)
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        if outcome.position:
            headers.append((POSITION_HEADER, f"ledger={outcome.position}"))
        headers.append(("Correlation-Id", correlation))
        self._record("POST", _ROUTES[name], 200, "ok", time.perf_counter() - started)
        start_response("200 OK", headers)
        return [body]

    def _caller(self, environ: Environ, name: str) -> Caller | None:
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme != "Bearer":
            return None
        try:
            asking = self._verifier.caller(token)
        except InvalidToken:
            return None
        return asking if self._roles[name] & asking.roles else None

    def _has_news(self, environ: Environ) -> bool:
        """Whether what the caller has seen elsewhere is known to have arrived."""
        wanted = parse_positions(environ.get("HTTP_MIN_POSITION", ""))
        return all(self._followed[name].known >= wanted[name] for name in self._followed.keys() & wanted.keys())

    def _refuse(
        self, error: Exception, environ: Environ, start_response: "StartResponse", started: float
    ) -> Iterable[bytes]:  # fmt: skip
        with self._app.request_context(environ):
            g.started = started
            answer = self._app.make_response(self._app.handle_user_exception(error))
            refusal: Iterable[bytes] = self._app.process_response(answer)(environ, start_response)
            return refusal


def _name_of(environ: Environ) -> str | None:
    """The route's, when the request's head is plain: a key, a short body, no query."""
    path, length = environ["PATH_INFO"], environ.get("CONTENT_LENGTH", "")
    plain = (
        environ["REQUEST_METHOD"] == "POST"
        and not environ.get("QUERY_STRING")
        and length.isascii()
        and length.isdigit()
        and int(length) <= _MAX_BODY_BYTES
        and is_key(environ.get("HTTP_IDEMPOTENCY_KEY", ""))
    )
    if plain and path == _TRANSFERS:
        return "ledger.post_transfer"
    if plain and path.endswith(_ACCEPT) and is_id(_id_in(path)) and path.startswith(f"{_TRANSFERS}/"):
        return "ledger.accept_transfer"
    return None


def _id_in(path: str) -> str:
    return path[len(_TRANSFERS) + 1 : -len(_ACCEPT)]


def _command_of(environ: Environ, name: str) -> Command | None:
    """The command, when the body is plain; the application can read it again."""
    raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = BytesIO(raw)
    try:
        document = orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError:
        return None
    if name == "ledger.accept_transfer":
        return None if document != {} else AcceptTransfer(transfer_id=_id_in(environ["PATH_INFO"]))
    fields = INITIATE.plainly(document)
    return None if fields is None else InitiateTransfer(**fields)
