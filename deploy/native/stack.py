"""One set of the four servers in one directory: start, reuse, stop, wipe."""

import hashlib
import json
import secrets
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from deploy.native.files import (
    locked,
    owned_directory,
    remove_tree,
    server_account,
    tail,
    write_atomically,
)
from deploy.native.install import install
from deploy.native.ports import PortBook
from deploy.native.preflight import check_before_start
from deploy.native.processes import Process, ProcessBook, start_process
from deploy.native.servers import SERVERS, Options, Place, Server
from deploy.native.software import Software
from deploy.native.trouble import Trouble
from deploy.native.waiting import wait_until

# Raise it when the layout of a stack's directory changes in a way that an older or newer checkout cannot read.
LAYOUT = 1

# The names by which programs and tests know the servers.
ADDRESS_NAMES = {
    "postgres": "POSTGRES_ADMIN_URL",
    "mongo": "MONGO_URL",
    "kafka": "KAFKA_BOOTSTRAP",
    "elasticsearch": "ELASTICSEARCH_URL",
}

Report = Callable[[str], None]


def _silent(_: str) -> None:
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
        report: Report = _silent,
    ) -> None:
        self.directory = directory.absolute()
        self.logs = logs or self.directory / "logs"
        self._wanted_ports = ports or {}
        self._options = options or Options()
        self._report = report
        self._account = server_account()
        self._processes = ProcessBook(self.directory / "processes")
        self._ports = PortBook(self.directory / "ports.json")

    def __enter__(self) -> "Stack":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> dict[str, str]:
        """Bring all four servers up, reusing those that run, and return their addresses.

        When one fails, those started by this call are stopped again and `Trouble` carries the end of its log.
        """
        software = install(self._report)
        check_before_start(self.directory)
        with self._exclusively():
            self._check_version()
            ports = self._choose_ports()
            servers = [self._server(kind, ports, software) for kind in SERVERS]
            with ThreadPoolExecutor(max_workers=len(servers)) as pool:
                outcomes = [pool.submit(self._bring_up, server) for server in servers]
            failures = [error for outcome in outcomes if (error := outcome.exception()) is not None]
            if failures:
                self._stop_all()
                raise failures[0]
        return self.addresses()

    def addresses(self) -> dict[str, str]:
        """Addresses under the names of ADDRESS_NAMES; known once the stack was started for the first time."""
        return {ADDRESS_NAMES[server.name]: server.address for server in self._known_servers()}

    def running(self) -> dict[str, bool]:
        """Which servers' processes live."""
        return {kind.name: self._process(kind.name) is not None for kind in SERVERS}

    def stop(self) -> None:
        """Stop the servers that belong to this directory, whoever started them; kill at the deadline."""
        if self.directory.exists():
            with self._exclusively():
                self._stop_all()

    def kill(self, name: str) -> None:
        """Kill one server as a power cut would: for tests of what happens then."""
        if process := self._processes.read(name):
            process.end(seconds=0, with_signal=9)

    def wipe(self) -> None:
        """Stop, then delete everything."""
        self.stop()
        if self.directory.exists():
            remove_tree(self._home())
            remove_tree(self.directory)

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        if not self.directory.exists():
            self.directory.mkdir(parents=True)
            self.directory.chmod(0o755)
        with locked(self.directory / "stack.lock"):
            yield

    def _check_version(self) -> None:
        """Refuse data of another version before a server damages or misreads it."""
        stamp = self.directory / "version.json"
        ours = {"layout": str(LAYOUT)} | {kind.name: kind.data_version for kind in SERVERS}
        if not stamp.exists():
            write_atomically(stamp, json.dumps(ours, indent=2))
            return
        theirs = _read_json(stamp)
        if theirs != ours:
            different = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
            raise Trouble(
                f"{self.directory} holds data of another version ({', '.join(different)}).",
                remedy="Go back to the version that wrote it, or delete the data: make wipe",
            )

    def _choose_ports(self) -> dict[str, int]:
        stopped = [kind for kind in SERVERS if self._process(kind.name) is None]
        return self._ports.choose([name for kind in stopped for name in kind.port_names], wanted=self._wanted_ports)

    def _known_servers(self) -> Sequence[Server]:
        ports = self._ports.remembered()
        software = Software(self.directory)
        return [self._server(kind, ports, software) for kind in SERVERS if kind.port_names[0] in ports]

    def _server(self, kind: type[Server], ports: Mapping[str, int], software: Software) -> Server:
        return kind(
            Place(
                directory=self._home() / kind.name,
                ports={name: ports[name] for name in kind.port_names},
                software=software,
                password=self._password(),
                account=self._account,
                options=self._options,
            )
        )

    def _home(self) -> Path:
        """Where the servers' folders are: in our directory if the servers' user can get there, else in /var/lib.

        Decided once and noted: when somebody opens or closes a parent folder later, the data must not seem gone.
        """
        note = self.directory / "home"
        if not note.exists():
            home = self.directory / "servers"
            if self._account is not None and not self._account.may_enter(self.directory):
                digest = hashlib.sha256(str(self.directory).encode()).hexdigest()[:12]
                home = Path("/var/lib/mccs") / f"{self.directory.parent.name}-{digest}"
            write_atomically(note, str(home))
        return Path(note.read_text())

    def _password(self) -> str:
        path = self.directory / "postgres-password"
        if not path.exists():
            write_atomically(path, secrets.token_urlsafe(24), mode=0o600)
        return path.read_text()

    def _process(self, name: str) -> Process | None:
        process = self._processes.read(name)
        return process if process is not None and process.is_alive() else None

    def _bring_up(self, server: Server) -> None:
        if self._process(server.name) is None:
            child: subprocess.Popen[bytes] | None = self._launch(server)
        else:
            child = None
        self._wait_until_ready(server, child)

    def _launch(self, server: Server) -> subprocess.Popen[bytes]:
        self._clear_remains(server)
        owned_directory(self._home(), self._account)
        server.prepare()
        child = start_process(
            server.command(),
            environment=server.environment(),
            log=self._log(server),
            directory=server.place.directory,
            account=self._account,
        )
        self._processes.write(server.name, child.pid)
        return child

    def _clear_remains(self, server: Server) -> None:
        """Elasticsearch's starter may have been killed while its real process lives on, and holds the data."""
        if remains := self._processes.read(server.name):
            remains.end(seconds=0)

    def _wait_until_ready(self, server: Server, child: subprocess.Popen[bytes] | None) -> None:
        def ended() -> bool:
            return child.poll() is not None if child else self._process(server.name) is None

        came_up = wait_until(lambda: server.is_ready() or ended(), seconds=server.start_seconds, every=0.1)
        if came_up and not ended():
            self._report(f"{server.title}: ready at {_without_password(server.address)}")
            return
        how = "ended at its start" if came_up else f"was not ready after {server.start_seconds:.0f} s"
        log = self._log(server)
        raise Trouble(f"{server.title} {how}. The end of {log}:\n{tail(log)}", remedy=_remedy(tail(log, 200)))

    def _log(self, server: Server) -> Path:
        return self.logs / f"{server.name}.log"

    def _stop_all(self) -> None:
        with ThreadPoolExecutor(max_workers=len(SERVERS)) as pool:
            list(pool.map(self._stop_one, SERVERS))

    def _stop_one(self, kind: type[Server]) -> None:
        process = self._processes.read(kind.name)
        if process is None:
            return
        if not process.end(seconds=kind.stop_seconds, with_signal=kind.stop_signal):
            self._report(f"{kind.title}: did not stop within {kind.stop_seconds:.0f} s and was killed")
        self._processes.forget(kind.name)


def _read_json(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text())
        return found if isinstance(found, dict) else {}
    except ValueError:
        return {}


def _without_password(address: str) -> str:
    scheme, separator, rest = address.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


def _remedy(log: str) -> str:
    """The way out, if the log tells it."""
    if "Address already in use" in log or "BindException" in log:
        return "Another program took its port meanwhile. Run the command again: another port will be chosen."
    if "No space left on device" in log:
        return "The disk is full. Make room and run the command again."
    return "Run the command again; if it fails again, delete the data: make wipe"
