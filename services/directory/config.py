"""The directory's settings."""

from dataclasses import dataclass

from services.chassis.config import PRODUCTION, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What `python -m services.directory ...` reads from the environment."""

    mongo_url: str = setting("DIRECTORY_MONGO_URL", "MongoDB replica set of the directory", secret=True)
    mongo_database: str = setting("DIRECTORY_MONGO_DATABASE", "its database", default="directory")
    elasticsearch_url: str = setting("DIRECTORY_ELASTICSEARCH_URL", "Elasticsearch, for the search")
    index_prefix: str = setting("DIRECTORY_INDEX_PREFIX", "first part of every index's name", default="directory")
    kafka_bootstrap: str = setting("KAFKA_BOOTSTRAP", "Kafka brokers, host:port, comma separated")
    internal_public_key_file: str = setting("INTERNAL_PUBLIC_KEY_FILE", "PEM file: checks the gateway's tokens")
    messages_key: str = setting(
        "MESSAGES_KEY", "Fernet key shared with the notifier; when rotating: new,old", secret=True
    )
    secrets_key: str = setting(
        "DIRECTORY_SECRETS_KEY", "Fernet key for the secrets of second factors; when rotating: new,old", secret=True
    )
    require_two_factor: str = setting(
        "DIRECTORY_REQUIRE_TWO_FACTOR", "who must have a second factor: nobody, staff or everyone", default="nobody"
    )
    argon2_memory_kib: int = setting(
        "DIRECTORY_ARGON2_MEMORY_KIB", "memory of one password hash (RFC 9106: 64 MiB)", default=65_536
    )
    argon2_time_cost: int = setting("DIRECTORY_ARGON2_TIME_COST", "passes of one password hash", default=3)
    login_failures: int = setting(
        "DIRECTORY_LOGIN_FAILURES", "failed logins of one identity in 15 minutes before it is locked", default=3
    )
    login_failures_per_address: int = setting(
        # More than for one identity: an office, or a whole mobile network, shares an address.
        "DIRECTORY_LOGIN_FAILURES_PER_ADDRESS",
        "the same for one network address",
        default=20,
    )
    contact_per_hour: int = setting(
        "DIRECTORY_CONTACT_PER_HOUR", "messages to other businesses by one user, and by one business", default=10
    )
    contact_per_day: int = setting("DIRECTORY_CONTACT_PER_DAY", "the same in a day", default=30)
    contact_pair_per_day: int = setting(
        "DIRECTORY_CONTACT_PAIR_PER_DAY", "messages from one business to the same other in a day", default=3
    )
    contact_received_per_day: int = setting(
        "DIRECTORY_CONTACT_RECEIVED_PER_DAY", "messages that one business gets from all in a day", default=50
    )
    keep_addresses_days: int = setting(
        "DIRECTORY_KEEP_ADDRESSES_DAYS",
        "addresses of logins, devices not seen since, the key that hashes addresses in the audit log",
        default=90,
    )
    keep_audit_details_days: int = setting(
        "DIRECTORY_KEEP_AUDIT_DETAILS_DAYS", "before, after and reason in the audit log: six years", default=2192
    )
    keep_answers_days: int = setting(
        "DIRECTORY_KEEP_ANSWERS_DAYS", "answers to commands with an idempotency key", default=90
    )
    access_believed_ms: int = setting(
        "DIRECTORY_ACCESS_BELIEVED_MS",
        "gateways believe that a session lives for so long after the last news that nothing changed; who ends an "
        "access waits as long. 0: they ask at each call",
        default=1_000,
    )
    public_url: str = setting(
        "PUBLIC_URL", "where people reach the pages: start of the link of `setup-link`", default=""
    )
    port: int = setting("DIRECTORY_PORT", "port of the HTTP interface")
    bind_host: str = setting("BIND_HOST", "address it listens on", default="127.0.0.1")
    workers: int = setting("DIRECTORY_WORKERS", "gunicorn workers", default=1)
    environment: str = setting("ENVIRONMENT", "production or development", default=PRODUCTION)
    development_clock: str | None = setting(
        "DEVELOPMENT_CLOCK", "file that sets the time, in development alone", default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleConfig(Config):
    """What `schedule` reads: it alone signs heads."""

    head_private_key_file: str | None = setting(
        "DIRECTORY_HEAD_PRIVATE_KEY_FILE",
        "PEM file, PKCS8, Ed25519: signs the audit log's head each day; for `schedule` alone; unset: none is signed",
        default=None,
    )
