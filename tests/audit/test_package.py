"""The verifier alone: built, installed and run where nothing else of ours can be reached."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import orjson
import pytest

from tests.audit.books import a_ledger

PACKAGE = Path(__file__).resolve().parents[2] / "services" / "ledger" / "audit"
REACHABLE = ("orjson", "cryptography", "cffi", "_cffi_backend", "pycparser")
"""What it needs, and what cryptography needs."""


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package and its two dependencies, and nothing else."""
    folder = tmp_path_factory.mktemp("alone")
    source, target = folder / "source", folder / "site"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    done = subprocess.run([*command, "--target", target, source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in REACHABLE:
        spec = find_spec(name)
        origin = Path(spec.origin) if spec and spec.origin else None
        if origin:
            whole = origin.parent if origin.name == "__init__.py" else origin
            (target / whole.name).symlink_to(whole)
    return target


def run(installed: Path, *arguments: object) -> subprocess.CompletedProcess[bytes]:
    """Without the environment's packages (-S) and ours (-I would hide the folder as well, so -P and another place)."""
    command = [sys.executable, "-S", "-P", *map(str, arguments)]
    environment = {"PYTHONPATH": str(installed), "PATH": os.environ["PATH"]}
    return subprocess.run(command, capture_output=True, cwd=installed.parent, env=environment, check=False)


def test_nothing_else_is_there(installed: Path):
    for name in ("services", "events", "kafka", "psycopg", "flask"):
        assert run(installed, "-c", f"import {name}").returncode != 0
    done = run(installed, "-c", "import mccs_audit.cli, sys; print(mccs_audit.__file__)")
    assert done.stdout.decode().strip().startswith(str(installed)), done.stderr


def test_it_checks_an_export(installed: Path, tmp_path: Path):
    ledger = a_ledger(everything_happened=True)
    source, keys = ledger.write(tmp_path / "book.ndjson.gz", heads=[5]), ledger.keys(tmp_path / "keys.json")
    for jobs in (1, 2):
        done = run(installed, "-m", "mccs_audit", source, "--keys", keys, "--json", "--jobs", jobs)
        assert done.returncode == 0, done.stderr
        assert orjson.loads(done.stdout)["events"] == len(ledger.rows)


def test_it_refuses_a_damaged_one(installed: Path, tmp_path: Path):
    ledger = a_ledger()
    lines = ledger.lines()
    done = run(installed, "-m", "mccs_audit", ledger.write(tmp_path / "book.ndjson", lines[:-1]))
    assert (done.returncode, b"it is cut off" in done.stdout) == (1, True), done.stderr
    done = run(installed, "-m", "mccs_audit", tmp_path / "nowhere.ndjson")
    assert done.returncode == 2


def test_console_script_is_installed(installed: Path):
    done = run(installed, installed / "bin" / "mccs-audit", "--help")
    assert (done.returncode, b"kafka:host:port" in done.stdout) == (0, True), done.stderr


def test_kafka_is_an_extra_and_it_says_so(installed: Path):
    done = run(installed, "-m", "mccs_audit", "kafka:localhost:1")
    assert (done.returncode, b"mccs-audit[kafka]" in done.stderr) == (2, True), done.stderr
