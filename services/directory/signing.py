"""Signed heads of the audit log: how far it had come on a day, as the operator states it for ever.

A JWS in compact form (RFC 7515) with Ed25519 (RFC 8037), as the ledger's heads are (ADR 12), over the chain's hash
alone. The key belongs to the `schedule` process alone; its name is its thumbprint (RFC 7638). What counts of a head is
its JWS: what stands beside it is for people.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.chassis.tokens import StatementKey, base64url
from services.directory.domain.audit import Head, SignedHead

ALGORITHM, TYPE, ISSUER = "EdDSA", "mccs-audit-head+jwt", "/directory/audit"


class BadHead(ValueError):
    """Not a head that one of the keys signed; says why."""


class HeadKey(StatementKey):
    """The private key that heads are signed with."""

    def sign(self, head: Head, *, number: int, time: str) -> SignedHead:
        """The head as a statement; the caller has made sure that the log up to there is whole."""
        stated = {"iss": ISSUER, "number": number, "position": head.position, "hash": head.hash, "time": time}
        return SignedHead(number=number, head=head, time=time, kid=self.kid, jws=self.jws(TYPE, stated))


def verified(jws: str, keys: Iterable[Mapping[str, Any]]) -> SignedHead:
    """The head in a JWS that one of `keys` (JWKs) signed. Raises BadHead."""
    try:
        header = jwt.get_unverified_header(jws)
        known = {thumbprint(key): key for key in keys}
        if header.get("typ") != TYPE or header.get("kid") not in known:
            raise BadHead(f"typ {header.get('typ')!r}, key {header.get('kid')!r}: no head that a known key signed")
        key = _public_key(known[header["kid"]])
        stated = jwt.decode(jws, key, algorithms=[ALGORITHM], issuer=ISSUER, options={"verify_iat": False})
        head = Head.read(f"{stated['position']}:{stated['hash']}")
        number, time = int(stated["number"]), str(stated["time"])
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
        raise BadHead(f"it is not what was signed: {error}") from error
    return SignedHead(number=number, head=head, time=time, kid=header["kid"], jws=jws)


def kept(text: bytes) -> list[SignedHead]:
    """The heads of a file as `GET /audit/heads` answers it, kept by somebody. Raises BadHead.

    The keys are the file's own: whoever kept it compares their names (`kid`) with what the operator told.
    """
    try:
        document = orjson.loads(text)
        # As the public API wraps it, too.
        document = document.get("data", document)
        keys, heads = list(document["keys"]), [str(head["jws"]) for head in document["heads"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadHead('it is no file of heads: {"keys": [...], "heads": [{"jws": ...}, ...]}') from error
    return [verified(jws, keys) for jws in heads]


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """RFC 7638. Raises KeyError for what is no OKP key."""
    members = {name: jwk[name] for name in ("crv", "kty", "x")}
    return base64url(hashlib.sha256(orjson.dumps(members, option=orjson.OPT_SORT_KEYS)).digest())


def _public_key(jwk: Mapping[str, Any]) -> Ed25519PublicKey:
    x = str(jwk["x"])
    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4)))
