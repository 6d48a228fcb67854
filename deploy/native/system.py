"""A whole running system in one directory: the four servers and every process of the five services.

`run` makes one in the checkout's `.run`, end-to-end tests make theirs in a temporary directory.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.native.board import UP, Board, Part, State
from deploy.native.databases import create_ledger_database
from deploy.native.files import tail
from deploy.native.keys import KeyFolder
from deploy.native.ports import is_free
from deploy.native.processes import Process, ProcessBook
from deploy.native.programs import WAVES, Program, all_programs
from deploy.native.runner import Runner
from deploy.native.servers import SERVERS, Options, Server
from deploy.native.settings import PORT_NAMES, Settings
from deploy.native.stack import Report, Stack, silent
from deploy.native.tenancy import Tenancy
from deploy.native.trouble import Trouble

RESTART_SECONDS = 120.0


class System:
    """Start, look at, disturb and stop a whole system. One process at a time may run a directory."""

    def __init__(
        self,
        directory: Path,
        *,
        options: Options | None = None,
        wanted_port: int | None = None,
        insist_on_port: bool = False,
        extra_environment: Mapping[str, str] | None = None,
        programs: Callable[[Settings], list[Program]] = all_programs,
        report: Report = silent,
    ) -> None:
        self.directory = directory.absolute()
        self.logs = self.directory / "logs"
        self._wanted_port = wanted_port
        self._insist_on_port = insist_on_port
        self._list_programs = programs
        self._extra = extra_environment or {}
        self._processes = ProcessBook(self.directory / "processes")
        self._tenancy = Tenancy(self.directory, self._processes)
        self._stopping = threading.Event()
        self._stack = Stack(
            self.directory / "stack",
            options=options,
            logs=self.logs,
            report=report,
            on_ready=self._server_is_ready,
            give_up=self._stopping,
        )
        self._open = ExitStack()
        self._is_prepared = False
        self._settings: Settings | None = None
        self._runners: dict[str, Runner] = {}
        self._server_keeper: threading.Thread | None = None
        self._board = Board([])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.stop()

    def refuse_if_running(self) -> None:
        """Raise `Trouble` early, before anything lengthy is begun, if somebody else runs this directory."""
        self._tenancy.refuse_if_held()

    def attach(self) -> None:
        """Look at a system that another process runs: settings and addresses, nothing is started or stopped."""
        if not self._tenancy.is_held():
            raise Trouble("The system does not run.", remedy="make run")
        self._settings = self._settings_with(self._stack.addresses(), self._stack.ports.remembered())

    def prepare(self) -> Board:
        """Take the directory, end what a killed predecessor left, choose ports; nothing new is started yet."""
        self._open.enter_context(self._tenancy.held())
        self._is_prepared = True
        self._stopping.clear()
        settings = self._choose_settings()
        programs = self._list_programs(settings)
        self._settings = settings
        self._board = Board([*self._server_parts(), *map(self._program_part, programs)])
        self._board.listen(lambda _: self._tenancy.publish(self._board.parts(), settings.public_url))
        self._runners = {program.name: self._runner(program) for program in programs}
        return self._board

    def start(self) -> None:
        """Start everything in parallel and return when all is ready; if a part fails, stop all and raise `Trouble`."""
        try:
            if not self._is_prepared:
                self.prepare()
            self._begin()
            self._board.wait(_is_decided)
            self._raise_failure()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all that runs here: the door first, the servers last. Data stay."""
        self._stopping.set()
        for wave in WAVES:
            runners = [runner for runner in self._runners.values() if runner.program.wave == wave]
            if runners:
                with ThreadPoolExecutor(max_workers=len(runners)) as pool:
                    list(pool.map(Runner.stop, runners))
        if self._server_keeper is not None:
            self._server_keeper.join()
        if self._is_prepared:
            self._stack.stop()
            for kind in SERVERS:
                self._board.mark(kind.name, State.STOPPED)
        self._is_prepared = False
        self._open.close()

    def wipe(self) -> None:
        """Stop, then delete all data of this directory."""
        self.stop()
        self._tenancy.remove(self._stack)

    @property
    def address(self) -> str:
        """The gateway's address."""
        return self.settings.public_url

    @property
    def mailbox_address(self) -> str:
        """The address of the mailbox's page and of its `/api/messages`."""
        return self.settings.mailbox_url

    @property
    def mail_directory(self) -> Path:
        """Where mail lands, one .eml file each."""
        return self.settings.mail_directory

    @property
    def settings(self) -> Settings:
        """Settings of this run; known once it is prepared."""
        if self._settings is None:
            raise Trouble("The system is not started yet.")
        return self._settings

    @property
    def server_addresses(self) -> dict[str, str]:
        """The servers' addresses: POSTGRES_ADMIN_URL, MONGO_URL, KAFKA_BOOTSTRAP, ELASTICSEARCH_URL."""
        return self._stack.addresses()

    def programs(self) -> list[str]:
        """Names of all programs, servers not included."""
        return list(self._runners)

    def environment(self, program: str) -> dict[str, str]:
        """The environment that a program runs in: to run a one-off of the same service beside it."""
        listed = {known.name: known.environment for known in self._list_programs(self.settings)}
        return dict(listed[program])

    def log(self, part: str) -> Path:
        """The log of a program or a server."""
        return self.logs / f"{part}.log"

    def process(self, part: str) -> Process | None:
        """The living process of a program or a server."""
        return self._runners[part].process if part in self._runners else self._stack.process(part)

    def kill(self, part: str, *, come_back: bool = False) -> None:
        """Kill a program or server (SIGKILL). It stays away until `restart`, unless it may come back by itself."""
        if part in self._runners:
            self._runners[part].kill(come_back=come_back)
        else:
            self._board.mark(part, State.RESTARTING if come_back else State.STOPPED, "killed")
            self._stack.kill(part)

    def restart(self, part: str) -> None:
        """Start a program or server (again) and return when it is ready."""
        if part in self._runners:
            self._runners[part].restart()
        else:
            self._board.mark(part, State.RESTARTING)
            self._stack.stop([part])
        self.wait_ready(part)

    def wait_ready(self, part: str) -> None:
        """Return when a part is ready; `Trouble` with the end of its log if it fails or takes too long."""
        self._board.wait(lambda states: states[part] in {*UP, State.FAILED}, seconds=RESTART_SECONDS)
        if self._board.state(part) not in UP:
            raise self._failure(part)

    def _choose_settings(self) -> Settings:
        servers = self._stack.reserve()
        self._prefer_wanted_port()
        wanted = {"gateway": self._wanted_port} if self._wanted_port else {}
        return self._settings_with(servers, self._stack.ports.choose(PORT_NAMES, wanted=wanted))

    def _settings_with(self, servers: Mapping[str, str], ports: Mapping[str, int]) -> Settings:
        keys = KeyFolder(self.directory / "secrets")
        return Settings(directory=self.directory, servers=servers, ports=ports, keys=keys, extra=self._extra)

    def _prefer_wanted_port(self) -> None:
        """The wanted port goes before a remembered one; one that somebody insists on is not replaced by another."""
        if self._wanted_port is None:
            return
        if is_free(self._wanted_port):
            self._stack.ports.forget("gateway")
        elif self._insist_on_port:
            raise Trouble(
                f"Port {self._wanted_port} is taken by another program.",
                remedy="Stop that program, or name another port.",
            )

    def _server_parts(self) -> list[Part]:
        return [Part(name=kind.name, log=str(self.log(kind.name))) for kind in SERVERS]

    def _program_part(self, program: Program) -> Part:
        return Part(name=program.name, address=program.address, log=str(self.log(program.name)))

    def _runner(self, program: Program) -> Runner:
        return Runner(
            program,
            board=self._board,
            processes=self._processes,
            log=self.log(program.name),
            mark=self._tenancy.mark,
        )

    def _begin(self) -> None:
        for runner in self._runners.values():
            runner.begin()
        self._server_keeper = threading.Thread(target=self._start_servers, name="servers", daemon=True)
        self._server_keeper.start()

    def _start_servers(self) -> None:
        """Bring the servers up, then bring back whichever dies."""
        for kind in SERVERS:
            self._board.mark(kind.name, State.STARTING)
        try:
            self._stack.start()
        except Exception as error:  # noqa: BLE001 -- whatever it is, the main thread must learn of it
            for kind in SERVERS if not self._stopping.is_set() else ():
                if self._board.state(kind.name) not in UP:
                    self._board.mark(kind.name, State.FAILED, str(error))
            return
        with ThreadPoolExecutor(max_workers=len(SERVERS)) as pool:
            list(pool.map(self._keep, (kind.name for kind in SERVERS)))

    def _keep(self, name: str) -> None:
        """Start one server again whenever it has died and was not meant to."""
        while not self._stopping.is_set():
            process = self._stack.process(name)
            if process is not None:
                process.wait(seconds=0.5)
            elif self._board.state(name) is State.STOPPED:
                self._stopping.wait(0.2)
            else:
                self._bring_back(name)

    def _bring_back(self, name: str) -> None:
        self._board.mark(name, State.RESTARTING)
        try:
            self._stack.start([name])
        except Trouble as trouble:
            self._board.mark(name, State.RESTARTING, trouble.sentence)
            self._stopping.wait(5)

    def _server_is_ready(self, server: Server) -> None:
        if server.name == "postgres" and self._settings is not None:
            create_ledger_database(
                server.address,
                owner_password=self._settings.keys.password("ledger-owner-password"),
                service_password=self._settings.keys.password("ledger-password"),
            )
        if self._board.state(server.name) is not State.STOPPED:
            self._board.mark(server.name, State.READY, address=server.public_address)

    def _raise_failure(self) -> None:
        for part in self._board.parts():
            if part.state is State.FAILED:
                raise self._failure(part.name)

    def _failure(self, name: str) -> Trouble:
        part = next(part for part in self._board.parts() if part.name == name)
        if name in self._runners:
            end = tail(self.log(name))
            return Trouble(f"{name} {part.note or part.state}. The end of {part.log}:\n{end}")
        return Trouble(part.note or f"{name} is {part.state}")


def _is_decided(states: Mapping[str, State]) -> bool:
    return State.FAILED in states.values() or all(state in UP for state in states.values())
