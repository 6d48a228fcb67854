"""HTTP/1.1 over kept-alive connections to one server: the part of a client that we need, and no more.

`httptools` reads the answers; docs/adr/0020 says what that saves. Cooperative under gevent, and safe for threads.
"""

import re
import socket
import ssl
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from httptools import HttpParserError, HttpResponseParser

LARGEST = 64 * 1024 * 1024
"""Bytes of an answer that is held whole; larger ones are read in pieces."""
_PIECE = 65_536
_PLAIN = re.compile(r"[!-~]+")
_RESERVED = "!#$%&'()*+,/:;=?@[]~"


class NoAnswer(Exception):
    """Nobody listens, or no whole answer came."""


class TooSlow(NoAnswer):
    """An answer was waited for, and did not come in time."""


class Cut(NoAnswer):
    """The connection ended before the answer did, or what came is no answer."""


class NoneFree(Exception):
    """All connections are in use, and none became free in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came. Names of headers are lower case."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class Reply:
    """An answer that has begun; its body is still to be read. Close it, or read it to its end."""

    def __init__(self, connection: socket.socket, leave: Callable[[socket.socket, bool], None]) -> None:
        self.headers: dict[str, str] = {}
        """Names are lower case."""
        self._connection, self._leave = connection, leave
        self.status = 0
        self._parser = HttpResponseParser(self)
        self._pieces: list[bytes] = []
        self._answers = 0
        self._begun = self._ended = self._kept = self._left = False

    def begin(self, message: bytes, until: float) -> None:
        """Send, and read until the body comes. Raises TooSlow, Cut."""
        try:
            self._connection.settimeout(_left(until))
            try:
                self._connection.sendall(message)
            except OSError as error:
                raise Cut from error
            while not self._begun:
                self._receive(until)
        except BaseException:
            self.close()
            raise

    def whole(self, until: float) -> Answer:
        """All of it. Raises TooSlow, Cut, NoAnswer for more than LARGEST."""
        length = 0
        try:
            while not self._ended:
                length += self._receive(until)
                if length > LARGEST:
                    raise NoAnswer
        finally:
            self.close()
        return Answer(self.status, self.headers, b"".join(self._pieces))

    def head(self, _: float) -> Answer:
        """An answer to HEAD: its length is that of a body that does not come, so its connection is not used again."""
        self.close()
        return Answer(self.status, self.headers, b"")

    def pieces(self, seconds: float) -> Iterator[bytes]:
        """The body as it comes, `seconds` for each piece. Raises TooSlow, Cut."""
        try:
            while True:
                ready, self._pieces = self._pieces, []
                yield from ready
                if self._ended:
                    return
                self._receive(time.monotonic() + seconds)
        finally:
            self.close()

    def close(self) -> None:
        """Give the connection back; one whose answer was not read to its end is not used again."""
        if not self._left:
            self._left = True
            # It calls this reply, which holds it: a circle is garbage that waits for a collection.
            del self._parser
            self._leave(self._connection, self._ended and self._kept and self._answers == 1)

    def _receive(self, until: float) -> int:
        self._connection.settimeout(_left(until))
        try:
            piece = self._connection.recv(_PIECE)
        except TimeoutError as error:
            raise TooSlow from error
        except OSError as error:
            raise Cut from error
        if not piece:
            raise Cut
        try:
            self._parser.feed_data(piece)
        except HttpParserError as error:
            raise Cut from error
        return len(piece)

    # The parser calls these.

    def on_message_begin(self) -> None:
        self._answers += 1

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._begun, self.status = True, self._parser.get_status_code()
        self._kept = self._parser.should_keep_alive()

    def on_body(self, piece: bytes) -> None:
        self._pieces.append(piece)

    def on_message_complete(self) -> None:
        self._ended = True


class Connections:
    """At most so many connections, made when they are needed and kept as long as the service keeps them."""

    def __init__(self, url: str, most: int, *, connect_seconds: float, wait_seconds: float) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port or (443 if secure else 80)
        self._tls = ssl.create_default_context() if secure else None
        self._path, self._always = parts.path.rstrip("/"), f"Host: {parts.netloc}\r\nAccept-Encoding: identity\r\n"
        self._connect_seconds, self._wait_seconds = connect_seconds, wait_seconds
        self._room = threading.BoundedSemaphore(most)
        self._idle: deque[socket.socket] = deque()
        weakref.finalize(self, _close_all, self._idle)

    def ask(
        self, method: str, target: str, content: bytes | None, headers: Mapping[str, str], seconds: float
    ) -> Answer:
        """The whole answer, within `seconds`; sent once more on a new connection when the first one was cut.

        Raises NoAnswer, NoneFree.
        """
        message, until = self._message(method, target, content, headers), time.monotonic() + seconds
        read = Reply.head if method == "HEAD" else Reply.whole
        try:
            return read(self._begun(message, until), until)
        except Cut:
            return read(self._begun(message, until, anew=True), until)

    def open(self, method: str, target: str, headers: Mapping[str, str], seconds: float) -> Reply:
        """An answer that is read in pieces, begun within `seconds`. Raises as `ask`."""
        message, until = self._message(method, target, None, headers), time.monotonic() + seconds
        try:
            return self._begun(message, until)
        except Cut:
            return self._begun(message, until, anew=True)

    def _begun(self, message: bytes, until: float, *, anew: bool = False) -> Reply:
        room = self._room
        if not room.acquire(blocking=False) and not room.acquire(timeout=min(self._wait_seconds, _left(until))):
            raise NoneFree
        try:
            connection = self._connected(until, anew=anew)
        except BaseException:
            self._room.release()
            raise
        reply = Reply(connection, self._leave)
        reply.begin(message, until)
        return reply

    def _connected(self, until: float, *, anew: bool) -> socket.socket:
        if not anew:
            with suppress(IndexError):  # looked at first, another thread could take the last one in between
                return self._idle.pop()
        seconds = min(self._connect_seconds, _left(until))
        try:
            connection = socket.create_connection((self._host, self._port), seconds)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self._tls.wrap_socket(connection, server_hostname=self._host) if self._tls else connection
        except OSError as error:
            raise NoAnswer from error

    def _leave(self, connection: socket.socket, usable: bool) -> None:
        if usable:
            self._idle.append(connection)
        else:
            connection.close()
        self._room.release()

    def _message(self, method: str, target: str, content: bytes | None, headers: Mapping[str, str]) -> bytes:
        path = self._path + (target if _PLAIN.fullmatch(target) else quote(target, safe=_RESERVED))
        length = "" if content is None else f"Content-Length: {len(content)}\r\n"
        told = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        if told.count("\r") != len(headers) or told.count("\n") != len(headers):
            raise ValueError("a header has more than one line")
        return f"{method} {path} HTTP/1.1\r\n{self._always}{length}{told}\r\n".encode("latin-1") + (content or b"")


def _close_all(connections: deque[socket.socket]) -> None:
    while connections:
        connections.pop().close()


def _left(until: float) -> float:
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TooSlow
    return seconds
