"""How the gateway calls a service: one bounded pool of kept-alive connections and one circuit each, time limits
on everything, and two ways to fail (`Refused`, `PartDown`)."""

import math
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode

import orjson

from services.chassis import deadlines
from services.chassis.connections import Answer, Connections, NoAnswer, NoneFree, Reply, TooSlow
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
POOL_WAIT_SECONDS = 0.5

_POSITION, _RETRY_AFTER = POSITION_HEADER.lower(), "retry-after"
_HARMLESS = re.compile(r"/sessions(/codes)?|/api-token-sessions|/api-tokens/[^/]+/payments")
"""Writes that change nothing of what a login may do: a login begun, and what each call by an API token asks."""

Document = dict[str, Any]
_Told = TypeVar("_Told")


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
        self._pool, self._streams, self._waits = (_connections(url, most) for most in (POOL_SIZE, STREAMS, WAITS))
        self.wrote_at = -math.inf
        """When this process last had something changed there (`time.monotonic()`), `_HARMLESS` writes aside."""
        self._url = url

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
        asker.saw(parse_positions(response.headers.get(_POSITION, "")))
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
        headers = self._headers(asker, "GET", None)
        reply = self._within(
            seconds, headers, lambda allowed: self._streams.open("GET", target, headers, allowed)
        )  # fmt: skip
        if reply.status < 400:
            return Stream(self.service, reply, self._circuit, seconds)
        try:
            whole = reply.whole(time.monotonic() + seconds)
        except NoAnswer as error:
            raise PartDown(self.service) from error
        raise self._refusal(whole)

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
        pool: Connections | None = None,
    ) -> Answer:
        # Once more on a new connection is safe: reads change nothing and every write carries a key.
        return self._within(
            seconds, headers, lambda allowed: (pool or self._pool).ask(method, target, content, headers, allowed),
            waits=pool is not None,
        )  # fmt: skip

    def _within(
        self, seconds: float, headers: dict[str, str], call: Callable[[float], _Told], *, waits: bool = False
    ) -> _Told:
        """What `call` gives in the seconds that are left to it. Raises PartDown."""
        # Whoever waits for something to happen has all the time that it asked for.
        allowed = seconds if waits else min(seconds, deadlines.left())
        if allowed < _TOO_LATE_SECONDS:
            raise self._too_late()
        if not self._room.acquire(blocking=False):
            raise self._too_busy()
        try:
            # Last: the one call that probes a service after a pause must be made.
            if not self._circuit.admits():
                raise PartDown(self.service, retry_after=self._circuit.seconds_left)
            headers[deadlines.HEADER] = f"{min(allowed, _MOST_TOLD_SECONDS):.3f}"
            told = call(allowed)
        except NoneFree as error:
            raise self._too_busy() from error
        except NoAnswer as error:
            if isinstance(error, TooSlow) and allowed < seconds:
                # It may be well: others took the time.
                raise self._too_late() from error
            self._circuit.failed()
            log.warning("part.no_answer", part=self.service, error=type(error).__name__)
            raise PartDown(self.service, retry_after=self._circuit.seconds_left) from error
        finally:
            self._room.release()
        self._circuit.succeeded()
        return told

    def _too_busy(self) -> PartDown:
        log.warning("part.busy", part=self.service)
        sentence = f"The {self.service} has more to do than it can at the moment. Try again in a moment."
        return PartDown(self.service, "part.busy", sentence, 1)

    def _too_late(self) -> PartDown:
        log.warning("part.late", part=self.service)
        sentence = f"This took too long before the {self.service} could answer. Try again in a moment."
        return PartDown(self.service, "part.late", sentence, 1)

    def _refusal(self, response: Answer) -> Refused | PartDown | StepUpNeeded:
        problem = _document(response.data)
        code, detail = str(problem.get("type", "")), str(problem.get("detail", ""))
        retry_after = _number(response.headers.get(_RETRY_AFTER))
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

    def __init__(self, service: str, reply: Reply, circuit: Circuit, seconds: float) -> None:
        self._service, self._reply, self._circuit, self._seconds = service, reply, circuit, seconds
        self.content_type = reply.headers.get("content-type", "application/octet-stream")
        named = _FILENAME.fullmatch(reply.headers.get("content-disposition", ""))
        self.name = named[1] if named else ""
        """What the service calls the file; empty when it does not."""

    def __iter__(self) -> Iterator[bytes]:
        """The pieces. Raises PartDown when one does not come in time: what came before is then not all."""
        try:
            yield from self._reply.pieces(self._seconds)
        except NoAnswer as error:
            self._circuit.failed()
            log.warning("part.stream_broken", part=self._service, error=type(error).__name__)
            raise PartDown(self._service) from error
        finally:
            self.close()

    def close(self) -> None:
        """Give up what was not read; the connection is not used again then."""
        self._reply.close()


_PROBLEM_FIELDS = frozenset({"type", "title", "status", "detail", "correlation_id", "errors"})


def _connections(url: str, most: int) -> Connections:
    return Connections(url, most, connect_seconds=CONNECT_SECONDS, wait_seconds=POOL_WAIT_SECONDS)


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
