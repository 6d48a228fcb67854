"""The parts of the webhooks put together from the notifier's settings."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from services.chassis import process
from services.chassis.clock import system_clock
from services.chassis.consuming import KAFKA_AWAY, Received, read_topic
from services.chassis.logs import log
from services.chassis.process import Stop
from services.notifier.config import Config
from services.notifier.store import Store
from services.notifier.webhooks.delivering import Busy, Deliverer
from services.notifier.webhooks.desk import Desk
from services.notifier.webhooks.posting import Poster
from services.notifier.webhooks.replaying import Replayer, received
from services.notifier.webhooks.replays import ReplayStore
from services.notifier.webhooks.sealing import Seal
from services.notifier.webhooks.store import WebhookStore
from services.notifier.webhooks.telling import Telling

_IDLE_SECONDS = 2.0


def new_deliverer(config: Config, store: Store, key: str) -> Deliverer:
    """What `deliver` runs in each of its threads."""
    webhooks = WebhookStore(store.database)
    return Deliverer(
        store=webhooks,
        seal=Seal.of(key),
        post=Poster(private=config.webhooks_allow_private).post,
        lease=timedelta(seconds=config.lease_seconds),
        clock=system_clock,
        tell_paused=Telling(store, webhooks).paused,
        busy=Busy(max(config.webhooks_workers // 2, 1)),
        keep_bodies=timedelta(days=config.webhooks_keep_body_days),
        keep_log=timedelta(days=config.webhooks_keep_days),
    )


def new_replayer(config: Config, store: Store) -> Replayer:
    """What `deliver` runs beside."""
    return Replayer(
        store=WebhookStore(store.database),
        replays=ReplayStore(store.database),
        read=lambda source, position: read_source(config.kafka_bootstrap, source, position),
        away=KAFKA_AWAY,
        clock=system_clock,
    )


def new_desk(config: Config, store: Store) -> Desk | None:
    """Where the HTTP interface finds webhooks; None without a key."""
    if config.webhooks_key is None:
        return None
    return Desk(
        store=WebhookStore(store.database),
        replays=ReplayStore(store.database),
        seal=Seal.of(config.webhooks_key),
        poster=Poster(private=config.webhooks_allow_private),
        clock=system_clock,
    )


def migrate(store: Store) -> None:
    """Create collections and indices."""
    WebhookStore(store.database).migrate()
    ReplayStore(store.database).migrate()


def read_source(bootstrap: str, source: str, position: int) -> Iterator[Received]:
    """The records of a source, from about a position on."""
    topic, _, key = source.partition("/")
    for headers, raw in read_topic(bootstrap, topic, key, _IDLE_SECONDS, position):
        yield received(source, int(headers["position"]), raw)


def deliver(config: Config, store: Store, stop: Stop) -> None:
    """Deliver until asked to stop. Without a key there are no webhooks, and nothing to do."""
    if config.webhooks_key is None:
        log.warning("webhooks.off", missing="NOTIFIER_WEBHOOKS_KEY")
        while not stop.wait(1.0):
            stop.beat()
        return
    deliverer = new_deliverer(config, store, config.webhooks_key)
    run_all([new_replayer(config, store).run, *[deliverer.run] * config.webhooks_workers], stop)


def run_all(loops: list[Callable[[Stop], None]], stop: Stop) -> None:
    """Run each in a thread until asked to stop. When one breaks all end, and so does the process (exit code 1)."""
    broken: list[BaseException] = []

    def run(loop: Callable[[Stop], None]) -> None:
        try:
            loop(stop)
        except BaseException as error:  # noqa: BLE001 -- told below, by the thread that can end the process
            broken.append(error)
            stop.request()

    threads = [threading.Thread(target=run, args=(loop,), daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    while not stop.wait(1.0):
        # All may be waiting for slow receivers at once; one that broke has asked to stop.
        stop.beat()
    # A request that takes longer is repeated when its lease ends.
    deadline = time.monotonic() + process.GRACEFUL_SECONDS
    for thread in threads:
        thread.join(max(deadline - time.monotonic(), 0))
    if broken:
        raise broken[0]
