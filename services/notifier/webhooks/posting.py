"""One request to a receiver: to an address that was checked, within a deadline, without following where it points.

Written on a socket, because the deadline is for all of it: clients' time limits are for each read, and a receiver
that answers a byte at a time would hold one for ever.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.notifier.webhooks.domain import Answer
from services.notifier.webhooks.guard import Forbidden, Resolve, Target, addresses, resolve_by_system, target_of

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 10.0
MAX_KEPT = 4_096
_PIECE = 16_384


@dataclass(frozen=True, slots=True)
class _Deadline:
    at: float

    def left(self, most: float = TOTAL_SECONDS) -> float:
        """Seconds until then, `most` at most. Raises TimeoutError."""
        remaining = min(self.at - time.monotonic(), most)
        if remaining <= 0:
            raise TimeoutError
        return remaining


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """Posts bodies. `private`: also to addresses inside, and by plain HTTP (NOTIFIER_WEBHOOKS_ALLOW_PRIVATE)."""

    private: bool = False
    resolve: Resolve = resolve_by_system
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = TOTAL_SECONDS

    def check(self, url: str) -> None:
        """Raises Forbidden for an address that must not be used; a name that can't be found yet may be."""
        target = target_of(url, private=self.private)
        try:
            addresses(target, self.resolve, private=self.private)
        except OSError:
            return

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post `body`. Never raises: whatever goes wrong is in the answer."""
        began = time.monotonic()
        try:
            answered = self._ask(url, headers, body, _Deadline(began + self.seconds))
        except Forbidden:
            answered = Answer(status=None, error="forbidden_address")
        except TimeoutError:
            answered = Answer(status=None, error="timeout")
        except ssl.SSLCertVerificationError:
            answered = Answer(status=None, error="certificate")
        except ssl.SSLError:
            answered = Answer(status=None, error="tls")
        except socket.gaierror:
            answered = Answer(status=None, error="name")
        except (http.client.HTTPException, ValueError):
            answered = Answer(status=None, error="no_http")
        except OSError as error:
            answered = Answer(status=None, error=type(error).__name__.removesuffix("Error").lower())
        return Answer(
            status=answered.status, excerpt=answered.excerpt, error=answered.error, seconds=time.monotonic() - began
        )

    def _ask(self, url: str, headers: Mapping[str, str], body: bytes, deadline: _Deadline) -> Answer:
        target = target_of(url, private=self.private)
        with self._connect(target, deadline) as line:
            for piece in _pieces(_request(target, headers, body)):
                line.settimeout(deadline.left())
                line.sendall(piece)
            response = http.client.HTTPResponse(_Line(line, deadline), method="POST")  # type: ignore[arg-type]
            response.begin()
            return Answer(status=response.status, excerpt=_excerpt(response))

    def _connect(self, target: Target, deadline: _Deadline) -> socket.socket:
        """A connection to one of the addresses that were just checked: the name is not asked for again."""
        last: OSError = OSError()
        # The limit for connecting is for all addresses together.
        connecting = _Deadline(min(deadline.at, time.monotonic() + CONNECT_SECONDS))
        for address in addresses(target, self.resolve, private=self.private):
            try:
                line = socket.create_connection((address, target.port), timeout=connecting.left())
            except OSError as error:
                last = error
                continue
            return self._secured(line, target, deadline)
        raise last

    def _secured(self, line: socket.socket, target: Target, deadline: _Deadline) -> socket.socket:
        if not target.secure:
            return line
        try:
            line.settimeout(deadline.left())
            return self.tls.wrap_socket(line, server_hostname=target.host)
        except BaseException:
            line.close()
            raise


class _Line:
    """What `http.client` needs of a socket."""

    def __init__(self, line: socket.socket, deadline: _Deadline) -> None:
        self._reading = _Reading(line, deadline)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reading, _PIECE)


class _Reading(io.RawIOBase):
    """Reads from a socket until the deadline, whatever the receiver does."""

    def __init__(self, line: socket.socket, deadline: _Deadline) -> None:
        super().__init__()
        self._line, self._deadline = line, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._line.settimeout(self._deadline.left())
        return self._line.recv_into(buffer)


def _excerpt(response: http.client.HTTPResponse) -> str:
    """The first bytes of the body; what the receiver thinks is known by its status, so the rest may be broken."""
    kept = b""
    try:
        while len(kept) < MAX_KEPT and (piece := response.read1(MAX_KEPT - len(kept))):
            kept += piece
    except (OSError, http.client.HTTPException, ValueError):
        kept += b" [cut]"
    return kept[:MAX_KEPT].decode("utf-8", errors="replace").replace("\0", "")


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = {
        "Host": target.authority,
        "User-Agent": "MCCS-Webhooks",
        "Accept": "*/*",
        "Connection": "close",
        "Content-Length": str(len(body)),
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {target.path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


def _pieces(message: bytes) -> list[bytes]:
    return [message[start : start + _PIECE] for start in range(0, len(message), _PIECE)]


Post = Callable[[str, Mapping[str, str], bytes], Answer]
