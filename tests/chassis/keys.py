"""Keys for tests of tokens: made and read once, both take longer than most tests."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from services.chassis.tokens import Signer


@cache
def key_pair(name: str) -> tuple[bytes, bytes]:
    """Private and public RSA key of `name`, PEM."""
    return _pair_of(rsa.generate_private_key(public_exponent=65537, key_size=2048))


@cache
def short_key_pair(name: str) -> tuple[bytes, bytes]:
    """Private and public Ed25519 key of `name`, PEM."""
    return _pair_of(ed25519.Ed25519PrivateKey.generate())


def _pair_of(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> tuple[bytes, bytes]:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@cache
def signer_of(name: str) -> Signer:
    """Makes tokens with the key of `name`."""
    return Signer(key_pair(name)[0])
