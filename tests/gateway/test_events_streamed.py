"""A stream of events from a real server: each event as it happens, ended soon when the process is to stop."""

import dataclasses
import http.client
import json
import os
import queue
import signal
import subprocess
from pathlib import Path

import pytest

from deploy.native.ports import find_free
from services.chassis.process import gunicorn_command
from services.gateway.config import Config
from tests.architecture.source import ROOT
from tests.gateway.network import Network
from tests.gateway.scenes import furnish
from tests.gateway.test_rest_events import a_page
from tests.waiting import wait_until

pytestmark = pytest.mark.integration


def environment_of(config: Config) -> dict[str, str]:
    """The variables that these settings come from."""
    values = {item.metadata["variable"]: getattr(config, item.name) for item in dataclasses.fields(config)}
    told = {name: str(value) for name, value in values.items() if value is not None}
    return {"PATH": os.environ["PATH"]} | told


def test_events_arrive_one_by_one_and_the_stream_ends_with_the_process(
    network: Network, config: Config, tmp_path: Path
) -> None:
    furnish(network)
    pages: queue.Queue[int] = queue.Queue()
    network.notifier.on("GET", "/events", lambda asked: a_page(pages.get()) if asked.query["wait"] != "0" else a_page())
    port = find_free()
    with (tmp_path / "log").open("wb") as log:
        command = gunicorn_command("services.gateway.app:serving_app()", "127.0.0.1", port, 1)
        process = subprocess.Popen(command, cwd=ROOT, env=environment_of(config), stdout=log, stderr=log)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Content-Type": "application/json"}
        login = json.dumps({"email": "a@b.example", "password": "Secret-123"})

        def asked(method: str, path: str, body: str | None, more: dict[str, str]) -> http.client.HTTPResponse | None:
            try:
                connection.request(method, path, body, headers | more)
                return connection.getresponse()
            except OSError:
                connection.close()
                return None

        answered = wait_until(lambda: asked("POST", "/api/v1/login", login, {}), 60)
        token = json.loads(answered.read())["data"]["token"]
        stream = asked(
            "GET", "/api/v1/events", None, {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        )
        assert stream is not None
        assert stream.getheader("Content-Type") == "text/event-stream; charset=utf-8"
        assert stream.readline() == b"retry: 3000\n"
        for number in (1, 2):
            # The next one is not there before this one was read.
            pages.put(number)
            lines = [stream.readline() for _ in range(4)]
            assert lines[1] == f"id: after-{number}\n".encode()
        network.notifier.on("GET", "/events", a_page())
        process.send_signal(signal.SIGTERM)
        pages.put(3)
        assert b"events.again" in stream.read()
        stream.close()
        assert process.wait(20) == 0
    finally:
        pages.put(3)
        connection.close()
        process.kill()
        process.wait(20)
