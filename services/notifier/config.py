"""The notifier's settings."""

from dataclasses import dataclass

from services.chassis.config import PRODUCTION, setting
from services.notifier.languages import DEFAULT
from services.notifier.preferences import TIME_ZONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What `python -m services.notifier ...` reads from the environment."""

    mongo_url: str = setting("NOTIFIER_MONGO_URL", "MongoDB replica set of the notifier", secret=True)
    mongo_database: str = setting("NOTIFIER_MONGO_DATABASE", "its database", default="notifier")
    kafka_bootstrap: str = setting("KAFKA_BOOTSTRAP", "Kafka brokers, host:port, comma separated")
    internal_public_key_file: str = setting("INTERNAL_PUBLIC_KEY_FILE", "PEM file: checks the gateway's tokens")
    messages_key: str = setting(
        "MESSAGES_KEY", "Fernet key shared with the directory; when rotating: new,old", secret=True
    )
    link_key: str | None = setting(
        "NOTIFIER_LINK_KEY",
        "signs the links that stop mails; a long random text. Without it mails carry no such link",
        default=None,
        secret=True,
    )
    public_url: str = setting("PUBLIC_URL", "where people reach the pages: start of every link")
    smtp_host: str = setting("NOTIFIER_SMTP_HOST", "mail server")
    smtp_port: int = setting("NOTIFIER_SMTP_PORT", "its port", default=25)
    smtp_tls: bool = setting("NOTIFIER_SMTP_TLS", "STARTTLS before anything is sent", default=False)
    smtp_implicit_tls: bool = setting(
        "NOTIFIER_SMTP_IMPLICIT_TLS", "TLS from the first byte, as on port 465; instead of STARTTLS", default=False
    )
    smtp_ca_file: str = setting(
        "NOTIFIER_SMTP_CA_FILE", "PEM file of who may vouch for the mail server; empty: the system's", default=""
    )
    smtp_user: str = setting("NOTIFIER_SMTP_USER", "login at the mail server, when it asks for one", default="")
    smtp_password: str | None = setting("NOTIFIER_SMTP_PASSWORD", "its password", default=None, secret=True)
    sendgrid_key: str | None = setting(
        "NOTIFIER_SENDGRID_KEY",
        "API key of SendGrid: mails go by its API then, not by SMTP",
        default=None,
        secret=True,
    )
    sendgrid_url: str = setting(
        "NOTIFIER_SENDGRID_URL", "where its API is; in the EU another", default="https://api.sendgrid.com"
    )
    sendgrid_events_key: str = setting(
        "NOTIFIER_SENDGRID_EVENTS_KEY",
        "public key of SendGrid's signed event webhook, as its page shows it; empty: none is taken",
        default="",
    )
    sender: str = setting("NOTIFIER_SENDER", "From of every mail: Name <address>")
    network_name: str = setting(
        "NOTIFIER_NETWORK_NAME", "what the network is called, below every mail", default="Mutual credit network"
    )
    timezone: str = setting(
        "NOTIFIER_TIMEZONE",
        "IANA time zone of quiet hours and the daily mail, where a business chose none",
        default=TIME_ZONE,
    )
    language: str = setting(
        "NOTIFIER_LANGUAGE",
        "what is written to persons, and to businesses that chose no language: en or de",
        default=DEFAULT,
    )
    signup_notifications: bool = setting(
        "NOTIFIER_SIGNUP_NOTIFICATIONS", "mail the administrators at each sign-up", default=False
    )
    max_age_hours: int = setting(
        "NOTIFIER_MAX_AGE_HOURS", "events older than this when they arrive are not mailed", default=48
    )
    max_tries: int = setting("NOTIFIER_MAX_TRIES", "a message is dead after so many failed tries", default=10)
    retry_seconds: int = setting(
        "NOTIFIER_RETRY_SECONDS", "wait after the first failure at most, half of it at least; doubles", default=30
    )
    domain_per_minute: int = setting(
        "NOTIFIER_DOMAIN_PER_MINUTE", "mails a minute to one recipient domain, by all senders; 0: no limit", default=600
    )
    senders: int = setting(
        "NOTIFIER_SENDERS",
        "mails that a `schedule` process hands over at a time, over a connection each",
        default=3,
    )
    lease_seconds: int = setting(
        "NOTIFIER_LEASE_SECONDS",
        "a sender that died is given up after this; a quarter of it is more than a mail takes",
        default=120,
    )
    keep_days: int = setting(
        "NOTIFIER_KEEP_DAYS", "the record of a message that has ended is deleted then", default=180
    )
    webhooks_key: str | None = setting(
        "NOTIFIER_WEBHOOKS_KEY",
        "Fernet key for the secrets of webhooks; when rotating: new,old. Without it there are no webhooks",
        default=None,
        secret=True,
    )
    webhooks_allow_private: bool = setting(
        "NOTIFIER_WEBHOOKS_ALLOW_PRIVATE",
        "webhooks may go to private and loopback addresses, any port, and by plain HTTP",
        default=False,
    )
    webhooks_workers: int = setting(
        "NOTIFIER_WEBHOOKS_WORKERS", "requests of `deliver` at a time; half of them to one webhook", default=8
    )
    webhooks_keep_body_days: int = setting(
        "NOTIFIER_WEBHOOKS_KEEP_BODY_DAYS", "what was delivered, and answered, is deleted then", default=7
    )
    webhooks_keep_days: int = setting(
        "NOTIFIER_WEBHOOKS_KEEP_DAYS", "the log of a delivery that has ended is deleted then", default=30
    )
    feed_keep_days: int = setting("NOTIFIER_FEED_KEEP_DAYS", "how long events can be read on from a cursor", default=90)
    port: int = setting("NOTIFIER_PORT", "port of the HTTP interface")
    bind_host: str = setting("BIND_HOST", "address it listens on", default="127.0.0.1")
    workers: int = setting("NOTIFIER_WORKERS", "gunicorn workers", default=1)
    environment: str = setting("ENVIRONMENT", "production or development", default=PRODUCTION)
