"""Secrets of a development system: made once, kept in files that only their owner can read."""

import base64
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from deploy.native.files import write_atomically

PRIVATE = 0o600


class KeyFolder:
    """A folder of secrets. Asking for one makes it if it is not there yet."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def password(self, name: str) -> str:
        """A random password, safe in addresses."""
        return self._file(name, lambda: secrets.token_urlsafe(24)).read_text()

    def fernet(self, name: str) -> str:
        """A Fernet key."""
        return self._file(name, lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()).read_text()

    def private_key(self, name: str) -> Path:
        """A PEM file with an RSA key."""
        return self._file(f"{name}.pem", _new_private_key)

    def signing_key(self, name: str) -> Path:
        """A PEM file with an Ed25519 key."""
        return self._file(f"{name}.pem", _new_signing_key)

    def public_key(self, name: str) -> Path:
        """The public half of `signing_key(name)`, as a PEM file of its own."""
        private = self.signing_key(name)
        return self._file(f"{name}.public.pem", lambda: _public_half(private))

    def _file(self, name: str, make: Callable[[], str]) -> Path:
        path = self._directory / name
        if not path.exists():
            self._directory.mkdir(parents=True, exist_ok=True)
            self._directory.chmod(0o700)
            write_atomically(path, make(), mode=PRIVATE)
        return path


def _new_private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _new_signing_key() -> str:
    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public_half(private: Path) -> str:
    key = load_pem_private_key(private.read_bytes(), password=None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
