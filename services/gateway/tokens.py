"""Session tokens: RS256 JWTs of 15 minutes that name a session of the directory. Pure but for the clock.

Other keys and audiences than the internal tokens: neither can be taken for the other.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from services.gateway.failures import Unauthenticated

LIFETIME_SECONDS = 15 * 60
RENEWABLE_SECONDS = 24 * 60 * 60
"""For so long after its end a token still names its session, so that it can be renewed."""

_ISSUER = "mccs"
_AUDIENCE = "mccs-session"
_REQUIRED = ["exp", "iat", "sub", "sid", "aud", "iss", "roles", "entities"]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says."""

    session_id: str
    user_id: str
    roles: frozenset[str]
    entities: dict[str, str] = field(hash=False)
    """Entity id to account number, of those that the user may act for."""
    expires_at: float
    """Unix seconds."""
    limits: dict[str, tuple[bool, int | None]] = field(default_factory=dict, hash=False)
    """`view_only` and `max_amount` of those that the user is an operator of: they hold while the directory is down."""


class SessionTokens:
    """Makes and checks session tokens with one key."""

    def __init__(self, private_key_pem: bytes, clock: Callable[[], float]) -> None:
        key = load_pem_private_key(private_key_pem, password=None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("the session key must be an RSA key")
        self._key, self._clock = key, clock
        self.jwk = _jwk(key)
        self.kid: str = self.jwk["kid"]

    def issue(
        self, session_id: str, user_id: str, roles: frozenset[str], entities: Mapping[str, str],
        limits: Mapping[str, tuple[bool, int | None]] | None = None,
    ) -> str:  # fmt: skip
        """A fresh token."""
        now = int(self._clock())
        claims = {
            "iss": _ISSUER, "aud": _AUDIENCE, "iat": now, "exp": now + LIFETIME_SECONDS,
            "sub": user_id, "sid": session_id, "roles": sorted(roles), "entities": dict(entities),
            "limits": dict(limits or {}),
        }  # fmt: skip
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self.kid})

    def read(self, token: str, *, expired_for: int = 0) -> Claims:
        """The claims of a token that ended at most `expired_for` seconds ago. Raises Unauthenticated."""
        try:
            found = jwt.decode(
                token, self._key.public_key(), algorithms=["RS256"], audience=_AUDIENCE, issuer=_ISSUER,
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},
            )  # fmt: skip
            claims = _claims(found)
        except (jwt.InvalidTokenError, TypeError, ValueError, AttributeError) as error:
            raise Unauthenticated("auth.invalid", "This login is not valid. Log in again.") from error
        if claims.expires_at + expired_for <= self._clock():
            raise Unauthenticated("auth.expired", "This login has expired. Renew it, or log in again.")
        return claims

    def lives(self, claims: Claims) -> bool:
        """Whether the token has not expired."""
        return claims.expires_at > self._clock()

    def wants_renewal(self, claims: Claims) -> bool:
        """Whether less than a third of its life is left."""
        return claims.expires_at - self._clock() < LIFETIME_SECONDS / 3


def _claims(found: dict[str, Any]) -> Claims:
    return Claims(
        session_id=str(found["sid"]),
        user_id=str(found["sub"]),
        roles=frozenset(map(str, found["roles"])),
        entities={str(entity): str(account) for entity, account in found["entities"].items()},
        expires_at=float(found["exp"]),
        limits={str(entity): (bool(only), most) for entity, (only, most) in found.get("limits", {}).items()},
    )


def _jwk(key: RSAPrivateKey) -> dict[str, str]:
    """The public half as a JWK (RFC 7517), its key id the thumbprint of RFC 7638."""
    public = key.public_key().public_numbers()
    members = {"e": _base64(public.e), "kty": "RSA", "n": _base64(public.n)}
    digest = hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
    kid = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {**members, "kid": kid, "use": "sig", "alg": "RS256"}


def _base64(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
