"""Settings of the ledger (README.md lists them)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from events.topics import DEFAULT_BOOK, DIRECTORY_EVENTS, DIRECTORY_KEY
from services.chassis.config import PRODUCTION, setting

if TYPE_CHECKING:
    from services.ledger.domain import Policy

DEFAULT_UNIT = "ocn-uk"
DIRECTORY_SOURCE = f"{DIRECTORY_EVENTS}/{DIRECTORY_KEY}"
"""What the accounts follow, as the consumer names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What `python -m services.ledger ...` reads from the environment."""

    database_url: str = setting("LEDGER_DATABASE_URL", "PostgreSQL, as the role that may only append", secret=True)
    kafka_bootstrap: str = setting("KAFKA_BOOTSTRAP", "Kafka brokers, host:port, comma separated")
    public_key_file: str = setting("INTERNAL_PUBLIC_KEY_FILE", "PEM file: checks the gateway's tokens")
    port: int = setting("LEDGER_PORT", "port of the HTTP interface")
    socket: str = setting("LEDGER_SOCKET", "path of the Unix socket between HTTP workers and committer")
    host: str = setting("BIND_HOST", "address it listens on", default="127.0.0.1")
    workers: int = setting("LEDGER_WORKERS", "HTTP workers; on two cores one is faster than two", default=1)
    book: str = setting("LEDGER_BOOK", "the community whose accounts are kept", default=DEFAULT_BOOK)
    unit: str = setting("LEDGER_UNIT", "the book's unit of account", default=DEFAULT_UNIT)
    default_max_negative: int = setting(
        "LEDGER_DEFAULT_MAX_NEGATIVE",
        "a new account's credit while the book has no policy, smallest unit",
        default=0,
    )
    default_max_positive: int = setting(
        "LEDGER_DEFAULT_MAX_POSITIVE",
        "a new account's ceiling while the book has no policy, smallest unit",
        default=50_000,
    )
    environment: str = setting("ENVIRONMENT", "production or development", default=PRODUCTION)
    development_clock: str | None = setting(
        "DEVELOPMENT_CLOCK", "file that sets the time while it exists, in development", default=None
    )

    @property
    def policy(self) -> "Policy":
        """The book's, while nobody has set one."""
        from services.ledger.domain import Policy

        return Policy(default_max_negative=self.default_max_negative, default_max_positive=self.default_max_positive)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleConfig(Config):
    """What `schedule` reads: it alone signs heads."""

    head_private_key_file: str = setting(
        "LEDGER_HEAD_PRIVATE_KEY_FILE", "PEM file, PKCS8, Ed25519: signs heads; for `schedule` alone"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrateConfig:
    """What `migrate` reads: it alone knows the owner."""

    owner_url: str = setting("LEDGER_OWNER_DATABASE_URL", "PostgreSQL, as the owner of the tables", secret=True)
    database_url: str = setting("LEDGER_DATABASE_URL", "PostgreSQL, as the role that gets the rights", secret=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayConfig:
    """What `replay` reads: it makes tables, so it works as the owner."""

    owner_url: str = setting("LEDGER_OWNER_DATABASE_URL", "PostgreSQL, as the owner of the tables", secret=True)
    kafka_bootstrap: str = setting("KAFKA_BOOTSTRAP", "Kafka brokers, host:port, comma separated")
    book: str = setting("LEDGER_BOOK", "the community whose accounts are kept", default=DEFAULT_BOOK)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportConfig:
    """What `export` reads."""

    database_url: str = setting("LEDGER_DATABASE_URL", "PostgreSQL, as the role that may only append", secret=True)
    book: str = setting("LEDGER_BOOK", "the community whose accounts are kept", default=DEFAULT_BOOK)
    unit: str = setting("LEDGER_UNIT", "the book's unit of account", default=DEFAULT_UNIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportConfig:
    """What `import` reads: it fills tables that never change, so it works as the owner."""

    owner_url: str = setting("LEDGER_OWNER_DATABASE_URL", "PostgreSQL, as the owner of the tables", secret=True)
    kafka_bootstrap: str = setting("KAFKA_BOOTSTRAP", "Kafka brokers, host:port, comma separated")
    book: str = setting("LEDGER_BOOK", "the community whose accounts are kept", default=DEFAULT_BOOK)
    unit: str = setting("LEDGER_UNIT", "the book's unit of account", default=DEFAULT_UNIT)
