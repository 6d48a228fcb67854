"""What the ledger says of itself, worked out again: hashes, trees and signatures (docs/audit.md; RFC 9162, 2.1). Pure.

The reader's own check counts for more: this one is made by the same people's machine. It finds what a ledger, or a
wire, got wrong, and says so before somebody files a proof that proves nothing.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LONGEST_JWS = 8000


def chained(prev_hash: str, position: int, body: bytes) -> str:
    """The chain's hash behind an event, from the one before it. Raises ValueError."""
    return hashlib.sha256(bytes.fromhex(prev_hash) + position.to_bytes(8, "big") + body).hexdigest()


def includes(*, leaf: str, position: int, size: int, path: Sequence[str], root: str) -> bool:
    """Whether the path leads from the event at a position to the root of a tree (RFC 9162, 2.1.3.2)."""
    node, last = position - 1, size - 1
    if not 0 <= node <= last:
        return False
    try:
        found = _hash(b"\x00", bytes.fromhex(leaf))
        for sibling in map(bytes.fromhex, path):
            if last == 0:
                return False
            if node & 1 or node == last:
                found = _hash(b"\x01", sibling, found)
                while not node & 1 and node:
                    node, last = node >> 1, last >> 1
            else:
                found = _hash(b"\x01", found, sibling)
            node, last = node >> 1, last >> 1
    except ValueError:
        return False
    return last == 0 and found.hex() == root


def continues(*, first: int, second: int, first_root: str, second_root: str, path: Sequence[str]) -> bool:
    """Whether the larger tree begins with the smaller one (RFC 9162, 2.1.4.2)."""
    if not 1 <= first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    try:
        old = new = bytes.fromhex(steps[0])
        for sibling in map(bytes.fromhex, steps[1:]):
            if last == 0:
                return False
            if node & 1 or node == last:
                old, new = _hash(b"\x01", sibling, old), _hash(b"\x01", sibling, new)
                while not node & 1 and node:
                    node, last = node >> 1, last >> 1
            else:
                new = _hash(b"\x01", new, sibling)
            node, last = node >> 1, last >> 1
    except (ValueError, IndexError):
        return False
    return last == 0 and (old.hex(), new.hex()) == (first_root, second_root)


def is_signed(head: Mapping[str, Any], keys: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of the keys signed the head (RFC 8037), and signed what the head says."""
    said = payload_of(head["jws"])
    if not said or any(head[name] != value for name, value in said.items() if name in head):
        return False
    signed, _, signature = head["jws"].rpartition(".")
    for key in keys:
        if key["kid"] == head["kid"] == _part(signed.partition(".")[0]).get("kid"):
            try:
                Ed25519PublicKey.from_public_bytes(_decoded(key["x"])).verify(_decoded(signature), signed.encode())
            except (InvalidSignature, ValueError):
                return False
            return True
    return False


def payload_of(jws: str) -> dict[str, Any]:
    """What a signed head says, whoever signed it; empty when the text is none."""
    pieces = jws.split(".")
    return _part(pieces[1]) if len(pieces) == 3 and len(jws) <= LONGEST_JWS else {}


def _part(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(_decoded(text))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hash(*pieces: bytes) -> bytes:
    return hashlib.sha256(b"".join(pieces)).digest()
