"""Composition root of the notifier: its parts put together from its settings, and its commands."""

import os
import threading
from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask

from services.chassis import process
from services.chassis.clock import Clock, system_clock
from services.chassis.config import BadSettings, read_settings
from services.chassis.consuming import Loop
from services.chassis.logs import configure_logs
from services.chassis.tokens import KeyFile, Verifier, public_keys
from services.chassis.web import Parts, new_app
from services.mongo import commands
from services.notifier.addressing import Unseal
from services.notifier.api import bp
from services.notifier.config import Config
from services.notifier.consumer import DIRECTORY_SOURCE, GROUP, LEDGER_SOURCE, SUBSCRIBED, Mail
from services.notifier.digesting import Digester
from services.notifier.domain import RetryPolicy
from services.notifier.feed.reading import Feed
from services.notifier.feed.store import FeedStore
from services.notifier.feed.taking import Feeding
from services.notifier.feed.waiting import Waiters
from services.notifier.handlers import Policy
from services.notifier.languages import LANGUAGES
from services.notifier.mail import Stationery
from services.notifier.measuring import QueueCollector
from services.notifier.pacing import Pace
from services.notifier.preferences import TIME_ZONE
from services.notifier.sendgrid import Account, SendGrid
from services.notifier.sending import Mailer, Sender
from services.notifier.smtp import Mailer as SmtpMailer
from services.notifier.smtp import Server
from services.notifier.store import SCHEMA_VERSION, Store
from services.notifier.unsubscribing import Links
from services.notifier.webhooks import assembling
from services.notifier.webhooks.desk import Desk
from services.notifier.webhooks.store import WebhookStore
from services.notifier.webhooks.taking import Taking
from services.notifier.writing import Writer

# Always the machine's time: demo data is written with a clock in the past, and must look old here, so that nobody
# is mailed about it.
_CLOCK = system_clock
# Longer than any event can be old and still be mailed: who was told is not told again.
_SHORTEST_DAYS = 30


def create_app(
    store: Store,
    verifier: Verifier,
    stationery: Stationery,
    clock: Clock = _CLOCK,
    time_zone: str = TIME_ZONE,
    desk: Desk | None = None,
    links: Links | None = None,
    sendgrid_events_key: str = "",
) -> Flask:
    """The HTTP interface."""
    parts = Parts(
        name="notifier",
        verifier=verifier,
        checks={"mongodb": store.ping},
        projections={
            "directory": lambda: store.position(DIRECTORY_SOURCE),
            "ledger": lambda: store.position(LEDGER_SOURCE),
        },
        errors=commands.ERRORS,
        schema_version=SCHEMA_VERSION,
        collectors=(QueueCollector(store),),
    )
    app = new_app(parts, bp)
    app.extensions.update(store=store, stationery=stationery, clock=clock, time_zone=time_zone, desk=desk, links=links)
    app.extensions["followed"] = parts.projections
    app.extensions["sendgrid_events_key"] = sendgrid_events_key
    kept = FeedStore(store.database)
    app.extensions["feed"] = Feed(kept, Waiters(kept.watch))
    return app


def serving_app() -> Flask:
    """What gunicorn serves."""
    configure_logs("notifier", "serve")
    config = read_config()
    verifier = Verifier(KeyFile(config.internal_public_key_file, public_keys), "notifier")
    store = new_store(config)
    desk = assembling.new_desk(config, store)
    links = links_of(config)
    return create_app(
        store,
        verifier,
        new_stationery(config),
        time_zone=zone_of(config),
        desk=desk,
        links=links,
        sendgrid_events_key=config.sendgrid_events_key,
    )


def read_config(environ: Mapping[str, str] = os.environ) -> Config:
    """The settings. Raises BadSettings."""
    return read_settings(Config, environ)


def new_store(config: Config) -> Store:
    return Store(config.mongo_url, config.mongo_database)


def new_stationery(config: Config) -> Stationery:
    """The texts, in the default language where none is chosen. Raises BadSettings."""
    if config.language not in LANGUAGES:
        raise BadSettings([f"NOTIFIER_LANGUAGE is malformed: {config.language!r} is none of {', '.join(LANGUAGES)}"])
    return Stationery(config.public_url, config.network_name, config.language)


def links_of(config: Config) -> Links | None:
    return Links(config.link_key) if config.link_key else None


def zone_of(config: Config) -> str:
    """The default time zone. Raises BadSettings."""
    try:
        return ZoneInfo(config.timezone).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadSettings([f"NOTIFIER_TIMEZONE is malformed: {config.timezone!r} is no IANA time zone"]) from error


def new_projection(config: Config) -> Mail:
    """What `consume` feeds."""
    policy = Policy(
        max_age=timedelta(hours=config.max_age_hours),
        signup_notifications=config.signup_notifications,
        time_zone=zone_of(config),
    )
    store = new_store(config)
    webhooks = WebhookStore(store.database)
    feed = Feeding(FeedStore(store.database), webhooks, timedelta(days=config.feed_keep_days))
    return Mail(store=store, policy=policy, clock=_CLOCK, webhooks=Taking(webhooks, feed))


def new_sender(config: Config, store: Store, turn: threading.Lock) -> Sender:
    """What `schedule` runs in one of its threads: each has a connection to the mail server."""
    feed, feed_keep = FeedStore(store.database), timedelta(days=config.feed_keep_days)
    return Sender(
        store=store,
        tidy_too=lambda: feed.drop_old(_CLOCK() - feed_keep),
        mailer=new_mailer(config),
        writer=Writer(
            stationery=new_stationery(config),
            unseal=new_unseal(config.messages_key),
            sender=config.sender,
            links=links_of(config),
            clock=_CLOCK,
        ),
        policy=RetryPolicy(first=timedelta(seconds=config.retry_seconds), max_tries=config.max_tries),
        pace=Pace(per_minute=config.domain_per_minute),
        lease=timedelta(seconds=config.lease_seconds),
        time_zone=zone_of(config),
        keep=timedelta(days=max(config.keep_days, _SHORTEST_DAYS)),
        clock=_CLOCK,
        turn=turn,
    )


def new_mailer(config: Config) -> Mailer:
    """SendGrid's API when there is a key, else SMTP."""
    if config.sendgrid_key:
        return SendGrid(Account(key=config.sendgrid_key, url=config.sendgrid_url))
    server = Server(
        host=config.smtp_host,
        port=config.smtp_port,
        tls=config.smtp_tls,
        implicit_tls=config.smtp_implicit_tls,
        ca_file=config.smtp_ca_file,
        user=config.smtp_user,
        password=config.smtp_password,
    )
    return SmtpMailer(server)


def new_unseal(keys: str) -> Unseal:
    """Opens the directory's one-time messages. `keys`: Fernet keys, comma separated, when one follows another."""
    fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",")])

    def unseal(ciphertext: str) -> Mapping[str, str]:
        try:
            opened: Mapping[str, str] = orjson.loads(fernet.decrypt(ciphertext))
        except InvalidToken as error:
            raise ValueError("sealed with another key") from error
        return opened

    return unseal


def serve() -> None:
    """Answer HTTP."""
    config = read_config()
    process.serve("services.notifier.app:serving_app()", config.bind_host, config.port, config.workers)


def consume() -> None:
    """Turn events into messages."""
    config = read_config()
    Loop(new_projection(config), config.kafka_bootstrap, GROUP, SUBSCRIBED, process.new_stop()).run()


def schedule() -> None:
    """Send messages."""
    config = read_config()
    store, turn = new_store(config), threading.Lock()
    assembling.run_all([new_sender(config, store, turn).run for _ in range(config.senders)], process.new_stop())


def deliver() -> None:
    """Deliver webhooks."""
    config = read_config()
    assembling.deliver(config, new_store(config), process.new_stop())


def digest() -> None:
    """Make the daily mails at each business's hour."""
    config = read_config()
    Digester(store=new_store(config), clock=_CLOCK, time_zone=zone_of(config)).run(process.new_stop())


def migrate() -> None:
    """Create collections and indices."""
    store = new_store(read_config())
    store.migrate()
    assembling.migrate(store)
    FeedStore(store.database).migrate()


COMMANDS: Mapping[str, process.Command] = {
    "serve": serve,
    "consume": consume,
    "schedule": schedule,
    "deliver": deliver,
    "digest": digest,
    "migrate": migrate,
}
