"""Structured logs: one JSON line per request or message, human form on a terminal.

Ids live in context variables, so every line of a request carries its correlation id.
Never logged: bodies, tokens, addresses, contact data. Pass ids, codes and counts only.
"""

import logging
import re
import sys
import uuid

import structlog

CORRELATION_HEADER = "Correlation-Id"

_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")

log: structlog.stdlib.BoundLogger = structlog.get_logger()


def configure_logs(service: str, process: str) -> None:
    """Send every log line of this process, the libraries' warnings too, to stdout."""

    def name_process(_: object, __: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
        # Not a context variable: a greenlet starts with an empty context.
        line["service"], line["process"] = service, process
        return line

    render: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if sys.stdout.isatty() else structlog.processors.JSONRenderer()
    )
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        name_process,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=render, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # One line per HTTP call of a client library is noise, and its URL could carry a search text.
    for name in ("elastic_transport", "kafka", "urllib3", "werkzeug"):
        logging.getLogger(name).setLevel(logging.WARNING)


def correlate(offered: str | None) -> str:
    """Adopt the caller's correlation id, or a new one when it is absent or could forge a log line."""
    chosen = offered if offered and _ACCEPTABLE.fullmatch(offered) else uuid.uuid4().hex
    structlog.contextvars.bind_contextvars(correlation_id=chosen)
    return chosen


def correlation_id() -> str:
    """The correlation id of the request or message at hand; a new one when there is none yet."""
    known = structlog.contextvars.get_contextvars().get("correlation_id")
    return str(known) if known else correlate(None)
