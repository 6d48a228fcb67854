"""The tree's roots and proofs, held against pymerkle and against the verification that RFC 9162 writes down."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.clock import system_clock
from services.chassis.process import Stop
from services.ledger.keeping import CHUNK, Keeper
from services.ledger.tree import (
    STEP,
    TOP,
    Known,
    Range,
    Rows,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    rows_of,
    subtrees,
)
from tests.ledger.heads import a_head_key
from tests.ledger.rfc9162 import leaf, proves_consistency, proves_inclusion

MOST = 66_000
"""Beyond one node of the second kept level."""
SMALL = [*range(1, 40), 63, 64, 65]
LARGE = [255, 256, 257, 511, 512, 513, 4095, 4096, 4097, 65_535, 65_536, 65_537, MOST]


@cache
def entries() -> list[bytes]:
    return [hashlib.sha256(str(index).encode()).digest() for index in range(MOST)]


@cache
def theirs() -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in entries():
        tree.append_entry(entry)
    return tree


@cache
def their_root(size: int) -> bytes:
    return theirs().get_root(size)


class MemoryTree:
    """Keeps nodes in memory (`keeping.Tree`, as far as keeping needs it)."""

    book, transient = "test", (ConnectionError,)

    def __init__(self) -> None:
        self.known: dict[tuple[int, int], bytes] = {}
        self.largest = 0

    def kept(self) -> dict[int, int]:
        return {level: self._count(level) for level in range(STEP, TOP + 1, STEP)}

    def _count(self, level: int) -> int:
        return len([1 for known, _ in self.known if known == level])

    def leaves(self, rows: Rows) -> list[bytes]:
        self.largest = max(self.largest, rows.end - rows.first)
        return entries()[rows.first : rows.end]

    def nodes(self, rows: Rows) -> list[bytes]:
        return [self.known[rows.level, number] for number in range(rows.first, rows.end)]

    def add(self, level: int, first: int, hashes: Sequence[bytes]) -> None:
        assert self._count(level) == first, "a hole"
        self.known |= {(level, first + place): hash_ for place, hash_ in enumerate(hashes)}


def kept_in_steps(positions: Sequence[int], chunk: int = CHUNK) -> MemoryTree:
    tree = MemoryTree()
    keeper = Keeper(tree, a_head_key(), system_clock, Stop(), chunk=chunk)
    for position in positions:
        keeper.keep(position)
    return tree


@cache
def all_kept() -> dict[tuple[int, int], bytes]:
    return kept_in_steps([MOST]).known


def ours(ranges: Sequence[Range]) -> list[bytes]:
    """What a reader makes of the kept nodes and of leaves."""
    hashes = {}
    for rows in rows_of(ranges):
        for number in range(rows.first, rows.end):
            hashes[rows.level, number] = all_kept()[rows.level, number] if rows.level else leaf_hash(entries()[number])
    known = Known(hashes)
    return [known.root(leaves) for leaves in ranges]


def positions_in(size: int) -> Iterator[int]:
    return iter(sorted({0, 1, size // 2, size - 2, size - 1, (size - 1) // 256 * 256} & set(range(size))))


@pytest.mark.parametrize("size", [*SMALL, *LARGE])
def test_a_root_is_that_of_another_implementation(size: int):
    assert ours([(0, size)]) == [their_root(size)]


@pytest.mark.parametrize("size", [*SMALL, *LARGE])
def test_inclusion_is_proven_to_another_implementation_and_to_the_rfc(size: int):
    for index in range(size) if size in SMALL else positions_in(size):
        path = ours(inclusion_ranges(index, size))
        base = leaf(entries()[index])
        proof = theirs().prove_inclusion(index + 1, size)
        assert proof.path == [base, *path]
        pymerkle.verify_inclusion(base, their_root(size), proof, index=index + 1, size=size)
        assert proves_inclusion(base, index, size, path, their_root(size))


@pytest.mark.parametrize("second", [*SMALL, *LARGE])
def test_consistency_is_proven_to_the_rfc_with_another_implementations_roots(second: int):
    powers = {1 << power for power in range(second.bit_length())} & set(range(1, second + 1))
    for first in range(1, second + 1) if second in SMALL else sorted({1, 2, 3, 255, 257, second - 1, second, *powers}):
        if first <= second:
            path = ours(consistency_ranges(first, second))
            assert proves_consistency(first, second, their_root(first), their_root(second), path), first


@settings(deadline=None)
@given(st.data())
def test_proofs_hold_anywhere_and_for_nothing_else(data: st.DataObject):
    second = data.draw(st.integers(2, MOST))
    first, index = data.draw(st.integers(1, second)), data.draw(st.integers(0, second - 1))
    root, path = their_root(second), ours(inclusion_ranges(index, second))
    assert proves_inclusion(leaf(entries()[index]), index, second, path, root)
    assert not proves_inclusion(leaf(b"another"), index, second, path, root)
    assert not proves_inclusion(leaf(entries()[index]), (index + 1) % second, second, path, root)
    grown = ours(consistency_ranges(first, second))
    assert proves_consistency(first, second, their_root(first), root, grown)
    assert first == second or not proves_consistency(first, second, leaf(b"another"), root, grown)


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=8).map(sorted), st.sampled_from([1, 3, 64]))
def test_nodes_kept_in_any_steps_are_those_made_at_once(positions: list[int], chunk: int):
    tree = kept_in_steps(positions, chunk)
    assert tree.known == {(level, number): all_kept()[level, number] for level, number in tree.known}
    assert tree.kept()[STEP] == positions[-1] >> STEP


def test_a_step_is_bounded_however_much_is_to_be_kept():
    tree = kept_in_steps([MOST])
    assert tree.largest == CHUNK << STEP
    assert tree.kept() == {8: MOST >> 8, 16: 1, 24: 0}


@given(st.integers(1, 2**40), st.data())
def test_little_is_read_for_a_proof_however_large_the_tree(size: int, data: st.DataObject):
    rows = rows_of(inclusion_ranges(data.draw(st.integers(0, size - 1)), size))
    read = sum(each.end - each.first for each in rows if each.level < TOP)
    assert read <= 2 * 256 * (TOP // STEP)


@given(st.integers(1, 2**30), st.data())
def test_ranges_cover_the_whole_tree_once(size: int, data: st.DataObject):
    index = data.draw(st.integers(0, size - 1))
    ranges = sorted([(index, index + 1), *inclusion_ranges(index, size)])
    assert ranges[0][0] == 0
    assert ranges[-1][1] == size
    assert all(one[1] == other[0] for one, other in pairwise(ranges))
    assert all(sum(1 << tree.level for tree in subtrees(leaves)) == leaves[1] - leaves[0] for leaves in ranges)


def test_too_little_known_is_noticed():
    with pytest.raises(KeyError):
        Known({}).root((0, 1))
