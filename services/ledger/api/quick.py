"""The two busiest commands and the two busiest reads without Flask's machinery, while nothing about them is unusual
(docs/adr/0011).

A WSGI layer before the application, with the same tokens, declared roles, shapes, commands, documents, log lines and
metrics. Whatever is not plain goes on to the application as it came; refusals are rendered by the application's own
handlers.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

import orjson
from flask import Flask, g

from services.chassis import deadlines
from services.chassis.logs import correlate
from services.chassis.tokens import Caller, InvalidToken, Verifier
from services.chassis.web import POSITION_HEADER, Followed, parse_positions
from services.ledger.api.accounts import account_document
from services.ledger.api.blueprint import is_key, problem_of, request_of
from services.ledger.api.transfers import page_document
from services.ledger.domain import AcceptTransfer, Command, InitiateTransfer
from services.ledger.link import Link
from services.ledger.schemas.commands import INITIATE
from services.ledger.schemas.plain import is_id, is_number
from services.ledger.schemas.reads import plain_page
from services.ledger.store import Reader

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

_MAX_BODY_BYTES = 10_000
_TRANSFERS, _ACCEPT, _ACCOUNTS = "/transfers", "/accept", "/accounts/"
_INITIATING, _ACCEPTING = "ledger.post_transfer", "ledger.accept_transfer"
_ACCOUNT, _PAGE = "ledger.get_account", "ledger.get_transfers"
_ROUTES = {
    _INITIATING: ("POST", _TRANSFERS),
    _ACCEPTING: ("POST", "/transfers/<transfer_id>/accept"),
    _ACCOUNT: ("GET", "/accounts/<number>"),
    _PAGE: ("GET", _TRANSFERS),
}

Environ = dict[str, Any]
Answered = tuple[Any, int | None]
"""The document, and the position of what was written."""


class Quick:
    """The application behind, and the plain cases of four routes before it."""

    def __init__(
        self, app: Flask, verifier: Verifier, link: Link, reader: Reader, followed: Mapping[str, Followed]
    ) -> None:
        self._app, self._next, self._verifier = app, app.wsgi_app, verifier
        self._link, self._reader = link, reader
        self._followed, self._record = followed, app.extensions["record"]
        views: Mapping[str, Any] = app.view_functions
        self._roles = {name: views[name].allowed_roles for name in _ROUTES}

    def __call__(self, environ: Environ, start_response: "StartResponse") -> Iterable[bytes]:
        started = time.perf_counter()
        name = _name_of(environ)
        asking = self._caller(environ, name) if name else None
        if name is None or asking is None or not self._has_news(environ):
            return self._next(environ, start_response)
        work = self._work_of(environ, name, asking)
        if work is None:
            return self._next(environ, start_response)
        correlation = correlate(environ.get("HTTP_CORRELATION_ID"))
        deadlines.begin(deadlines.said(environ.get("HTTP_TIME_LEFT")))
        try:
            document, position = work()
        except Exception as error:  # noqa: BLE001 -- the application has an answer for each
            return self._refuse(error, environ, start_response, started)
        body = orjson.dumps(document)
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        if position:
            headers.append((POSITION_HEADER, f"ledger={position}"))
        headers.append(("Correlation-Id", correlation))
        self._record(*_ROUTES[name], 200, "ok", time.perf_counter() - started)
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

    def _work_of(self, environ: Environ, name: str, asking: Caller) -> Callable[[], Answered] | None:
        """What answers it, when all of it is plain: commands in a plain body, reads of accounts of one's own."""
        if name == _ACCOUNT:
            number = environ["PATH_INFO"][len(_ACCOUNTS) :]
            return partial(self._account, number) if _is_own(number, asking) else None
        if name == _PAGE:
            asked = plain_page(environ["QUERY_STRING"])
            return partial(self._page, asked) if asked is not None and _is_own(asked["account"], asking) else None
        command = _command_of(environ, name)
        return None if command is None else partial(self._send, command, asking, environ["HTTP_IDEMPOTENCY_KEY"])

    def _send(self, command: Command, asking: Caller, key: str) -> Answered:
        """Raises Problem, CommitterBusy."""
        outcome = self._link.send(request_of(command, asking, key))
        if not outcome.ok:
            raise problem_of(outcome)
        return outcome.document, outcome.position

    def _account(self, number: str) -> Answered:
        """Raises UnknownAccount, StoreAway."""
        return account_document(self._reader, number), None

    def _page(self, asked: Mapping[str, Any]) -> Answered:
        """Raises StoreAway, TooBroad."""
        return page_document(self._reader, asked), None

    def _refuse(
        self, error: Exception, environ: Environ, start_response: "StartResponse", started: float
    ) -> Iterable[bytes]:  # fmt: skip
        with self._app.request_context(environ):
            g.started = started
            answer = self._app.make_response(self._app.handle_user_exception(error))
            refusal: Iterable[bytes] = self._app.process_response(answer)(environ, start_response)
            return refusal


def _name_of(environ: Environ) -> str | None:
    """The route's, when the request's head is plain."""
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if method == "GET":
        return _read_of(path, environ.get("QUERY_STRING"))
    return _write_of(path, environ) if method == "POST" else None


def _read_of(path: str, query: str | None) -> str | None:
    if path == _TRANSFERS and query:
        return _PAGE
    if path.startswith(_ACCOUNTS) and is_number(path[len(_ACCOUNTS) :]) and not query:
        return _ACCOUNT
    return None


def _write_of(path: str, environ: Environ) -> str | None:
    """A key, a short body, no query."""
    length = environ.get("CONTENT_LENGTH", "")
    plain = (
        not environ.get("QUERY_STRING")
        and length.isascii()
        and length.isdigit()
        and int(length) <= _MAX_BODY_BYTES
        and is_key(environ.get("HTTP_IDEMPOTENCY_KEY", ""))
    )
    if plain and path == _TRANSFERS:
        return _INITIATING
    if plain and path.endswith(_ACCEPT) and is_id(_id_in(path)) and path.startswith(f"{_TRANSFERS}/"):
        return _ACCEPTING
    return None


def _is_own(number: str, asking: Caller) -> bool:
    """Whether the caller acts for the account, or looks at it as its members do."""
    return number in asking.accounts or number in asking.viewed


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
    if name == _ACCEPTING:
        return None if document != {} else AcceptTransfer(transfer_id=_id_in(environ["PATH_INFO"]))
    fields = INITIATE.plainly(document)
    return None if fields is None else InitiateTransfer(**fields)
