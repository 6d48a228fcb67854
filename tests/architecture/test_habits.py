"""What a reviewer would otherwise say twice."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, SERVICES, python, tracked, tree

# Whoever is not root can't become somebody else: no server would help.
MAY_SKIP = {"tests/native/test_tenancy.py"}
SLEEPERS = {"tests/waiting.py"}
# In pieces, so that this file doesn't find itself.
FORBIDDEN = {
    "an address of a package index": re.compile(
        "index-" + r"url[= ]\s*http|://[^\s\"')]*(artif" + "actory|py" + r"pi[.-](?!org/project))"
    ),
    "a path of a machine": re.compile(r"(?<![\w.$}/-])/(ro" + "ot|ho" + "me/[a-z]+|Us" + "ers/[a-z]+|wo" + r"rk/\w+)/"),
    "a private key": re.compile("BEGIN [A-Z ]*PRIV" + "ATE KEY"),
}
TEXT_FILES = re.compile(r"(\.(py|md|toml|txt|ya?ml|json|sql|html|css|js|xml|sh|cfg))?")
SKIPS = {"pytest.skip", "pytest.importorskip", "pytest.mark.skip", "pytest.mark.skipif"}


@pytest.mark.parametrize("path", python("tests/"), ids=str)
def test_tests_wait_for_conditions_not_for_time(path: Path):
    if path.as_posix() in SLEEPERS or path.as_posix().startswith("tests/bench/"):
        return
    for node in ast.walk(tree(path)):
        slept = isinstance(node, ast.Attribute) and node.attr == "sleep" and ast.unparse(node.value) == "time"
        assert not slept, f"line {getattr(node, 'lineno', '?')}: use tests.waiting.wait_until"


@pytest.mark.parametrize("path", python("tests/"), ids=str)
def test_tests_never_skip(path: Path):
    if path.as_posix() in MAY_SKIP:
        return
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("pytest."):
            assert ast.unparse(node) not in SKIPS


def test_every_folder_of_tests_is_a_package():
    folders = {path.parent for path in python("tests/")}
    assert all((ROOT / folder / "__init__.py").exists() for folder in folders)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str):
    for path in tracked():
        if TEXT_FILES.fullmatch(path.suffix):
            found = FORBIDDEN[what].search((ROOT / path).read_text(encoding="utf-8"))
            assert not found, f"{path}: {found[0] if found else ''}"


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("an address of a package index", "--index-" + "url https://packages.example/simple"),
        ("an address of a package index", "https://py" + "pi.example/simple"),
        ("a path of a machine", "cd /ho" + "me/alice/mccs"),
        ("a private key", "-----BEGIN RSA PRIV" + "ATE KEY-----"),
    ],
)
def test_it_would_be_noticed(what: str, text: str):
    assert FORBIDDEN[what].search(text)


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_are_numbered_without_gaps(service: str):
    numbered = sorted(path.name for path in tracked() if path.match(f"services/{service}/migrations/*.sql"))
    assert [name[:5] for name in numbered] == [f"{number:04d}_" for number in range(1, len(numbered) + 1)]


def test_only_the_ledger_has_migrations_and_has_some():
    assert any(path.match("services/ledger/migrations/*.sql") for path in tracked())


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_what_a_service_has(service: str):
    for name in ("__init__.py", "__main__.py", "app.py", "config.py", "README.md"):
        assert (ROOT / "services" / service / name).exists(), name


@pytest.mark.parametrize("path", python("events/", "services/", "deploy/"), ids=str)
def test_names_say_something(path: Path):
    assert path.stem not in {"utils", "helpers", "common", "misc", "manager", "base", "data", "info"}


@pytest.mark.parametrize("path", python("events/", "services/", "deploy/"), ids=str)
def test_no_error_is_swallowed(path: Path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            broad = node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
            assert not (broad and all(isinstance(line, ast.Pass) for line in node.body)), f"line {node.lineno}"


@pytest.mark.parametrize("path", python("services/directory/handlers/"), ids=str)
def test_every_command_of_the_directory_goes_by_the_audit_log(path: Path):
    """Only `once` of handlers/writing.py begins a transaction: it writes what was done into the log."""
    if path.name != "writing.py":
        assert ".transact(" not in (ROOT / path).read_text(encoding="utf-8")
