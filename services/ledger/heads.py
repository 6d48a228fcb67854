"""Signed heads: what the book was at a size, as its operator states it for ever. Pure but for the signature.

A head is a JWS in compact form (RFC 7515) with Ed25519 (RFC 8037), so that any JOSE library can check it. The key
belongs to the `schedule` process alone; its name is its thumbprint (RFC 7638), so that nobody can choose it.
"""

import base64
import hashlib
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from events.checkpoints import SignedHead
from services.chassis.clock import rfc3339
from services.ledger.store.tree import TreeHead

TYPE = "mccs-head+jwt"
"""`typ` in the header of every head: a signature for anything else is none."""
BALANCED = 0
"""The sum of all balances: no other is ever signed."""


class HeadKey:
    """The private key that heads are signed with. Never shows itself."""

    def __init__(self, pem: bytes) -> None:
        """Raises ValueError, with a sentence, for what is no Ed25519 key in PKCS8 PEM without a passphrase."""
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as error:
            raise ValueError("it is no private key in PEM without a passphrase") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("it is a private key, but not of Ed25519")  # noqa: TRY004 -- of the file, not of a caller
        self._key = key
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.jwk = _json({"crv": "Ed25519", "kty": "OKP", "x": _base64url(raw)}).decode()
        """The public key (RFC 7517), in the form whose hash is `kid`."""
        self.kid = _base64url(hashlib.sha256(self.jwk.encode()).digest())

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
        header = {"alg": "EdDSA", "kid": self.kid, "typ": TYPE}
        signed = f"{_base64url(_json(header))}.{_base64url(_json(stated))}"
        jws = f"{signed}.{_base64url(self._key.sign(signed.encode()))}"
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


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
