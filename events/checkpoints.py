"""What the ledger announces on `ledger.checkpoints`: signed heads of a book. No envelope: the signature is inside.

Plain values in canonical JSON, like the events. Whoever keeps these elsewhere can tell if the book is changed later.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """What a book was after `size` events. All but `jws` is there to be read; what is signed is in `jws`."""

    book: str
    number: int
    """Counts the heads of a book, from 1: the `position` in the headers."""
    size: int
    """Events, from the first on; the position of the newest."""
    root: str
    """Of the Merkle tree (RFC 9162) over their chain hashes, hex."""
    hash: str
    """The chain hash of the newest, hex."""
    sum: int
    """Of all balances: always zero, else nothing is signed."""
    accounts: int
    time: str
    """RFC 3339 UTC with microseconds; never goes back along numbers."""
    kid: str
    """Of the key (RFC 7638)."""
    jws: str
    """Compact form (RFC 7515), Ed25519."""
