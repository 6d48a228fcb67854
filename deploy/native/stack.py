"""One set of the four servers in one directory: start, reuse, stop, wipe."""

import signal
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.native.files import locked, owned_directory, server_account, tail
from deploy.native.install import install
from deploy.native.preflight import check_before_start
from deploy.native.processes import Process, ProcessBook, left_behind, set_aside, start_process
from deploy.native.servers import SERVERS, Options, Place, Server
from deploy.native.software import Software
from deploy.native.stack_directory import StackDirectory
from deploy.native.trouble import Trouble
from deploy.native.waiting import wait_until

# The names by which programs and tests know the servers.
ADDRESS_NAMES = {
    "postgres": "POSTGRES_ADMIN_URL",
    "mongo": "MONGO_URL",
    "kafka": "KAFKA_BOOTSTRAP",
    "elasticsearch": "ELASTICSEARCH_URL",
}

ALL = tuple(ADDRESS_NAMES)

Report = Callable[[str], None]


def silent(_: str) -> None:
    """Report to nobody."""


class Stack:
    """Four servers that belong together. Several stacks live side by side, one per directory.

    A stack is what is in its directory: any process that opens the same directory later sees the same servers,
    running or not. Safe to use from several processes at a time: starting and stopping hold a lock.
    """

    def __init__(
        self,
        directory: Path,
        *,
        ports: Mapping[str, int] | None = None,
        options: Options | None = None,
        logs: Path | None = None,
        report: Report = silent,
        on_ready: Callable[[Server], None] | None = None,
        give_up: threading.Event | None = None,
    ) -> None:
        self._account = server_account()
        self._place = StackDirectory(directory, self._account)
        self.directory = self._place.path
        self.ports = self._place.ports
        self.logs = logs or self.directory / "logs"
        self._wanted_ports = ports or {}
        self._options = options or Options()
        self._report = report
        self._on_ready = on_ready or self._report_ready
        self._processes = ProcessBook(self.directory / "processes")
        self._give_up = give_up or threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.stop()

    def start(self, names: Collection[str] = ALL) -> dict[str, str]:
        """Bring servers up, reusing those that run, and return the addresses of all.

        When one fails, those that this call started are stopped again, and `Trouble` carries the end of its log.
        """
        software = install(self._report)
        check_before_start(self.directory)
        self.reserve()
        with self._exclusively():
            servers = [server for server in self._servers(software) if server.name in names]
            stopped = [server for server in servers if self.process(server.name) is None]
            with ThreadPoolExecutor(max_workers=len(servers)) as pool:
                outcomes = [pool.submit(self._bring_up, server) for server in servers]
            failures = [error for outcome in outcomes if (error := outcome.exception()) is not None]
            if failures:
                self._stop_all(stopped)
                raise failures[0]
        return self.addresses()

    def reserve(self) -> dict[str, str]:
        """Choose the ports without starting anything yet, and return the addresses that the servers will have."""
        self._place.create()
        with self._exclusively():
            self._place.check_version({kind.name: kind.data_version for kind in SERVERS})
            stopped = [kind for kind in SERVERS if self.process(kind.name) is None]
            self.ports.choose([name for kind in stopped for name in kind.port_names], wanted=self._wanted_ports)
        return self.addresses()

    def addresses(self) -> dict[str, str]:
        """Addresses under the names of ADDRESS_NAMES; empty before the first `reserve` or `start`."""
        if not self.ports.remembered():
            return {}
        return {ADDRESS_NAMES[server.name]: server.address for server in self._servers(Software(self.directory))}

    def process(self, name: str) -> Process | None:
        """The living process of a server."""
        process = self._processes.read(name)
        return process if process is not None and process.is_alive() else None

    def log(self, name: str) -> Path:
        """The log of a server."""
        return self.logs / f"{name}.log"

    def stop(self, names: Collection[str] = ALL) -> None:
        """Stop servers that belong to this directory, whoever started them; kill at the deadline."""
        if self.directory.exists():
            with self._exclusively():
                self._stop_all([kind for kind in SERVERS if kind.name in names])

    def kill(self, name: str) -> None:
        """Kill one server as a power cut would: for tests of what happens then. `start` brings it back."""
        if process := self._processes.read(name):
            process.end(seconds=0, with_signal=signal.SIGKILL)

    def wipe(self) -> None:
        """Stop, then delete everything."""
        self.stop()
        self._place.remove()

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        with locked(self.directory / "stack.lock"):
            yield

    def _servers(self, software: Software) -> list[Server]:
        ports = self.ports.remembered()
        return [self._server(kind, ports, software) for kind in SERVERS]

    def _server(self, kind: type[Server], ports: Mapping[str, int], software: Software) -> Server:
        return kind(
            Place(
                directory=self._place.home() / kind.name,
                ports={name: ports[name] for name in kind.port_names},
                software=software,
                password=self._place.password(),
                account=self._account,
                options=self._options,
            )
        )

    def _bring_up(self, server: Server) -> None:
        if self.process(server.name) is None and not self._give_up.is_set():
            self._launch(server)
        self._wait_until_ready(server)
        self._on_ready(server)

    def _launch(self, server: Server) -> None:
        self._clear_remains(server)
        owned_directory(self._place.home(), self._account)
        server.prepare()
        set_aside(self.log(server.name))
        child = start_process(
            server.command(),
            environment=server.environment(),
            mark=str(server.place.directory),
            log=self.log(server.name),
            directory=server.place.directory,
            account=self._account,
        )
        self._processes.write(server.name, child.pid)

    def _clear_remains(self, server: Server) -> None:
        """Kill what still holds the data although the noted process is gone.

        Elasticsearch's launcher may have been killed while its real process lives on; or a starter was killed after
        it started a server and before it noted the process.
        """
        if remains := self._processes.read(server.name):
            remains.end(seconds=0)
        for process in left_behind(str(server.place.directory)):
            process.end(seconds=server.stop_seconds, with_signal=server.stop_signal)

    def _wait_until_ready(self, server: Server) -> None:
        def over() -> bool:
            return self.process(server.name) is None or self._give_up.is_set()

        decided = wait_until(lambda: server.is_ready() or over(), seconds=server.start_seconds, every=0.1)
        if decided and not over():
            return
        how = "ended at its start" if decided else f"was not ready after {server.start_seconds:.0f} s"
        log = self.log(server.name)
        raise Trouble(f"{server.title} {how}. The end of {log}:\n{tail(log)}", remedy=_remedy(tail(log, 200)))

    def _report_ready(self, server: Server) -> None:
        self._report(f"{server.title}: ready at {server.public_address}")

    def _stop_all(self, servers: Sequence[Server] | Sequence[type[Server]]) -> None:
        with ThreadPoolExecutor(max_workers=len(SERVERS)) as pool:
            list(pool.map(self._stop_one, servers))

    def _stop_one(self, server: Server | type[Server]) -> None:
        process = self._processes.read(server.name)
        if process is None:
            return
        if not process.end(seconds=server.stop_seconds, with_signal=server.stop_signal):
            self._report(f"{server.title}: did not stop within {server.stop_seconds:.0f} s and was killed")
        self._processes.forget(server.name)


def _remedy(log: str) -> str:
    """The way out, if the log tells it."""
    if "Address already in use" in log or "BindException" in log:
        return "Another program took its port meanwhile. Run the command again: another port will be chosen."
    if "No space left on device" in log:
        return "The disk is full. Make room and run the command again."
    return "Run the command again; if it fails again, delete the data: make wipe"
