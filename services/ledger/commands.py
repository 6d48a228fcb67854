"""The ledger's processes, each put together from its settings.

Imports are inside: a committer that starts again must be back soon, and none but the consumer and the relay need Kafka.
"""

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from services.chassis.clock import clock_for
from services.chassis.config import read_settings
from services.chassis.logs import log
from services.chassis.process import gunicorn_command, new_stop
from services.ledger.config import (
    DIRECTORY_SOURCE,
    Config,
    ExportConfig,
    ImportConfig,
    MigrateConfig,
    ReplayConfig,
    ScheduleConfig,
)

if TYPE_CHECKING:
    from services.ledger.heads import HeadKey
    from services.ledger.store import Writer

GRACEFUL_SECONDS = 5
"""For requests when `serve` stops: the committer must have time to end after the workers."""


def serve() -> None:
    """HTTP workers and the committer."""
    from services.ledger.supervising import Supervisor

    config = _config()
    _require_unit(config)
    committer = [sys.executable, "-m", "services.ledger", "commit"]
    factory = "services.ledger.app:serving_app()"
    http = gunicorn_command(factory, config.host, config.port, config.workers)
    http += ["--graceful-timeout", str(GRACEFUL_SECONDS)]
    raise SystemExit(Supervisor(committer, http, new_stop()).run())


def commit() -> None:
    """The committer alone."""
    from services.ledger.committer import Committer
    from services.ledger.handlers import Appender

    config = _config()
    writer = _writer(config)
    appender = Appender(writer, clock_for(config.environment, config.development_clock))
    Committer(config.socket, appender.execute, new_stop()).run()
    writer.close()


def consume() -> None:
    """Accounts follow the directory."""
    from services.chassis.consuming import Loop
    from services.ledger.consumer import AccountsFollowDirectory, group_of
    from services.ledger.handlers import Appender
    from services.ledger.store import Reader

    config = _config()
    writer, reader = _writer(config), Reader(config.database_url, config.book, size=1)
    reader.open()
    appender = Appender(writer, clock_for(config.environment, config.development_clock))
    projection = AccountsFollowDirectory(appender, reader)
    topic = DIRECTORY_SOURCE.partition("/")[0]
    Loop(projection, config.kafka_bootstrap, group_of(config.book), [topic], new_stop()).run()
    writer.close()
    reader.close()


def relay() -> None:
    """Committed events and signed heads to Kafka."""
    from services.ledger.relay import run_relay

    config = _config()
    run_relay(config.database_url, config.book, config.kafka_bootstrap, new_stop())


def schedule() -> None:
    """What time does to proposals (they expire, and before that their other side is reminded), and signed heads."""
    from services.ledger.handlers import Appender
    from services.ledger.keeping import Keeper
    from services.ledger.scheduling import HeldClock, Schedule
    from services.ledger.store.due import DueTransfers
    from services.ledger.store.keeping import KeptTree
    from services.ledger.working import run_together

    config, stop = read_settings(ScheduleConfig, os.environ), new_stop()
    key, now = _head_key(config.head_private_key_file), clock_for(config.environment, config.development_clock)
    clock, writer = HeldClock(now), _writer(config)
    due = DueTransfers(config.database_url, config.book, config.policy.reminder_days)
    tree = KeptTree(config.database_url, config.book)
    works = {
        "schedule": lambda part: Schedule(due, Appender(writer, clock), clock, part).run(),
        "heads": lambda part: Keeper(tree, key, now, part, start=secrets.randbelow(1 << 24)).run(),
    }
    run_together(works, stop)


def migrate() -> None:
    """Bring the tables to what this code knows."""
    from services.ledger.store import migrate as migrate_store
    from services.ledger.store import schema_version

    config = read_settings(MigrateConfig, os.environ)
    log.info("migrated", applied=migrate_store(config.owner_url, config.database_url), schema=schema_version())


def audit() -> None:
    """Prove the book from its first event: exit code 0 when everything holds, else 1."""
    from services.ledger.auditing import run_audit

    config = _config()
    raise SystemExit(0 if run_audit(config.database_url, config.book, config.kafka_bootstrap) else 1)


def replay() -> None:
    """Every table anew from the log, held against the live ones: exit code 0 when they agree, else 1."""
    from services.ledger.replaying import Wish, run_replay

    wish, config = Wish.of(sys.argv[2:]), read_settings(ReplayConfig, os.environ)
    raise SystemExit(0 if run_replay(config.owner_url, config.book, config.kafka_bootstrap, wish) else 1)


def export() -> None:
    """Events with what proves them, as files or to standard output: exit code 0 when it is whole, else 1."""
    from services.ledger.exporting import Wish, run_export

    wish, config = Wish.of(sys.argv[2:]), read_settings(ExportConfig, os.environ)
    raise SystemExit(0 if run_export(config.database_url, config.book, config.unit, wish, sys.stdout.buffer) else 1)


def import_() -> None:
    """A book from an export into an empty database: exit code 0 when all of it is there, else 1."""
    from services.ledger.causes import cause_in_kafka
    from services.ledger.importing import Wish, run_import

    wish, config = Wish.of(sys.argv[2:]), read_settings(ImportConfig, os.environ)
    find = cause_in_kafka(config.kafka_bootstrap)
    raise SystemExit(0 if run_import(config.owner_url, config.book, config.unit, wish, find) else 1)


COMMANDS = {
    "serve": serve,
    "commit": commit,
    "consume": consume,
    "relay": relay,
    "schedule": schedule,
    "migrate": migrate,
    "audit": audit,
    "replay": replay,
    "export": export,
    "import": import_,
}


def _config() -> Config:
    return read_settings(Config, os.environ)


def _head_key(file: str) -> "HeadKey":
    """Ends here, with a sentence, for a key that can't sign."""
    from services.ledger.heads import HeadKey

    try:
        return HeadKey(Path(file).read_bytes())
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        print(f"LEDGER_HEAD_PRIVATE_KEY_FILE can't be used: {why}.", file=sys.stderr, flush=True)
        raise SystemExit(78) from error


def _writer(config: Config) -> "Writer":
    from services.ledger.store import Writer

    _require_unit(config)
    return Writer(config.database_url, config.book, config.policy, config.unit)


def _require_unit(config: Config) -> None:
    """End here, with a sentence, rather than mix two units in a book."""
    from services.ledger.store.units import WrongUnit, require_unit

    try:
        if not require_unit(config.database_url, config.book, config.unit):
            log.warning("unit.unknown", book=config.book)
    except WrongUnit as error:
        print(error, file=sys.stderr, flush=True)
        raise SystemExit(78) from error
