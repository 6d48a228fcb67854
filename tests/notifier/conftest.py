"""A notifier in parts: real MongoDB, a real SMTP server, a clock that tests move."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from kafka import KafkaAdminClient

from events.topics import dead_letters
from services.notifier.app import new_unseal
from services.notifier.consumer import GROUP, Mail
from services.notifier.domain import RetryPolicy
from services.notifier.handlers import Policy
from services.notifier.mail import Stationery
from services.notifier.pacing import Pace
from services.notifier.sending import Sender
from services.notifier.smtp import Mailer, Server
from services.notifier.store import Store
from services.notifier.writing import Writer
from tests.notifier.mailserver import MailServer

KEY = Fernet.generate_key().decode()


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def migrated(mongo_url: str) -> Iterator[Store]:
    """A store with all collections and indexes: making and dropping them takes longer than most tests."""
    made = Store(mongo_url, f"test_{secrets.token_hex(6)}")
    made.migrate()
    yield made
    made._client.drop_database(made._db)
    made.close()


@pytest.fixture
def mongo_database(migrated: Store) -> str:
    """The same database for each test of a process, emptied before it."""
    for name in migrated._db.list_collection_names():
        migrated._db[name].delete_many({})
    return migrated._db.name


@pytest.fixture
def store(migrated: Store, mongo_database: str) -> Store:
    return migrated


@pytest.fixture
def projection(store: Store, clock: Clock) -> Mail:
    return Mail(store=store, policy=Policy(max_age=timedelta(hours=48), signup_notifications=False), clock=clock)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


def a_sender(store: Store, mail_server: MailServer, clock: Clock) -> Sender:
    return Sender(
        store=store,
        mailer=Mailer(Server(host="127.0.0.1", port=mail_server.port)),
        writer=Writer(
            stationery=Stationery("https://credit.test", "Mutual credit network"),
            unseal=new_unseal(KEY),
            sender="Mutual Credit <noreply@dev.null>",
            clock=clock,
        ),
        policy=RetryPolicy(first=timedelta(seconds=30), max_tries=4),
        pace=Pace(per_minute=600),
        lease=timedelta(seconds=120),
        clock=clock,
        dice=lambda: 1.0,
    )


@pytest.fixture
def sender(store: Store, mail_server: MailServer, clock: Clock) -> Iterator[Sender]:
    made = a_sender(store, mail_server, clock)
    yield made
    made.mailer.close()


@pytest.fixture
def topic(kafka_bootstrap: str) -> Iterator[str]:
    """A topic of one's own with its dead letters."""
    name = f"test.{secrets.token_hex(6)}"
    names = [name, dead_letters(name, GROUP)]
    admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    admin.create_topics({each: {"num_partitions": 1, "replication_factor": 1} for each in names})
    yield name
    admin.delete_topics(names)
    admin.close()
