"""The hash chain over a book's events: what makes a change of history visible."""

import hashlib

HASH_BYTES = 32


def genesis_hash(book: str) -> bytes:
    """What the first event's `prev_hash` is: names the book, so that two books never share a chain."""
    return hashlib.sha256(f"mccs ledger, book {book}, genesis".encode()).digest()


def link(prev_hash: bytes, position: int, body: bytes) -> bytes:
    """`sha256(prev_hash || position as 8 bytes, big-endian || canonical bytes of the event)`."""
    return hashlib.sha256(prev_hash + position.to_bytes(8, "big") + body).digest()
