"""Directories for native servers, and small programs that stand in for services."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.native.processes import left_behind


@pytest.fixture
def workplace() -> Iterator[Path]:
    """An empty directory with a short path that the servers' user can enter (pytest's own is closed to others)."""
    path = Path(tempfile.mkdtemp(prefix="mccs-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    for process in left_behind(str(path)):
        process.end(seconds=0)
    shutil.rmtree(path)


@pytest.fixture
def python() -> str:
    """The interpreter to run stand-ins with."""
    return sys.executable
