"""The relay or the consumer as a process of its own, on topics and groups of the test, to be killed.

`python -m tests.directory.process WHAT MONGO_URL DATABASE ELASTICSEARCH_URL PREFIX KAFKA TOPIC`
WHAT: relay, relay-killed-before, relay-killed-after, consume
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any

from services.chassis.process import new_stop
from services.chassis.relaying import forget_published
from services.directory import consumer, search
from services.directory.config import Config
from services.directory.following import FiguresFollower, IndexFollower
from services.directory.relay import relay_all
from services.directory.store import StreamOutbox, new_index, new_store
from services.directory.store.outbox import EVENTS

DYING = BEFORE, AFTER = "relay-killed-before", "relay-killed-after"
"""A relay that is killed in the middle of a renewal: at either side of the deletion."""


def main() -> None:
    what, mongo_url, database, elasticsearch_url, prefix, kafka, topic = sys.argv[1:]
    store, stop = new_store(mongo_url, database), new_stop()
    if what.startswith("relay"):
        forget = partial(forget_and_die, what, kafka) if what in DYING else partial(forget_published, kafka)
        relay_all([StreamOutbox(store.database, EVENTS, topic, forget)], kafka, stop)
    else:
        index = new_index(elasticsearch_url, prefix, search.MAPPING, search.INDEX_VERSION)
        whole: Any = SimpleNamespace(store=store)
        followers = {
            f"{topic}/directory": (IndexFollower(store, index),),
            f"{topic}/main": (FiguresFollower(whole, index),),
        }
        consumer.consume(followers, store, kafka, stop, group=f"group.{topic}")


def forget_and_die(when: str, kafka: str, topic: str) -> None:
    """SIGKILL, before or after what is published was deleted."""
    if when == AFTER:
        forget_published(kafka, topic)
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def running(what: str, config: Config, kafka: str, topic: str) -> Iterator[subprocess.Popen]:
    """The process; killed at the end, if it still runs."""
    places = [config.mongo_url, config.mongo_database, config.elasticsearch_url, config.index_prefix, kafka, topic]
    process = subprocess.Popen([sys.executable, "-m", "tests.directory.process", what, *places])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def freeze(process: subprocess.Popen) -> None:
    """Stop it where it is, so that the test can look before it kills."""
    process.send_signal(signal.SIGSTOP)


if __name__ == "__main__":
    main()
