"""Everything that is measured, running: our ledger, the textbook's, the floor; accounts, tokens, one run at a time."""

import json
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from deploy.native.ports import find_free
from events.ledger import ConsentRule
from services.chassis.clock import system_clock
from services.chassis.process import gunicorn_command
from services.chassis.tokens import Caller
from services.ledger.domain import SetConsent
from services.ledger.handlers import Appender
from services.ledger.store import Writer, migrate
from tests.bench import processes, textbook
from tests.bench.calls import GROUP
from tests.bench.load import Plan
from tests.databases import Database
from tests.ledger.factories import a_request, an_account_number, opening
from tests.ledger.processes import ROOT, Instance, children, committer_of
from tests.waiting import wait_until

ACCOUNTS = 1000
PLENTY = 10**9
BOOK = "bench"
_AT_ONCE = 500


@dataclass(frozen=True)
class Server:
    """One of the programs under load."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"

    def groups(self) -> dict[str, list[int]]:
        """Its processes, by what they do."""
        committer = committer_of(self.process)
        masters = [self.process.pid]
        if committer is not None:
            masters = [pid for pid in children(self.process.pid) if pid != committer]
        workers = [pid for master in masters for pid in children(master)]
        return {"workers": workers, "committer": [committer] if committer else []}


@dataclass(frozen=True)
class Ask:
    """One run: which server, what the callers do."""

    server: str
    scenario: str
    callers: int
    hot: int = 0
    """How many accounts are paid; 0: any."""
    consenting: bool = False
    """Among accounts that let payments complete at once."""
    refused: float = 0.0
    size: int = 100
    path: str = "/transfers"
    pace: float = 0.0


@dataclass
class Stage:
    """The servers on one database."""

    database: Database
    folder: Path
    workers: int
    accounts: list[str] = field(default_factory=list)
    consenting: list[str] = field(default_factory=list)
    servers: dict[str, Server] = field(default_factory=dict)
    instances: list[Instance] = field(default_factory=list)
    known: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    """Accounts of a server that has a book of its own: plain, consenting."""

    def prepare(self) -> None:
        """Tables and accounts for all."""
        migrate(self.database.owner_url, self.database.url)
        self.accounts, self.consenting = open_accounts(self.database.url, BOOK)
        with psycopg.connect(self.database.owner_url) as connection:
            connection.execute(textbook.TABLES.encode())
            connection.execute("GRANT USAGE ON SCHEMA textbook TO ledger")
            connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA textbook TO ledger")
            connection.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA textbook TO ledger")
            connection.execute(
                "INSERT INTO textbook.accounts SELECT unnest(%s::text[]), 0, %s, %s",
                (self.accounts + self.consenting, PLENTY, PLENTY),
            )

    def serve_ledger(self, name: str, book: str) -> Instance:
        """Start a ledger of ours."""
        folder = self.folder / name
        folder.mkdir()
        instance = Instance(folder, database_url=self.database.url, book=book)
        self.instances.append(instance)
        process = instance.serve(LEDGER_WORKERS=str(self.workers))
        self.servers[name] = Server(name, instance.port, process)
        return instance

    def serve_other(self, name: str, factory: str, *, threads: bool) -> None:
        """Start one to compare with; `threads`: two workers of sixteen, else gevent as ours."""
        port = find_free()
        command = gunicorn_command(factory, "127.0.0.1", port, 2 if threads else self.workers)
        if threads:
            command += ["--worker-class", "gthread", "--threads", "16"]
        with (self.folder / f"{name}.log").open("wb") as log:
            environment = self.instances[0].environment
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        self.servers[name] = Server(name, port, process)
        wait_until(lambda: _answers(port), 30)

    def run(self, ask: Ask, seconds: float) -> dict[str, Any]:
        """One run with its figures and CPU: ms a call of each kind of process."""
        server = self.servers[ask.server]
        accounts = self.known.get(ask.server, (self.accounts, self.consenting))[ask.consenting]
        plan = Plan(
            scenario=ask.scenario,
            port=server.port,
            callers=ask.callers,
            seconds=seconds,
            accounts=accounts,
            tokens=self._tokens(accounts),
            payees=accounts[: ask.hot],
            refused=ask.refused,
            size=ask.size,
            path=ask.path,
            pace=ask.pace,
        )
        meter = processes.Meter(self._groups(server))
        result = _load(plan)
        used = meter.used(self._groups(server))
        made = max(1, result["made"])
        cpu = {name: sum(times) * 1000 / made for name, times in used.items()}
        cpu["all"] = sum(cpu.values()) + result["client"]
        return {**result, **cpu, "each_worker": used["workers"], "seconds": seconds}

    def stop(self) -> None:
        """End everything."""
        for server in self.servers.values():
            server.process.terminate()
        for server in self.servers.values():
            server.process.wait(20)
        for instance in self.instances:
            instance.stop()

    def _groups(self, server: Server) -> dict[str, Iterable[int]]:
        return {**server.groups(), "postgres": processes.backends(self.database.url)}

    def _tokens(self, accounts: list[str]) -> dict[str, str]:
        signer = self.instances[0].signer
        made = {number: signer.token(_member(number), "ledger") for number in accounts}
        made["group"] = signer.token(_member(*accounts[:GROUP]), "ledger")
        return made


def open_accounts(url: str, book: str) -> tuple[list[str], list[str]]:
    """Two sets of accounts with plenty of room; the second lets payments complete at once."""
    writer = Writer(url, book)
    appender = Appender(writer, system_clock)
    plain, consenting = ([an_account_number() for _ in range(ACCOUNTS)] for _ in range(2))
    opened = [opening(number, max_negative=PLENTY, max_positive=PLENTY) for number in plain + consenting]
    rules = (ConsentRule(party="any", direction="pay"),)
    consents = [a_request(SetConsent(account=number, rules=rules), number) for number in consenting]
    for requests in (opened, consents):
        for start in range(0, len(requests), _AT_ONCE):
            answers = appender.execute(requests[start : start + _AT_ONCE])
            refused = [answer for answer in answers if not json.loads(answer)["ok"]]
            if refused:
                raise RuntimeError(refused[0])
    writer.close()
    return plain, consenting


def _member(*numbers: str) -> Caller:
    return Caller(subject=f"u{numbers[0]}", roles=frozenset({"member"}), accounts=frozenset(numbers))


def _load(plan: Plan) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.load"]
    asked = json.dumps(asdict(plan)).encode()
    done = subprocess.run(command, input=asked, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def machine(database: Database) -> str:
    """Where this was measured."""
    with psycopg.connect(database.admin_url) as connection:
        row = connection.execute(
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit')"
        ).fetchone()
    version, fsync, commit = row or ("?", "?", "?")
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"PostgreSQL {version} (fsync {fsync}, synchronous_commit {commit}), client on the same cores"
    )
