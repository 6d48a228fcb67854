"""Files and functions stay small enough to be read at once."""

import ast
from pathlib import Path

from tests.architecture.source import ROOT, python, tree

OURS = python("events/", "services/", "deploy/")
FILE_LINES, FUNCTION_LINES = 400, 40
LONG_FILES: dict[str, str] = {}
"""Path to reason."""
LONG_FUNCTIONS = {"deploy/native/cli.py:parser": "one line per option"}


def lines_of(path: Path) -> int:
    return len((ROOT / path).read_text(encoding="utf-8").splitlines())


def long_functions(path: Path) -> set[str]:
    functions = (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {f"{path}:{node.name}" for node in functions if (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES}


def test_a_file_is_short_or_says_why():
    assert {path.as_posix() for path in OURS if lines_of(path) > FILE_LINES} == LONG_FILES.keys()


def test_functions_are_short_or_say_why():
    assert set().union(*map(long_functions, OURS)) == LONG_FUNCTIONS.keys()


def test_every_module_says_what_it_is_for():
    assert [path for path in OURS if not ast.get_docstring(tree(path))] == []


def test_the_chassis_keeps_its_cap():
    """docs/adr/0005."""
    modules = [path for path in python("services/chassis/") if path.name != "__init__.py"]
    lines = sum(len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in modules)
    assert len(modules) <= 10
    assert lines <= 1605


def test_readmes_are_one_page():
    for path in (ROOT / "services").glob("*/README.md"):
        # A row for each route, and those of the directory and the ledger are many.
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 250, path
