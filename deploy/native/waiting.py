"""Wait for a condition, never for a time. The only place of `deploy.native` that sleeps."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool], *, seconds: float, every: float = 0.05) -> bool:
    """Ask again and again until the answer is yes; False when the deadline passes first."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(min(every, max(0.0, deadline - time.monotonic())))
    return True
