"""The kept tree, the signed heads and their keys against the events: roots are worked out anew, signatures verified."""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

import orjson

from services.ledger.audit import Finding, Fold
from services.ledger.audit.heads import BadKey, BadSignature, Keys, verified
from services.ledger.audit.tree import Frontier

_STEP, _TOP = 8, 24
_LEAVES = 1 << _STEP
_MOST = 20
_HASH = 32


class Proofs:
    """Grows with the events and remembers what the tables must say: 32 bytes each 256 events, and 72 a head."""

    def __init__(self, sizes: Iterable[int]) -> None:
        """`sizes` of the signed heads."""
        self._sizes = array("q", sorted(sizes))
        self._next = self._sizes[0] if self._sizes else 0
        self._seen, self._told = 0, bytearray()
        self._accounts = array("q")
        self._tree, self._pending = Frontier(), list[bytes]()
        self._nodes = {level: bytearray() for level in range(_STEP, _TOP + 1, _STEP)}

    def add(self, fold: Fold) -> None:
        """The event that the fold took last."""
        self._pending.append(fold.hash)
        if len(self._pending) == _LEAVES:
            root = _peaks(self._pending)[_STEP]
            self._pending = []
            if root is not None:
                self._tree.graft(_STEP, root)
                self._keep(_STEP, root)
        if fold.position == self._next:
            self._remember(fold, self._tree.root(_peaks(self._pending)))

    def wrong_nodes(self, rows: Iterable[tuple[int, int, bytes]]) -> list[Finding]:
        """Rows are level, number and hash, by level and number."""
        wrong, expected = list[Finding](), dict.fromkeys(self._nodes, 0)
        for level, number, hash_ in rows:
            position = (number + 1) << level
            if number != expected[level]:
                wrong.append(Finding(expected[level] + 1 << level, f"the kept node of level {level} is missing"))
            expected[level] = number + 1
            there = self._nodes[level][number * _HASH : (number + 1) * _HASH]
            if not there:
                wrong.append(Finding(position, f"a node of level {level} is kept over events that there are not"))
            elif there != hash_:
                wrong.append(Finding(position, f"the kept node of level {level} is not the root of its events"))
        return wrong[:_MOST]

    def wrong_heads(
        self, fold: Fold, rows: Iterable[tuple[Any, ...]], jwks: Iterable[tuple[str, str]]
    ) -> list[Finding]:
        """Rows are number, size, root, hash, accounts, time, kid, jws by number; keys are kid and JWK."""
        keys, wrong = _keys(jwks)
        expected = 1
        for number, size, root, hash_, accounts, time, kid, jws in rows:
            if len(wrong) >= _MOST:
                break
            if number != expected:
                wrong.append(Finding(size, f"head {expected} is missing before head {number}"))
            expected = number + 1
            sentence = _not_signed(keys, fold.book, (number, size, root, hash_, accounts, time, kid), jws)
            if sentence:
                wrong.append(Finding(size, f"the signed head {number} {sentence}"))
            if size > fold.position:
                what = f"head {number} is signed over {size} events, there are {fold.position}: the end is cut off"
                wrong.append(Finding(fold.position, what))
                continue
            wrong += [Finding(size, f"head {number} {what}") for what in self._differs(size, root, hash_, accounts)]
        return wrong

    def _differs(self, size: int, root: bytes, hash_: bytes, accounts: int) -> Iterable[str]:
        place = bisect_left(self._sizes, size)
        told = self._told[place * 2 * _HASH : (place + 1) * 2 * _HASH]
        if hash_ != told[_HASH:]:
            yield "names another chain hash than the event has: this is another history"
        elif root != told[:_HASH]:
            yield "names another root than the events have: this is another history"
        if not told or accounts != self._accounts[place]:
            yield "counts other accounts than there were"

    def _keep(self, level: int, root: bytes) -> None:
        kept = self._nodes[level]
        kept += root
        if level < _TOP and len(kept) // _HASH % _LEAVES == 0:
            last = kept[-_LEAVES * _HASH :]
            nodes = [bytes(last[start : start + _HASH]) for start in range(0, len(last), _HASH)]
            self._keep(level + _STEP, _combined(nodes))

    def _remember(self, fold: Fold, root: bytes) -> None:
        self._told += root + fold.hash
        self._accounts.append(len(fold.accounts))
        self._seen += 1
        self._next = self._sizes[self._seen] if self._seen < len(self._sizes) else 0


def _keys(jwks: Iterable[tuple[str, str]]) -> tuple[Keys, list[Finding]]:
    wrong, sound = list[Finding](), list[dict[str, Any]]()
    for kid, text in jwks:
        try:
            jwk = orjson.loads(text) | {"kid": kid}
            Keys([jwk])
            sound.append(jwk)
        except (BadKey, ValueError, TypeError) as error:
            wrong.append(Finding(0, f"the key {kid} can't be read: {error}"))
    return Keys(sound), wrong


def _not_signed(keys: Keys, book: str, columns: tuple[Any, ...], jws: str) -> str | None:
    """Why a row is not what was signed."""
    try:
        head = verified(jws, keys)
    except BadSignature as bad:
        return str(bad)
    signed = (head.number, head.size, head.root, head.hash, head.accounts, head.time, head.kid)
    if head.book != book or head.sum != 0 or signed != columns:
        return "has columns that say something else than what was signed"
    return None


def _peaks(entries: list[bytes]) -> list[bytes | None]:
    tree = Frontier()
    tree.extend(entries)
    return tree.peaks()


def _combined(nodes: list[bytes]) -> bytes:
    """The root over a complete level of nodes."""
    while len(nodes) > 1:
        pairs = iter(nodes)
        nodes = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return nodes[0]
