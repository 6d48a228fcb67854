"""What the audit log keeps of a command: who did what to whom, before and after, and why. Pure.

Entries are chained: each one's hash covers the one before. What an entry tells of people is covered by a salted
digest, so that it can be erased one day while the chain still verifies.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

GENESIS = hashlib.sha256(b"mccs directory audit log").hexdigest()
"""What the first entry follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was done, as a command tells it."""

    action: str
    """`entity.status-changed`: what it is done to, then what was done."""
    subject: str
    """`entity/<id>`, `user/<id>`, `category/<name>` ..."""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    concerns: tuple[str, ...] = ()
    """Others that the entry is about, in the form of `subject`: they may see it too."""

    @property
    def details(self) -> dict[str, Any]:
        """What may have to be erased."""
        return {"before": dict(self.before), "after": dict(self.after), "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An entry with who did it, and in which request."""

    entry: Entry
    actor: str
    correlation_id: str
    on_behalf_of: str | None = None
    origin: str = ""
    source: str = ""
    """`<topic>/<key>/<position>` of the event that it was told by; empty for commands here. Unique."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How far a log had come, and the hash of its last entry: it stands for all entries up to there."""

    position: int = 0
    hash: str = GENESIS

    @classmethod
    def read(cls, text: str) -> "Head":
        """`<position>:<hash>`, as it is printed. Raises ValueError."""
        position, colon, digest = text.strip().partition(":")
        if not colon or len(digest) != len(GENESIS) or set(digest) - set("0123456789abcdef"):
            raise ValueError("a head is written position:hash, with a hash of 64 hexadecimal digits")
        return cls(position=int(position), hash=digest)

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A head that the operator put the network's name to. `number` counts them from 1; `jws` is what counts."""

    number: int
    head: Head
    time: str
    kid: str
    """The thumbprint of the key (RFC 7638)."""
    jws: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What is kept of an entry for ever: no text of anybody, ids alone."""

    position: int
    time: str
    action: str
    subject: str
    concerns: tuple[str, ...]
    actor: str
    on_behalf_of: str | None
    origin: str
    """Keyed hash of the network address; empty when nobody called."""
    correlation_id: str
    digest: str
    """Of details and salt."""


def digest_of(details: Mapping[str, Any], salt: str) -> str:
    """What stands for the details once they are erased: nothing can be guessed from it without the salt."""
    return hashlib.sha256(salt.encode() + _canonical(details)).hexdigest()


def chained(header: Header, previous: str) -> str:
    """The hash of an entry that follows the one with hash `previous`."""
    return hashlib.sha256(previous.encode() + _canonical(asdict(header))).hexdigest()


def _canonical(document: Mapping[str, Any]) -> bytes:
    # As RFC 8785 has it, as long as there are no floats: and there are none.
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of two documents is not the same, as it was and as it is."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}
