"""`python -m deploy.drill`: what it says, how it ends, and that a running system is only read."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from deploy.drill import checks
from deploy.drill.__main__ import _verdict
from deploy.drill.attacks import ATTACKS
from deploy.drill.checks import Found
from deploy.drill.drilling import AUDIT, CHECKS, DATABASE, Result
from deploy.drill.places import Place
from deploy.drill.small_book import BOOK, a_key, make_small_book
from deploy.drill.telling import refusals, table
from deploy.native.databases import create_ledger_database
from deploy.native.processes import ProcessBook
from deploy.native.servers import Options
from deploy.native.settings import PORT_NAMES
from deploy.native.stack import Stack
from deploy.native.system import System
from deploy.native.tenancy import Tenancy
from services.ledger.heads import HeadKey
from services.ledger.store import migrate

ROOT = Path(__file__).parents[2]
EVERYTHING = "SELECT sum(hashtextextended(t::text, 0)) FROM {} t"
TABLES = ("events", "accounts", "postings", "transfers", "tree_heads", "tree_nodes", "book_head", "statement_codes")


def drilled(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.drill", "--directory", str(directory), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def a_result(**said: Found) -> Result:
    return Result(ATTACKS[0], dict.fromkeys(CHECKS) | said)


def test_attack_that_nobody_finds_ends_the_drill_with_code_1(capsys):
    refused = a_result(**{DATABASE: Found(0, "refused: no right to it")})
    found = a_result(**{AUDIT: Found(7, "was changed")})
    assert (_verdict([found], []), "Every attack is found" in capsys.readouterr().out) == (0, True)
    assert (_verdict([found, refused], []), "FOUND BY NOBODY: change one event" in capsys.readouterr().out) == (1, True)
    assert (_verdict([found], ATTACKS[1:2]), "no time left for: change" in capsys.readouterr().out) == (1, True)


def test_table_says_who_found_what_and_who_did_not():
    found = a_result(**{AUDIT: Found(7, "was changed"), DATABASE: Found(0, "refused: no right to it")})
    text = " ".join(table([found, a_result()]).split())
    assert "audit – 7: was changed" in text
    assert "NOBODY" in text
    assert "refused 1 of 2" in refusals([found, a_result()])


@pytest.mark.integration
def test_small_book_is_attacked_on_the_server_that_is_given(tmp_path, postgres_admin_url):
    done = drilled(tmp_path, "--only", "swap", "--server", postgres_admin_url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("A small book: 268 events, signed up to 264.")
    assert "swap two events" in done.stdout
    assert done.stdout.endswith("nothing else can: docs/audit.md.\n")


@pytest.fixture
def running() -> Iterator[Path]:
    """The directory of a system of which only PostgreSQL runs, with a small book in the ledger's database."""
    with TemporaryDirectory(prefix="mccs-drill-") as folder, ExitStack() as endings:
        directory = Path(folder)
        directory.chmod(0o755)
        endings.enter_context(Tenancy(directory, ProcessBook(directory / "processes")).held())
        stack = Stack(directory / "stack", options=Options(fsync=False))
        endings.callback(stack.wipe)
        admin_url = stack.start(["postgres"])["POSTGRES_ADMIN_URL"]
        stack.ports.choose(PORT_NAMES)
        system = System(directory)
        system.attach()
        keys = system.settings.keys
        create_ledger_database(
            admin_url,
            owner_password=keys.password("ledger-owner-password"),
            service_password=keys.password("ledger-password"),
        )
        of_migration = system.settings.of_ledger_migration()
        place = Place(
            "ledger", admin_url, of_migration["LEDGER_OWNER_DATABASE_URL"], of_migration["LEDGER_DATABASE_URL"]
        )
        migrate(place.owner_url, place.url)
        key = HeadKey(a_key())
        make_small_book(place.url, lambda: checks.sign(place, BOOK, key))
        yield directory


def contents(directory: Path) -> list[object]:
    system = System(directory)
    system.attach()
    with psycopg.connect(system.settings.of_service("ledger")["LEDGER_DATABASE_URL"]) as connection:
        return [connection.execute(EVERYTHING.format(name)).fetchone() for name in TABLES]


@pytest.mark.integration
def test_running_system_is_copied_and_only_read(running):
    before = contents(running)
    done = drilled(running, "--only", "swap")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("A copy of the running book 'main': 268 events, signed up to 264.")
    assert contents(running) == before
    admin_url = Stack(running / "stack").addresses()["POSTGRES_ADMIN_URL"]
    with psycopg.connect(admin_url) as admin:
        names = {name for (name,) in admin.execute("SELECT datname FROM pg_database WHERE NOT datistemplate")}
        roles = {name for (name,) in admin.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'drill%'")}
    assert (names, roles) == ({"postgres", "ledger"}, set())
