"""The development clock's file, and the note of how far the demo has come."""

import json
import os
import threading
from datetime import datetime
from pathlib import Path


class Clock:
    """Sets what time it is for all services, forwards only; `stop` gives them the machine's time back."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._now: datetime | None = None

    def reach(self, moment: datetime) -> None:
        """It is `moment`, unless it is later already."""
        with self._lock:
            if self._now is None or moment > self._now:
                self._now = moment
                # Replaced, not rewritten: who reads half a time takes the machine's, and then time stands still.
                _replace(self._file, moment.isoformat())

    def stop(self) -> None:
        """From now on time is the machine's."""
        self._file.unlink(missing_ok=True)


class Marker:
    """Remembers for which moment the demo was planned, and whether it is complete."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> tuple[datetime | None, bool]:
        """The moment of the plan, if any, and whether all of it was done."""
        try:
            kept = json.loads(self._file.read_text())
            return datetime.fromisoformat(kept["planned_for"]), bool(kept["complete"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None, False

    def write(self, planned_for: datetime, *, complete: bool) -> None:
        """Note it."""
        _replace(self._file, json.dumps({"planned_for": planned_for.isoformat(), "complete": complete}))


def _replace(file: Path, content: str) -> None:
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(content)
    os.replace(fresh, file)
