"""What time it is: passed to whoever needs it, never asked for in a domain.

In development alone a file may set the time, so that demo data can lie in the past
(`make run` writes it while it loads them and removes it afterwards).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

Clock = Callable[[], datetime]
"""The time now, aware, in UTC."""


def system_clock() -> datetime:
    """The machine's time in UTC."""
    return datetime.now(UTC)


def development_clock(path: str) -> Clock:
    """The time in the file at `path` (RFC 3339) while that exists, else the machine's."""
    file = Path(path)

    def read() -> datetime:
        try:
            return datetime.fromisoformat(file.read_text().strip()).astimezone(UTC)
        except (FileNotFoundError, ValueError):
            return system_clock()

    return read


def clock_for(environment: str, path: str | None) -> Clock:
    """The clock of a process. Raises ValueError if a clock file is given outside development."""
    if not path:
        return system_clock
    if environment != "development":
        raise ValueError("DEVELOPMENT_CLOCK is for development only: unset it")
    return development_clock(path)


def rfc3339(moment: datetime) -> str:
    """`2026-01-31T12:00:00.000000Z`: UTC with microseconds, so that text order is time order."""
    return f"{moment.astimezone(UTC).isoformat(timespec='microseconds')[:26]}Z"
