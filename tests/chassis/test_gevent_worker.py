"""gunicorn with our worker: what goes over the wire is what gunicorn sends, and it stops soon."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.native.ports import find_free
from services.chassis.process import gunicorn_command
from tests.ledger.processes import ROOT
from tests.waiting import wait_until

APP = """
import pathlib
import time

FOLDER = pathlib.Path(__file__).parent

def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/slow":
        (FOLDER / "begun").touch()
        while not (FOLDER / "finish").exists():
            time.sleep(0.01)
    if path == "/pieces":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"one ", b"two"]
    if path == "/nothing":
        start_response("204 No Content", [])
        return []
    if path == "/broken":
        raise RuntimeError("marker in an exception")
    body = environ["wsgi.input"].read() or b"hello"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]

def make():
    return application
"""


class Server:
    """gunicorn over a tiny application."""

    def __init__(self, folder: Path, *more: str) -> None:
        (folder / "tiny.py").write_text(APP)
        self.port, self.log = find_free(), folder / "log"
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)}
        command = gunicorn_command("tiny:make()", "127.0.0.1", self.port, 1) + list(more)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        wait_until(self.answers, 30)

    def answers(self) -> bool:
        try:
            return self.ask(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").endswith(b"hello")
        except OSError:
            return False

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def ask(self, request: bytes) -> bytes:
        with self.connect() as connection:
            connection.sendall(request)
            return everything(connection)

    def stop(self) -> float:
        """Seconds until it has stopped."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0
        return time.monotonic() - started


def everything(connection: socket.socket) -> bytes:
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """For whoever only asks: starting and stopping take longer than any answer."""
    started = Server(tmp_path_factory.mktemp("lasting"))
    yield started
    started.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = Server(tmp_path)
    yield started
    if started.process.poll() is None:
        started.stop()


def request(path: str, method: str = "GET", body: bytes = b"", *, last: bool = True) -> bytes:
    close = "Connection: close\r\n" if last else ""
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\n{close}Content-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        (request("/"), b"200 OK", b"hello"),
        (request("/", "HEAD"), b"200 OK", b""),
        (request("/", "POST", b"x" * 300_000), b"200 OK", b"x" * 300_000),
        (request("/nothing"), b"204 No Content", b""),
        (request("/pieces"), b"200 OK", b"4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"),
    ],
)
def test_answers_arrive_whole(lasting: Server, asked: bytes, status: bytes, body: bytes):
    head, _, content = lasting.ask(asked).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    assert content == body
    assert head.lower().count(b"content-length:") == (b"text/plain" in head and b"chunked" not in head)


def test_a_connection_serves_one_request_after_the_other(lasting: Server):
    received = lasting.ask(request("/", "POST", b"first", last=False) + request("/", "POST", b"second"))
    assert received.count(b"HTTP/1.1 200 OK") == 2
    assert received.index(b"first") < received.index(b"second")


def test_a_broken_application_is_not_shown(lasting: Server):
    received = lasting.ask(request("/broken", last=False))
    assert received.startswith(b"HTTP/1.1 500")
    assert b"marker" not in received
    assert "marker" in lasting.log.read_text()


def test_idle_connections_do_not_hold_up_the_end(server: Server):
    with server.connect() as used, server.connect() as unused:
        used.sendall(request("/", last=False))
        wait_until(lambda: used.recv(1000).endswith(b"hello"))
        assert server.stop() < 6, "waited for the connections"
        assert used.recv(1000) == b""
        assert unused.recv(1000) == b""
    assert server.log.read_text() == ""


def test_what_has_begun_is_answered_before_the_end(server: Server, tmp_path: Path):
    """It goes on while idle connections are ended."""
    with server.connect() as connection, server.connect() as idle:
        connection.sendall(request("/slow", last=False))
        wait_until((tmp_path / "begun").exists)
        server.process.send_signal(signal.SIGTERM)
        assert everything(idle) == b""
        (tmp_path / "finish").touch()
        received = everything(connection)
    assert received.endswith(b"hello")
    assert server.process.wait(10) == 0


def test_idle_connections_end_after_the_keep_alive_time(tmp_path: Path):
    server = Server(tmp_path, "--keep-alive", "1")
    with server.connect() as connection:
        started = time.monotonic()
        connection.sendall(b"GET / HTT")
        assert everything(connection) == b""
        assert 0.9 < time.monotonic() - started < 20
    server.stop()
    assert server.log.read_text() == ""
