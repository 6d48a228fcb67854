"""The relay: events to `directory.events`, one-time messages to `directory.messages`, each in its own order."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from functools import partial

from services.chassis.process import Stop
from services.chassis.relaying import Outbox, relay


def relay_all(outboxes: Sequence[Outbox], bootstrap: str, stop: Stop) -> None:
    """Publish from every outbox until asked to stop; if one ends with an error, all do. Raises that error."""
    run_all([partial(relay, outbox, bootstrap, stop) for outbox in outboxes], stop, "relay")


def run_all(loops: Sequence[Callable[[], None]], stop: Stop, name: str) -> None:
    """Run loops beside one another, each in a thread; if one ends with an error, all do. Raises that error."""
    with ThreadPoolExecutor(len(loops), thread_name_prefix=name) as threads:
        running = [threads.submit(loop) for loop in loops]
        done, _ = wait(running, return_when=FIRST_EXCEPTION)
        stop.request()
    for future in done:
        future.result()
