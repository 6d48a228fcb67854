"""Directions of imports: the contracts of pyproject.toml hold, and would break if somebody broke them."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, imported, python, tree

DRIVERS = {"psycopg", "psycopg_pool", "pymongo", "bson", "elasticsearch"}
PURE_PARTS_OF_THE_GATEWAY = ("amounts", "circuit", "clients", "config", "schemas", "tokens")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_contracts_hold():
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout
    assert "7 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("contract", "file", "line"),
    [
        ("Services never import each other", "services/matcher/words.py", "import services.directory.words"),
        ("The wire contract imports nothing of ours", "events/topics.py", "import services.chassis.clock"),
        ("The chassis imports no service", "services/chassis/clock.py", "import events.codec"),
        ("What services share of MongoDB", "services/mongo/lease.py", "import services.directory.words"),
        ("Domains and event classes are plain", "services/ledger/domain/values.py", "import orjson"),
        ("The audit imports nothing of ours", "services/ledger/audit/chain.py", "import services.ledger.chain"),
        (
            "Inside a service imports point inwards",
            "services/notifier/store/queue.py",
            "import services.notifier.handlers",
        ),
    ],
)
def test_a_broken_direction_is_noticed(tmp_path: Path, contract: str, file: str, line: str):
    for folder in ("events", "services", "deploy"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    broken = tmp_path / file
    broken.write_text(broken.read_text() + f"\n{line}\n")
    result = lint(tmp_path)
    assert result.returncode != 0
    verdicts = [told for told in result.stdout.splitlines() if told.startswith(contract)]
    assert verdicts
    assert verdicts[0].endswith("BROKEN")


def test_only_stores_import_a_driver():
    for path in python("services/"):
        in_store = path.parts[2:3] in (("store",), ("store.py",)) or path.parts[1] == "mongo" or path.name == "store.py"
        assert in_store or not imported(path) & DRIVERS, path


def test_only_the_chassis_imports_kafka():
    for path in python("services/"):
        # The offline audit is a package without the chassis; Kafka is an extra of it.
        may = path.parts[1] == "chassis" or path.as_posix() == "services/ledger/audit/topic.py"
        assert may or "kafka" not in imported(path), path


def test_only_the_edge_imports_flask():
    for path in python("services/ledger", "services/directory", "services/matcher", "services/notifier"):
        at_the_edge = path.name in ("api.py", "app.py") or path.parent.name == "api"
        assert at_the_edge or "flask" not in imported(path), path
    for path in python("services/gateway"):
        assert path.stem not in PURE_PARTS_OF_THE_GATEWAY or "flask" not in imported(path), path


def test_only_the_gateway_makes_http_calls():
    for path in python("services/"):
        clients = imported(path) & {"urllib3", "requests", "httpx", "http", "urllib"}
        assert path.parts[1] in ("gateway", "chassis") or not clients - {"http", "urllib"}, path


def test_nothing_but_tests_imports_tests():
    for path in python("events/", "services/", "deploy/"):
        assert "tests" not in imported(path), path


def test_the_journeys_know_no_service():
    for path in python("tests/e2e/"):
        assert "services" not in imported(path), path


def test_the_audit_is_a_package_of_its_own():
    """Its own modules by relative imports, the standard library, and what its pyproject.toml names."""
    for path in python("services/ledger/audit/"):
        for node in ast.walk(tree(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level <= 1, f"{path}: reaches outside"
                names = [node.module or ""] if node.level == 0 else []
            for name in names:
                top = name.partition(".")[0]
                assert top in sys.stdlib_module_names | {"orjson", "cryptography", "kafka"}, f"{path}: {name}"
