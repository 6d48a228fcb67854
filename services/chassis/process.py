"""What every long-running process does: start, prove that it lives, stop on SIGTERM within ten seconds."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from services.chassis.logs import configure_logs, log

GRACEFUL_SECONDS = 8
_BEAT_SECONDS = 1.0

Command = Callable[[], None]


class Stop:
    """Asked to stop? Set by SIGTERM and SIGINT; loops ask `requested` between steps and wait with `wait`."""

    def __init__(self, heartbeat_file: str | None = None) -> None:
        self._event = threading.Event()
        self._heartbeat = Path(heartbeat_file) if heartbeat_file else None
        self._last_beat = 0.0

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    def request(self) -> None:
        self._event.set()

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds`; True when asked to stop."""
        return self._event.wait(seconds)

    def beat(self) -> None:
        """Tell whoever watches the heartbeat file that this loop is alive; at most once a second."""
        if self._heartbeat and time.monotonic() - self._last_beat > _BEAT_SECONDS:
            self._heartbeat.touch()
            self._last_beat = time.monotonic()

    def listen(self) -> "Stop":
        """Take SIGTERM and SIGINT."""

        def handle(number: int, _: FrameType | None) -> None:
            log.info("process.stopping", signal=signal.Signals(number).name)
            self.request()

        signal.signal(signal.SIGTERM, handle)
        signal.signal(signal.SIGINT, handle)
        return self


HTTP_STOP = Stop()
"""Requested when this worker of an HTTP server is to stop (deploy/gevent_worker.py): for answers that take long."""


def new_stop() -> Stop:
    """A listening Stop with the heartbeat file of the environment (HEARTBEAT_FILE), if any."""
    return Stop(os.environ.get("HEARTBEAT_FILE")).listen()


def gunicorn_command(factory: str, host: str, port: int, workers: int) -> list[str]:
    """How a service's HTTP is served: one gevent worker a core (write-path figures: docs/performance.md)."""
    return [
        sys.executable, "-m", "gunicorn", factory,
        "--worker-class", "deploy.gevent_worker.Worker", "--workers", str(workers), "--reuse-port",
        "--bind", f"{host}:{port}", "--backlog", "512",
        "--graceful-timeout", str(GRACEFUL_SECONDS), "--timeout", "30", "--keep-alive", "30",
        "--no-control-socket", "--log-level", "warning",
    ]  # fmt: skip


def serve(factory: str, host: str, port: int, workers: int) -> NoReturn:
    """Become gunicorn. A new program, so that gevent patches before anything opens a socket."""
    command = gunicorn_command(factory, host, port, workers)
    os.execv(command[0], command)  # noqa: S606 -- our own interpreter, fixed arguments


def main(service: str, commands: Mapping[str, Command], arguments: Sequence[str] = sys.argv) -> None:
    """Run `python -m services.<service> <command>`."""
    name = arguments[1] if len(arguments) > 1 else ""
    if name not in commands:
        print(f"usage: python -m services.{service} {'|'.join(commands)}", file=sys.stderr)
        raise SystemExit(64)
    configure_logs(service, name)
    commands[name]()
