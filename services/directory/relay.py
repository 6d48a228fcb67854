"""The relay: events to `directory.events`, one-time messages to `directory.messages`, each in its own order."""

from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

from services.chassis.process import Stop
from services.chassis.relaying import Outbox, relay


def relay_all(outboxes: Sequence[Outbox], bootstrap: str, stop: Stop) -> None:
    """Publish from every outbox until asked to stop; if one ends with an error, all do. Raises that error."""
    with ThreadPoolExecutor(len(outboxes), thread_name_prefix="relay") as threads:
        running = [threads.submit(relay, outbox, bootstrap, stop) for outbox in outboxes]
        done, _ = wait(running, return_when=FIRST_EXCEPTION)
        stop.request()
    for future in done:
        future.result()
