"""For how long the answer to a request is waited for: whoever is asked in turn must not take longer than that.

The gateway begins with what it gives a request; each call of a service says in `Time-Left` what is left of it, and the
service waits no longer for whatever it needs.
"""

import math
import re
import time
from contextvars import ContextVar

HEADER = "Time-Left"
"""Seconds with three decimals."""
_SECONDS = re.compile(r"[0-9]{1,4}(\.[0-9]{1,3})?", re.ASCII)

# By the monotonic clock.
_until: ContextVar[float] = ContextVar("until", default=math.inf)


def begin(seconds: float) -> None:
    """The request at hand has so long; `math.inf`: as long as it takes."""
    _until.set(time.monotonic() + seconds)


def left() -> float:
    """What is left of it, never less than 0."""
    return max(0.0, _until.get() - time.monotonic())


def said(text: str | None) -> float:
    """What a header says; without one, or nonsense, there is no limit."""
    return float(text) if text and _SECONDS.fullmatch(text) else math.inf
