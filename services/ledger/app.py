"""Composition root of the ledger: builds each process from its settings."""

import os
import sys
from pathlib import Path

from flask import Flask

from services.chassis.clock import clock_for
from services.chassis.config import read_settings
from services.chassis.consuming import Loop
from services.chassis.logs import configure_logs, log
from services.chassis.process import gunicorn_command, new_stop
from services.chassis.tokens import Verifier
from services.chassis.web import Parts, new_app
from services.ledger import api
from services.ledger.committer import Committer
from services.ledger.config import Config, MigrateConfig
from services.ledger.consumer import GROUP, SOURCE, AccountsFollowDirectory, Defaults
from services.ledger.handlers import Appender
from services.ledger.link import CommitterLink, Link
from services.ledger.relay import run_relay
from services.ledger.store import Reader, Writer, schema_version
from services.ledger.store import migrate as migrate_store

FACTORY = "services.ledger.app:serving_app()"


def create_app(verifier: Verifier, reader: Reader, link: Link) -> Flask:
    """The HTTP application over a reader and a link to a committer."""
    parts = Parts(
        name="ledger",
        verifier=verifier,
        checks={"postgres": reader.check, "committer": link.check},
        projections={"directory": lambda: reader.followed(SOURCE)},
        errors=api.ERRORS,
        schema_version=schema_version(),
    )
    app = new_app(parts, api.bp)
    api.install(app, reader, link)
    return app


def serving_app() -> Flask:
    """What gunicorn serves; called in each worker."""
    configure_logs("ledger", "serve")
    config = _config()
    verifier = Verifier(Path(config.public_key_file).read_bytes(), "ledger")
    reader = Reader(config.database_url, config.book)
    reader.open()
    return create_app(verifier, reader, CommitterLink(config.socket))


def serve() -> None:
    """HTTP workers and the committer."""
    # Here, not above: gunicorn's workers import this module too.
    from services.ledger.supervising import Supervisor

    config = _config()
    committer = [sys.executable, "-m", "services.ledger", "commit"]
    http = gunicorn_command(FACTORY, config.host, config.port, config.workers)
    raise SystemExit(Supervisor(committer, http, new_stop()).run())


def commit() -> None:
    """The committer alone."""
    config = _config()
    writer = Writer(config.database_url, config.book)
    Committer(config.socket, _appender(config, writer).execute, new_stop()).run()
    writer.close()


def consume() -> None:
    """Accounts follow the directory."""
    config, stop = _config(), new_stop()
    writer, reader = Writer(config.database_url, config.book), Reader(config.database_url, config.book, size=1)
    reader.open()
    defaults = Defaults(max_negative=config.default_max_negative, max_positive=config.default_max_positive)
    projection = AccountsFollowDirectory(_appender(config, writer), reader, defaults)
    topic = SOURCE.partition("/")[0]
    Loop(projection, config.kafka_bootstrap, GROUP, [topic], stop).run()
    writer.close()
    reader.close()


def relay() -> None:
    """Committed events to Kafka."""
    config = _config()
    run_relay(config.database_url, config.book, config.kafka_bootstrap, new_stop())


def migrate() -> None:
    """Bring the tables to what this code knows."""
    config = read_settings(MigrateConfig, os.environ)
    log.info("migrated", applied=migrate_store(config.owner_url, config.database_url), schema=schema_version())


def audit() -> None:
    """Prove the book from its first event: exit code 0 when everything holds, else 1."""
    from services.ledger.auditing import run_audit

    config = _config()
    raise SystemExit(0 if run_audit(config.database_url, config.book, config.kafka_bootstrap) else 1)


COMMANDS = {
    "serve": serve,
    "commit": commit,
    "consume": consume,
    "relay": relay,
    "migrate": migrate,
    "audit": audit,
}


def _config() -> Config:
    return read_settings(Config, os.environ)


def _appender(config: Config, writer: Writer) -> Appender:
    return Appender(writer, clock_for(config.environment, config.development_clock))
