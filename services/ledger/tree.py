"""The Merkle tree over a book's chain (RFC 9162 §2.1): which subtrees a root or a proof is made of. Pure.

Leaf i is the chain hash of the event at position i + 1. Kept are the roots of complete subtrees of 256^k leaves;
whatever lies between is hashed when it is asked for, at most some 255 hashes a level.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

STEP = 8
"""Levels between kept ones: each kept node is the root of 2^8 of the level below."""
TOP = 24
"""The highest kept level."""

Range = tuple[int, int]
"""Leaves from the first to before the second."""


def leaf_hash(entry: bytes) -> bytes:
    """Of one leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True, order=True)
class Subtree:
    """A complete one: the leaves from `number << level`, as many as `1 << level`."""

    level: int
    number: int

    @property
    def rows(self) -> "Rows":
        """The kept nodes, or leaves, that its root is made of."""
        kept = min(self.level // STEP * STEP, TOP)
        width = 1 << self.level - kept
        return Rows(kept, self.number * width, self.number * width + width)


@dataclass(frozen=True, slots=True, order=True)
class Rows:
    """Kept nodes of a level from `first` to before `end`; of level 0, leaves."""

    level: int
    first: int
    end: int

    @property
    def below(self) -> "Rows":
        """What these nodes are made of, one kept level down."""
        return Rows(self.level - STEP, self.first << STEP, self.end << STEP)


def subtrees(leaves: Range) -> list[Subtree]:
    """The complete subtrees that a range of leaves consists of, from the left: large ones first.

    The range starts where a subtree as large as its largest one may start, as all ranges of RFC 9162 do.
    """
    start, end = leaves
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append(Subtree(level, start >> level))
        start += 1 << level
    return found


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """What the path from leaf `index` to the root of the first `size` leaves consists of, from the leaf up."""
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """What proves that the tree of `second` leaves continues that of the `first`, 0 < first <= second."""
    start, end, path, whole = 0, second, [], True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start, whole = middle, False
    return ([] if whole else [(start, end)]) + path[::-1]


def rows_of(ranges: Iterable[Range]) -> list[Rows]:
    """What must be known to work out these ranges."""
    return sorted({subtree.rows for leaves in ranges for subtree in subtrees(leaves)})


class Known:
    """Kept nodes by level and number; of level 0, leaf hashes."""

    def __init__(self, hashes: dict[tuple[int, int], bytes]) -> None:
        self._hashes = hashes

    def make(self, rows: Rows) -> None:
        """Work out nodes that are not kept from those below them. Raises KeyError when too little is known."""
        for number in range(rows.first, rows.end):
            below = Rows(rows.level, number, number + 1).below
            known = [self._hashes[below.level, lower] for lower in range(below.first, below.end)]
            self._hashes[rows.level, number] = complete_root(known)

    def root(self, leaves: Range) -> bytes:
        """The Merkle tree hash of a range, not empty. Raises KeyError when too little is known."""
        roots = [self._subtree(subtree) for subtree in subtrees(leaves)]
        return reduce(lambda right, left: node_hash(left, right), reversed(roots))

    def _subtree(self, subtree: Subtree) -> bytes:
        rows = subtree.rows
        return complete_root([self._hashes[rows.level, number] for number in range(rows.first, rows.end)])


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """The root over the roots of complete subtrees of one level; a power of two of them."""
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def _split(width: int) -> int:
    """The largest power of two below `width` (> 1)."""
    return 1 << (width - 1).bit_length() - 1
