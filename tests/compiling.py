"""A plugin of `tests.run`: each process compiles another part of the tests first, and loads what others compiled.

Pytest rewrites what tests assert, which takes as long as all else until the first test; every process did it for all.
"""

from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

_FOLDER = Path(__file__).parent


def pytest_collection(session: pytest.Session) -> None:
    """Import the tests before they are collected, each process from another one on."""
    process: dict[str, str] | None = getattr(session.config, "workerinput", None)
    if process is None:
        return
    files = sorted(path for path in _FOLDER.rglob("test_*.py") if "e2e" not in path.parts)
    first = len(files) * int(process["workerid"].removeprefix("gw")) // int(process["workercount"])
    for path in (*files[first:], *files[:first]):
        # What can't be imported is told of when it is collected.
        with suppress(Exception):
            import_module(".".join(path.relative_to(_FOLDER.parent).with_suffix("").parts))
