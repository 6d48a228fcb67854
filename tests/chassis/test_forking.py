"""How `tests.run` runs tests: each once, by several processes, and what goes wrong in one of them is told."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = {
    "conftest.py": """
        import pytest
        @pytest.fixture(scope="session")
        def whole(tmp_path_factory):
            yield tmp_path_factory.mktemp("whole")
            print("whole is over")
    """,
    "test_sound.py": """
        import os, pytest
        @pytest.mark.parametrize("number", range(100))
        def test_sound(number, whole, tmp_path):
            print("never shown")
            assert os.environ["SERVER"] == "there" and whole.exists()
    """,
    "test_wrong.py": """
        def test_wrong():
            print("what was printed")
            assert 1 == 2
    """,
    "test_deadly.py": """
        import os
        def test_deadly():
            os._exit(1)
        def test_never():
            pass
    """,
}  # fmt: skip


def run(folder: Path, said: str) -> "subprocess.CompletedProcess[str]":
    """Pytest on FILES, told this through the pipe."""
    for name, text in FILES.items():
        (folder / name).write_text(text.replace("\n        ", "\n"))
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as saying:
        saying.write(said)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.forking",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
    ]
    given = {"cwd": folder, "env": os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}, "pass_fds": [reading]}
    return subprocess.run(
        [*command, "--wait-for", str(reading)], capture_output=True, text=True, timeout=120, check=False, **given
    )  # fmt: skip


def test_each_is_run_once_and_failures_and_deaths_are_told(tmp_path: Path):
    ran = run(tmp_path, "SERVER=there\n")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "3 failed, 100 passed" in ran.stdout
    assert "assert 1 == 2" in ran.stdout
    assert "what was printed" in ran.stdout
    assert "never shown" not in ran.stdout
    assert ran.stdout.count("its process died before it was done") >= 2
    told = set(re.findall(r"^FAILED (\S+)", ran.stdout, re.MULTILINE))
    assert told == {"test_wrong.py::test_wrong", "test_deadly.py::test_deadly", "test_deadly.py::test_never"}


def test_nothing_is_run_where_no_server_started(tmp_path: Path):
    ran = run(tmp_path, "")
    assert ran.returncode == 2
    assert "the servers did not start" in ran.stdout
    assert "passed" not in ran.stdout
