"""Several loops in one process, each in a thread of its own: when one ends, the process does, and is started again."""

import math
import threading
import time
from collections.abc import Callable, Mapping

from services.chassis.logs import log
from services.chassis.process import GRACEFUL_SECONDS, Stop

SILENT_SECONDS = 20.0
"""A loop that has not beaten for so long hangs: longer than any statement or delivery may take."""
_LOOK_SECONDS = 0.5

Work = Callable[[Stop], None]
"""A loop that runs until its Stop asks it to end."""


class _Part(Stop):
    """One loop's view of the process's Stop, with a pulse of its own."""

    def __init__(self, whole: Stop) -> None:
        super().__init__()
        self._whole, self.beaten_at = whole, -math.inf

    @property
    def requested(self) -> bool:
        return self._whole.requested

    def request(self) -> None:
        self._whole.request()

    def wait(self, seconds: float) -> bool:
        return self._whole.wait(seconds)

    def beat(self) -> None:
        self.beaten_at = time.monotonic()


def run_together(works: Mapping[str, Work], stop: Stop) -> None:
    """Run all until asked to stop; the heartbeat beats while all of them live.

    Ends in time even when a server keeps a loop waiting: what is cut off is a transaction that never was, or one that
    is committed and found again. Raises SystemExit(1) when a loop ends by itself.
    """
    parts = {name: _Part(stop) for name in works}
    threads = [
        threading.Thread(target=work, args=(parts[name],), name=name, daemon=True) for name, work in works.items()
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    while all(thread.is_alive() for thread in threads) and not stop.wait(_LOOK_SECONDS):
        if all(time.monotonic() - part.beaten_at < SILENT_SECONDS for part in parts.values()):
            stop.beat()
    is_asked = stop.requested
    if not is_asked:
        log.critical("process.part_ended", parts=[thread.name for thread in threads if not thread.is_alive()])
    stop.request()
    deadline = time.monotonic() + GRACEFUL_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    if not is_asked:
        raise SystemExit(1)
