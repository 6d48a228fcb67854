"""The ledger's real processes for tests and benchmarks: start, kill, ask over HTTP with real tokens."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import orjson
import urllib3

from deploy.native.ports import find_free
from services.chassis.tokens import Caller
from tests.chassis.keys import key_pair, signer_of
from tests.ledger.heads import head_key_pem
from tests.waiting import wait_until

ROOT = Path(__file__).parent.parent.parent


class Instance:
    """One ledger: settings, and whatever processes a test starts with them."""

    def __init__(self, folder: Path, *, database_url: str, book: str, bootstrap: str = "127.0.0.1:1", **more) -> None:
        public = key_pair("internal")[1]
        self.folder, self.port = folder, find_free()
        # A socket's path has at most 107 bytes: a test's own folder may be longer.
        self._short = mkdtemp(prefix="mccs-")
        (folder / "internal.pem").write_bytes(public)
        (folder / "head.pem").write_bytes(head_key_pem())
        self.signer = signer_of("internal")
        self.environment = {
            "PATH": os.environ["PATH"],
            "ENVIRONMENT": "development",
            "LEDGER_DATABASE_URL": database_url,
            "LEDGER_BOOK": book,
            "LEDGER_PORT": str(self.port),
            "LEDGER_SOCKET": f"{self._short}/committer",
            "INTERNAL_PUBLIC_KEY_FILE": str(folder / "internal.pem"),
            "LEDGER_HEAD_PRIVATE_KEY_FILE": str(folder / "head.pem"),
            "KAFKA_BOOTSTRAP": bootstrap,
            **more,
        }
        self._pool = urllib3.PoolManager(maxsize=64, retries=False, timeout=20)
        self._started: list[subprocess.Popen[bytes]] = []
        self.repeated = 0
        """How often a command had to be sent again."""
        self._counting, self._stopped = threading.Lock(), threading.Event()

    def start(self, command: str, *arguments: str, **changes: str) -> "subprocess.Popen[bytes]":
        """Start `python -m services.ledger <command>`; its log goes into the folder."""
        with (self.folder / f"{command}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "services.ledger", command, *arguments],
                cwd=ROOT,
                env=self.environment | changes,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._started.append(process)
        return process

    def serve(self, **changes: str) -> "subprocess.Popen[bytes]":
        """Start `serve` and wait until it is ready."""
        process = self.start("serve", **changes)
        wait_until(self.is_ready, 30)
        return process

    def is_ready(self) -> bool:
        try:
            return self._pool.request("GET", f"{self.url}/readyz").status == 200
        except urllib3.exceptions.HTTPError:
            return False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def log(self, command: str) -> str:
        return (self.folder / f"{command}.log").read_text()

    def token(self, *accounts: str, roles: tuple[str, ...] = ("member",), subject: str = "u1") -> str:
        caller = Caller(subject=subject, roles=frozenset(roles), accounts=frozenset(accounts))
        return self.signer.token(caller, "ledger")

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str,
        key: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> urllib3.BaseHTTPResponse:
        """The answer; commands get a fresh idempotency key unless one is given."""
        sent = {"Authorization": f"Bearer {token}", **(headers or {})}
        if method != "GET":
            sent["Idempotency-Key"] = key or secrets.token_hex(12)
        content = None if body is None else orjson.dumps(body)
        return self._pool.request(method, self.url + path, body=content, headers=sent)

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, dict[str, Any]]:
        """Status and JSON of an answer."""
        response = self.request(method, path, body, **more)
        return response.status, orjson.loads(response.data)

    def insist_on(self, method: str, path: str, body: Any, *, key: str = "", **more: Any) -> urllib3.BaseHTTPResponse:
        """As a good client does: while the outcome is unknown, the same again with the same key.

        Until all is stopped: a test that failed must not wait for an answer for ever.
        """
        key = key or secrets.token_hex(12)
        while True:
            with suppress(urllib3.exceptions.HTTPError):
                response = self.request(method, path, body, key=key, **more)
                if response.status != 503:
                    return response
            with self._counting:
                self.repeated += 1
            if self._stopped.wait(0.02):
                raise RuntimeError("stopped before there was an answer")

    def insist(self, path: str, body: Any, **more: Any) -> tuple[int, dict[str, Any]]:
        """POST, status and JSON of the answer."""
        response = self.insist_on("POST", path, body, **more)
        return response.status, orjson.loads(response.data)

    def stop(self) -> None:
        """End everything that still runs."""
        self._stopped.set()
        for process in self._started:
            if process.poll() is None:
                process.terminate()
        for process in self._started:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._pool.clear()
        shutil.rmtree(self._short, ignore_errors=True)


class Traffic:
    """Callers that pay and accept without pause, and remember what was acknowledged; a 503 is repeated, same key."""

    def __init__(self, instance: Instance, pair: tuple[str, str], callers: int = 4) -> None:
        self._instance, (self._payer, self._payee) = instance, pair
        self.completed: list[str] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(callers)]

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        instance = self._instance
        mine, theirs = instance.token(self._payer), instance.token(self._payee, subject="u2")
        body = {"initiator": self._payer, "counterparty": self._payee, "direction": "pay", "amount": 1}
        while not self._stop.is_set():
            transfer = self._insist("/transfers", body, mine)
            done = self._insist(f"/transfers/{transfer['transfer_id']}/accept", {}, theirs)
            assert done["status"] == "completed", done
            self.completed.append(done["transfer_id"])

    def _insist(self, path: str, body: dict, token: str) -> dict:
        status, answer = self._instance.insist(path, body, token=token)
        assert status == 200, answer
        return answer


def children(pid: int) -> dict[int, str]:
    """Child processes of `pid` with their command lines."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int(entry.joinpath("stat").read_text().rpartition(")")[2].split()[1])
                command = entry.joinpath("cmdline").read_text().replace("\0", " ")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == pid:
                found[int(entry.name)] = command
    return found


def committer_of(serve: "subprocess.Popen[bytes]") -> int | None:
    """Process id of the committer that `serve` started, if it runs."""
    return next((pid for pid, command in children(serve.pid).items() if "services.ledger commit" in command), None)


def kill(pid: int) -> None:
    """As a machine does that runs out of memory."""
    os.kill(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """Whether the process runs (a zombie doesn't)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        # The second: it went between the opening of the file and the reading.
        return False
