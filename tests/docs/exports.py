"""Exports for tests, in the format of docs/audit.md: taken apart and put together without the code that writes them."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def payload_of(jws: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(jws.split(".")[1] + "=="))


def root_over(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, as it is written there."""
    if len(leaves) == 1:
        return sha(b"\0", leaves[0])
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1", root_over(leaves[:middle]), root_over(leaves[middle:]))


def path_to_last(leaves: list[bytes]) -> list[bytes]:
    """RFC 9162, 2.1.3.1, for the last leaf."""
    if len(leaves) == 1:
        return []
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return [*path_to_last(leaves[middle:]), root_over(leaves[:middle])]


@dataclass(frozen=True)
class Taken:
    """An export in parts: bodies by position from `first`, heads by the position they follow."""

    header: dict[str, Any]
    bodies: list[bytes]
    heads: dict[int, str]
    end: dict[str, Any]

    @classmethod
    def of(cls, content: bytes) -> "Taken":
        lines = content.splitlines()
        bodies, heads = [], {}
        for line in lines[1:-1]:
            if line.startswith(b'{"event":'):
                bodies.append(line[9:-75])
            else:
                heads[len(bodies)] = json.loads(line)["head"]
        return cls(json.loads(lines[0]), bodies, heads, json.loads(lines[-1]))

    def changed(self, position: int, change: Callable[[dict[str, Any]], object]) -> "Taken":
        """Another document at a position."""
        document = json.loads(self.bodies[position - 1])
        change(document)
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return replace(self, bodies=[*self.bodies[: position - 1], text.encode(), *self.bodies[position:]])

    def hashes(self) -> list[bytes]:
        """The chain over the bodies as they are."""
        found = [bytes.fromhex(self.header["prev_hash"])]
        for position, body in enumerate(self.bodies, self.header["first"]):
            found.append(sha(found[-1], position.to_bytes(8, "big"), body))
        return found[1:]

    def signed_again(self, key: Ed25519PrivateKey) -> "Taken":
        """What somebody who holds a key makes of it: every head fits again. The last event has the last head."""
        hashes = self.hashes()
        heads = {size: _signed(jws, hashes[:size], key) for size, jws in self.heads.items()}
        path = [step.hex() for step in path_to_last(hashes)]
        return replace(self, heads=heads, end={**self.end, "head": heads[len(hashes)], "path": path})

    def written(self) -> bytes:
        """The file; hashes and counts fit whatever the bodies are. Paths in the tree stay as they were."""
        hashes = self.hashes()
        lines = [json.dumps(self.header, separators=(",", ":")).encode()]
        for count, (body, hash_) in enumerate(zip(self.bodies, hashes, strict=True), 1):
            lines.append(b'{"event":%b,"hash":"%b"}' % (body, hash_.hex().encode()))
            if count in self.heads:
                lines.append(json.dumps({"head": self.heads[count]}, separators=(",", ":")).encode())
        stated = self.end["manifest"] | {"hash": hashes[-1].hex(), "events": len(hashes)}
        lines.append(json.dumps({**self.end, "manifest": stated}, separators=(",", ":")).encode())
        return b"\n".join(lines) + b"\n"


def _signed(jws: str, leaves: list[bytes], key: Ed25519PrivateKey) -> str:
    told = payload_of(jws) | {"root": root_over(leaves).hex(), "hash": leaves[-1].hex()}
    text = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    signed = f"{jws.split('.')[0]}.{encoded(text)}"
    return f"{signed}.{encoded(key.sign(signed.encode()))}"
