"""Internal tokens: how the gateway tells a service who is asking. Services trust nothing else. And signed statements.

Signed by the gateway's internal key (Ed25519; RSA of before), audience = the service, 60 s. Verifying costs 0.1 ms, so
verified claims are kept by token until they expire, in a bounded cache.

Keys are read again when their file changes, and told apart by `kid`: so they are rotated without a restart
(docs/runbook.md).
"""

import base64
import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from services.chassis.logs import log

ISSUER = "gateway"
LIFETIME_SECONDS = 60
STAFF = frozenset({"admin", "coordinator", "auditor"})
"""Roles of people who work for the network: events name all of them `admin:<id>`."""
_CACHE_SIZE = 10_000
_PEM = re.compile(rb"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)
_REQUIRED: Any = {"require": ["exp", "iat", "sub", "aud", "iss"]}


class InvalidToken(Exception):
    """No token, or one that this service must not accept."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking. A visitor without a login has role `public` and no subject."""

    subject: str = ""
    """User id, or the empty text."""
    roles: frozenset[str] = frozenset({"public"})
    """Of `public`, `member`, `admin`, `coordinator`, `auditor`, `service`."""
    accounts: frozenset[str] = field(default_factory=frozenset)
    """Account numbers that the caller may act for."""
    entities: frozenset[str] = field(default_factory=frozenset)
    """Entity ids that the caller may act for."""
    session: str = ""
    on_behalf_of: str = ""
    """Whom an administrator acts for: `entity/<id>`. The roles are then a member's, the actor stays the own one."""
    viewed: frozenset[str] = field(default_factory=frozenset)
    """Account numbers and entity ids that the caller may look at as their members do, but not act for."""
    operated: frozenset[str] = field(default_factory=frozenset)
    """Of `accounts` and `entities`, those acted for as an operator: what is for owners alone is refused there."""
    caps: frozenset[tuple[str, int]] = field(default_factory=frozenset)
    """Account number and the most that one transfer may move for it, in minor units; none: no such bound."""

    @property
    def actor(self) -> str:
        """As events name it: `admin:<id>`, `user:<id>`, `system:<what>`."""
        if "service" in self.roles:
            return f"system:{self.subject}"
        return f"{'admin' if self.on_behalf_of or self.roles & STAFF else 'user'}:{self.subject}"


class KeyFile:
    """What is made of a file of keys (PEM), made anew when the file changes. Raises OSError, ValueError at first."""

    def __init__(self, path: str, parse: Callable[[bytes], Any]) -> None:
        self._path, self._parse, self._stamp = Path(path), parse, (0, 0, 0)
        self._parsed: Any = None
        self._read()

    def __call__(self) -> Any:
        """Of what it holds now; of what it held before, when it can't be used: it is being written, perhaps."""
        if self._changed():
            try:
                self._read()
                log.info("keys.changed", file=self._path.name)
            except (OSError, ValueError, TypeError) as error:
                log.error("keys.unreadable", file=self._path.name, error=type(error).__name__)
        return self._parsed

    def _read(self) -> None:
        self._changed()
        self._parsed = self._parse(self._path.read_bytes())

    def _changed(self) -> bool:
        """Since last asked; so what can't be used is not tried again before it changes."""
        before = self._stamp
        try:
            found = self._path.stat()
            self._stamp = found.st_mtime_ns, found.st_size, found.st_ino
        except OSError:
            self._stamp = (0, 0, 0)
        return self._stamp != before


def pem_blocks(pem: bytes) -> list[bytes]:
    """The keys of a file, one by one. Raises ValueError when there is none."""
    if not (found := _PEM.findall(pem)):
        raise ValueError("there is no key in PEM")
    return found


def private_key(pem: bytes) -> tuple[str, Any]:
    """`kid` and key of the first of a file. Raises ValueError."""
    key: Any = load_pem_private_key(pem_blocks(pem)[0], password=None)
    return key_id(key.public_key()), key


def public_keys(pem: bytes) -> dict[str, Any]:
    """All of a file by `kid`. Raises ValueError."""
    return {key_id(key): key for key in map(load_pem_public_key, pem_blocks(pem))}


def key_id(public: Any) -> str:
    """What a key is called: nobody can choose it."""
    return base64url(hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()[:12])


class Signer:
    """Makes internal tokens (the gateway alone), one per caller and service, reused while it lives."""

    def __init__(self, key: bytes | KeyFile) -> None:
        """`key`: PEM, or a KeyFile of `private_key`."""
        self._key = keys_of(key, private_key)
        self._made: OrderedDict[tuple[Caller, str], tuple[float, str]] = OrderedDict()

    def token(self, caller: Caller, audience: str) -> str:
        """A token for `caller` towards the service `audience`, good for at least 20 s more."""
        now = time.time()
        expires, made = self._made.get((caller, audience), (0.0, ""))
        if expires - now < LIFETIME_SECONDS / 3:
            expires = now + LIFETIME_SECONDS
            kid, key = self._key()
            claims = _claims(caller, audience, now, expires)
            made = jwt.encode(claims, key, algorithm=_algorithm(key), headers={"kid": kid})
            _remember(self._made, (caller, audience), (expires, made))
        return made


class Verifier:
    """Checks internal tokens for one service."""

    def __init__(self, keys: bytes | KeyFile, audience: str) -> None:
        """`keys`: PEM, or a KeyFile of `public_keys`."""
        self._keys = keys_of(keys, public_keys)
        self._audience = audience
        self._verified: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    def caller(self, token: str) -> Caller:
        """The caller in `token`. Raises InvalidToken."""
        expires, caller = self._verified.get(token, (0.0, None))
        if caller is not None and expires > time.time():
            return caller
        try:
            claims = self._claims(token)
        except jwt.InvalidTokenError as error:
            raise InvalidToken(str(error)) from error
        caller = _caller(claims)
        _remember(self._verified, token, (float(claims["exp"]), caller))
        return caller

    def _claims(self, token: str) -> dict[str, Any]:
        keys, kid = self._keys(), jwt.get_unverified_header(token).get("kid")
        # A gateway of before names no key: it is one of ours, or none.
        tried = list(keys.values()) if kid is None else [keys[kid]] if kid in keys else []
        for key in tried:
            try:
                claims: dict[str, Any] = jwt.decode(
                    token, key, algorithms=[_algorithm(key)], audience=self._audience, issuer=ISSUER, options=_REQUIRED
                )
                return claims
            except jwt.InvalidSignatureError:
                continue
        raise jwt.InvalidSignatureError("not signed by a key of ours")


def _algorithm(key: Any) -> str:
    # To sign by RSA takes six times as long, and almost each call of a large network needs a new token.
    return "EdDSA" if isinstance(key, Ed25519PrivateKey | Ed25519PublicKey) else "RS256"


def keys_of(given: bytes | KeyFile, parse: Callable[[bytes], Any]) -> Callable[[], Any]:
    """What gives the keys of now: those of a file, or fixed ones. Raises ValueError."""
    if isinstance(given, KeyFile):
        return given
    parsed = parse(given)
    return lambda: parsed


class StatementKey:
    """A private Ed25519 key that statements are signed with, for whoever keeps them. Never shows itself."""

    def __init__(self, pem: bytes) -> None:
        """Raises ValueError, with a sentence, for what is no Ed25519 key in PKCS8 PEM without a passphrase."""
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as error:
            raise ValueError("it is no private key in PEM without a passphrase") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("it is a private key, but not of Ed25519")  # noqa: TRY004 -- of the file, not of a caller
        self._key = key
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        jwk = _sorted_json({"crv": "Ed25519", "kty": "OKP", "x": base64url(raw)})
        self.jwk = jwk.decode()
        """The public key (RFC 7517), in the form whose hash is `kid`."""
        self.kid = base64url(hashlib.sha256(jwk).digest())
        """Its thumbprint (RFC 7638): nobody can choose it."""

    def jws(self, type_: str, stated: Mapping[str, Any]) -> str:
        """A statement in compact form (RFC 7515, 8037); `type_` (`typ`) tells one kind of statement from another."""
        header = {"alg": "EdDSA", "kid": self.kid, "typ": type_}
        signed = f"{base64url(_sorted_json(header))}.{base64url(_sorted_json(stated))}"
        return f"{signed}.{base64url(self._key.sign(signed.encode()))}"


def base64url(raw: bytes) -> str:
    """Without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _sorted_json(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def _claims(caller: Caller, audience: str, now: float, expires: float) -> dict[str, Any]:
    return {
        "iss": ISSUER,
        "aud": audience,
        "iat": int(now),
        "exp": int(expires),
        "sub": caller.subject,
        "roles": sorted(caller.roles),
        "accounts": sorted(caller.accounts),
        "entities": sorted(caller.entities),
        "sid": caller.session,
        "obo": caller.on_behalf_of,
        **_limits(caller),
    }


def _limits(caller: Caller) -> dict[str, Any]:
    """Few callers have any: the others' tokens stay as short as they are."""
    limits = {"viewed": sorted(caller.viewed), "operated": sorted(caller.operated), "caps": sorted(caller.caps)}
    return {name: found for name, found in limits.items() if found}


def _caller(claims: dict[str, Any]) -> Caller:
    names = ("roles", "accounts", "entities", "viewed", "operated")
    sets = {name: frozenset(claims.get(name, ())) for name in names}
    caps = frozenset((str(account), int(most)) for account, most in claims.get("caps", ()))
    return Caller(
        subject=claims["sub"], session=claims.get("sid", ""), on_behalf_of=claims.get("obo", ""), caps=caps, **sets
    )


def _remember(cache: OrderedDict[Any, Any], key: Any, value: tuple[float, Any]) -> None:
    cache[key] = value
    cache.move_to_end(key)
    # What has expired first was remembered first.
    while cache and (len(cache) > _CACHE_SIZE or next(iter(cache.values()))[0] < time.time()):
        cache.popitem(last=False)
