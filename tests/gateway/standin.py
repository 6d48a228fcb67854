"""Stands in for one of the other services: a real HTTP server on a real socket that says what a test told it to.

Checks the internal token as the real one does; keeps what it was asked.
"""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from services.chassis.tokens import Caller, InvalidToken, Verifier


@dataclass(frozen=True)
class Asked:
    """One request as the service saw it."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    headers: Mapping[str, str]
    caller: Caller


@dataclass(frozen=True)
class Says:
    """An answer: a document with status and headers."""

    document: Any
    status: int = 200
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Streams:
    """A file that comes in pieces."""

    pieces: Iterable[bytes]
    content_type: str
    name: str = ""


def problem(status: int, code: str, detail: str = "No.", retry_after: int | None = None, **extra: Any) -> Says:
    """A refusal as the services write it."""
    document = {"type": code, "title": code, "status": status, "detail": detail, "correlation_id": "c" * 8, **extra}
    return Says(document, status, {"Retry-After": str(retry_after)} if retry_after else None)


class QuietHandler(WSGIRequestHandler):
    """Says nothing of calls."""

    def log(self, *_: Any) -> None: ...


class Standin:
    """`standin.on("GET", "/entities", {...})`: a document, a Says, or a function from Asked to either."""

    def __init__(self, service: str, internal_public_key: bytes) -> None:
        self.service = service
        self.asked: list[Asked] = []
        self._verifier = Verifier(internal_public_key, service)
        self._says: dict[tuple[str, str], Any] = {}
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=QuietHandler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def on(self, method: str, path: str, says: Any) -> None:
        self._says[(method, path)] = says

    def told(self, method: str, path: str) -> Any:
        """What it was told to say."""
        return self._says[(method, path)]

    def forget(self) -> None:
        self.asked.clear()
        self._says.clear()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def last(self, method: str, path: str) -> Asked:
        """The last request to a route."""
        return next(asked for asked in reversed(self.asked) if (asked.method, asked.path) == (method, path))

    def count(self, method: str, path: str) -> int:
        return sum((asked.method, asked.path) == (method, path) for asked in self.asked)

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        request = Request(environ)
        says = self._reply(request)
        if isinstance(says, Streams):
            headers = {"Content-Disposition": f"attachment; filename={says.name}"} if says.name else {}
            return Response(says.pieces, headers=headers, content_type=says.content_type)(environ, start_response)
        says = says if isinstance(says, Says) else Says(says)
        response = Response(
            json.dumps(says.document), says.status, dict(says.headers or {}), content_type="application/json"
        )
        return response(environ, start_response)

    def _reply(self, request: Request) -> Any:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            caller = self._verifier.caller(token if scheme == "Bearer" else "")
        except InvalidToken:
            return problem(401, "auth.invalid_token")
        raw = request.get_data()
        body = raw if request.content_type == "application/octet-stream" else json.loads(raw or b"null")
        asked = Asked(request.method, request.path, request.args.to_dict(), body, dict(request.headers), caller)
        self.asked.append(asked)
        says = self._says.get((request.method, request.path), problem(404, "http.not_found"))
        return says(asked) if callable(says) else says
