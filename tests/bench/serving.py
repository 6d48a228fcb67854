"""The directory's real HTTP process, for benchmarks: gunicorn with its gevent worker, tokens that it checks."""

import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from deploy.native.ports import find_free
from services.chassis.tokens import Caller, Signer
from tests.chassis.keys import key_pair, signer_of
from tests.waiting import wait_until


@dataclass(frozen=True, slots=True)
class Served:
    """Where the service listens, and who makes tokens for it."""

    port: int
    signer: Signer
    process: "subprocess.Popen[bytes]"

    def token(self) -> str:
        """A visitor's token, good for at least 20 seconds more."""
        return self.signer.token(Caller(), "directory")


@contextmanager
def served(elastic: str, mongo: str, name: str, workers: int = 2) -> Iterator[Served]:
    """The service on a database and an index of that name; stopped afterwards."""
    with tempfile.TemporaryDirectory(prefix="mccs-bench-") as folder:
        path = Path(folder) / "internal.pem"
        path.write_bytes(key_pair("internal")[1])
        port = find_free()
        settings = {
            "DIRECTORY_MONGO_URL": mongo,
            "DIRECTORY_MONGO_DATABASE": name,
            "DIRECTORY_ELASTICSEARCH_URL": elastic,
            "DIRECTORY_INDEX_PREFIX": name,
            "DIRECTORY_PORT": str(port),
            "DIRECTORY_WORKERS": str(workers),
            "KAFKA_BOOTSTRAP": "127.0.0.1:1",
            "INTERNAL_PUBLIC_KEY_FILE": str(path),
            "MESSAGES_KEY": Fernet.generate_key().decode(),
            "DIRECTORY_SECRETS_KEY": Fernet.generate_key().decode(),
            "ENVIRONMENT": "development",
        }
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "services.directory", "serve"],
                env={**os.environ, **settings},
                stdout=log,
                stderr=log,
            )
            try:
                wait_until(lambda: answers(port) or process.poll() is not None, 60)
                if process.poll() is not None:
                    raise RuntimeError(Path(log.name).read_text(encoding="utf-8"))
                yield Served(port, signer_of("internal"), process)
            finally:
                process.terminate()
                process.wait()


def answers(port: int) -> bool:
    """Whether a service says that it is alive."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def listens(port: int) -> bool:
    """Whether a service takes connections."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
