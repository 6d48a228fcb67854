"""A second writer of exports, for tests: heads are signed and trees are hashed by code that shares nothing with ours.

Roots and paths are the recursive definitions of RFC 9162, 2.1.1 and 2.1.3.1, word for word; slow on purpose.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Row = tuple[int, bytes, bytes, bytes]


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def compact(document: object) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def mth(entries: Sequence[bytes]) -> bytes:
    """RFC 9162, 2.1.1."""
    if len(entries) <= 1:
        return hashlib.sha256(b"\x00" + entries[0] if entries else b"").digest()
    half = 1 << (len(entries) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + mth(entries[:half]) + mth(entries[half:])).digest()


def inclusion(index: int, entries: Sequence[bytes]) -> list[bytes]:
    """RFC 9162, 2.1.3.1."""
    if len(entries) == 1:
        return []
    half = 1 << (len(entries) - 1).bit_length() - 1
    if index < half:
        return [*inclusion(index, entries[:half]), mth(entries[half:])]
    return [*inclusion(index - half, entries[half:]), mth(entries[:half])]


def consistency(first: int, entries: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 9162, 2.1.4.1."""
    if first == len(entries):
        return [] if whole else [mth(entries)]
    half = 1 << (len(entries) - 1).bit_length() - 1
    if first <= half:
        return [*consistency(first, entries[:half], whole=whole), mth(entries[half:])]
    return [*consistency(first - half, entries[half:], whole=False), mth(entries[:half])]


@dataclass
class Signer:
    """A key that signs heads."""

    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @cached_property
    def jwk(self) -> dict[str, str]:
        x = base64url(self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        members = {"crv": "Ed25519", "kty": "OKP", "x": x}
        return members | {"kid": base64url(hashlib.sha256(compact(members)).digest())}

    def sign(self, payload: dict, **header) -> str:
        head = {"alg": "EdDSA", "kid": self.jwk["kid"], "typ": "mccs-head+jwt"} | header
        signed = f"{base64url(compact(head))}.{base64url(compact(payload))}"
        return f"{signed}.{base64url(self.private.sign(signed.encode()))}"


@dataclass
class Ledger:
    """Events of a book as they are stored, and who signs for it."""

    rows: list[Row]
    book: str = "test"
    signer: Signer = field(default_factory=Signer)

    def payload(self, size: int, number: int = 1) -> dict:
        """What a head of that size says."""
        entries = [row[2] for row in self.rows[:size]]
        opened = sum(b'"type":"ledger.account-opened.v1"' in row[3] for row in self.rows[:size])
        return {
            "accounts": opened,
            "book": self.book,
            "hash": entries[-1].hex(),
            "iss": f"/ledger/{self.book}",
            "number": number,
            "root": mth(entries).hex(),
            "size": size,
            "sum": 0,
            "time": "2026-11-22T10:00:00.000000Z",
        }

    def head(self, size: int, number: int = 1) -> str:
        return self.signer.sign(self.payload(size, number))

    def lines(
        self, first: int = 1, last: int | None = None, heads: Iterable[int] = (), covering: int | None = None
    ) -> list[bytes]:
        """An export with heads at these sizes; the manifest's is of size `covering`, the end when it is not given."""
        last = last or len(self.rows)
        covering = covering or last
        sizes = {size: number for number, size in enumerate(sorted({*heads, covering}), start=1)}
        before = self.rows[first - 1][1].hex()
        lines = [
            {"mccs_export": 1, "book": self.book, "unit": "ocn-uk", "first": first, "prev_hash": before,
             "keys": [self.signer.jwk]}
        ]  # fmt: skip
        made = [json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines]
        count = 0
        for position, _, hash_, body in self.rows[first - 1 : last]:
            made.append(b'{"event":' + body + b',"hash":"' + hash_.hex().encode() + b'"}\n')
            if position in sizes:
                count += 1
                made.append(compact({"head": self.head(position, sizes[position])}) + b"\n")
        entries = [row[2] for row in self.rows[:covering]]
        manifest = {
            "manifest": {
                "book": self.book, "events": last - first + 1, "first": first, "last": last, "prev_hash": before,
                "hash": self.rows[last - 1][2].hex(), "heads": count,
            },
            "head": self.head(covering, sizes[covering]),
            "path": [step.hex() for step in inclusion(last - 1, entries)],
        }  # fmt: skip
        return [*made, json.dumps(manifest, separators=(",", ":")).encode() + b"\n"]

    def write(self, path: Path, lines: list[bytes] | None = None, **options) -> Path:
        """The export as a file, or these lines; gzip by the file's name."""
        content = b"".join(self.lines(**options) if lines is None else lines)
        path.write_bytes(gzip.compress(content, 1) if path.suffix == ".gz" else content)
        return path

    def keys(self, path: Path) -> Path:
        path.write_bytes(compact({"keys": [self.signer.jwk]}))
        return path
