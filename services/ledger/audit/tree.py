"""Merkle trees of RFC 9162, written from its text: the audit shares no code with what keeps the ledger's tree.

Leaf i (from 0) is the chain hash of the event at position i + 1; a tree of size n covers the positions 1 to n.
"""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import zip_longest

_HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    """RFC 9162, 2.1.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162, 2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """A growing tree of which only the roots of its largest complete subtrees are kept, at most one a level."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes | None] = []

    def append(self, entry: bytes) -> None:
        """One more leaf: the chain hash of the next event."""
        self.extend((entry,))

    def extend(self, entries: Sequence[bytes]) -> None:
        """More leaves; many at once cost the least."""
        sha256 = hashlib.sha256
        self._add(0, [sha256(b"\x00" + entry).digest() for entry in entries])

    def graft(self, level: int, root: bytes) -> None:
        """The next `1 << level` leaves by their root. Raises ValueError where no such subtree may start."""
        if self.size % (1 << level):
            raise ValueError(f"no subtree of level {level} starts at {self.size}")
        self._add(level, [root])

    def peaks(self) -> list[bytes | None]:
        """The root of the complete subtree of each level that the tree ends in; None where there is none."""
        return list(self._peaks)

    def root(self, behind: Iterable[bytes | None] = ()) -> bytes:
        """The Merkle tree hash; with the peaks of a tree `behind` it that has fewer leaves than its last subtree."""
        found: bytes | None = None
        for mine, other in zip_longest(self._peaks, behind):
            for peak in (other, mine):
                if peak is not None:
                    found = peak if found is None else node_hash(peak, found)
        return hashlib.sha256().digest() if found is None else found

    def _add(self, level: int, hashes: list[bytes]) -> None:
        """As in adding numbers: what is odd stays at its level, pairs are carried to the next."""
        self.size += len(hashes) << level
        sha256 = hashlib.sha256
        while hashes:
            while len(self._peaks) <= level:
                self._peaks.append(None)
            peak = self._peaks[level]
            if peak is not None:
                hashes.insert(0, peak)
            self._peaks[level] = hashes.pop() if len(hashes) % 2 else None
            pairs = iter(hashes)
            hashes = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
            level += 1


def verify_inclusion(*, entry: bytes, position: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` proves that the event at `position` (1 to size) with the chain hash `entry` is in the tree.

    RFC 9162, 2.1.3.2.
    """
    if not 1 <= position <= size or not _are_hashes(path):
        return False
    node, last, found = position - 1, size - 1, leaf_hash(entry)
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    *, first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether `path` proves that the tree of `second` leaves continues the tree of the `first`, 1 <= first <= second.

    RFC 9162, 2.1.4.2.
    """
    if not 1 <= first <= second or not _are_hashes(path):
        return False
    if first == second:
        return not path and first_root == second_root
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not steps:
        return False
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and (old, new) == (first_root, second_root)


def _are_hashes(path: Sequence[bytes]) -> bool:
    return all(len(step) == _HASH_BYTES for step in path)
