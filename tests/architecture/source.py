"""The checkout as the architecture tests see it: files that git knows, their syntax trees, and tables in documents."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("ledger", "directory", "matcher", "notifier", "gateway")


@cache
def tracked() -> tuple[Path, ...]:
    """Files of the checkout, committed or about to be, relative to its root."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return tuple(sorted({Path(name) for name in listed if (ROOT / name).is_file()}))


def python(*folders: str) -> list[Path]:
    """Python files below the folders."""
    return [path for path in tracked() if path.suffix == ".py" and path.as_posix().startswith(folders)]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """Top-level names of what a file imports itself."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def rows(document: str) -> Iterator[list[str]]:
    """The cells of every table row of a Markdown document, without back-quotes."""
    for line in (ROOT / document).read_text(encoding="utf-8").splitlines():
        if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line):
            yield [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]
