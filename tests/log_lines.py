"""What a process writes to its log, as tests read it."""

import contextlib
import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

from services.chassis.logs import configure_logs

LogLines = Callable[[], list[dict[str, Any]]]


@contextlib.contextmanager
def collected() -> Iterator[LogLines]:
    """All log lines so far, parsed, as a process of the service `box` writes them."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    written = io.StringIO()
    with contextlib.redirect_stdout(written):
        configure_logs("box", "serve")
    try:
        yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    finally:
        root.handlers[:] = before
        root.setLevel(level)
