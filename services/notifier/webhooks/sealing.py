"""Secrets that webhooks are signed with: made here, shown once, kept under a key of the settings."""

import secrets
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_PREFIX = "whsec_"


class SealedOtherwise(Exception):
    """A secret was sealed with a key that is not among ours."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Closes and opens secrets. `keys`: Fernet keys, comma separated, the newest first."""

    _fernet: MultiFernet

    @classmethod
    def of(cls, keys: str) -> "Seal":
        """Raises ValueError for what is no Fernet key."""
        return cls(MultiFernet([Fernet(key.strip()) for key in keys.split(",")]))

    def close(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises SealedOtherwise."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise SealedOtherwise from error


def new_secret() -> str:
    """256 random bits, recognisable by whoever looks for leaked secrets."""
    return _PREFIX + secrets.token_urlsafe(32)
