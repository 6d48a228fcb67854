"""PostgreSQL: one superuser with a generated password, by TCP only."""

import os
import signal
from pathlib import Path
from typing import ClassVar

import psycopg

from deploy.native.files import give, remove_tree, write_atomically
from deploy.native.processes import identify, run_to_end
from deploy.native.servers.server import Server
from deploy.native.trouble import Trouble

SUPERUSER = "postgres"


class Postgres(Server):
    """The ledger's store."""

    name = "postgres"
    title = "PostgreSQL"
    data_version = "18"
    port_names = ("postgres",)
    # "Fast" shutdown: SIGTERM would wait until the last client has gone.
    stop_signal: ClassVar[int] = signal.SIGINT

    def prepare(self) -> None:
        """Create the cluster once; clear what a killed server left."""
        super().prepare()
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster()
        self._clear_stale_lock()

    def _create_cluster(self) -> None:
        """Aside and renamed when whole, so that a killed initdb is simply done again."""
        unfinished = self.place.directory / "data.unfinished"
        remove_tree(unfinished)
        password_file = self.place.directory / "password"
        write_atomically(password_file, self.place.password, mode=0o600)
        give(password_file, self.place.account)
        initdb = [str(self.place.software.postgres / "initdb"), "--pgdata", str(unfinished), "--username", SUPERUSER]
        rules = ["--auth-host=scram-sha-256", "--auth-local=reject", f"--pwfile={password_file}"]
        format_ = ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        try:
            done = run_to_end([*initdb, *rules, *format_], environment=self.environment(), account=self.place.account)
        finally:
            password_file.unlink()
        if done.returncode:
            raise Trouble(f"PostgreSQL could not create its data folder:\n{done.stdout}")
        unfinished.rename(self.data)

    def _clear_stale_lock(self) -> None:
        """After a kill -9 and a reused process id PostgreSQL takes any process for its twin and refuses to start.

        A real one has the data folder as its working folder; such a one is left from a starter that was killed before
        it could note the process, and is stopped.
        """
        lock = self.data / "postmaster.pid"
        pid = _first_number(lock)
        if pid is None:
            return
        twin = identify(pid)
        if twin is not None and _working_directory(pid) == self.data.resolve():
            twin.end(seconds=self.stop_seconds, with_signal=self.stop_signal)
        lock.unlink(missing_ok=True)

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "shared_buffers": "64MB",
            "max_connections": "200",
            "fsync": "on" if self.place.options.fsync else "off",
            "wal_compression": "on",
            "max_wal_size": "512MB",
            "log_timezone": "UTC",
            "timezone": "UTC",
        }
        assignments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self.place.software.postgres / "postgres"), "-D", str(self.data), *assignments]

    def is_ready(self) -> bool:
        """True when a query is answered."""
        try:
            with psycopg.connect(self.address, connect_timeout=5) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    @property
    def address(self) -> str:
        return f"postgresql://{SUPERUSER}:{self.place.password}@127.0.0.1:{self.port}/postgres"


def _first_number(path: Path) -> int | None:
    try:
        return int(path.read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _working_directory(pid: int) -> Path | None:
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd"))
    except OSError:
        return None
