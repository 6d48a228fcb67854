"""The verifier's tree against the recursive definitions of RFC 9162, against pymerkle, and against the ledger's."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from services.ledger.audit.growing import Growing
from services.ledger.audit.tree import Frontier, verify_consistency, verify_inclusion
from tests.audit.writing import consistency, inclusion, mth

ENTRIES = [hashlib.sha256(bytes([number])).digest() for number in range(80)]
SIZES = st.integers(1, len(ENTRIES))
PAIRS = st.tuples(SIZES, SIZES).map(lambda pair: (min(pair), max(pair)))


@given(st.lists(st.integers(0, 9), max_size=20))
def test_frontier_has_the_root_however_it_grows(steps: list[int]):
    frontier, size = Frontier(), 0
    for step in steps:
        frontier.extend(ENTRIES[size : size + step])
        size = min(size + step, len(ENTRIES))
        assert (frontier.size, frontier.root()) == (size, mth(ENTRIES[:size]))


@given(st.integers(0, 5), st.integers(0, 15))
def test_frontier_takes_subtrees_and_tells_roots_behind_them(whole: int, rest: int):
    frontier, behind = Frontier(), Frontier()
    for number in range(whole):
        frontier.graft(4, mth(ENTRIES[16 * number : 16 * number + 16]))
    for entry in ENTRIES[16 * whole : 16 * whole + min(rest, len(ENTRIES) - 16 * whole)]:
        behind.append(entry)
    size = min(16 * whole + rest, len(ENTRIES))
    assert frontier.root(behind.peaks()) == mth(ENTRIES[:size])


def test_subtree_may_not_start_anywhere():
    frontier = Frontier()
    frontier.append(ENTRIES[0])
    with pytest.raises(ValueError, match="no subtree"):
        frontier.graft(1, ENTRIES[1])


@given(PAIRS)
def test_inclusion_is_proven_by_the_path_alone(pair: tuple[int, int]):
    position, size = pair
    path, root = inclusion(position - 1, ENTRIES[:size]), mth(ENTRIES[:size])
    proof = {"entry": ENTRIES[position - 1], "position": position, "size": size, "path": path, "root": root}
    assert verify_inclusion(**proof)
    wrong = [{"entry": b"x" * 32}, {"root": b"x" * 32}, {"path": [*path, b"x" * 32]}, {"size": position - 1}]
    wrong += [{"path": path[1:]}, {"path": [b"x" * 32, *path[1:]]}, {"path": [path[0][:31], *path[1:]]}] if path else []
    wrong += [{"position": other} for other in (0, position - 1, position + 1, size + 1)]
    assert not any(verify_inclusion(**(proof | change)) for change in wrong)


@given(PAIRS)
def test_consistency_is_proven_by_the_path_alone(pair: tuple[int, int]):
    first, second = pair
    path = consistency(first, ENTRIES[:second])
    proof = {
        "first": first, "second": second, "first_root": mth(ENTRIES[:first]), "second_root": mth(ENTRIES[:second]),
        "path": path,
    }  # fmt: skip
    assert verify_consistency(**proof)
    wrong = [{"first_root": b"x" * 32}, {"second_root": b"x" * 32}, {"path": [*path, b"x" * 32]}, {"first": 0}]
    wrong += [{"path": path[1:]}, {"path": [b"x" * 32, *path[1:]]}, {"first": second + 1}] if path else []
    assert not any(verify_consistency(**(proof | change)) for change in wrong)


@given(SIZES)
def test_an_independent_implementation_has_the_same_roots(size: int):
    tree = InmemoryTree(algorithm="sha256")
    for entry in ENTRIES[:size]:
        tree.append_entry(entry)
    frontier = Frontier()
    frontier.extend(ENTRIES[:size])
    assert frontier.root() == tree.get_root()


def test_tree_of_one_process_is_asked_at_any_size():
    count = (1 << 13) + 5
    entries = [hashlib.sha256(b"%d" % position).digest() for position in range(1, count + 1)]
    asked = [1, 1 << 12, (1 << 12) + 3, 1 << 13, count]
    told: dict[int, bytes] = {}
    growing = Growing()
    for position, entry in enumerate(entries, start=1):
        growing.add(entry)
        if position in asked:
            growing.ask(lambda root, size=position: told.__setitem__(size, root))
    assert told == {size: mth(entries[:size]) for size in asked}
