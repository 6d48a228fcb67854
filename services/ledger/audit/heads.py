"""Signed heads: what a ledger said of a book at a size, as a JWS (RFC 7515) signed with Ed25519 (RFC 8037)."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_TYPE = "mccs-head+jwt"
_HASH_BYTES = 32
_COUNTS = ("number", "size", "accounts", "sum")
_TEXTS = ("book", "iss", "time")


class BadSignature(Exception):
    """Not a head that one of the keys signed; says why."""


class BadKey(ValueError):
    """Not a public key of the kind that heads are signed with; says why."""


@dataclass(frozen=True, slots=True)
class Head:
    """A signed payload: the book's first `size` events have this Merkle `root`, the chain's `hash` is of the last.

    `number` counts the book's heads from 1; `sum` is that of all balances, minor units; `time` RFC 3339.
    """

    book: str
    number: int
    size: int
    root: bytes
    hash: bytes
    sum: int
    accounts: int
    time: str
    iss: str
    kid: str
    jws: str


class Keys:
    """Public keys by `kid`, which is the RFC 7638 thumbprint."""

    def __init__(self, jwks: Iterable[Mapping[str, Any]] = ()) -> None:
        """Of JWKs. Raises BadKey."""
        self._keys: dict[str, Ed25519PublicKey] = {}
        for jwk in jwks:
            kid, key = _read_key(jwk)
            self._keys[kid] = key

    @classmethod
    def of_document(cls, text: bytes) -> "Keys":
        """Of a JWKS document, or any JSON object with `keys`. Raises BadKey."""
        try:
            document = orjson.loads(text)
        except ValueError as error:
            raise BadKey(f"no JSON: {error}") from error
        jwks = document.get("keys") if isinstance(document, dict) else document
        if not isinstance(jwks, list) or not all(isinstance(jwk, dict) for jwk in jwks):
            raise BadKey("no JWKS: an object with a list `keys` is expected")
        return cls(jwks)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def get(self, kid: str) -> Ed25519PublicKey | None:
        return self._keys.get(kid)


def verified(jws: str, keys: Keys) -> Head:
    """The head in a JWS that one of `keys` signed. Raises BadSignature."""
    signed, header, payload, signature = _parts(jws)
    if header.get("alg") != "EdDSA" or header.get("typ") != _TYPE or "crit" in header:
        raise BadSignature(f"is no head: alg {header.get('alg')!r}, typ {header.get('typ')!r}")
    kid = header.get("kid")
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise BadSignature(f"names a key that is not known: {kid!r}")
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        raise BadSignature(f"is not signed by the key that it names, {kid}") from None
    return _head(payload, str(kid), jws)


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """RFC 7638, base64url without padding."""
    members = {name: jwk[name] for name in ("crv", "kty", "x")}
    return _encoded(hashlib.sha256(orjson.dumps(members, option=orjson.OPT_SORT_KEYS)).digest())


def jws_of(text: bytes) -> list[str]:
    """The heads in a file that somebody kept, not verified yet. Raises ValueError with what can't be read.

    One JWS or one head document a line; or a JSON document with heads anywhere in it, as that of
    `/.well-known/mccs-ledger` or a page of heads.
    """
    try:
        whole = orjson.loads(text)
    except ValueError:
        lines = [line.strip() for line in text.splitlines()]
        return [found for line in lines if line for found in _in_line(line)]
    return _heads_in(whole)


def _in_line(line: bytes) -> list[str]:
    if line[:1] in (b"{", b"["):
        return _heads_in(orjson.loads(line))
    text = line.decode("ascii").strip('"')
    if text.count(".") != 2:
        raise ValueError(f"neither a JWS nor a head document: {text[:40]}")
    return [text]


def _heads_in(document: Any) -> list[str]:
    if isinstance(document, str):
        # The well-known document has an address there, which may have as many dots.
        return [document] if document.count(".") == 2 and "/" not in document else []
    if isinstance(document, dict):
        if isinstance(document.get("jws"), str):
            return [document["jws"]]
        return [jws for name in ("head", "heads", "books") if name in document for jws in _heads_in(document[name])]
    if isinstance(document, list):
        return [jws for part in document for jws in _heads_in(part)]
    return []


def _parts(jws: str) -> tuple[bytes, dict[str, Any], bytes, bytes]:
    """What is signed, header, payload, signature."""
    try:
        header, payload, signature = jws.split(".")
        document = dict(orjson.loads(_decoded(header)))
        return f"{header}.{payload}".encode("ascii"), document, _decoded(payload), _decoded(signature)
    except (ValueError, TypeError) as error:
        raise BadSignature(f"is no JWS: {error}") from error


def _head(payload: bytes, kid: str, jws: str) -> Head:
    try:
        claims = orjson.loads(payload)
        root, hash_ = (bytes.fromhex(claims[name]) for name in ("root", "hash"))
        counts, texts = {name: claims[name] for name in _COUNTS}, {name: claims[name] for name in _TEXTS}
    except (ValueError, KeyError, TypeError) as error:
        raise BadSignature(f"is signed, and has no head in it: {type(error).__name__} {error}") from error
    sound = all(type(count) is int for count in counts.values()) and all(type(text) is str for text in texts.values())
    if not sound or counts["size"] < 1 or {len(root), len(hash_)} != {_HASH_BYTES}:
        raise BadSignature("is signed, and has no sound head in it")
    if texts["iss"] != f"/ledger/{texts['book']}":
        raise BadSignature("is signed, and names a book and the ledger of another one")
    return Head(root=root, hash=hash_, **counts, **texts, kid=kid, jws=jws)


def _read_key(jwk: Mapping[str, Any]) -> tuple[str, Ed25519PublicKey]:
    if jwk.get("kty") != "OKP" or jwk.get("crv") != "Ed25519" or not isinstance(jwk.get("x"), str):
        raise BadKey("not an Ed25519 public key (RFC 8037)")
    kid = thumbprint(jwk)
    if jwk.get("kid", kid) != kid:
        raise BadKey(f"the key that is called {jwk['kid']!r} is {kid}: a kid is the RFC 7638 thumbprint")
    try:
        return kid, Ed25519PublicKey.from_public_bytes(_decoded(jwk["x"]))
    except ValueError as error:
        raise BadKey(f"the key {kid} can't be read: {error}") from error


def _decoded(text: str) -> bytes:
    """base64url without padding, one spelling for each value. Raises ValueError."""
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(f"no base64url: {error}") from error
    if _encoded(found) != text:
        raise ValueError("no base64url in its one spelling")
    return found


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
