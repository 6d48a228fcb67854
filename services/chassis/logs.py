"""Structured logs: one JSON line per request or message, human form on a terminal.

The correlation id lives in a context variable, so every line of a request carries it.
Never logged: bodies, tokens, addresses, contact data. Pass ids, codes and counts only.
"""

import json
import logging
import os
import re
import sys
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

import orjson
import structlog
from structlog import processors as steps

CORRELATION_HEADER = "Correlation-Id"

_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_correlation: ContextVar[str] = ContextVar("correlation_id", default="")
# Not context variables: a greenlet starts with an empty context.
_names: dict[str, str] = {}
_output = logging.StreamHandler()

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class _Writer:
    """Takes our own lines, which are finished: a record of `logging` costs four times as much."""

    def write(self, line: str) -> None:
        with suppress(OSError, ValueError):  # a log that can't be written stops nobody's work
            _output.stream.write(line + "\n")
            _output.flush()

    debug = info = warning = error = critical = write


def configure_logs(service: str, process: str) -> None:
    """Send every log line of this process, the libraries' warnings too, to stdout."""
    _names.update(service=service, process=process)
    _output.stream = sys.stdout
    plain = not sys.stdout.isatty()
    render: structlog.types.Processor = steps.JSONRenderer(_to_json) if plain else structlog.dev.ConsoleRenderer()
    stamp = steps.TimeStamper(fmt="iso", utc=True)
    shared: list[structlog.types.Processor] = [_name, steps.add_log_level, stamp, steps.format_exc_info]
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_Writer,
        cache_logger_on_first_use=True,
    )
    _output.setFormatter(structlog.stdlib.ProcessorFormatter(processor=render, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [_output]
    root.setLevel(logging.INFO)
    # One line per HTTP call of a client library is noise, and its URL could carry a search text.
    for name in ("elastic_transport", "kafka", "urllib3", "werkzeug"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _name(_: object, __: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
    line.update(_names)
    if known := _correlation.get():
        line["correlation_id"] = known
    return line


def _to_json(line: Any, **_: Any) -> str:
    try:
        return orjson.dumps(line, default=repr).decode()
    except TypeError:  # a lone surrogate
        return json.dumps(line, default=repr)


def correlate(offered: str | None) -> str:
    """Adopt the caller's correlation id, or a new one when it is absent or could forge a log line."""
    chosen = offered if offered and _ACCEPTABLE.fullmatch(offered) else os.urandom(16).hex()
    _correlation.set(chosen)
    return chosen


def correlation_id() -> str:
    """The correlation id of the request or message at hand; a new one when there is none yet."""
    return _correlation.get() or correlate(None)
