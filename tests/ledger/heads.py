"""Signed heads for tests: keys, and a book's tree kept and signed in one call."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.chassis.clock import Clock, system_clock
from services.chassis.process import Stop
from services.ledger.heads import HeadKey
from services.ledger.keeping import Keeper
from services.ledger.store.keeping import KeptTree
from services.ledger.store.tree import TreeHead
from tests.databases import Database


@cache
def head_key_pem(name: str = "heads") -> bytes:
    """The private key of `name`, PEM, as LEDGER_HEAD_PRIVATE_KEY_FILE has it."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@cache
def a_head_key(name: str = "heads") -> HeadKey:
    """The key of `name`."""
    return HeadKey(head_key_pem(name))


def a_signed_head(
    database: Database, book: str, *, key: HeadKey | None = None, clock: Clock = system_clock
) -> TreeHead | None:
    """Keep the tree of a book up to its newest event, and sign a head; None when nothing was signed.

    Nothing is signed for an empty book, when there is nothing new since the last head, and when signing is refused.
    """
    tree = KeptTree(database.url, book)
    try:
        return Keeper(tree, key or a_head_key(), clock, Stop()).tick(wanted=True)
    finally:
        tree.close()
