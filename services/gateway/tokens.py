"""Session tokens: RS256 JWTs of 15 minutes that name a session of the directory. Pure but for the clock.

Other keys and audiences than the internal tokens: neither can be taken for the other. The first key of the file signs,
all of them check: whoever has a token of a former key stays logged in.
"""

import base64
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from services.chassis.tokens import KeyFile, keys_of, pem_blocks
from services.gateway.failures import Unauthenticated

LIFETIME_SECONDS = 15 * 60
RENEWABLE_SECONDS = 24 * 60 * 60
"""For so long after its end a token still names its session, so that it can be renewed."""

_MOST_READ = 10_000
"""Tokens whose signature is known to be good: checking one is a sixth of what a call costs."""
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


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """The key that signs, and all that check."""

    kid: str
    signs: RSAPrivateKey
    checks: Mapping[str, RSAPublicKey] = field(hash=False)
    jwks: list[dict[str, str]] = field(hash=False)


def session_keys(pem: bytes) -> SessionKeys:
    """Of a file whose first key is private; those after it, private or public, are former ones. Raises ValueError."""
    blocks = pem_blocks(pem)
    signs = load_pem_private_key(blocks[0], password=None)
    if not isinstance(signs, RSAPrivateKey):
        raise ValueError("the session key must be an RSA key")  # noqa: TRY004 -- of the file, not of a caller
    publics = [signs.public_key(), *map(_public, blocks[1:])]
    jwks = [_jwk(public) for public in publics]
    checks = {jwk["kid"]: public for jwk, public in zip(jwks, publics, strict=True)}
    return SessionKeys(jwks[0]["kid"], signs, checks, list({jwk["kid"]: jwk for jwk in jwks}.values()))


class SessionTokens:
    """Makes and checks session tokens."""

    def __init__(self, keys: bytes | KeyFile, clock: Callable[[], float]) -> None:
        """`keys`: PEM, or a KeyFile of `session_keys`."""
        self._keys, self._clock = keys_of(keys, session_keys), clock
        self._read: OrderedDict[str, tuple[SessionKeys, Claims]] = OrderedDict()

    @property
    def keys(self) -> SessionKeys:
        """Those of now."""
        found: SessionKeys = self._keys()
        return found

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
        keys = self.keys
        return jwt.encode(claims, keys.signs, algorithm="RS256", headers={"kid": keys.kid})

    def read(self, token: str, *, expired_for: int = 0) -> Claims:
        """The claims of a token that ended at most `expired_for` seconds ago. Raises Unauthenticated."""
        keys = self.keys
        read = self._read.get(token)
        # Keys that were read anew may lack the one that signed it.
        claims = read[1] if read is not None and read[0] is keys else self._verified(token, keys)
        if claims.expires_at + expired_for <= self._clock():
            raise Unauthenticated("auth.expired", "This login has expired. Renew it, or log in again.")
        return claims

    def _verified(self, token: str, keys: SessionKeys) -> Claims:
        try:
            found = jwt.decode(
                token, self._key_of(token, keys), algorithms=["RS256"], audience=_AUDIENCE, issuer=_ISSUER,
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},
            )  # fmt: skip
            claims = _claims(found)
        except (jwt.InvalidTokenError, TypeError, ValueError, AttributeError) as error:
            raise Unauthenticated("auth.invalid", "This login is not valid. Log in again.") from error
        self._read[token] = keys, claims
        if len(self._read) > _MOST_READ:
            self._read.popitem(last=False)
        return claims

    @staticmethod
    def _key_of(token: str, keys: SessionKeys) -> RSAPublicKey:
        key = keys.checks.get(str(jwt.get_unverified_header(token).get("kid", keys.kid)))
        if key is None:
            raise jwt.InvalidSignatureError("a key that is not known")
        return key

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


def _public(pem: bytes) -> RSAPublicKey:
    private = b"PRIVATE" in pem
    key = load_pem_private_key(pem, password=None).public_key() if private else load_pem_public_key(pem)
    if not isinstance(key, RSAPublicKey):
        raise ValueError("a former session key must be an RSA key")  # noqa: TRY004 -- of the file
    return key


def _jwk(key: RSAPublicKey) -> dict[str, str]:
    """As a JWK (RFC 7517), its key id the thumbprint of RFC 7638."""
    public = key.public_numbers()
    members = {"e": _base64(public.e), "kty": "RSA", "n": _base64(public.n)}
    digest = hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
    kid = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {**members, "kid": kid, "use": "sig", "alg": "RS256"}


def _base64(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
