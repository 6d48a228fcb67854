"""Codes that an app shows every 30 seconds (RFC 6238), and the secret behind them, which is stored encrypted."""

import hmac
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from services.chassis.logs import log

_STEP_SECONDS = 30
_SECRET_SIGNS = 32
"""160 bits in base32, as RFC 4226 recommends."""


class OneTimeCodes:
    """Makes secrets, keeps them sealed, and finds the step that a code belongs to."""

    def __init__(self, keys: str) -> None:
        """`keys` are Fernet keys with commas between: the first seals, all open. Raises ValueError."""
        self._vault = MultiFernet([Fernet(key.strip()) for key in keys.split(",")])

    def new_secret(self) -> str:
        """A fresh secret, in base32."""
        return pyotp.random_base32(_SECRET_SIGNS)

    def seal(self, secret: str) -> str:
        """As it is stored."""
        return self._vault.encrypt(secret.encode()).decode()

    def resealed(self, sealed: str) -> str:
        """The same with the newest key. Raises InvalidToken."""
        return self._vault.rotate(sealed.encode()).decode()

    def step(self, sealed: str, code: str, now: datetime) -> int | None:
        """The step of 30 seconds that `code` is right for: this one, the one before or the next; else None."""
        try:
            timed = pyotp.TOTP(self._vault.decrypt(sealed.encode()).decode())
        except InvalidToken:
            # The key is lost: recovery codes still work, and an administrator can reset it.
            log.error("secret.unreadable", what="second factor")
            return None
        current = int(now.timestamp()) // _STEP_SECONDS
        fits = [step for step in (current - 1, current, current + 1) if _same(timed.generate_otp(step), code)]
        return max(fits, default=None)


def _same(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.encode())
