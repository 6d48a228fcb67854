"""Fixtures for all tests: real servers, started only when asked for, and fresh places in them.

Drivers are imported inside the fixtures: a run of unit tests alone loads none of them.
"""

import os
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.backends import Backends
from tests.databases import Database, fresh_database

# How long an example takes is the machine's affair: no test fails by the clock.
_EXAMPLES = int(os.environ.get("MCCS_EXAMPLES", "25"))  # `make fuzz` draws more
settings.register_profile(
    "by-no-clock", deadline=None, max_examples=_EXAMPLES, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("by-no-clock")
# Where `rich` is installed (for Schemathesis) each error that is logged is drawn with all variables: seconds.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, after the shuffle, and whole systems come last.

    So no process of `tests.run` ends it alone with a test of a minute.
    """
    items.sort(key=lambda item: (_has("e2e", item), not _has("long", item)))


def _has(marker: str, item: pytest.Item) -> bool:
    return item.get_closest_marker(marker) is not None


@pytest.fixture(scope="session")
def backends() -> Iterator[Backends]:
    """Where the servers of this run are."""
    found = Backends(os.environ)
    yield found
    found.close()


@pytest.fixture(scope="session")
def postgres_admin_url(backends: Backends) -> str:
    """A superuser's URL of a PostgreSQL server."""
    return backends.address("postgres")


@pytest.fixture(scope="session")
def mongo_url(backends: Backends) -> str:
    """The URL of a MongoDB replica set."""
    return backends.address("mongo")


@pytest.fixture(scope="session")
def elasticsearch_url(backends: Backends) -> str:
    """The URL of an Elasticsearch server."""
    return backends.address("elasticsearch")


@pytest.fixture(scope="session")
def kafka_bootstrap(backends: Backends) -> str:
    """A Kafka broker that has our topics. It may be shared: use keys, groups or topics of your own."""
    from deploy.kafka.topics import create_topics

    bootstrap = backends.address("kafka")
    create_topics(bootstrap)
    return bootstrap


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for the run: Playwright bears no second one in a process."""
    from tests.browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture
def log_lines() -> Iterator[Any]:
    """A call that gives all log lines of the test so far (tests.log_lines.LogLines)."""
    from tests.log_lines import collected

    with collected() as written:
        yield written


@pytest.fixture
def database(postgres_admin_url: str) -> Iterator[Database]:
    """An empty PostgreSQL database with the roles `ledger_owner` and `ledger`."""
    with fresh_database(postgres_admin_url) as fresh:
        yield fresh


@pytest.fixture
def mongo_database(mongo_url: str) -> Iterator[str]:
    """The name of a MongoDB database that nobody else uses; dropped afterwards."""
    from pymongo import MongoClient

    name = f"test_{secrets.token_hex(6)}"
    yield name
    with MongoClient(mongo_url) as client:
        client.drop_database(name)


@pytest.fixture(scope="session")
def index_sweeper(elasticsearch_url: str) -> Iterator[Any]:
    """A client that deletes what tests leave: making one for each takes longer than to look."""
    from elasticsearch import Elasticsearch

    with Elasticsearch(elasticsearch_url) as client:
        yield client


@pytest.fixture
def index_prefix(index_sweeper: Any) -> Iterator[str]:
    """A prefix for names of Elasticsearch indices; those that have it are deleted afterwards."""
    prefix = f"test-{secrets.token_hex(6)}-"
    yield prefix
    for name in index_sweeper.indices.get(index=f"{prefix}*", expand_wildcards="all"):
        index_sweeper.indices.delete(index=name)


@pytest.fixture
def fresh_topic(kafka_bootstrap: str) -> Iterator[str]:
    """A topic with one partition that nobody else uses, and its dead letters of the group `parker`."""
    from kafka import KafkaAdminClient

    from events.topics import dead_letters

    name = f"test.{secrets.token_hex(6)}"
    names = [name, dead_letters(name, "parker")]
    admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    admin.create_topics({each: {"num_partitions": 1, "replication_factor": 1} for each in names})
    yield name
    admin.delete_topics(names)
    admin.close()
