"""A PostgreSQL of the test's own: stopped at once under load, a backend killed, a full disk, dump and restore."""

import os
import resource
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.native.files import server_account
from deploy.native.servers import Options
from deploy.native.software import Software, cache_directory
from deploy.native.stack import Stack
from services.chassis.clock import system_clock
from services.ledger.handlers import Appender
from services.ledger.records import Request
from services.ledger.store import Interrupted, Writer, migrate
from tests.databases import Database, fresh_database
from tests.ledger.books import requires_sound, two_accounts
from tests.ledger.factories import an_account_number, opening, paying
from tests.ledger.fakes import decoded
from tests.ledger.processes import Instance, Traffic
from tests.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.long]

BOOK = "main"


class OwnPostgres:
    """One that may be broken."""

    def __init__(self, folder: Path) -> None:
        self._stack = Stack(folder / "stack", options=Options(fsync=True))
        self.start()

    def start(self, largest_file: int = resource.RLIM_INFINITY) -> None:
        """`largest_file` in bytes: what it may not outgrow is full."""
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        # Inherited by the server; ours is as before then.
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file if largest_file > 0 else soft, hard))
        try:
            self.url = self._stack.start(["postgres"])["POSTGRES_ADMIN_URL"]
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    def stop_at_once(self) -> None:
        """As by `pg_ctl stop -m immediate`: no checkpoint, no word to clients; the next start recovers."""
        process = self._stack.process("postgres")
        assert process is not None
        assert process.end(seconds=20, with_signal=signal.SIGQUIT)

    def log(self) -> str:
        return self._stack.log("postgres").read_text()

    def wipe(self) -> None:
        self._stack.wipe()


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[OwnPostgres]:
    with tempfile.TemporaryDirectory(prefix="mccs-outages-") as folder:
        # The server may run as a user of its own.
        Path(folder).chmod(0o755)
        made = OwnPostgres(Path(folder))
        yield made
        made.wipe()


@pytest.fixture
def own_database(own_postgres) -> Iterator[Database]:
    with fresh_database(own_postgres.url) as database:
        migrate(database.owner_url, database.url)
        yield database


@pytest.fixture
def own_appender(own_database) -> Iterator[Appender]:
    writer = Writer(own_database.url, BOOK)
    yield Appender(writer, system_clock)
    writer.close()


@pytest.fixture
def instance(tmp_path, own_database) -> Iterator[Instance]:
    made = Instance(tmp_path, database_url=own_database.url, book=BOOK)
    yield made
    made.stop()


def require_all_of(traffic: Traffic, database: Database, payee: str) -> None:
    """What was acknowledged is there, once, and nothing else."""
    fold = requires_sound(database, BOOK)
    completed = {known for known, status in fold.statuses().items() if status == "completed"}
    assert completed == set(traffic.completed)
    assert len(traffic.completed) == len(completed) == len(fold.statuses())
    assert fold.accounts[payee].balance == len(completed)


def test_database_stopped_at_once_under_load(own_postgres, own_appender, own_database, instance):
    """It was not shut down, it recovers from its log: what was acknowledged is there, what was not is asked again."""
    pair = two_accounts(own_appender, max_negative=10**9, max_positive=10**9)
    instance.serve()
    with Traffic(instance, pair) as traffic:
        for _ in range(2):
            reached = len(traffic.completed) + 20
            wait_until(lambda at_least=reached: len(traffic.completed) >= at_least, 30)
            felt = instance.repeated
            own_postgres.stop_at_once()
            wait_until(lambda before=felt: instance.repeated > before, 30)
            own_postgres.start()
        reached = len(traffic.completed) + 20
        wait_until(lambda: len(traffic.completed) >= reached, 30)
    assert "automatic recovery in progress" in own_postgres.log()
    require_all_of(traffic, own_database, pair[1])


def test_killed_backend_takes_all_down_and_nothing_is_lost(own_postgres, own_appender, own_database, instance):
    """PostgreSQL ends every session when one backend is killed: shared memory may be damaged."""
    pair = two_accounts(own_appender, max_negative=10**9, max_positive=10**9)
    instance.serve()
    with Traffic(instance, pair) as traffic:
        wait_until(lambda: len(traffic.completed) >= 20, 30)
        with psycopg.connect(own_database.admin_url) as admin:
            found = admin.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = %s AND application_name = 'ledger-writer'",
                [own_database.name],
            ).fetchall()
        os.kill(found[-1][0], signal.SIGKILL)
        wait_until(lambda: "was terminated by signal 9" in own_postgres.log(), 20)
        reached = len(traffic.completed) + 20
        wait_until(lambda: len(traffic.completed) >= reached, 30)
    require_all_of(traffic, own_database, pair[1])


def test_full_disk_refuses_whole_batches_until_there_is_room(own_postgres, own_database, own_appender):
    """No file may outgrow one of PostgreSQL's log, and the log has room: as a tablespace of its own that is full."""
    payer, payee = two_accounts(own_appender)
    own_postgres.stop_at_once()
    own_postgres.start(largest_file=17 * 2**20)
    with psycopg.connect(own_database.owner_url) as owner:
        owner.execute(
            "INSERT INTO outcomes SELECT 'other', 's', n::text, 'f', repeat(md5(n::text), 60) "
            "FROM generate_series(1, 8000) AS n"
        )
    batches = [[paying(payer, payee, 10**6) for _ in range(100)] for _ in range(150)]
    done = _until_full(own_appender, batches)
    assert 0 < done < len(batches), "the disk was never full: the test shows nothing"
    assert "File too large" in own_postgres.log()
    assert _stored(own_database) == 2 + 100 * done
    own_postgres.stop_at_once()
    own_postgres.start()
    for batch in batches:
        assert {outcome.code for outcome in decoded(own_appender.execute(batch))} == {"transfer.limit_exceeded"}
    assert _stored(own_database) == 2 + 100 * len(batches)
    requires_sound(own_database, BOOK)


def _until_full(appender: Appender, batches: list[list[Request]]) -> int:
    """How many of them were written."""
    for number, batch in enumerate(batches):
        try:
            appender.execute(batch)
        except Interrupted:
            return number
    return len(batches)


def _stored(database: Database) -> int:
    with psycopg.connect(database.url) as connection:
        row = connection.execute("SELECT count(*) FROM outcomes WHERE book = %s", [BOOK]).fetchone()
        assert row
        return int(row[0])


def test_dumped_and_restored_ledger_goes_on_where_it_was(own_postgres, own_database, own_appender, instance, tmp_path):
    """Positions, chain and head survive; so do keys; the restored one continues the same chain."""
    pair = two_accounts(own_appender)
    first = paying(*pair, 10)
    (answer,) = own_appender.execute([first])
    before = requires_sound(own_database, BOOK)
    programs = Software(cache_directory(server_account())).postgres
    dump = tmp_path / "ledger.dump"
    _run(programs / "pg_dump", "--format=custom", f"--file={dump}", own_database.admin_url)
    with fresh_database(own_postgres.url) as restored:
        _run(programs / "pg_restore", "--exit-on-error", f"--dbname={restored.admin_url}", str(dump))
        same = requires_sound(restored, BOOK)
        assert (same.position, same.hash, same.time) == (before.position, before.hash, before.time)
        assert migrate(restored.owner_url, restored.url) == []
        writer = Writer(restored.url, BOOK)
        appender = Appender(writer, system_clock)
        assert appender.execute([first]) == [answer]
        appender.execute([opening(an_account_number())])
        assert requires_sound(restored, BOOK).position == before.position + 1
        writer.close()
        with (
            psycopg.connect(restored.owner_url) as owner,
            pytest.raises(psycopg.errors.RestrictViolation),
        ):
            owner.execute("DELETE FROM events")


def _run(*command: object) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
