"""API tokens, of people and of service accounts: what one looks like, what it may do, how long it lives.

Pure: randomness is an argument.

A token is `mccs_`, 256 random bits and a checksum, so that a mistyped or cut one is refused without a look-up, and a
scanner of leaked secrets knows one when it sees it.
"""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from services.directory.domain.errors import DirectoryError, FieldsInvalid

PREFIX = "mccs_"
DEFAULT_DAYS, MOST_DAYS = 90, 366
MOST_TOKENS = 20
"""Of one user, at once."""

PAYING_SCOPES = ("transfer:initiate", "transfer:accept")
MEMBER_SCOPES = ("read", "directory", *PAYING_SCOPES)
ADMIN_AREAS = ("admin:members", "admin:catalogue", "admin:ledger", "admin:mail", "admin:audit")
STAFF_SCOPES = ("read", "admin", *ADMIN_AREAS)
AUDITOR_SCOPES = ("read",)
SCOPES = (*MEMBER_SCOPES, "admin", *ADMIN_AREAS)

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_SUM_LENGTH = 6


class UnknownApiToken(DirectoryError):
    """The token has ended, was revoked, or never was."""


class TooManyApiTokens(DirectoryError):
    """The user has as many as one may have."""


class TokenBelowTwoFactor(DirectoryError):
    """The token's user must have a second factor, and the token was made without one."""


class DayLimitReached(DirectoryError):
    """The token would move more out in a day than it may."""

    def __init__(self, limit: int, left: int, resets_at: str) -> None:
        super().__init__(
            f"This API token may move {limit} of the smallest unit out in a day, and {left} of it are left until "
            f"{resets_at}. Move less, wait until then, or make a token that may do more."
        )
        self.left, self.resets_at = left, resets_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token as it is kept and shown: everything but its secret."""

    token_id: str
    user_id: str
    """Or the id of a service account."""
    name: str
    scopes: tuple[str, ...]
    created_at: str
    expires_at: str | None
    """None, of service accounts alone: it lives until it is revoked."""
    last_used_at: str | None = None
    """Within a minute."""
    day_limit: int | None = None
    """The most that it may move out in a day (UTC), in minor units; None: no such bound."""

    def lives(self, now: datetime) -> bool:
        """Whether it can be used."""
        return self.expires_at is None or now < datetime.fromisoformat(self.expires_at)


def hold_to_two_factor(token: ApiToken, since: datetime | None) -> None:
    """For who must have a second factor: `since` when there is one. Raises TokenBelowTwoFactor.

    A token is a way in by itself: one that was made with a password alone would go on without what everybody else
    of its kind has to show.
    """
    if since is None:
        raise TokenBelowTwoFactor(
            "Your login must have a second factor, and has none: log in, set one up, and make a new token."
        )
    if datetime.fromisoformat(token.created_at) < since:
        raise TokenBelowTwoFactor(
            "Your login must have a second factor, and this token is from before there was one: log in, make a new "
            "token, and revoke this one."
        )


def token_of(secret: str) -> str:
    """The token with 256 random bits `secret` (43 characters, base64url)."""
    return f"{PREFIX}{secret}{_checksum(secret)}"


def is_well_formed(token: str) -> bool:
    """Whether `token` can be one: prefix, length, alphabet, checksum."""
    secret, told = token[len(PREFIX) : -_SUM_LENGTH], token[-_SUM_LENGTH:]
    return token.startswith(PREFIX) and bool(_SECRET.fullmatch(secret)) and told == _checksum(secret)


def _checksum(secret: str) -> str:
    # CRC-32 in base 62, six digits, as GitHub's tokens have it.
    number, digits = zlib.crc32(secret.encode()), ""
    for _ in range(_SUM_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


def scopes_for(kind: str) -> tuple[str, ...]:
    """What the tokens of such a user can be allowed at all."""
    return {"member": MEMBER_SCOPES, "auditor": AUDITOR_SCOPES}.get(kind, STAFF_SCOPES)


def check_scopes(kind: str, scopes: Sequence[str]) -> tuple[str, ...]:
    """`scopes` in their order. Raises FieldsInvalid for none, and for what such a user can't have."""
    may = scopes_for(kind)
    if not scopes:
        raise FieldsInvalid({"scopes": ["Choose at least one thing that the token may do."]})
    if foreign := [scope for scope in scopes if scope not in may]:
        raise FieldsInvalid({"scopes": [f"Your login can't give {foreign[0][:50]!r}. It can give: {', '.join(may)}."]})
    return tuple(scope for scope in may if scope in scopes)


def check_day_limit(scopes: Sequence[str], day_limit: int | None) -> int | None:
    """The limit. Raises FieldsInvalid for a token that moves nothing."""
    if day_limit is not None and not set(scopes) & set(PAYING_SCOPES):
        raise FieldsInvalid({"day_limit": [f"This is for tokens that may pay: {', '.join(PAYING_SCOPES)}."]})
    return day_limit


def day_of(now: datetime) -> str:
    """The day that is counted, in UTC."""
    return now.astimezone(UTC).date().isoformat()


def day_end(now: datetime) -> datetime:
    """When the next one begins."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


def expiry(now: datetime, days: int) -> datetime:
    """When a token of so many days ends."""
    return now + timedelta(days=days)


def told(token: ApiToken) -> Mapping[str, Any]:
    """What the audit log says of it."""
    limit = {} if token.day_limit is None else {"day_limit": token.day_limit}
    return {"name": token.name, "scopes": list(token.scopes), "expires_at": token.expires_at, **limit}
