"""A matcher's store in real MongoDB."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.matcher.consumer import Projection
from services.matcher.store import Store, mongo
from services.matcher.store.schema import DERIVED, STATE


@contextmanager
def new_store(mongo_url: str) -> Iterator[Store]:
    """With all collections and indexes: making and dropping them takes longer than most tests."""
    made = Store(mongo_url, f"test_{secrets.token_hex(6)}")
    made.migrate()
    yield made
    made.client.drop_database(made.database)
    made.close()


@pytest.fixture(scope="session")
def migrated(mongo_url: str) -> Iterator[Store]:
    with new_store(mongo_url) as made:
        yield made


@pytest.fixture
def store(migrated: Store) -> Store:
    """The same database for each test of a process, as `migrate` leaves it."""
    emptied(migrated)
    return migrated


def emptied(store: Store) -> None:
    """Let a store be as it was at first."""
    for name in store.database.list_collection_names():
        kind, _, number = name.rpartition("-")
        if kind in DERIVED and number != "1":
            store.database.drop_collection(name)
        elif name != STATE:
            store.database[name].delete_many({})
    store.migrate()
    store.database[STATE].replace_one({"_id": STATE}, {"generation": 1, "newest": 1, "revision": 0})


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store whose server does not answer; it is not waited for as long as it might come back."""
    monkeypatch.setattr(mongo, "_SECONDS", 0.1)
    monkeypatch.setattr(mongo, "_SELECTION_MS", 100)
    made = Store("mongodb://127.0.0.1:1/?directConnection=true", "nobody")
    yield made
    made.close()


@pytest.fixture
def projection(store: Store) -> Projection:
    return Projection(store, lambda _: True)


@pytest.fixture(scope="session")
def other_migrated(mongo_url: str) -> Iterator[Store]:
    with new_store(mongo_url) as made:
        yield made


@pytest.fixture
def other_store(other_migrated: Store) -> Store:
    """Another matcher's database, to compare with."""
    emptied(other_migrated)
    return other_migrated
