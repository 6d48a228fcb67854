"""A directory of its own for each test: fresh database, fresh index, light password hashes, a clock to set."""

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
from pymongo import MongoClient

from services.chassis.clock import rfc3339
from services.chassis.tokens import Signer
from services.directory import app, building
from services.directory.config import Config
from services.directory.handlers.writing import Directory
from services.directory.store import EntityIndex, Store, migrate
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
def migrated_database(mongo_url: str) -> Iterator[str]:
    """The name of a database with all collections and indexes: making them takes longer than most tests."""
    name = f"test_{secrets.token_hex(6)}"
    with MongoClient(mongo_url) as client:
        # Tests set their own time; the server deletes what is over by its own, in the middle of them.
        client.admin.command({"setParameter": 1, "ttlMonitorEnabled": False})
        # A killed process leaves its transaction open: a minute is long to wait for what it holds.
        client.admin.command({"setParameter": 1, "transactionLifetimeLimitSeconds": 10})
        migrate(client[name])
        yield name
        client.drop_database(name)


@pytest.fixture
def mongo_database(mongo_url: str, migrated_database: str) -> str:
    """The same database for each test of a process, emptied before it."""
    with MongoClient(mongo_url) as client:
        database = client[migrated_database]
        for name in database.list_collection_names():
            database[name].delete_many({})
    return migrated_database


@pytest.fixture
def config(mongo_url: str, mongo_database: str, elasticsearch_url: str, index_prefix: str, keys: tuple) -> Config:
    return Config(
        mongo_url=mongo_url,
        mongo_database=mongo_database,
        elasticsearch_url=elasticsearch_url,
        index_prefix=f"{index_prefix}directory",
        kafka_bootstrap="127.0.0.1:1",
        internal_public_key_file=str(keys[1]),
        messages_key=MESSAGES_KEY,
        secrets_key=SECRETS_KEY,
        argon2_memory_kib=64,
        argon2_time_cost=1,
        login_failures_per_address=3,
        port=0,
    )


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    made = app.store_of(config)
    migrate(made.database)
    yield made
    made.database.client.close()


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


@pytest.fixture
def flask_app(config: Config, directory: Directory, index: EntityIndex) -> Flask:
    return app.create_app(config, directory, index)


@pytest.fixture
def gateway(flask_app: Flask, keys: tuple) -> Gateway:
    """Calls the service as the gateway does."""
    return Gateway(flask_app.test_client(), Signer(keys[0]))
