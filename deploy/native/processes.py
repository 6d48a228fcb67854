"""Start and stop processes, and recognise them again after the starter was killed.

A process is known by its id *and* its start time, and only such a process is ever signalled: an id alone may by now
belong to somebody else. Each is started as the leader of a session of its own, so that its children can be found and
ended when the leader is gone.
"""

import atexit
import json
import os
import select
import signal
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.native.files import Account, write_atomically
from deploy.native.waiting import wait_until

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

# The environment variable that says on whose behalf a process was started.
MARK = "MCCS_STARTED_FOR"

# All that this process has started. Held, because Python complains about a child that is forgotten while it lives.
_CHILDREN: list["subprocess.Popen[bytes]"] = []
_CHILDREN_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Process:
    """One process of this boot; `started` counts clock ticks since then."""

    pid: int
    started: int
    boot: str

    def is_alive(self) -> bool:
        """True while this very process runs (a zombie does not)."""
        return identify(self.pid) == self

    def session(self) -> list["Process"]:
        """Living processes of the session that this process leads, itself included.

        The kernel does not hand out a process id again while a session of that number has members. So a living
        leader other than ours means that our session is empty.
        """
        leader = identify(self.pid)
        if self.boot != boot_id() or (leader is not None and leader != self):
            return []
        return [
            found for found in _all_processes() if _session_of(found.pid) == self.pid and found.started >= self.started
        ]

    def send(self, number: int) -> None:
        """Send a signal if the process is still the same one."""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        try:
            # The handle pins the process: checked after opening, the id cannot change hands before the signal.
            if self.is_alive():
                signal.pidfd_send_signal(handle, number)
        except ProcessLookupError:
            pass
        finally:
            os.close(handle)

    def wait(self, seconds: float) -> bool:
        """True when the process has ended within the given time."""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            if not self.is_alive():
                return True
            return bool(select.select([handle], [], [], seconds)[0])
        finally:
            os.close(handle)

    def end(self, *, seconds: float, with_signal: int = signal.SIGTERM) -> bool:
        """Ask the leader to stop, then kill whatever is left of its session. True when it stopped by itself."""
        self.send(with_signal)
        willing = self.wait(seconds)
        wait_until(self._kill_session, seconds=5)
        return willing

    def _kill_session(self) -> bool:
        left = self.session()
        for process in left:
            process.send(signal.SIGKILL)
        return not left


def boot_id() -> str:
    """Tells one boot of the machine from the next: start times are counted from it."""
    return BOOT_ID.read_text().strip()


def identify(pid: int) -> Process | None:
    """The living process with this id, or None."""
    fields = _status_fields(pid)
    if fields is None or fields[0] in "ZX":
        return None
    return Process(pid=pid, started=int(fields[19]), boot=boot_id())


def _status_fields(pid: int) -> list[str] | None:
    """Fields of /proc/PID/stat from the third (state) on; the second, the name, may itself contain blanks."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _session_of(pid: int) -> int:
    fields = _status_fields(pid)
    return int(fields[3]) if fields else -1


def _all_processes() -> list[Process]:
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [found for found in map(identify, pids) if found is not None]


def left_behind(mark: str) -> list[Process]:
    """Living processes that were started with this mark, noted or not; ourselves and our forebears excepted."""
    wanted = f"{MARK}={mark}".encode()
    marked = [found for found in _all_processes() if wanted in _environment_of(found.pid)]
    return [found for found in marked if found.pid not in _lineage(os.getpid())]


def _environment_of(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # ended meanwhile, or somebody else's
        return []


def _lineage(pid: int) -> set[int]:
    line = set()
    while pid > 0 and (fields := _status_fields(pid)):
        line.add(pid)
        pid = int(fields[1])
    return line


def start_process(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str],
    mark: str,
    log: Path,
    directory: Path | None = None,
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, its output going to the end of a log.

    It lives on when we die. The mark, in its environment, is how `left_behind` finds it should we die right now.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(
            list(argv),
            env={**environment, MARK: mark},
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    _hold(child)
    return child


def _hold(child: "subprocess.Popen[bytes]") -> None:
    with _CHILDREN_LOCK:
        _CHILDREN[:] = [*(held for held in _CHILDREN if held.poll() is None), child]


@atexit.register
def _take_leave() -> None:
    # A child that ended after we last looked is no child that we forget while it lives.
    for child in _CHILDREN:
        child.poll()


def set_aside(log: Path) -> None:
    """Begin a new log; the last one is kept as `.old`, older ones are not."""
    if log.exists():
        log.replace(log.with_suffix(".log.old"))


def run_to_end(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str],
    account: Account | None = None,
    directory: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a short command, as the servers' user if one is given, and collect all it prints."""
    return subprocess.run(
        list(argv),
        env=dict(environment),
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


class ProcessBook:
    """Which process each part is, one small file per part, so that any later command finds it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def write(self, part: str, pid: int) -> Process | None:
        """Note a process that was just started; None when it has ended already."""
        process = identify(pid)
        if process is not None:
            write_atomically(self._directory / f"{part}.json", json.dumps(asdict(process)))
        return process

    def read(self, part: str) -> Process | None:
        """The noted process, alive or not; None when there is no (readable) note."""
        try:
            return Process(**json.loads((self._directory / f"{part}.json").read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def forget(self, part: str) -> None:
        """Remove the note of a part that was stopped."""
        (self._directory / f"{part}.json").unlink(missing_ok=True)

    def parts(self) -> Iterable[str]:
        """Names of all noted parts."""
        return sorted(path.stem for path in self._directory.glob("*.json"))
