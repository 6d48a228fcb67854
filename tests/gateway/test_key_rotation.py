"""New keys for sessions and internal tokens, while gateway and directory, processes of their own, are being used.

The gateway's two workers share their counts of calls meanwhile.
"""

import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.fernet import Fernet
from pymongo import MongoClient

from deploy.native.ports import find_free
from tests.bench.serving import answers
from tests.chassis.keys import key_pair
from tests.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.long]

PASSWORD = "Correct-horse-7"
CALLERS = 3


@contextmanager
def running(service: str, port: int, settings: dict[str, str], log: Path) -> Iterator[None]:
    """`serve` of a service with two workers."""
    with log.open("wb") as written:
        command = [sys.executable, "-m", f"services.{service}", "serve"]
        process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=written, stderr=written)
        try:
            wait_until(lambda: answers(port) or process.poll() is not None, 60)
            assert process.poll() is None, log.read_text()
            yield
        finally:
            process.terminate()
            process.wait()


class Stack:
    """A gateway before a directory with one administrator; the other services are not there."""

    def __init__(self, folder: Path, mongo: str, database: str, elastic: str, index: str) -> None:
        self.mongo, self.database = mongo, database
        self.folder, self.ports = folder, {"gateway": find_free(), "directory": find_free()}
        self.internal_public, self.internal, self.session = (
            folder / f"{name}.pem" for name in ("internal-public", "internal", "session")
        )
        self.internal.write_bytes(key_pair("internal")[0])
        self.internal_public.write_bytes(key_pair("internal")[1])
        self.session.write_bytes(key_pair("session")[0])
        nowhere = dict.fromkeys(("LEDGER_URL", "MATCHER_URL", "NOTIFIER_URL"), "http://127.0.0.1:1")
        self.settings = nowhere | {
            "ENVIRONMENT": "development",
            "DIRECTORY_MONGO_URL": mongo, "DIRECTORY_MONGO_DATABASE": database,
            "DIRECTORY_ELASTICSEARCH_URL": elastic, "DIRECTORY_INDEX_PREFIX": index,
            "KAFKA_BOOTSTRAP": "127.0.0.1:1", "INTERNAL_PUBLIC_KEY_FILE": str(self.internal_public),
            "MESSAGES_KEY": Fernet.generate_key().decode(), "DIRECTORY_SECRETS_KEY": Fernet.generate_key().decode(),
            "DIRECTORY_ARGON2_MEMORY_KIB": "64", "DIRECTORY_ARGON2_TIME_COST": "1",
            "DIRECTORY_ADMIN_PASSWORD": PASSWORD,
            "DIRECTORY_PORT": str(self.ports["directory"]), "DIRECTORY_WORKERS": "2",
            "DIRECTORY_URL": f"http://127.0.0.1:{self.ports['directory']}",
            "PUBLIC_URL": "http://localhost:8080", "GATEWAY_SECRET_KEY": "not-a-secret-in-tests",
            "GATEWAY_SESSION_PRIVATE_KEY_FILE": str(self.session),
            "GATEWAY_INTERNAL_PRIVATE_KEY_FILE": str(self.internal),
            "GATEWAY_PORT": str(self.ports["gateway"]), "GATEWAY_WORKERS": "2",
            "GATEWAY_RATE_LIMIT": "1000000/day",
            "GATEWAY_MONGO_URL": mongo, "GATEWAY_MONGO_DATABASE": database,
        }  # fmt: skip

    def start(self, endings: ExitStack) -> None:
        admin = ["create-admin", "--email", "admin@mccs.example", "--kind", "admin"]
        for arguments in (["migrate"], admin):
            command = [sys.executable, "-m", "services.directory", *arguments]
            subprocess.run(command, env={**os.environ, **self.settings}, check=True, timeout=120, input=b"")
        for service, port in self.ports.items():
            endings.enter_context(running(service, port, self.settings, self.folder / f"{service}.log"))

    def counted(self) -> int:
        """Points of all workers together, as MongoDB has them, of one address."""
        with MongoClient[Any](self.mongo) as client:
            return sum(each["points"] for each in client[self.database]["rates"].find({"_id": {"$regex": "^address:"}}))

    def call(self, method: str, path: str, token: str = "", body: Any = None) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports['gateway']}{path}",
            method=method,
            headers=headers,
            data=json.dumps(body).encode() if body is not None else None,
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def log_in(self) -> str:
        login = {"email": "admin@mccs.example", "password": PASSWORD}
        status, answer = self.call("POST", "/api/v1/admin/login", body=login)
        assert status == 200, answer
        return str(answer["data"]["token"])


@pytest.fixture
def stack(
    tmp_path: Path, mongo_url: str, mongo_database: str, elasticsearch_url: str, index_prefix: str
) -> Iterator[Stack]:
    made = Stack(tmp_path, mongo_url, mongo_database, elasticsearch_url, index_prefix)
    with ExitStack() as endings:
        made.start(endings)
        yield made


class Callers:
    """Programs that read and renew their logins without a pause."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.answered, self.kids = stack, Counter[Any](), set[str]()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._go_on, args=(stack.log_in(),)) for _ in range(CALLERS)]

    def __enter__(self) -> "Callers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def go_on(self, calls: int = 40) -> None:
        """Wait for some more."""
        wanted = self.answered.total() + calls
        wait_until(lambda: self.answered.total() >= wanted, 60)

    def _go_on(self, token: str) -> None:
        while not self._over.is_set():
            for _ in range(3):
                status, answer = self.stack.call("GET", "/api/v1/sessions", token)
                self.answered[status if status == 200 else (status, str(answer))] += 1
            status, answer = self.stack.call("POST", "/api/v1/token/renew", token)
            self.answered[status if status == 200 else (status, str(answer))] += 1
            token = answer["data"]["token"] if status == 200 else token
            self.kids.add(jwt.get_unverified_header(token)["kid"])


def replace(path: Path, content: bytes) -> None:
    """In one step, as whoever follows the runbook does."""
    new = path.with_suffix(".new")
    new.write_bytes(content)
    new.replace(path)


def test_both_keys_are_rotated_under_load_and_nobody_is_refused(stack: Stack) -> None:
    before = stack.log_in()
    former = jwt.get_unverified_header(before)["kid"]
    with Callers(stack) as callers:
        callers.go_on()
        replace(stack.internal_public, key_pair("internal")[1] + key_pair("new internal")[1])
        callers.go_on()
        replace(stack.internal, key_pair("new internal")[0])
        replace(stack.session, key_pair("new session")[0] + key_pair("session")[1])
        wait_until(lambda: len(callers.kids) == 2, 60)
        callers.go_on()
        # What a new login asks is signed with the new key.
        stack.log_in()
        callers.go_on()
    assert set(callers.answered) == {200}
    calls = callers.answered.total()

    def are_counted() -> bool:
        stack.call("GET", "/.well-known/jwks.json")
        return stack.counted() > calls

    wait_until(are_counted, 30)
    (new,) = callers.kids - {former}
    published = stack.call("GET", "/.well-known/jwks.json")[1]["keys"]
    assert [key["kid"] for key in published] == [new, former]
    assert stack.call("GET", "/api/v1/sessions", before)[0] == 200, "a former key's login goes on"
    replace(stack.session, key_pair("new session")[0])
    assert stack.call("GET", "/api/v1/sessions", before)[0] == 401, "until the former key is taken away"
    assert stack.call("GET", "/api/v1/sessions", stack.log_in())[0] == 200
