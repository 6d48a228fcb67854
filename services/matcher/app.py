"""Composition root of the matcher: its parts put together from its settings, and its commands."""

import os
from collections.abc import Mapping
from pathlib import Path

from flask import Flask

from services.chassis import process
from services.chassis.config import read_settings
from services.chassis.consuming import Loop
from services.chassis.logs import configure_logs
from services.chassis.tokens import Verifier
from services.chassis.web import Parts, new_app
from services.matcher.api import bp
from services.matcher.config import Config
from services.matcher.consumer import DIRECTORY_SOURCE, GROUP, LEDGER_SOURCE, SUBSCRIBED, Index
from services.matcher.rebuild import rebuild
from services.matcher.store.elastic import SCHEMA_VERSION, Store


def create_app(store: Store, verifier: Verifier) -> Flask:
    """The HTTP interface."""
    parts = Parts(
        name="matcher",
        verifier=verifier,
        checks={"elasticsearch": store.ping},
        projections={
            "directory": lambda: store.position(store.current(), DIRECTORY_SOURCE),
            "ledger": lambda: store.position(store.current(), LEDGER_SOURCE),
        },
        schema_version=SCHEMA_VERSION,
    )
    app = new_app(parts, bp)
    app.extensions["store"] = store
    return app


def serving_app() -> Flask:
    """What gunicorn serves."""
    configure_logs("matcher", "serve")
    config = read_config()
    return create_app(new_store(config), Verifier(Path(config.internal_public_key_file).read_bytes(), "matcher"))


def read_config(environ: Mapping[str, str] = os.environ) -> Config:
    """The settings. Raises BadSettings."""
    return read_settings(Config, environ)


def new_store(config: Config) -> Store:
    return Store(config.elasticsearch_url, config.index_prefix)


def serve() -> None:
    """Answer HTTP."""
    config = read_config()
    process.serve("services.matcher.app:serving_app()", config.bind_host, config.port, config.workers)


def consume() -> None:
    """Follow the directory and the ledger."""
    config = read_config()
    projection = Index(store=new_store(config))
    Loop(projection, config.kafka_bootstrap, GROUP, SUBSCRIBED, process.new_stop()).run()


def migrate() -> None:
    """Create indices."""
    new_store(read_config()).migrate()


def rebuild_index() -> None:
    """Build the index again from the first event on, and switch to it."""
    config = read_config()

    def new_loop(projection: Index, group: str, stop: process.Stop) -> Loop:
        return Loop(projection, config.kafka_bootstrap, group, SUBSCRIBED, stop)

    rebuild(new_store(config), new_loop, process.new_stop)


COMMANDS: Mapping[str, process.Command] = {
    "serve": serve,
    "consume": consume,
    "migrate": migrate,
    "rebuild-index": rebuild_index,
}
