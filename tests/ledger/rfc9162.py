"""Verification of proofs as RFC 9162 §2.1.3.2 and §2.1.4.2 write it down. Shares nothing with the ledger."""

from collections.abc import Sequence
from hashlib import sha256


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def _hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def proves_inclusion(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """§2.1.3.2."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf_hash
    for p in path:
        if sn == 0:
            return False
        if fn % 2 or fn == sn:
            r = _hash(p, r)
            while not fn % 2 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = _hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def proves_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, given: Sequence[bytes]
) -> bool:  # fmt: skip
    """§2.1.4.2; equal sizes need equal roots and no path."""
    if first == second:
        return first_root == second_root and not given
    path = list(given)
    if not path:
        return False
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    fn, sn = first - 1, second - 1
    while fn % 2:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn % 2 or fn == sn:
            fr, sr = _hash(c, fr), _hash(c, sr)
            while not fn % 2 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = _hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr == first_root and sr == second_root and sn == 0
