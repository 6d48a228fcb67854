"""Heads, proofs and codes of a book in memory: the tree straight from the definitions of RFC 9162, nothing kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from services.chassis.clock import system_clock
from services.ledger.codes import StatementCode
from services.ledger.store.proofs import Consistency, Inclusion, NotCovered, Proven, PublicKey
from services.ledger.store.tree import TreeHead
from tests.ledger.heads import a_head_key


def tree_hash(entries: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162 §2.1.1."""
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    middle = split(len(entries))
    return hashlib.sha256(b"\x01" + tree_hash(entries[:middle]) + tree_hash(entries[middle:])).digest()


def inclusion(index: int, entries: Sequence[bytes]) -> list[bytes]:
    """PATH of §2.1.3.1."""
    if len(entries) == 1:
        return []
    middle = split(len(entries))
    if index < middle:
        return [*inclusion(index, entries[:middle]), tree_hash(entries[middle:])]
    return [*inclusion(index - middle, entries[middle:]), tree_hash(entries[:middle])]


def consistency(first: int, entries: Sequence[bytes], *, is_whole: bool = True) -> list[bytes]:
    """SUBPROOF of §2.1.4.1."""
    if first == len(entries):
        return [] if is_whole else [tree_hash(entries)]
    middle = split(len(entries))
    if first <= middle:
        return [*consistency(first, entries[:middle], is_whole=is_whole), tree_hash(entries[middle:])]
    return [*consistency(first - middle, entries[middle:], is_whole=False), tree_hash(entries[:middle])]


def split(size: int) -> int:
    """The largest power of two below a size."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


class MemoryProofs:
    """Of a `fakes.MemoryStore`; a head that is wanted is signed at once."""

    def __init__(self, store) -> None:
        self._store, self.book = store, store.book
        self._heads: list[TreeHead] = []

    def newest_head(self) -> TreeHead | None:
        return self._heads[-1] if self._heads else None

    def covering_head(self, position: int) -> TreeHead | None:
        return next((head for head in self._heads if head.size >= position), None)

    def heads(self, before: int | None, limit: int) -> list[TreeHead]:
        older = [head for head in self._heads if before is None or head.number < before]
        return older[::-1][:limit]

    def public_keys(self) -> list[PublicKey]:
        return [PublicKey(a_head_key().kid, a_head_key().jwk, system_clock())] if self._heads else []

    def want_head(self) -> int:
        head, newest = self._store.head, self.newest_head()
        if head.position > (newest.size if newest else 0):
            signed = a_head_key().sign(
                book=self.book, number=len(self._heads) + 1, size=head.position, root=tree_hash(self._entries()),
                hash_=head.hash, accounts=len(self._store.accounts), time=head.time,
            )  # fmt: skip
            self._heads.append(signed)
        return head.position

    def inclusion(self, position: int, size: int | None = None) -> Inclusion:
        return self._proof([event for event in self._store.events if event.position == position], size)

    def of_transfer(self, transfer_id: str, size: int | None = None) -> Inclusion:
        return self._proof([event for event in self._store.events if transfer_id in (event.opens, event.closes)], size)

    def consistency(self, first: int, second: int | None = None) -> Consistency:
        size = self._size(second)
        if first > size:
            raise NotCovered(size)
        entries = self._entries()[:size]
        return Consistency(first, size, tree_hash(entries[:first]), tree_hash(entries), consistency(first, entries))

    def _proof(self, events: list, asked: int | None) -> Inclusion:
        size = self._size(asked)
        covered = [event for event in events if event.position <= size]
        if not covered:
            raise NotCovered(size)
        entries = self._entries()[:size]
        proven = [
            Proven(
                each.position, each.type, each.hash, each.prev_hash, each.body, inclusion(each.position - 1, entries)
            )
            for each in covered
        ]
        return Inclusion(size, tree_hash(entries), next((h for h in self._heads if h.size == size), None), proven)

    def _size(self, asked: int | None) -> int:
        newest = self.newest_head()
        if newest is None or (asked or 0) > newest.size:
            raise NotCovered(newest.size if newest else 0)
        return asked or newest.size

    def _entries(self) -> list[bytes]:
        return [event.hash for event in self._store.events]


class MemoryCodes:
    """Codes of statements that a reader finds."""

    def __init__(self, reader) -> None:
        self._reader = reader
        self._codes: dict[str, StatementCode] = {}

    def make(self, account, *, since, until, code, made_at) -> StatementCode:
        made = self._code(account, since, until, code, made_at, since=since, until=until)
        same = (replace(known, code=code, made_at=made_at) == made for known in self._codes.values())
        known = next((known for known, is_same in zip(self._codes.values(), same, strict=False) if is_same), made)
        self._codes[known.code] = known
        return known

    def read(self, code: str) -> tuple[StatementCode, bool] | None:
        known = self._codes.get(code)
        if known is None:
            return None
        positions = {"from_position": known.from_position, "to_position": known.to_position}
        now = self._code(known.account, known.since, known.until, code, known.made_at, **positions)
        return known, now == known

    def _code(self, account, since_, until_, code, made_at, **period) -> StatementCode:
        found = self._reader.statement(account, **period)
        return StatementCode(
            code=code, account=account, since=since_, until=until_, made_at=made_at,
            from_position=found.from_position, to_position=found.to_position,
            opening_balance=found.opening_balance, closing_balance=found.closing_balance,
            entries=found.totals.count, paid=found.totals.paid, received=found.totals.received,
        )  # fmt: skip
