"""What a reviewer would otherwise say twice."""

import ast
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, SERVICES, python, tracked, tree

OURS = python("events/", "services/", "deploy/")
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


def places(paths: Iterable[Path], wrong: Callable[[ast.AST], bool]) -> list[str]:
    """File and line of each node of their syntax trees that is wrong."""
    return [f"{path}:{getattr(node, 'lineno', '?')}" for path in paths for node in ast.walk(tree(path)) if wrong(node)]


def sleeps(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "sleep" and ast.unparse(node.value) == "time"


def skips(node: ast.AST) -> bool:
    # Asked first, for speed: only few of the many have such a name.
    named = isinstance(node, ast.Attribute) and node.attr in ("skip", "skipif", "importorskip")
    return named and ast.unparse(node) in SKIPS


def swallows(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    broad = node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
    return broad and all(isinstance(line, ast.Pass) for line in node.body)


def test_tests_wait_for_conditions_not_for_time():
    watched = [path for path in python("tests/") if path.as_posix() not in SLEEPERS and path.parts[1] != "bench"]
    assert places(watched, sleeps) == [], "use tests.waiting.wait_until"


def test_tests_never_skip():
    assert places([path for path in python("tests/") if path.as_posix() not in MAY_SKIP], skips) == []


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


def test_names_say_something():
    vague = {"utils", "helpers", "common", "misc", "manager", "base", "data", "info"}
    assert [path for path in OURS if path.stem in vague] == []


def test_no_error_is_swallowed():
    assert places(OURS, swallows) == []


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (sleeps, "time.sleep(1)"),
        (skips, "pytest.mark.skip"),
        (swallows, "try: x()\nexcept Exception: pass"),
        (swallows, "try: x()\nexcept: pass"),
    ],
)
def test_what_is_wrong_would_be_noticed(wrong: Callable[[ast.AST], bool], line: str):
    assert any(map(wrong, ast.walk(ast.parse(line))))


def test_every_command_of_the_directory_goes_by_the_audit_log():
    """Only `once` of handlers/writing.py begins a transaction: it writes what was done into the log."""
    beginning = [
        path.name
        for path in python("services/directory/handlers/")
        if ".transact(" in (ROOT / path).read_text(encoding="utf-8")
    ]
    assert beginning == ["writing.py"]
