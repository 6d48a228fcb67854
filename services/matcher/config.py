"""The matcher's settings."""

from dataclasses import dataclass

from services.chassis.config import PRODUCTION, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What `python -m services.matcher ...` reads from the environment."""

    mongo_url: str = setting("MATCHER_MONGO_URL", "MongoDB replica set of the matcher", secret=True)
    mongo_database: str = setting("MATCHER_MONGO_DATABASE", "its database", default="matcher")
    kafka_bootstrap: str = setting("KAFKA_BOOTSTRAP", "Kafka brokers, host:port, comma separated")
    internal_public_key_file: str = setting("INTERNAL_PUBLIC_KEY_FILE", "PEM file: checks the gateway's tokens")
    port: int = setting("MATCHER_PORT", "port of the HTTP interface")
    bind_host: str = setting("BIND_HOST", "address it listens on", default="127.0.0.1")
    workers: int = setting("MATCHER_WORKERS", "gunicorn workers", default=1)
    announce_max_hours: int = setting(
        "MATCHER_ANNOUNCE_MAX_HOURS", "new matches of changes older than this are not announced", default=48
    )
    environment: str = setting("ENVIRONMENT", "production or development", default=PRODUCTION)
