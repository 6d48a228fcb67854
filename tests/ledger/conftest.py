"""The ledger's tests share one migrated database; each test has a book of its own in it."""

import secrets
from collections.abc import Iterator

import pytest

from services.chassis.clock import system_clock
from services.ledger.handlers import Appender
from services.ledger.store import Reader, Writer, migrate
from tests.databases import Database, fresh_database
from tests.ledger.fakes import MemoryReader, MemoryStore, Ticking
from tests.ledger.world import World


@pytest.fixture(scope="session")
def ledger_database(postgres_admin_url: str) -> Iterator[Database]:
    """A database with the ledger's tables."""
    with fresh_database(postgres_admin_url) as database:
        migrate(database.owner_url, database.url)
        yield database


@pytest.fixture(scope="session")
def target_database(postgres_admin_url: str) -> Iterator[Database]:
    """Another database with the ledger's tables: books of the first are imported into it."""
    with fresh_database(postgres_admin_url) as database:
        migrate(database.owner_url, database.url)
        yield database


@pytest.fixture
def book() -> str:
    """The name of a book that nobody else uses."""
    return f"test-{secrets.token_hex(6)}"


@pytest.fixture
def writer(ledger_database: Database, book: str) -> Iterator[Writer]:
    """A writer of the test's book."""
    opened = Writer(ledger_database.url, book)
    yield opened
    opened.close()


@pytest.fixture
def appender(writer: Writer) -> Appender:
    """Commands into the test's book."""
    return Appender(writer, system_clock)


@pytest.fixture
def reader(ledger_database: Database, book: str) -> Iterator[Reader]:
    """A reader of the test's book."""
    opened = Reader(ledger_database.url, book, size=2)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.integration)])
def world(request: pytest.FixtureRequest) -> World:
    """A fresh book in memory, and again in PostgreSQL."""
    if request.param == "memory":
        store = MemoryStore()
        return World(Appender(store, Ticking()), MemoryReader(store))
    return World(Appender(request.getfixturevalue("writer"), Ticking()), request.getfixturevalue("reader"))
