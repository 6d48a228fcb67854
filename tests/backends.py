"""The four real servers for tests: a given address, else a container, else a native server.

Nothing starts until a test asks for it. When no server is possible the test fails and says why; it never skips.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

ADDRESSES = {
    "postgres": "POSTGRES_ADMIN_URL",
    "mongo": "MONGO_URL",
    "kafka": "KAFKA_BOOTSTRAP",
    "elasticsearch": "ELASTICSEARCH_URL",
}
_DOCKER_SECONDS = 5

Way = Callable[[str, ExitStack], Mapping[str, str]]
"""Starts the named server, perhaps others too, and gives addresses by name; puts its ending on the stack."""


class NoServer(AssertionError):
    """A test needs a server and there is no way to one."""


def container(name: str, endings: ExitStack) -> Mapping[str, str]:
    """The server in a container of its own."""
    if not _docker_answers():
        raise NoServer("no Docker engine answers")
    # Here, not above: it needs every driver.
    from tests.containers import CONTAINERS, start_container

    return {name: endings.enter_context(start_container(CONTAINERS[name]))}


def native(_: str, endings: ExitStack, *, optimised: bool = False) -> Mapping[str, str]:
    """All four servers natively; `optimised` as they are where they are used for long."""
    addresses = endings.enter_context(_native_stack(optimised=optimised))
    return {name: addresses[variable] for name, variable in ADDRESSES.items()}


MEASURED: Sequence[Way] = (container, partial(native, optimised=True))
"""For figures: a container, else native servers with every compiler that Java has."""


class Backends:
    """Addresses of servers by name, found or started when they are first asked for; ends what it started."""

    def __init__(self, environ: Mapping[str, str], ways: Sequence[Way] = (container, native)) -> None:
        self._environ, self._ways = environ, ways
        self._known: dict[str, str] = {}
        self._refused: str | None = None
        self._endings = ExitStack()

    def address(self, name: str) -> str:
        """The address of `postgres`, `mongo`, `kafka` or `elasticsearch`. Raises NoServer."""
        if given := self._environ.get(ADDRESSES[name]):
            return given
        if self._refused is not None:
            # Each of a thousand tests would wait for the same failure again.
            raise NoServer(self._refused)
        if name not in self._known:
            self._start(name)
        return self._known[name]

    def close(self) -> None:
        """Stop and remove everything that was started here."""
        self._endings.close()

    def _start(self, name: str) -> None:
        tried: list[str] = []
        for way in self._ways:
            try:
                self._known.update(way(name, self._endings))
                return
            except Exception as error:  # noqa: BLE001 -- whatever stops one way, the next may work; all are told below
                tried.append(f"{type(error).__name__}: {error}")
        self._refused = (
            f"No {name} for the tests: give its address in {ADDRESSES[name]}, or start a Docker engine, "
            "or install Java 17 and Maven for native servers. Tried: " + " | ".join(tried)
        )
        raise NoServer(self._refused)


def _docker_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    try:
        asked = subprocess.run(["docker", "info"], capture_output=True, timeout=_DOCKER_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


@contextmanager
def _native_stack(*, optimised: bool) -> Iterator[Mapping[str, str]]:
    """A stack in a directory of its own, with ports of its own; gone afterwards."""
    # Here, not above: a run without servers must not need its packages.
    from deploy.native.servers import Options
    from deploy.native.stack import Stack

    directory = Path(tempfile.mkdtemp(prefix="mccs-tests-"))
    # The servers may run as a user of their own.
    directory.chmod(0o755)
    # Tests kill processes, never the machine: what the kernel has is safe enough.
    options = Options(fsync=False, elasticsearch_optimised=optimised)
    stack = Stack(directory / "stack", options=options, report=_tell)
    try:
        yield stack.start()
    finally:
        stack.wipe()
        shutil.rmtree(directory, ignore_errors=True)


def _tell(line: str) -> None:
    print(line, file=sys.__stderr__, flush=True)
