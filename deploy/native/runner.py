"""The life of one program: wait for what it needs, start, wait until ready, watch, start again when it dies."""

import signal
import subprocess
import threading
import time
from pathlib import Path

from deploy.native.board import UP, Board, State
from deploy.native.files import tail
from deploy.native.processes import Process, ProcessBook, set_aside, start_process
from deploy.native.programs import Program
from deploy.native.software import CHECKOUT
from deploy.native.waiting import wait_until

STOP_SECONDS = 10.0
ATTEMPTS_TO_START = 3
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 60.0

# Ends that another try cannot mend: a halt at a gap in the events, a wrong command line, bad settings.
FINAL_EXIT_CODES = {3, 64, 78}


class Runner:
    """Runs one program in a thread of its own until told to stop."""

    def __init__(self, program: Program, *, board: Board, processes: ProcessBook, log: Path, mark: str) -> None:
        self.program = program
        self.log = log
        self._mark = mark
        self._board = board
        self._processes = processes
        self._stopping = threading.Event()
        self._may_run = threading.Event()
        self._may_run.set()
        self._process: Process | None = None
        self._thread = self._new_thread()

    def begin(self) -> None:
        """Start the thread, with a new log."""
        set_aside(self.log)
        self._thread.start()

    def stop(self) -> None:
        """Ask the process to end (SIGTERM), kill it at the deadline, end the thread."""
        self._stopping.set()
        self._may_run.set()
        self._board.wake()
        while self._thread.is_alive():
            if process := self._process:
                process.end(seconds=STOP_SECONDS)
            # Again, if the thread was just starting the program when we looked.
            self._thread.join(timeout=0.2)
        self._processes.forget(self.program.name)
        self._board.mark(self.program.name, State.STOPPED)

    def kill(self, *, come_back: bool) -> None:
        """Kill the process and its children at once (SIGKILL), as a crash would. Stays away unless it may come back."""
        if not come_back:
            self._may_run.clear()
        self._board.mark(self.program.name, State.RESTARTING if come_back else State.STOPPED, "killed")
        if process := self._process:
            process.end(seconds=0, with_signal=signal.SIGKILL)

    def restart(self) -> None:
        """End the process if it runs, and start it again; also after a kill that was to last, or a final failure."""
        self._board.mark(self.program.name, State.RESTARTING)
        if process := self._process:
            process.end(seconds=STOP_SECONDS)
        self._may_run.set()
        if not self._thread.is_alive():
            self._thread = self._new_thread()
            self._thread.start()

    @property
    def process(self) -> Process | None:
        """The living process."""
        return self._process

    def _new_thread(self) -> threading.Thread:
        return threading.Thread(target=self._live, name=self.program.name, daemon=True)

    def _live(self) -> None:
        if not self._wait_for_dependencies():
            return
        failures, has_been_ready = 0, False
        while not self._stopping.is_set():
            started = time.monotonic()
            self._board.mark(self.program.name, State.STARTING)
            child = self._launch()
            came_up = self._wait_until_ready(child)
            if came_up and self.program.is_one_off:
                self._board.mark(self.program.name, State.DONE)
                return
            has_been_ready |= came_up
            code = self._watch(child) if came_up else self._give_up_on(child)
            if self._stopping.is_set():
                return
            failures = 1 if time.monotonic() - started > HEALTHY_SECONDS else failures + 1
            hopeless = not has_been_ready and failures >= ATTEMPTS_TO_START
            if hopeless or code in FINAL_EXIT_CODES:
                self._board.mark(self.program.name, State.FAILED, _ending(code))
                return
            self._pause(failures, code)

    def _wait_for_dependencies(self) -> bool:
        def may_go_on(states: dict[str, State]) -> bool:
            return self._stopping.is_set() or all(states[name] in UP for name in self.program.depends_on)

        self._board.wait(may_go_on)
        return not self._stopping.is_set()

    def _launch(self) -> subprocess.Popen[bytes]:
        self.program.readiness.before_start()
        child = start_process(
            self.program.argv,
            environment=self.program.environment,
            mark=self._mark,
            log=self.log,
            directory=CHECKOUT,
        )
        self._process = self._processes.write(self.program.name, child.pid)
        return child

    def _wait_until_ready(self, child: subprocess.Popen[bytes]) -> bool:
        readiness = self.program.readiness

        def decided() -> bool:
            return readiness.is_ready() or child.poll() is not None or self._stopping.is_set()

        if not wait_until(decided, seconds=self.program.start_seconds):
            return False
        return child.poll() == 0 if self.program.is_one_off else child.poll() is None

    def _watch(self, child: subprocess.Popen[bytes]) -> int | None:
        self._board.mark(self.program.name, State.READY)
        code = child.wait()
        if process := self._process:
            # A leader that was killed leaves its workers: without it they would serve on unwatched.
            process.end(seconds=0)
        return code

    def _give_up_on(self, child: subprocess.Popen[bytes]) -> int | None:
        """End what did not get ready in time; None tells that it had not ended by itself."""
        code = child.poll()
        if process := self._process:
            process.end(seconds=STOP_SECONDS)
        child.wait()
        return code

    def _pause(self, failures: int, code: int | None) -> None:
        """Before another try: longer after each failure, so that a program that cannot run does not eat the machine."""
        self._process = None
        if self._may_run.is_set():
            self._board.mark(self.program.name, State.RESTARTING, _ending(code))
        self._stopping.wait(min(LONGEST_PAUSE_SECONDS, 0.25 * 2.0**failures))
        self._may_run.wait()

    def last_words(self) -> str:
        """The end of the log."""
        return tail(self.log)


def _ending(code: int | None) -> str:
    if code is None:
        return "was not ready in time"
    return f"ended by signal {-code}" if code < 0 else f"ended with code {code}"
