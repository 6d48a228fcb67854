"""`serve`: the committer and gunicorn as children; neither outlives the other, nor this process.

The committer is started again when it dies; workers answer 503 meanwhile and reconnect by themselves.
"""

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from services.chassis.logs import log
from services.chassis.process import GRACEFUL_SECONDS, Stop

_LOOK_SECONDS = 0.1
_SHORTEST_LIFE = 5.0
_LONGEST_PAUSE = 2.0
_PR_SET_PDEATHSIG = 1


class Supervisor:
    """Runs two commands until asked to stop, or until `http` ends."""

    def __init__(self, committer: Sequence[str], http: Sequence[str], stop: Stop) -> None:
        self._committer_command, self._http_command, self._stop = committer, http, stop
        self._started = 0.0
        self._pause = 0.0

    def run(self) -> int:
        """The exit code: 0 when asked to stop, else gunicorn's."""
        committer = self._start_committer()
        http = _start(self._http_command)
        while not self._stop.wait(_LOOK_SECONDS) and http.poll() is None:
            if committer.poll() is not None:
                committer = self._restart(committer)
        # The workers first: what they have begun needs the committer.
        _end(http, GRACEFUL_SECONDS)
        _end(committer, 1.0)
        return 0 if self._stop.requested else http.returncode or 1

    def _restart(self, dead: "subprocess.Popen[bytes]") -> "subprocess.Popen[bytes]":
        log.error("committer.died", code=dead.returncode)
        lived = time.monotonic() - self._started
        self._pause = 0.0 if lived > _SHORTEST_LIFE else min(_LONGEST_PAUSE, self._pause * 2 + 0.1)
        self._stop.wait(self._pause)
        return self._start_committer()

    def _start_committer(self) -> "subprocess.Popen[bytes]":
        self._started = time.monotonic()
        return _start(self._committer_command)


def _start(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    # One thread in this process, so what runs between fork and exec is safe.
    return subprocess.Popen(command, preexec_fn=_die_with_parent())  # noqa: PLW1509, S603 -- our own programs


def _die_with_parent() -> Callable[[], object] | None:
    """On Linux the kernel ends the child when this process dies, even by SIGKILL.

    Elsewhere an orphaned committer ends when its successor takes the socket.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(child: "subprocess.Popen[bytes]", seconds: float) -> None:
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        log.warning("child.killed", command=child.args)
        child.kill()
        child.wait()
