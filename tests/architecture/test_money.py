"""No float anywhere near money: not written, not made, not by division."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import python, tree

TIMES_ALONE = {
    "running",
    "replaying",
    "progress",
    "committer",
    "link",
    "supervising",
    "outbox",
    "migrating",
    "quick",
    "keeping",
    "working",
    "waiting",
    "proofs",
}
"""Parts of the ledger that know durations and reckon with no amounts."""
MONEY = [path for path in python("services/ledger/", "events/") if path.stem not in TIMES_ALONE]
MONEY += [path for path in python("services/gateway/") if path.stem == "amounts"]


def floats_in(module: ast.Module) -> list[int]:
    """Lines that write or make a float."""
    found: list[int] = []
    for node in ast.walk(module):
        written = isinstance(node, ast.Constant) and isinstance(node.value, float)
        named = isinstance(node, ast.Name) and node.id == "float"
        divided = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        if written or named or divided:
            found.append(getattr(node, "lineno", 0))
    return found


@pytest.mark.parametrize("path", MONEY, ids=str)
def test_no_float_near_money(path: Path):
    # The one place where a fraction becomes a number again is the JSON that people read (gateway/amounts.py).
    allowed = 1 if path.stem == "amounts" else 0
    assert len(floats_in(tree(path))) <= allowed, floats_in(tree(path))


@pytest.mark.parametrize("line", ["x = 0.5", "x = float(y)", "x = y / 100", "x /= 2", "def f(x: float): ..."])
def test_a_float_would_be_noticed(line: str):
    assert floats_in(ast.parse(line))


def test_amounts_are_integers_on_the_wire():
    from events import ledger

    for cls in (*ledger.EVENTS, ledger.Leg, ledger.Entry, ledger.Limits):
        for name, field in cls.__dataclass_fields__.items():
            if name in ("amount", "balance", "max_negative", "max_positive"):
                assert field.type is int, f"{cls.__name__}.{name}"
