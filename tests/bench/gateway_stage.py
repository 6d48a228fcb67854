"""The gateway with ledger and directory behind it, as real processes, and the floor; one run at a time."""

import json
import os
import subprocess
import sys
import urllib.request
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from deploy.native.ports import find_free
from services.chassis.process import gunicorn_command
from tests.bench import processes
from tests.bench.gateway_people import People
from tests.bench.load import Plan
from tests.bench.serving import Served, listens
from tests.chassis.keys import key_pair
from tests.databases import Database
from tests.ledger.processes import ROOT, Instance, children, committer_of
from tests.waiting import wait_until

FLOOR = "floor"
_NOBODY = "http://127.0.0.1:1"


@dataclass(frozen=True, slots=True)
class Door:
    """What callers knock at: a gateway with the ledger behind it, or the floor."""

    port: int
    process: "subprocess.Popen[bytes]"
    ledger: "subprocess.Popen[bytes] | None" = None


@dataclass(slots=True)
class Stage:
    """Gateways on one directory; each has a ledger of its own."""

    database: Database
    mongo: str
    elastic: str
    directory: Served
    people: People
    folder: Path
    workers: int = 1
    others: dict[str, str] = field(default_factory=lambda: {"MATCHER_URL": _NOBODY, "NOTIFIER_URL": _NOBODY})
    """Where the services are that most measurements don't ask."""
    doors: dict[str, Door] = field(default_factory=dict)
    _instances: list[Instance] = field(default_factory=list)

    def open_gateway(self, book: str) -> None:
        """A ledger on a book, and a gateway before it."""
        folder = self.folder / book
        folder.mkdir()
        instance = Instance(folder, database_url=self.database.url, book=book)
        self._instances.append(instance)
        ledger = instance.serve()
        settings = self._settings() | {"LEDGER_URL": instance.url}
        self._open(book, "services.gateway.app:serving_app()", settings, ledger)

    def open_floor(self) -> None:
        """A Flask route that verifies the token and does nothing else."""
        self._open(FLOOR, "tests.bench.gateway_floor:serving_app()", self._settings(), None)

    def run(self, door: str, scenario: str, seconds: float, callers: int = 32, **more: Any) -> dict[str, Any]:
        """One run with its figures; CPU in ms a call of each kind of process."""
        chosen = self.doors[door]
        plan = Plan(
            scenario, chosen.port, callers, seconds, self.people.accounts, self.people.tokens,
            owners=self.people.owners, **more,
        )  # fmt: skip
        before = self._used(chosen)
        asked = json.dumps(asdict(plan)).encode()
        command = [sys.executable, "-m", "tests.bench.load"]
        done = subprocess.run(command, input=asked, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        result: dict[str, Any] = json.loads(done.stdout)
        if set(result["statuses"]) != {"200"}:
            raise RuntimeError(f"{door}, {scenario}: {result['statuses']} {result['sample']}")
        used = {name: after - before[name] for name, after in self._used(chosen).items()}
        cpu = {name: spent * 1000 / result["made"] for name, spent in used.items()}
        return {**result, "cpu": cpu, "parts": sum(cpu.values())}

    def restart_ledger(self, book: str) -> None:
        """As an update of it does."""
        door, instance = self.doors[book], next(each for each in self._instances if each.folder.name == book)
        if door.ledger is not None:
            door.ledger.terminate()
            door.ledger.wait(20)
        self.doors[book] = replace(door, ledger=instance.serve())

    @property
    def internal_public_key(self) -> bytes:
        """What checks the gateways' tokens."""
        return key_pair("internal")[1]

    def memory(self, book: str) -> dict[str, float]:
        """MB that processes have to themselves, by part."""
        door = self.doors[book]
        ledger = list(children(door.ledger.pid)) if door.ledger is not None else []
        groups = {
            "gateway": list(children(door.process.pid)),
            "directory": list(children(self.directory.process.pid)),
            "ledger": [pid for each in ledger for pid in children(each)],
            "committer": [pid for pid in [committer_of(door.ledger)] if pid] if door.ledger else [],
        }
        return {name: sum(map(processes.private_mb, pids)) for name, pids in groups.items()}

    def stop(self) -> None:
        """End everything that was started here."""
        for door in self.doors.values():
            door.process.terminate()
        for door in self.doors.values():
            door.process.wait(20)
        for instance in self._instances:
            instance.stop()

    def _open(self, name: str, factory: str, settings: dict[str, str], ledger: Any) -> None:
        command = gunicorn_command(factory, "127.0.0.1", port := find_free(), self.workers)
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=log, stderr=log)
        self.doors[name] = Door(port, process, ledger)
        wait_until(lambda: listens(port) or process.poll() is not None, 60)
        if process.poll() is not None:
            raise RuntimeError((self.folder / f"{name}.log").read_text(encoding="utf-8"))

    def _settings(self) -> dict[str, str]:
        for name in ("session", "internal"):
            (self.folder / f"{name}-key.pem").write_bytes(key_pair(name)[0])
        return {
            "ENVIRONMENT": "development",
            "PUBLIC_URL": "http://localhost:8080",
            "GATEWAY_SECRET_KEY": "not-a-secret-of-anybody",
            "GATEWAY_SESSION_PRIVATE_KEY_FILE": str(self.folder / "session-key.pem"),
            "GATEWAY_INTERNAL_PRIVATE_KEY_FILE": str(self.folder / "internal-key.pem"),
            "DIRECTORY_URL": f"http://127.0.0.1:{self.directory.port}",
            "LEDGER_URL": _NOBODY,
            **self.others,
            # What is measured is the work for a call; a call that is refused has none.
            "GATEWAY_RATE_LIMIT": "1000000/second",
        }

    def _used(self, door: Door) -> dict[str, float]:
        """CPU seconds so far, by part."""
        groups = {door.process.pid: "gateway", self.directory.process.pid: "directory"}
        used = {name: sum(map(processes.seconds, children(pid))) for pid, name in groups.items()}
        if door.ledger is not None:
            committer = committer_of(door.ledger)
            masters = [pid for pid in children(door.ledger.pid) if pid != committer]
            used["ledger"] = sum(processes.seconds(pid) for master in masters for pid in children(master))
            used["committer"] = processes.seconds(committer) if committer else 0.0
        used["postgres"] = sum(map(processes.seconds, processes.backends(self.database.url)))
        with MongoClient[Any](self.mongo) as client:
            used["mongo"] = processes.seconds(int(client.admin.command("serverStatus")["pid"]))
        used["elastic"] = self._elastic_seconds()
        return used

    def _elastic_seconds(self) -> float:
        with urllib.request.urlopen(f"{self.elastic}/_nodes/stats/process", timeout=10) as answer:
            nodes = json.load(answer)["nodes"].values()
        return sum(float(node["process"]["cpu"]["total_in_millis"]) / 1000 for node in nodes)
