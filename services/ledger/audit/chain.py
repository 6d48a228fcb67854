"""The hash chain over a book's events, written down a second time: the audit shares no code with what wrote it."""

import hashlib


def genesis_hash(book: str) -> bytes:
    """The `prev_hash` of a book's first event."""
    return hashlib.sha256(f"mccs ledger, book {book}, genesis".encode()).digest()


def link(prev_hash: bytes, position: int, body: bytes) -> bytes:
    """The hash of an event: `sha256(prev_hash || position as 8 bytes, big-endian || its canonical bytes)`."""
    return hashlib.sha256(prev_hash + position.to_bytes(8, "big") + body).digest()
