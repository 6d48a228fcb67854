"""Wait until true or deadline: the only place of the tests that sleeps."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_until(condition: Callable[[], Found], seconds: float = 30) -> Found:
    """The first truthy value of `condition()`. Raises AssertionError with its name at the deadline."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() >= deadline:
            name = getattr(condition, "__name__", repr(condition))
            raise AssertionError(f"{name} was not true within {seconds} s")
        time.sleep(0.02)
    return found
