"""`python -m tests.run COMMAND...`: every test, as `make test` and CI run them, and the command beside them.

At the same time: the tests are collected, the servers start, and the command (lint and types) runs. Then everything but
whole systems runs in several processes (tests.forking), and the journeys on a whole system of their own in one beside
them, which waits most of its time. The exit code is the first one that is not 0.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import IO

from tests.backends import ADDRESSES, Backends

Running = subprocess.Popen[bytes]
_SECONDS = 60


def main(beside: Sequence[str]) -> int:
    """Run all parts, each even if another fails."""
    reading, writing = os.pipe()
    with ExitStack() as endings, tempfile.TemporaryFile() as told:
        started = [_start(endings, beside)] if beside else []
        collected = ("--ignore", "tests/e2e", "-p", "tests.forking", "--wait-for", str(reading))
        started.append(_start(endings, _pytest(*collected), pipe=reading))
        os.close(reading)
        journeys = _start_servers(endings, writing, told)
        codes = [each.wait() for each in (*started, journeys)]
        # Else the dots of both would be among each other.
        told.seek(0)
        sys.stdout.write(told.read().decode())
    return next((code for code in codes if code), 0)


def _start_servers(endings: ExitStack, writing: int, told: IO[bytes]) -> Running:
    """Start the servers, say to the tests where they are, and begin the journeys."""
    with os.fdopen(writing, "w") as saying:
        backends = Backends(os.environ)
        endings.callback(backends.close)
        # At once: the tests end where nothing is said.
        saying.write("".join([f"{variable}={backends.address(name)}\n" for name, variable in ADDRESSES.items()]))
    return _start(endings, _pytest("tests/e2e"), output=told)


def _pytest(*arguments: str) -> Sequence[str]:
    return [sys.executable, "-m", "pytest", "-q", *arguments]


def _start(endings: ExitStack, command: Sequence[str], *, output: IO[bytes] | None = None, pipe: int = 0) -> Running:
    """Start a command; it has ended when `endings` are closed."""
    begun = subprocess.Popen(command, env=_environment(), stdout=output, stderr=output, pass_fds=[pipe] if pipe else [])
    endings.callback(_end, begun)
    return begun


def _environment() -> Mapping[str, str]:
    # Compiled modules are kept: the tests start some hundred programs, and each would compile all that it imports.
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _end(begun: Running) -> None:
    """Wait for what ends by itself, as after Ctrl-C or without servers: what it has started must be ended too."""
    with suppress(subprocess.TimeoutExpired):
        begun.wait(_SECONDS)
    begun.terminate()
    begun.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
