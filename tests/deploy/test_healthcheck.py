"""What Docker asks each process: /readyz of a real server, and the heartbeat file."""

import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deploy.healthcheck import STALE_SECONDS, answers, beats
from deploy.native.ports import find_free


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """Answers /readyz with `ready`, anything else with 404."""

    class Handler(BaseHTTPRequestHandler):
        ready = 200

        def do_GET(self) -> None:
            self.send_response(type(self).ready if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    made = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.mark.parametrize(("status", "well"), [(200, True), (503, False), (404, False), (500, False)])
def test_a_server_is_well_when_it_says_that_it_is_ready(server: HTTPServer, status: int, well: bool) -> None:
    server.RequestHandlerClass.ready = status  # type: ignore[attr-defined]
    assert answers(str(server.server_port)) is well


def test_who_does_not_listen_is_not_well() -> None:
    assert not answers(str(find_free()))


def test_a_heartbeat_counts_for_half_a_minute(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat"
    assert not beats(str(file))
    file.touch()
    assert beats(str(file))
    old = time.time() - STALE_SECONDS - 1
    os.utime(file, (old, old))
    assert not beats(str(file))
