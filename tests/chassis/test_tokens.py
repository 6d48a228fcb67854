"""Internal tokens: only the gateway's, only for this service, only for a minute."""

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from services.chassis.tokens import (
    ISSUER,
    LIFETIME_SECONDS,
    Caller,
    InvalidToken,
    KeyFile,
    Signer,
    Verifier,
    private_key,
    public_keys,
)
from tests.chassis.keys import key_pair, short_key_pair
from tests.log_lines import LogLines
from tests.waiting import wait_until

PRIVATE, PUBLIC = key_pair("gateway")
MEMBER = Caller(
    subject="user-1",
    roles=frozenset({"member"}),
    accounts=frozenset({"1048307719263502"}),
    entities=frozenset({"entity-1"}),
    session="session-1",
    on_behalf_of="entity/entity-1",
)
OPERATOR = Caller(
    subject="user-2",
    roles=frozenset({"member"}),
    accounts=frozenset({"1048307719263502"}),
    entities=frozenset({"entity-1"}),
    viewed=frozenset({"entity-2", "1000000000000008"}),
    operated=frozenset({"1048307719263502", "entity-1"}),
    caps=frozenset({("1048307719263502", 5_000)}),
)


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    valid = {"iss": ISSUER, "aud": "ledger", "iat": now, "exp": now + 60, "sub": "user-1", "roles": ["admin"]}
    return {name: value for name, value in (valid | changed).items() if value is not None}


def by_hand(header: dict[str, str], payload: dict[str, Any], secret: bytes | None) -> str:
    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    signed = f"{part(json.dumps(header).encode())}.{part(json.dumps(payload).encode())}"
    signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest() if secret else b""
    return f"{signed}.{part(signature)}"


@pytest.mark.parametrize("caller", [MEMBER, OPERATOR, Caller(), Caller(subject="gw", roles=frozenset({"service"}))])
def test_the_caller_arrives_whole(caller: Caller):
    verifier = Verifier(PUBLIC, "ledger")
    token = Signer(PRIVATE).token(caller, "ledger")
    assert verifier.caller(token) == caller
    assert verifier.caller(token) == caller, "the second time from the cache"


@pytest.mark.parametrize(
    ("roles", "actor"),
    [
        ({"member"}, "user:x"),
        ({"admin", "member"}, "admin:x"),
        ({"coordinator"}, "admin:x"),
        ({"auditor"}, "admin:x"),
        ({"service"}, "system:x"),
    ],
)
def test_actor_is_as_events_name_it(roles: set[str], actor: str):
    assert Caller(subject="x", roles=frozenset(roles)).actor == actor


def test_whoever_acts_for_a_member_is_named_as_the_administrator():
    assert MEMBER.actor == "admin:user-1"
    assert OPERATOR.actor == "user:user-2"


@pytest.mark.parametrize(("ours", "theirs"), [(key_pair, short_key_pair), (short_key_pair, key_pair)])
def test_of_two_kinds_of_keys_each_is_good_for_its_own_algorithm(ours: Any, theirs: Any):
    (private, public), (foreign, foreign_public) = ours("gateway"), theirs("stranger")
    verifier = Verifier(public, "ledger")
    assert verifier.caller(Signer(private).token(MEMBER, "ledger")) == MEMBER
    kid = public_keys(public).popitem()[0]
    of_another_kind = jwt.encode(
        claims(), load_pem_private_key(foreign, None), algorithm="EdDSA" if theirs is short_key_pair else "RS256",
        headers={"kid": kid},
    )  # fmt: skip
    for forged in (of_another_kind, by_hand({"alg": "HS256", "typ": "JWT", "kid": kid}, claims(), public)):
        with pytest.raises(InvalidToken):
            verifier.caller(forged)
    both = Verifier(public + foreign_public, "ledger")
    assert [both.caller(Signer(key).token(MEMBER, "ledger")) for key in (private, foreign)] == [MEMBER, MEMBER]


def test_a_foreign_key_is_refused():
    with pytest.raises(InvalidToken):
        Verifier(PUBLIC, "ledger").caller(Signer(key_pair("stranger")[0]).token(MEMBER, "ledger"))


def test_a_token_for_another_service_is_refused_even_after_it_was_accepted_there():
    token = Signer(PRIVATE).token(MEMBER, "directory")
    Verifier(PUBLIC, "directory").caller(token)
    with pytest.raises(InvalidToken):
        Verifier(PUBLIC, "ledger").caller(token)


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": int(time.time()) - 1},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"aud": None},
        {"aud": "gateway"},
        {"iss": None},
        {"iss": "ledger"},
        {"nbf": int(time.time()) + 86_400},
    ],
)
def test_wrong_claims_are_refused(changed: dict[str, Any]):
    token = jwt.encode(claims(**changed), PRIVATE, algorithm="RS256")
    with pytest.raises(InvalidToken):
        Verifier(PUBLIC, "ledger").caller(token)


def test_right_claims_are_accepted():
    """Without this the test above could pass for another reason."""
    assert Verifier(PUBLIC, "ledger").caller(jwt.encode(claims(), PRIVATE, algorithm="RS256")).roles == {"admin"}


def test_unsigned_tokens_are_refused():
    with pytest.raises(InvalidToken):
        Verifier(PUBLIC, "ledger").caller(by_hand({"alg": "none", "typ": "JWT"}, claims(), None))


def test_the_public_key_is_no_shared_secret():
    """The old trick: an HMAC made with the public key, which everybody may have."""
    for secret in (PUBLIC, PUBLIC.strip()):
        with pytest.raises(InvalidToken):
            Verifier(PUBLIC, "ledger").caller(by_hand({"alg": "HS256", "typ": "JWT"}, claims(), secret))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "é.é.é", "a" * 100_000])
def test_what_is_no_token_is_refused(token: str):
    with pytest.raises(InvalidToken):
        Verifier(PUBLIC, "ledger").caller(token)


def test_a_changed_token_is_refused():
    head, payload, signature = Signer(PRIVATE).token(MEMBER, "ledger").split(".")
    admin = by_hand({"alg": "RS256"}, claims(), None).split(".")[1]
    assert admin != payload
    with pytest.raises(InvalidToken):
        Verifier(PUBLIC, "ledger").caller(f"{head}.{admin}.{signature}")


def test_a_token_from_the_cache_expires_too():
    verifier, token = Verifier(PUBLIC, "ledger"), ""

    def is_taken() -> bool:
        try:
            verifier.caller(token)
        except InvalidToken:
            return False
        return True

    def is_new_and_taken() -> bool:
        # On a busy machine one may expire before it is looked at for the first time: then another is made.
        nonlocal token
        token = jwt.encode(claims(exp=time.time() + 2), PRIVATE, algorithm="RS256")
        return is_taken()

    wait_until(is_new_and_taken, seconds=30)
    wait_until(lambda: not is_taken(), seconds=30)


def test_a_token_is_made_once_per_caller_and_service():
    signer = Signer(PRIVATE)
    token = signer.token(MEMBER, "ledger")
    assert signer.token(MEMBER, "ledger") == token
    assert signer.token(MEMBER, "directory") != token
    assert signer.token(Caller(), "ledger") != token
    assert jwt.decode(token, options={"verify_signature": False})["exp"] <= time.time() + LIFETIME_SECONDS


def test_what_has_expired_is_not_kept(monkeypatch: pytest.MonkeyPatch):
    signer, verifier = Signer(PRIVATE), Verifier(PUBLIC, "ledger")
    for number in range(3):
        verifier.caller(signer.token(Caller(subject=f"user-{number}"), "ledger"))
    assert (len(signer._made), len(verifier._verified)) == (3, 3)
    last = Signer(PRIVATE).token(MEMBER, "ledger")
    later = time.time() + LIFETIME_SECONDS + 1
    monkeypatch.setattr("services.chassis.tokens.time.time", lambda: later)
    signer.token(MEMBER, "ledger")
    assert len(signer._made) == 1
    verifier.caller(last)
    assert len(verifier._verified) == 0


NEW_PRIVATE, NEW_PUBLIC = short_key_pair("new")


@pytest.fixture
def public_file(tmp_path: Path) -> Path:
    path = tmp_path / "public.pem"
    path.write_bytes(PUBLIC)
    return path


def test_a_key_is_rotated_without_a_restart(public_file: Path, tmp_path: Path):
    private_file = tmp_path / "private.pem"
    private_file.write_bytes(PRIVATE)
    verifier = Verifier(KeyFile(str(public_file), public_keys), "ledger")
    signer = Signer(KeyFile(str(private_file), private_key))
    assert verifier.caller(old := signer.token(MEMBER, "ledger")) == MEMBER
    with pytest.raises(InvalidToken):
        verifier.caller(Signer(NEW_PRIVATE).token(OPERATOR, "ledger"))
    public_file.write_bytes(PUBLIC + NEW_PUBLIC)
    assert verifier.caller(Signer(NEW_PRIVATE).token(OPERATOR, "ledger")) == OPERATOR
    private_file.write_bytes(NEW_PRIVATE)
    assert signer.token(MEMBER, "ledger") == old, "a token that was made is good as long as it lives"
    token = signer.token(Caller(subject="another"), "ledger")
    assert jwt.get_unverified_header(token)["kid"] != jwt.get_unverified_header(old)["kid"]
    assert verifier.caller(token) == Caller(subject="another")
    public_file.write_bytes(NEW_PUBLIC)
    with pytest.raises(InvalidToken):
        verifier.caller(Signer(PRIVATE).token(OPERATOR, "ledger"))


@pytest.mark.parametrize(
    "half", [b"", PUBLIC[:100], PUBLIC[:60] + PUBLIC[-60:], None], ids=["empty", "cut", "without its middle", "gone"]
)
def test_a_file_that_can_not_be_used_changes_nothing(public_file: Path, half: bytes | None, log_lines: LogLines):
    verifier = Verifier(KeyFile(str(public_file), public_keys), "ledger")
    if half is None:
        public_file.unlink()
    else:
        public_file.write_bytes(half)
    for caller in (MEMBER, OPERATOR):
        assert verifier.caller(Signer(PRIVATE).token(caller, "ledger")) == caller
    assert [line["event"] for line in log_lines()] == ["keys.unreadable"], "said once"
    public_file.write_bytes(NEW_PUBLIC)
    assert verifier.caller(Signer(NEW_PRIVATE).token(MEMBER, "ledger")) == MEMBER


def test_a_token_that_names_another_key_is_refused_though_the_right_one_signed_it():
    named = Verifier(PUBLIC + NEW_PUBLIC, "ledger")
    token = jwt.encode(claims(), PRIVATE, algorithm="RS256", headers={"kid": private_key(NEW_PRIVATE)[0]})
    for wrong in (token, jwt.encode(claims(), PRIVATE, algorithm="RS256", headers={"kid": "unknown"})):
        with pytest.raises(InvalidToken):
            named.caller(wrong)
    assert named.caller(jwt.encode(claims(), PRIVATE, algorithm="RS256")).roles == {"admin"}, "before there were names"


def test_a_process_does_not_start_without_a_key(tmp_path: Path):
    with pytest.raises(OSError, match="nowhere"):
        KeyFile(str(tmp_path / "nowhere.pem"), public_keys)
    (tmp_path / "empty.pem").write_bytes(b"")
    with pytest.raises(ValueError, match="no key in PEM"):
        KeyFile(str(tmp_path / "empty.pem"), public_keys)
