"""Session tokens, cookies, positions: who is asking, and how long that is believed."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from flask import Flask
from flask.testing import FlaskClient

from services.gateway.failures import Unauthenticated
from services.gateway.session import safe_next, sessions_of
from services.gateway.tokens import LIFETIME_SECONDS, RENEWABLE_SECONDS, SessionTokens
from tests.gateway.conftest import pem_of, public_pem_of
from tests.gateway.network import (
    ANN,
    BAKERY,
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    Network,
    a_session,
    an_account,
    an_admin_session,
)
from tests.gateway.standin import Says, problem

BALANCE = f"/api/v1/balance?querying_entity_id={FARM}"


class Ticks:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def claims_of(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "iss": "mccs", "aud": "mccs-session", "iat": now, "exp": now + 60, "sub": ANN, "sid": "session-ann",
        "roles": ["member"], "entities": {FARM: FARM_ACCOUNT},
    }  # fmt: skip
    return claims | changes


def hs256_with_the_public_key(session_key: RSAPrivateKey) -> str:
    """What a library that lets the token choose the algorithm would accept."""

    def part(content: bytes) -> bytes:
        return base64.urlsafe_b64encode(content).rstrip(b"=")

    signed = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims_of()).encode())
    signature = hmac.new(public_pem_of(session_key), signed, hashlib.sha256).digest()
    return (signed + b"." + part(signature)).decode()


# --- tokens -----------------------------------------------------------------------------------------------------


def test_a_token_says_who_and_for_how_long(session_key: RSAPrivateKey) -> None:
    clock = Ticks()
    tokens = SessionTokens(pem_of(session_key), clock)
    token = tokens.issue("s-1", ANN, frozenset({"member"}), {FARM: FARM_ACCOUNT})
    claims = tokens.read(token)
    assert (claims.session_id, claims.user_id, claims.roles) == ("s-1", ANN, frozenset({"member"}))
    assert claims.entities == {FARM: FARM_ACCOUNT}
    clock.now += LIFETIME_SECONDS - 1
    assert tokens.lives(tokens.read(token))
    assert tokens.wants_renewal(claims)
    clock.now += 1
    with pytest.raises(Unauthenticated) as expired:
        tokens.read(token)
    assert expired.value.code == "auth.expired"
    clock.now += RENEWABLE_SECONDS - 1
    assert not tokens.lives(tokens.read(token, expired_for=RENEWABLE_SECONDS))
    clock.now += 1
    with pytest.raises(Unauthenticated):
        tokens.read(token, expired_for=RENEWABLE_SECONDS)


def test_logins_outlive_the_key_that_signed_them(session_key: RSAPrivateKey) -> None:
    new = generate_private_key(65537, 2048)
    old = SessionTokens(pem_of(session_key), Ticks()).issue("s-1", ANN, frozenset(), {})
    for former in (pem_of(session_key), public_pem_of(session_key)):
        tokens = SessionTokens(pem_of(new) + former, Ticks())
        assert tokens.read(old).session_id == "s-1"
        assert tokens.read(tokens.issue("s-2", ANN, frozenset(), {})).session_id == "s-2"
        assert [set(jwk) & {"d", "p"} for jwk in tokens.keys.jwks] == [set(), set()]
    with pytest.raises(Unauthenticated):
        SessionTokens(pem_of(new), Ticks()).read(old)


def test_the_published_key_checks_our_tokens(client: FlaskClient, network: Network) -> None:
    published = client.get("/.well-known/jwks.json").get_json()
    token = log_in(client)
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(key for key in published["keys"] if key["kid"] == kid)
    assert "d" not in key
    claims = jwt.decode(token, jwt.PyJWK(key), algorithms=["RS256"], audience="mccs-session")
    assert claims["sub"] == ANN


def test_forged_tokens_are_refused(client: FlaskClient, network: Network, session_key: RSAPrivateKey,
                                   internal_key: RSAPrivateKey) -> None:  # fmt: skip
    def signed(key: Any = session_key, algorithm: str = "RS256", **changes: Any) -> str:
        return jwt.encode(claims_of(**changes), key, algorithm=algorithm)

    assert client.get(BALANCE, headers=bearer(signed())).status_code == 200, "the pattern itself is a good token"
    without_sid = claims_of()
    del without_sid["sid"]
    forged = {
        "none": "",
        "foreign key": signed(generate_private_key(65537, 2048)),
        "internal key": signed(internal_key),
        "expired": signed(exp=int(time.time()) - 1),
        "alg none": signed(None, "none"),
        "HS256 with the public key": hs256_with_the_public_key(session_key),
        "other audience": signed(aud="ledger"),
        "other issuer": signed(iss="gateway"),
        "no session": jwt.encode(without_sid, session_key, algorithm="RS256"),
        "roles are a number": signed(roles=5),
        "entities are a list": signed(entities=[FARM]),
        "garbage": "a.b.c",
        "of somebody else's session": signed(sub="user-bob"),
    }
    for kind, token in forged.items():
        answered = client.get(BALANCE, headers=bearer(token))
        assert answered.status_code == 401, kind
        assert set(answered.get_json()) == {"errors", "correlationId"}, kind
    tampered = signed()[:-8] + "AAAAAAAA"
    assert client.get(BALANCE, headers=bearer(tampered)).status_code == 401


def test_an_internal_token_does_not_open_the_api(client: FlaskClient, network: Network, lines: Any) -> None:
    client.get(BALANCE, headers=bearer(log_in(client)))
    internal = network.ledger.asked[-1].headers["Authorization"]
    assert client.get(BALANCE, headers={"Authorization": internal}).status_code == 401


def test_identity_headers_mean_nothing(client: FlaskClient, network: Network) -> None:
    spoofed = {"userID": ANN, "admin": "true", "X-User-Id": ANN, "Cookie": "userID=1; admin=true"}
    assert client.get(BALANCE, headers=spoofed).status_code == 401
    assert client.get("/api/v1/admin/entities", headers=spoofed).status_code == 401
    member = spoofed | bearer(log_in(client))
    assert client.get("/api/v1/admin/entities", headers=member).status_code == 403


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "bearer", "Token abc", ""])
def test_other_schemes_are_no_login(client: FlaskClient, network: Network, header: str) -> None:
    assert client.get(BALANCE, headers={"Authorization": header}).status_code == 401


# --- sessions ---------------------------------------------------------------------------------------------------


def log_in(client: FlaskClient, kind: str = "") -> str:
    path = f"/api/v1/{kind}/login" if kind else "/api/v1/login"
    answered = client.post(path, json={"email": "ann@farm.example", "password": "Secret-123"})
    assert answered.status_code == 200, answered.get_json()
    return str(answered.get_json()["data"]["token"])


def test_a_token_is_dead_once_its_session_ended(client: FlaskClient, network: Network) -> None:
    token = log_in(client)
    assert client.get(BALANCE, headers=bearer(token)).status_code == 200
    assert client.post("/api/v1/logout", headers=bearer(token)).get_json() == {"data": {}}
    answered = client.get(BALANCE, headers=bearer(token))
    assert (answered.status_code, answered.get_json()["errors"][0]["code"]) == (401, "auth.ended")
    assert client.post("/api/v1/token/renew", headers=bearer(token)).status_code == 401


def test_the_directory_decides_what_a_login_may_do(client: FlaskClient, network: Network) -> None:
    token = log_in(client)
    second = {
        "entity_id": BAKERY,
        "account": BAKERY_ACCOUNT,
        "name": "Old Bakery",
        "status": "pending",
        "role": "owner",
    }
    network.lives(a_session(entities=[second]))
    network.ledger.on("GET", f"/accounts/{BAKERY_ACCOUNT}", an_account(BAKERY_ACCOUNT))
    assert client.get(BALANCE, headers=bearer(token)).status_code == 403, "the farm was taken away"
    assert client.get(f"/api/v1/balance?querying_entity_id={BAKERY}", headers=bearer(token)).status_code == 200


def test_while_the_directory_is_down_a_token_is_believed(client: FlaskClient, network: Network) -> None:
    token = log_in(client)
    network.directory.on("GET", "/sessions/session-ann", problem(503, "directory.unavailable"))
    assert client.get(BALANCE, headers=bearer(token)).status_code == 200
    assert network.ledger.asked[-1].caller.accounts == {FARM_ACCOUNT}
    assert client.get("/api/v1/admin/entities", headers=bearer(token)).status_code == 403
    assert client.post("/api/v1/token/renew", headers=bearer(token)).status_code == 503, "no longer life without it"


def test_a_login_that_ended_here_is_not_believed_again(client: FlaskClient, network: Network) -> None:
    token = bearer(log_in(client))
    client.post("/api/v1/logout", headers=token)
    network.directory.on("GET", "/sessions/session-ann", problem(503, "directory.unavailable"))
    assert client.get(BALANCE, headers=token).status_code == 401


def test_an_expired_token_is_renewed_while_its_session_lives(
    client: FlaskClient, network: Network, session_key: RSAPrivateKey
) -> None:
    old = jwt.encode(claims_of(exp=int(time.time()) - 3600), session_key, algorithm="RS256")
    assert client.get(BALANCE, headers=bearer(old)).status_code == 401
    renewed = client.post("/api/v1/token/renew", headers=bearer(old)).get_json()["data"]["token"]
    assert client.get(BALANCE, headers=bearer(renewed)).status_code == 200
    too_old = jwt.encode(claims_of(exp=int(time.time()) - RENEWABLE_SECONDS - 1), session_key, algorithm="RS256")
    assert client.post("/api/v1/token/renew", headers=bearer(too_old)).status_code == 401
    assert client.post("/api/v1/token/renew").status_code == 401


def test_admins_and_members_are_kept_apart(client: FlaskClient, network: Network) -> None:
    admin = bearer(log_in(client, "admin"))
    assert client.get("/api/v1/user", headers=admin).status_code == 403
    assert client.post("/api/v1/logout", headers=admin).status_code == 403
    assert client.post("/api/v1/admin/logout", headers=admin).status_code == 200
    assert client.post("/api/v1/admin/logout", headers=admin).status_code == 401


def test_every_login_kind_asks_for_its_own(client: FlaskClient, network: Network) -> None:
    log_in(client)
    log_in(client, "admin")
    kinds = [asked.body["kind"] for asked in network.directory.asked if asked.path == "/sessions"]
    assert kinds == ["member", "admin"]


def test_an_auditor_may_read_no_members_things(client: FlaskClient, network: Network) -> None:
    network.directory.on("POST", "/sessions", an_admin_session(roles=["auditor"], kind="auditor"))
    network.lives(an_admin_session(roles=["auditor"], kind="auditor"))
    auditor = bearer(log_in(client, "admin"))
    assert client.get("/api/v1/admin/entities", headers=auditor).status_code == 403
    assert client.post("/api/v1/admin/logout", headers=auditor).status_code == 200


# --- positions --------------------------------------------------------------------------------------------------


def test_positions_that_a_session_saw_travel_with_it(client: FlaskClient, network: Network) -> None:
    token = bearer(log_in(client))
    network.directory.on("PATCH", f"/entities/{FARM}", Says(network.entities[0], headers={"Position": "directory=99"}))
    changed = client.patch(f"/api/v1/user/entities/{FARM}", json={"city": "York"}, headers=token)
    assert changed.headers["Position"] == "directory=99"
    client.get(BALANCE, headers=token)
    assert network.ledger.asked[-1].headers["Min-Position"] == "directory=99"


def test_the_sessions_own_position_is_enough_for_a_first_call(client: FlaskClient, network: Network) -> None:
    network.lives(a_session(position=1234))
    client.get(BALANCE, headers=bearer(log_in(client)))
    assert network.ledger.asked[-1].headers["Min-Position"] == "directory=1234"


def test_a_client_may_say_what_it_has_seen(client: FlaskClient, network: Network) -> None:
    token = bearer(log_in(client))
    client.get(BALANCE, headers={**token, "Min-Position": "ledger=500, directory=3, nonsense"})
    assert network.ledger.asked[-1].headers["Min-Position"] == "directory=41, ledger=500"


def test_remembered_sessions_are_bounded(app: Flask, client: FlaskClient, network: Network) -> None:
    sessions = sessions_of(app)
    for number in range(10_000):
        sessions._seen[f"other-{number}"] = {}
    client.get(BALANCE, headers=bearer(log_in(client)))
    assert len(sessions._seen) == 10_000
    assert "other-0" not in sessions._seen
    assert "session-ann" in sessions._seen


# --- where to go next -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["/", "/dashboard", "/find?name=a%20b&page=2#top", "/pay/é"])
def test_paths_of_this_site_are_safe(url: str) -> None:
    assert safe_next(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None, "", "dashboard", "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example",
        "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", "javascript:alert(1)", " //evil.example",
        "http:evil.example", "/a\\b", "/\x00", "/\r\nSet-Cookie: a=b", "/\u2028x",
    ],
)  # fmt: skip
def test_other_sites_are_not(url: str | None) -> None:
    assert safe_next(url, "/home") == "/home"
