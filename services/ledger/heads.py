"""Signed heads: what the book was at a size, as its operator states it for ever. Pure but for the signature.

A head is a JWS in compact form (RFC 7515) with Ed25519 (RFC 8037), so that any JOSE library can check it. The key
belongs to the `schedule` process alone; its name is its thumbprint (RFC 7638), so that nobody can choose it.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from events.checkpoints import SignedHead
from services.chassis.clock import rfc3339
from services.chassis.tokens import StatementKey
from services.ledger.store.tree import TreeHead

TYPE = "mccs-head+jwt"
"""`typ` in the header of every head: a signature for anything else is none."""
BALANCED = 0
"""The sum of all balances: no other is ever signed."""


class HeadKey(StatementKey):
    """The private key that heads are signed with."""

    def sign(
        self, *, book: str, number: int, size: int, root: bytes, hash_: bytes, accounts: int, time: datetime
    ) -> TreeHead:
        """The head of a book whose balances sum to zero; the caller has made sure of all it says."""
        stated = {
            "accounts": accounts,
            "book": book,
            "hash": hash_.hex(),
            "iss": f"/ledger/{book}",
            "number": number,
            "root": root.hex(),
            "size": size,
            "sum": BALANCED,
            "time": rfc3339(time),
        }
        jws = self.jws(TYPE, stated)
        return TreeHead(book, number, size, root, hash_, accounts, rfc3339(time), self.kid, jws)


def document_of(head: TreeHead) -> SignedHead:
    """A head as HTTP and Kafka show it: what it says, so that people can read it, and the JWS, which counts."""
    return SignedHead(
        book=head.book,
        number=head.number,
        size=head.size,
        root=head.root.hex(),
        hash=head.hash.hex(),
        sum=BALANCED,
        accounts=head.accounts,
        time=head.time,
        kid=head.kid,
        jws=head.jws,
    )


def canonical_document(head: TreeHead) -> bytes:
    """The same as canonical JSON (RFC 8785; nothing in it but integers and ASCII text)."""
    return _json(asdict(document_of(head)))


def _json(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
