"""Composition root of the matcher: its parts put together from its settings, and its commands."""

import os
from collections.abc import Mapping

from flask import Flask

from services.chassis import process, relaying
from services.chassis.clock import system_clock
from services.chassis.config import read_settings
from services.chassis.consuming import Gap, Loop
from services.chassis.logs import configure_logs
from services.chassis.tokens import KeyFile, Verifier, public_keys
from services.chassis.web import Parts, new_app
from services.matcher import skipping
from services.matcher.api import ERRORS, bp
from services.matcher.config import Config
from services.matcher.consumer import DIRECTORY_SOURCE, GROUP, LEDGER_SOURCE, SUBSCRIBED, Projection, told_since
from services.matcher.follower import Follower
from services.matcher.rebuild import rebuild
from services.matcher.scheduling import Schedule
from services.matcher.store import SCHEMA_VERSION, Store, halts
from services.matcher.store.announcements import Announcements
from services.matcher.store.outbox import relayed
from services.matcher.store.searches import BookFollower

# Always the machine's time: demo data is written with a clock in the past, and must look old here, so that nobody
# is told of it.
_CLOCK = system_clock


def create_app(store: Store, verifier: Verifier) -> Flask:
    """The HTTP interface."""
    follower = Follower(store)
    parts = Parts(
        name="matcher",
        verifier=verifier,
        # The first to ask has the network read: nobody is sent here before.
        checks={"mongodb": store.ping, "network": follower.network},
        projections={
            "directory": lambda: follower.position(DIRECTORY_SOURCE),
            "ledger": lambda: follower.position(LEDGER_SOURCE),
        },
        reported={"consume": lambda: halts.check(store)},
        errors=ERRORS,
        schema_version=SCHEMA_VERSION,
    )
    app = new_app(parts, bp)
    app.extensions["store"], app.extensions["follower"] = store, follower
    app.extensions["followed"] = parts.projections
    return app


def serving_app() -> Flask:
    """What gunicorn serves."""
    configure_logs("matcher", "serve")
    config = read_config()
    return create_app(new_store(config), Verifier(KeyFile(config.internal_public_key_file, public_keys), "matcher"))


def read_config(environ: Mapping[str, str] = os.environ) -> Config:
    """The settings. Raises BadSettings."""
    return read_settings(Config, environ)


def new_store(config: Config) -> Store:
    return Store(config.mongo_url, config.mongo_database)


def serve() -> None:
    """Answer HTTP."""
    config = read_config()
    process.serve("services.matcher.app:serving_app()", config.bind_host, config.port, config.workers)


def new_projection(config: Config) -> Projection:
    """What `consume` feeds."""
    return Projection(new_store(config), told_since(_CLOCK, config.announce_max_hours))


def consume() -> None:
    """Follow the directory and the ledger."""
    config = read_config()
    projection = new_projection(config)
    follow(projection.store, Loop(projection, config.kafka_bootstrap, GROUP, SUBSCRIBED, process.new_stop()))


def follow(store: Store, loop: Loop) -> None:
    """Run the loop; `/readyz` tells when events are missing."""
    try:
        loop.run()
    except Gap as gap:
        halts.note(store, gap.source, gap.expected, "missing")
        raise


def relay() -> None:
    """Publish what is announced."""
    config = read_config()
    relaying.relay(relayed(new_store(config)), config.kafka_bootstrap, process.new_stop())


def new_schedule(config: Config, stop: process.Stop) -> Schedule:
    """What `schedule` runs."""
    store = new_store(config)
    return Schedule(Announcements(store), Follower(store), BookFollower(store), _CLOCK, stop)


def schedule() -> None:
    """Announce what is new: the one process that leads."""
    new_schedule(read_config(), process.new_stop()).run()


def migrate() -> None:
    """Create collections and indices."""
    new_store(read_config()).migrate()


def rebuild_lists() -> None:
    """Derive everything again from the first event on, and switch to it."""
    config = read_config()

    def new_loop(projection: Projection, group: str, stop: process.Stop) -> Loop:
        return Loop(projection, config.kafka_bootstrap, group, SUBSCRIBED, stop)

    rebuild(new_projection(config), new_loop, process.new_stop)


def skip() -> None:
    """Pass over the record at which the consumer halted."""
    skipping.skip(new_store(read_config()))


COMMANDS: Mapping[str, process.Command] = {
    "serve": serve,
    "consume": consume,
    "relay": relay,
    "schedule": schedule,
    "migrate": migrate,
    "rebuild": rebuild_lists,
    "skip": skip,
}
