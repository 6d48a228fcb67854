"""What an export says about itself, checked while it is imported: its tree, its signed heads, its manifest. Pure.

By the code of the audit, which shares nothing with what wrote the export.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from services.ledger.audit.heads import BadKey, BadSignature, Head, Keys, thumbprint, verified
from services.ledger.audit.reading import Manifest
from services.ledger.audit.tree import Frontier, verify_inclusion
from services.ledger.tree import STEP, TOP, complete_root

_WIDTH = 1 << STEP


class Unproven(Exception):
    """The signed heads and the events do not fit together, in a sentence."""


class GrowingTree:
    """The tree over the events so far, and the nodes of it that are kept."""

    def __init__(self) -> None:
        self.nodes: list[tuple[int, int, bytes]] = []
        """Level, number and hash of what is to be kept."""
        self.size = 0
        self._whole, self._block = Frontier(), Frontier()
        self._waiting: list[bytes] = []
        self._levels: dict[int, list[bytes]] = {level: [] for level in range(STEP, TOP + 1, STEP)}

    def append(self, entry: bytes) -> None:
        """The chain hash of the next event."""
        self._waiting.append(entry)
        self.size += 1
        if self.size % _WIDTH == 0:
            root = self._block_so_far().root()
            self._block = Frontier()
            self._whole.graft(STEP, root)
            self._keep(STEP, root)

    def root(self) -> bytes:
        """Over all that came."""
        return self._whole.root(self._block_so_far().peaks())

    def _block_so_far(self) -> Frontier:
        self._block.extend(self._waiting)
        self._waiting = []
        return self._block

    def _keep(self, level: int, root: bytes) -> None:
        siblings = self._levels[level]
        self.nodes.append((level, (self.size >> level) - 1, root))
        siblings.append(root)
        if len(siblings) == _WIDTH and level < TOP:
            self._levels[level] = []
            self._keep(level + STEP, complete_root(siblings))


class Proofs:
    """Takes a book from its first event on. `trusted`: the only keys that count; else those that exports bring."""

    def __init__(self, book: str, trusted: Iterable[Mapping[str, Any]] | None) -> None:
        """Raises BadKey."""
        self.tree, self.heads = GrowingTree(), list[Head]()
        self._book, self._jwks = book, dict[str, Mapping[str, Any]]()
        self._brought = trusted is None
        self._keys = Keys()
        self._learn(trusted or ())

    @property
    def keys(self) -> list[tuple[str, str, str]]:
        """Kid, JWK and time of the first head of every key that signed one."""
        since: dict[str, str] = {}
        for head in self.heads:
            since.setdefault(head.kid, head.time)
        return [(kid, _text_of(self._jwks[kid]), time) for kid, time in since.items()]

    def bring(self, jwks: Iterable[Mapping[str, Any]]) -> None:
        """The keys that an export names; passed over when others are trusted. Raises Unproven."""
        if self._brought:
            try:
                self._learn(jwks)
            except BadKey as error:
                raise Unproven(f"one of its keys is none: {error}") from error

    def take_head(self, jws: str, hash_: bytes) -> None:
        """A head that was signed at this size, when the chain had come to `hash_`. Raises Unproven."""
        head = self._verified(jws)
        if head.size != self.tree.size or head.hash != hash_ or head.root != self.tree.root():
            raise Unproven(f"the signed head {head.number} is of other events than these")
        if head.number != len(self.heads) + 1:
            raise Unproven(f"the signed head {len(self.heads) + 1} is missing: {head.number} comes next")
        self.heads.append(head)

    def close(self, manifest: Manifest) -> Head:
        """The end of an export: the head of its manifest, that covers it. Raises Unproven."""
        head = self._verified(manifest.head)
        covers = verify_inclusion(
            entry=manifest.hash, position=manifest.last, size=head.size, path=manifest.path, root=head.root
        )
        if not covers:
            raise Unproven("the signed head of its manifest does not cover it")
        return head

    def _verified(self, jws: str) -> Head:
        try:
            head = verified(jws, self._keys)
        except BadSignature as error:
            raise Unproven(f"a signed head {error}") from error
        if head.book != self._book or head.sum:
            raise Unproven(f"the signed head {head.number} is of another book, or of one that does not sum to zero")
        return head

    def _learn(self, jwks: Iterable[Mapping[str, Any]]) -> None:
        jwks = list(jwks)
        Keys(jwks)
        self._jwks |= {thumbprint(jwk): jwk for jwk in jwks}
        self._keys = Keys(self._jwks.values())


def _text_of(jwk: Mapping[str, Any]) -> str:
    """In the form whose hash is its name (RFC 7638)."""
    return orjson.dumps({name: jwk[name] for name in ("crv", "kty", "x")}, option=orjson.OPT_SORT_KEYS).decode()
