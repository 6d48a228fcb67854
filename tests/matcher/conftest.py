"""A matcher's store in real MongoDB."""

import secrets
from collections.abc import Iterator

import pytest

from services.matcher.store import Store
from services.matcher.store.schema import STATE


@pytest.fixture(scope="session")
def migrated(mongo_url: str) -> Iterator[Store]:
    """A store with all collections and indexes: making and dropping them takes longer than most tests."""
    made = Store(mongo_url, f"test_{secrets.token_hex(6)}")
    made.migrate()
    yield made
    made.client.drop_database(made.database)
    made.close()


@pytest.fixture
def store(migrated: Store) -> Store:
    """The same database for each test of a process, as `migrate` leaves it."""
    emptied(migrated)
    return migrated


def emptied(store: Store) -> None:
    """Let a store be as it was at first."""
    store.drop_generations_but(1)
    for name in set(store.database.list_collection_names()) - {STATE}:
        store.database[name].delete_many({})
    store.database[STATE].replace_one({"_id": STATE}, {"generation": 1, "newest": 1, "revision": 0})
