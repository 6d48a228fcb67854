"""How the gateway calls a service: one bounded pool of kept-alive connections and one circuit each, time limits
on everything, and two ways to fail (`Refused`, `PartDown`)."""

import math
import re
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode

import orjson
import urllib3
from urllib3.exceptions import EmptyPoolError, HTTPError, ProtocolError, ReadTimeoutError

from services.chassis import deadlines
from services.chassis.logs import CORRELATION_HEADER, correlation_id, log
from services.chassis.tokens import Caller, Signer
from services.chassis.web import MIN_POSITION_HEADER, POSITION_HEADER, format_positions, parse_positions
from services.gateway.circuit import Circuit

CONNECT_SECONDS = 0.5
READ_SECONDS = 3.0
"""A service may wait 2 s of these for its projections (`Min-Position`)."""
PASSWORD_SECONDS = 8.0
"""Hashing a password takes a good part of a second by intent, and queues when many log in at once."""
CLIENT_ADDRESS_HEADER = "Client-Address"
STREAM_SECONDS = 15.0
"""Of a stream: until its beginning, and then between any two pieces."""
STREAM_PIECE = 65_536
POOL_SIZE = 64
REQUEST_SECONDS = 15.0
"""For everything that one request asks of services; a password is hashed for a good part of it."""
_TOO_LATE_SECONDS = 0.05
_MOST_TOLD_SECONDS = 60.0
STREAMS = 8
"""At once, apart from the pool of all other calls: somebody who downloads slowly stops nobody's payment."""
WAITS = 100
"""Calls that wait for something to happen, apart from all others."""
MOST_CALLS = 2 * POOL_SIZE + WAITS
"""Under way or waiting for a connection: a slow service must not keep all requests of this process waiting."""
POOL_WAIT_SECONDS: Any = 0.5
"""`Any`: urllib3 hands it to queue.get, which takes fractions; its annotation says int."""

_HARMLESS = re.compile(r"/sessions(/codes)?|/api-token-sessions|/api-tokens/[^/]+/payments")
"""Writes that change nothing of what a login may do: a login begun, and what each call by an API token asks."""

Document = dict[str, Any]


class PartDown(Exception):
    """A service gave no usable answer. `code` is `part.down`, or the service's own, e.g. `search.unavailable`."""

    def __init__(self, service: str, code: str = "part.down", detail: str = "", retry_after: int = 2) -> None:
        super().__init__(detail or f"The {service} does not answer at the moment. Try again in a moment.")
        self.service, self.code, self.retry_after = service, code, retry_after

    @property
    def detail(self) -> str:
        """A sentence for people."""
        return str(self)


class Refused(Exception):
    """A service said no. `errors` maps its snake_case field names to messages; `extra` has the problem's other fields.

    For example `max_possible` of `transfer.limit_exceeded`, `transfer` of `transfer.cancelled_by_system`.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.extra = dict(errors or {}), dict(extra or {})
        self.retry_after = retry_after


class StepUpNeeded(Exception):
    """A service wants to know that it is still the same person. No view catches it: pages ask, and go on from there."""

    CODE: ClassVar[str] = "auth.step_up_needed"

    @property
    def detail(self) -> str:
        """A sentence for people."""
        return str(self)


@dataclass(slots=True)
class Asker:
    """Who asks the services in one request, and the newest positions that they know of."""

    caller: Caller
    positions: dict[str, int] = field(default_factory=dict)
    address: str = ""
    """The network address that the request came from: the directory's audit log keeps a keyed hash of it."""

    def saw(self, positions: Mapping[str, int]) -> None:
        """Remember newer positions."""
        for name, position in positions.items():
            self.positions[name] = max(position, self.positions.get(name, 0))


class Line:
    """The way to one service, shared by all requests: a bounded pool of kept-alive connections and a circuit."""

    def __init__(
        self, service: str, url: str, signer: Signer, circuit: Circuit | None = None, most: int = MOST_CALLS
    ) -> None:
        self.service, self._signer = service, signer
        self._room = threading.Semaphore(most)
        self._circuit = circuit or Circuit()
        self._pool = urllib3.connection_from_url(url.rstrip("/"), maxsize=POOL_SIZE, block=True, retries=False)
        self.wrote_at = -math.inf
        """When this process last had something changed there (`time.monotonic()`), `_HARMLESS` writes aside."""
        self._url = url
        self._streams = urllib3.connection_from_url(url.rstrip("/"), maxsize=STREAMS, block=True, retries=False)
        self._waits = urllib3.connection_from_url(url.rstrip("/"), maxsize=WAITS, block=True, retries=False)

    def apart(self) -> "Line":
        """Another way to the same service, with connections and a circuit of its own."""
        return Line(self.service, self._url, self._signer)

    def ask(
        self,
        asker: Asker,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
        seconds: float = READ_SECONDS,
        raw: bytes | None = None,
    ) -> Document:
        """The answer's document, within `seconds`; `raw` goes instead of `body`, as it is.

        Raises Refused, PartDown, StepUpNeeded.
        """
        target = path + (f"?{urlencode(given(query))}" if query and given(query) else "")
        content = raw if raw is not None else None if method in ("GET", "DELETE") else orjson.dumps(body or {})
        headers = self._headers(asker, method, key)
        if raw is not None:
            headers["Content-Type"] = "application/octet-stream"
        try:
            response = self._send(method, target, content, headers, seconds)
        finally:
            if method != "GET" and not _HARMLESS.fullmatch(path):
                self.wrote_at = time.monotonic()
        asker.saw(parse_positions(response.headers.get(POSITION_HEADER, "")))
        if response.status < 400:
            return _document(response.data)
        raise self._refusal(response)

    def fetch(self, asker: Asker, path: str) -> bytes:
        """The bytes of a small file. Raises Refused, PartDown."""
        response = self._send("GET", path, None, self._headers(asker, "GET", None), READ_SECONDS)
        if response.status < 400:
            return response.data
        raise self._refusal(response)

    def wait(self, asker: Asker, path: str, *, query: Mapping[str, Any], seconds: float) -> Document:
        """A document that may come after `seconds` only. Nobody else waits for its connection. Raises as `ask`."""
        target = f"{path}?{urlencode(given(query))}"
        headers = self._headers(asker, "GET", None)
        response = self._send("GET", target, None, headers, seconds + READ_SECONDS, pool=self._waits)
        if response.status < 400:
            return _document(response.data)
        raise self._refusal(response)

    def open(
        self,
        asker: Asker,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        seconds: float = STREAM_SECONDS,
    ) -> "Stream":
        """An answer that is too large to be held: read in pieces, each within `seconds`. Raises Refused, PartDown."""
        target = path + (f"?{urlencode(given(query))}" if query and given(query) else "")
        response = self._send("GET", target, None, self._headers(asker, "GET", None), seconds, stream=True)
        if response.status < 400:
            return Stream(self.service, response, self._circuit)
        try:
            _ = response.data
        except HTTPError as error:
            raise PartDown(self.service) from error
        raise self._refusal(response)

    def alive(self) -> None:
        """Ask for `/healthz`. Raises PartDown."""
        self._send("GET", "/healthz", None, {}, READ_SECONDS)

    def _headers(self, asker: Asker, method: str, key: str | None) -> dict[str, str]:
        headers = {
            "Authorization": f"Bearer {self._signer.token(asker.caller, self.service)}",
            CORRELATION_HEADER: correlation_id(),
            CLIENT_ADDRESS_HEADER: asker.address,
            "Content-Type": "application/json",
        }
        if asker.positions:
            headers[MIN_POSITION_HEADER] = format_positions(asker.positions)
        if method != "GET":
            headers["Idempotency-Key"] = key or uuid.uuid4().hex
        return headers

    def _send(
        self,
        method: str,
        target: str,
        content: bytes | None,
        headers: dict[str, str],
        seconds: float,
        *,
        stream: bool = False,
        pool: urllib3.HTTPConnectionPool | None = None,
    ) -> urllib3.BaseHTTPResponse:
        if not self._circuit.admits():
            raise PartDown(self.service, retry_after=self._circuit.seconds_left)
        # Whoever waits for something to happen has all the time that it asked for.
        allowed = min(seconds, deadlines.left()) if pool is None else seconds
        if allowed < _TOO_LATE_SECONDS:
            raise self._too_late()
        if not self._room.acquire(blocking=False):
            raise self._too_busy()
        headers[deadlines.HEADER] = f"{min(allowed, _MOST_TOLD_SECONDS):.3f}"
        chosen = pool or (self._streams if stream else self._pool)
        try:
            response = self._send_again_if_cut(chosen, method, target, content, headers, allowed, stream)
        except EmptyPoolError as error:
            raise self._too_busy() from error
        except HTTPError as error:
            if isinstance(error, ReadTimeoutError) and allowed < seconds:
                # It may be well: others took the time.
                raise self._too_late() from error
            self._circuit.failed()
            log.warning("part.no_answer", part=self.service, error=type(error).__name__)
            raise PartDown(self.service, retry_after=self._circuit.seconds_left) from error
        finally:
            self._room.release()
        self._circuit.succeeded()
        return response

    def _too_busy(self) -> PartDown:
        log.warning("part.busy", part=self.service)
        sentence = f"The {self.service} has more to do than it can at the moment. Try again in a moment."
        return PartDown(self.service, "part.busy", sentence, 1)

    def _too_late(self) -> PartDown:
        log.warning("part.late", part=self.service)
        sentence = f"This took too long before the {self.service} could answer. Try again in a moment."
        return PartDown(self.service, "part.late", sentence, 1)

    def _send_again_if_cut(
        self,
        pool: urllib3.HTTPConnectionPool,
        method: str,
        target: str,
        content: bytes | None,
        headers: dict[str, str],
        seconds: float,
        stream: bool,
    ) -> urllib3.BaseHTTPResponse:
        # A kept-alive connection may be closed by the other side just as we use it. Once more on a new one is safe:
        # reads change nothing and every write carries a key.
        until = time.monotonic() + seconds

        def request(left: float) -> urllib3.BaseHTTPResponse:
            return pool.urlopen(
                method,
                target,
                body=content,
                headers=headers,
                redirect=False,
                preload_content=not stream,
                pool_timeout=POOL_WAIT_SECONDS,
                timeout=urllib3.Timeout(connect=min(CONNECT_SECONDS, left), read=left),
            )

        try:
            return request(seconds)
        except ProtocolError:
            return request(max(_TOO_LATE_SECONDS, until - time.monotonic()))

    def _refusal(self, response: urllib3.BaseHTTPResponse) -> Refused | PartDown | StepUpNeeded:
        problem = _document(response.data)
        code, detail = str(problem.get("type", "")), str(problem.get("detail", ""))
        retry_after = _number(response.headers.get("Retry-After"))
        if response.status >= 500:
            log.warning("part.failed", part=self.service, status=response.status, code=code)
            known = response.status == 503 and code
            return PartDown(self.service, code, detail, retry_after or 2) if known else PartDown(self.service)
        if not code or code == "auth.invalid_token":
            log.error("part.misunderstood", part=self.service, status=response.status, code=code)
            return PartDown(self.service)
        if code == StepUpNeeded.CODE:
            return StepUpNeeded(detail)
        extra = {name: value for name, value in problem.items() if name not in _PROBLEM_FIELDS}
        return Refused(response.status, code, detail, problem.get("errors"), extra, retry_after)


_FILENAME = re.compile(r'attachment; filename="?([A-Za-z0-9_-][A-Za-z0-9._-]{0,199})"?')


class Stream:
    """An answer that is read piece by piece, as the service wrote it. Close it, or read it to its end."""

    def __init__(self, service: str, response: urllib3.BaseHTTPResponse, circuit: Circuit) -> None:
        self._service, self._response, self._circuit = service, response, circuit
        self.content_type = response.headers.get("Content-Type", "application/octet-stream")
        named = _FILENAME.fullmatch(response.headers.get("Content-Disposition", ""))
        self.name = named[1] if named else ""
        """What the service calls the file; empty when it does not."""

    def __iter__(self) -> Iterator[bytes]:
        """The pieces. Raises PartDown when one does not come in time: what came before is then not all."""
        try:
            yield from self._response.stream(STREAM_PIECE, decode_content=False)
        except HTTPError as error:
            self._circuit.failed()
            log.warning("part.stream_broken", part=self._service, error=type(error).__name__)
            raise PartDown(self._service) from error
        finally:
            self.close()

    def close(self) -> None:
        """Give up what was not read; the connection is not used again then."""
        self._response.close()
        self._response.release_conn()


_PROBLEM_FIELDS = frozenset({"type", "title", "status", "detail", "correlation_id", "errors"})


def given(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is not None."""
    return {name: value for name, value in (values or {}).items() if value is not None}


def _document(content: bytes) -> Document:
    try:
        document = orjson.loads(content or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
