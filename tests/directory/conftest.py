"""A directory of its own for each test: empty database, fresh index, light password hashes, a clock to set."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from pymongo.database import Database

from services.chassis.clock import rfc3339
from services.chassis.tokens import Signer
from services.directory import api, app, building
from services.directory.config import Config
from services.directory.handlers.writing import Directory
from services.directory.store import EntityIndex, Store, migrate, new_store
from tests.directory.gateway import Gateway

MESSAGES_KEY = Fernet.generate_key().decode()
SECRETS_KEY = Fernet.generate_key().decode()


@dataclass
class Time:
    """A clock that tests move."""

    moment: datetime = datetime(2026, 1, 31, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def text(self) -> str:
        return rfc3339(self.moment)

    def pass_by(self, **span: float) -> None:
        self.moment += timedelta(**span)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Path]:
    """The gateway's private key, and the file with its public one."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = tmp_path_factory.mktemp("keys") / "internal.pem"
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return private, public


@pytest.fixture(scope="session")
def migrated(mongo_url: str) -> Iterator[Database]:
    """A database with all collections and indexes: making them takes longer than most tests."""
    database = new_store(mongo_url, f"test_{secrets.token_hex(6)}").database
    client = database.client
    # Tests set their own time; the server deletes what is over by its own, in the middle of them.
    client.admin.command({"setParameter": 1, "ttlMonitorEnabled": False})
    # A killed process leaves its transaction open: a minute is long to wait for what it holds.
    client.admin.command({"setParameter": 1, "transactionLifetimeLimitSeconds": 10})
    migrate(database)
    yield database
    client.drop_database(database)
    client.close()


@pytest.fixture(scope="session")
def first_documents(migrated: Database) -> dict[str, list]:
    """What a migrated database has in it before anybody uses it."""
    return {name: list(migrated[name].find()) for name in filled(migrated)}


@pytest.fixture
def mongo_database(migrated: Database, first_documents: dict[str, list]) -> str:
    """The same database for each test of a process, before it as after the migration."""
    for name in filled(migrated):
        migrated[name].delete_many({})
    for name, documents in first_documents.items():
        migrated[name].insert_many(documents)
    return migrated.name


def filled(database: Database) -> list[str]:
    """The collections that are not empty, by one question: there are three dozen, asked before each test."""
    first, *others = database.list_collection_names()
    found = database[first].aggregate(
        [*_is_filled(first), *({"$unionWith": {"coll": name, "pipeline": _is_filled(name)}} for name in others)]
    )
    return [each["name"] for each in found]


def _is_filled(name: str) -> list[dict]:
    return [{"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": name}}}]


@pytest.fixture
def config(mongo_url: str, mongo_database: str, elasticsearch_url: str, index_prefix: str, keys: tuple) -> Config:
    return config_for(mongo_url, mongo_database, elasticsearch_url, f"{index_prefix}directory", keys)


def config_for(mongo_url: str, database: str, elasticsearch_url: str, index_prefix: str, keys: tuple) -> Config:
    return Config(
        mongo_url=mongo_url,
        mongo_database=database,
        elasticsearch_url=elasticsearch_url,
        index_prefix=index_prefix,
        kafka_bootstrap="127.0.0.1:1",
        internal_public_key_file=str(keys[1]),
        messages_key=MESSAGES_KEY,
        secrets_key=SECRETS_KEY,
        argon2_memory_kib=64,
        argon2_time_cost=1,
        login_failures_per_address=3,
        access_believed_ms=0,
        port=0,
    )


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def store(migrated: Database, config: Config) -> Store:
    return Store(migrated)


@pytest.fixture
def index(config: Config) -> Iterator[EntityIndex]:
    """The search, not migrated yet: most tests do without."""
    made = app.index_of(config)
    yield made
    made.close()


@pytest.fixture
def prepared_index(index: EntityIndex, store: Store) -> EntityIndex:
    building.prepare(store, index)
    return index


@pytest.fixture
def directory(config: Config, store: Store, time: Time) -> Directory:
    """The use cases, with the test's clock."""
    return replace(app.directory_of(config, store), clock=time.text, now=time.now)


@pytest.fixture(scope="session")
def served(migrated: Database, mongo_url: str, elasticsearch_url: str, keys: tuple) -> Iterator[Flask]:
    """The application, made once: its many routes take longer than most tests."""
    config = config_for(mongo_url, migrated.name, elasticsearch_url, "test-nothing", keys)
    index = app.index_of(config)
    store = Store(migrated)
    yield app.create_app(config, app.directory_of(config, store), index)
    index.close()


@pytest.fixture
def flask_app(served: Flask, directory: Directory, index: EntityIndex) -> Flask:
    """The application with the test's clock and search."""
    served.extensions[api.DIRECTORY], served.extensions[api.INDEX] = directory, index
    return served


@pytest.fixture(scope="session")
def signer(keys: tuple) -> Signer:
    return Signer(keys[0])


@pytest.fixture
def gateway(flask_app: Flask, signer: Signer) -> Gateway:
    """Calls the service as the gateway does."""
    return Gateway(flask_app.test_client(), signer)
