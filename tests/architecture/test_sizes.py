"""Files and functions stay small enough to be read at once."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, python, tree

FILE_LINES, FUNCTION_LINES = 400, 40
LONG_FILES: dict[str, str] = {}
"""Path to reason."""
LONG_FUNCTIONS = {"deploy/native/cli.py:parser": "one line per option"}


@pytest.mark.parametrize("path", python("events/", "services/", "deploy/"), ids=str)
def test_a_file_is_short_or_says_why(path: Path):
    lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
    assert (lines > FILE_LINES) == (path.as_posix() in LONG_FILES), f"{lines} lines"


@pytest.mark.parametrize("path", python("events/", "services/", "deploy/"), ids=str)
def test_functions_are_short_or_say_why(path: Path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert (lines > FUNCTION_LINES) == (f"{path.as_posix()}:{node.name}" in LONG_FUNCTIONS), node.name


@pytest.mark.parametrize("path", python("events/", "services/", "deploy/"), ids=str)
def test_every_module_says_what_it_is_for(path: Path):
    assert ast.get_docstring(tree(path)), path


def test_the_chassis_keeps_its_cap():
    """docs/adr/0005."""
    modules = [path for path in python("services/chassis/") if path.name != "__init__.py"]
    lines = sum(len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in modules)
    assert len(modules) <= 8
    assert lines <= 1250


def test_readmes_are_one_page():
    for path in (ROOT / "services").glob("*/README.md"):
        # A row for each route, and those of the directory and the ledger are many.
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 250, path
