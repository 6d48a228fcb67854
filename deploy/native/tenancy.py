"""Who runs a directory: one supervisor at a time, known to every other command."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from os import getpid
from pathlib import Path

from deploy.native.board import Part, State
from deploy.native.files import locked, remove_tree, write_atomically
from deploy.native.processes import Process, ProcessBook, identify, left_behind
from deploy.native.stack import ADDRESS_NAMES, Stack
from deploy.native.trouble import Trouble

PROGRAM_STOP_SECONDS = 10.0

# Its own deadlines end it long before.
SUPERVISOR_STOP_SECONDS = 60.0
LETTING_GO_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Published:
    """What the supervisor last told about itself."""

    supervisor: Process
    address: str
    parts: tuple[Part, ...]


class Tenancy:
    """The right to run one directory, and what its holder tells the others."""

    def __init__(self, directory: Path, processes: ProcessBook) -> None:
        self._directory = directory
        self._processes = processes
        self._status = directory / "status.json"

    @property
    def mark(self) -> str:
        """Marks the programs of this directory, so that they can be found whatever happened."""
        return str(self._directory)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the directory. `Trouble` if somebody else does; what a dead holder left running is ended first."""
        with locked(self._directory / "run.lock", refusal=self._refusal(), patience=LETTING_GO_SECONDS):
            self.publish([], "")
            self.end_leftovers()
            yield
            self._status.unlink(missing_ok=True)

    def _refusal(self) -> str:
        published = self.published()
        if published is None:
            return f"{self._directory} is in use by another command. Wait for it, or stop it: make stop"
        where = f", at {published.address}" if published.address else ""
        return f"It is already running{where} (process {published.supervisor.pid}). To stop it: make stop"

    def publish(self, parts: Sequence[Part], address: str) -> None:
        """Tell other commands who we are and how the parts are."""
        me = identify(getpid())
        status = {
            "supervisor": asdict(me) if me else None,
            "address": address,
            "parts": [asdict(part) for part in parts],
        }
        write_atomically(self._status, json.dumps(status, indent=1))

    def published(self) -> Published | None:
        """What the last supervisor told, if it did not end properly or runs still."""
        try:
            found = json.loads(self._status.read_text())
            parts = tuple(Part(**{**part, "state": State(part["state"])}) for part in found["parts"])
            return Published(supervisor=Process(**found["supervisor"]), address=found["address"], parts=parts)
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None

    def is_held(self) -> bool:
        """True while a supervisor runs this directory."""
        published = self.published()
        return published is not None and published.supervisor.is_alive()

    def refuse_if_held(self) -> None:
        """Raise `Trouble` early, before anything lengthy is begun."""
        if self.is_held():
            raise Trouble(self._refusal())

    def end_leftovers(self) -> None:
        """End programs whose supervisor was killed. Servers are left: they are reused, or stopped by the stack."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(self._end_part, self._processes.parts()))
            list(pool.map(_end, left_behind(self.mark)))

    def _end_part(self, part: str) -> None:
        if process := self._processes.read(part):
            _end(process)
        self._processes.forget(part)

    def stop(self, stack: Stack) -> bool:
        """Stop the directory's system from outside; True if there was anything to stop."""
        published = self.published()
        if published is not None and published.supervisor.is_alive():
            published.supervisor.end(seconds=SUPERVISOR_STOP_SECONDS)
        if not self._directory.exists():
            return False
        with locked(self._directory / "run.lock", refusal=self._refusal(), patience=LETTING_GO_SECONDS):
            had_servers = any(stack.process(name) for name in ADDRESS_NAMES)
            self.end_leftovers()
            stack.stop()
            self._status.unlink(missing_ok=True)
        return published is not None or had_servers

    def remove(self, stack: Stack) -> None:
        """Delete the directory with all data."""
        stack.wipe()
        remove_tree(self._directory)


def _end(process: Process) -> None:
    process.end(seconds=PROGRAM_STOP_SECONDS)
