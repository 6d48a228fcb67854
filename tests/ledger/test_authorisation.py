"""Every route of the ledger with every role, held to the table in its README; and tokens that are none."""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable

import jwt
import pytest

from services.chassis.tokens import Caller, Signer
from tests.architecture.source import rows
from tests.chassis.keys import key_pair
from tests.ledger.web import A, Api, B, C, code_of

ROLES = ("public", "member", "coordinator", "admin", "auditor", "service")
HEALTH = {"/healthz", "/readyz", "/version", "/metrics"}
LEGS = {"legs": [{"account": A, "amount": -5}, {"account": B, "amount": 5}]}
PROPOSAL = {"initiator": A, "counterparty": B, "direction": "pay", "amount": 5}

Attempt = tuple[str, dict | None, str]
"""Path, body, and the account that its owner needs."""


def step(name: str, owner: str, body: dict) -> Callable[[Api, str], Attempt]:
    """An answer to an open proposal of A to B."""
    return lambda web, _: (f"/transfers/{web.propose().json['transfer_id']}/{name}", body, owner)


def completed(web: Api) -> str:
    known = web.propose().json["transfer_id"]
    assert web.ask("post", f"/transfers/{known}/accept", {}, as_=[B]).status_code == 200
    return known


def fixed(path: str, body: dict | None = None, owner: str = A) -> Callable[[Api, str], Attempt]:
    return lambda _, __: (path, body, owner)


def signed_first(path: str) -> Callable[[Api, str], Attempt]:
    """What needs a signed head."""

    def attempt(web: Api, _: str) -> Attempt:
        web.reader.proofs.want_head()
        return path, None, A

    return attempt


def proven(web: Api) -> str:
    known = completed(web)
    web.reader.proofs.want_head()
    return known


def a_code(web: Api) -> str:
    return web.ask("post", f"/accounts/{A}/statement-codes", {}, as_=[A]).json["code"]


ATTEMPTS: dict[str, Callable[[Api, str], Attempt]] = {
    "GET /accounts": fixed(f"/accounts?numbers={A}"),
    "GET /accounts/{}": fixed(f"/accounts/{A}"),
    "GET /accounts/{}/balance": fixed(f"/accounts/{A}/balance"),
    "GET /accounts/{}/history": fixed(f"/accounts/{A}/history"),
    "GET /accounts/{}/statement": fixed(f"/accounts/{A}/statement"),
    "PATCH /accounts/{}/limits": fixed(f"/accounts/{A}/limits", {"max_negative": 5}),
    "GET /accounts/{}/consent": fixed(f"/accounts/{A}/consent"),
    "PUT /accounts/{}/consent": fixed(f"/accounts/{A}/consent", {"rules": [{"party": "any", "direction": "pay"}]}),
    "POST /transfers": fixed("/transfers", PROPOSAL),
    "POST /transfers/{}/accept": step("accept", B, {}),
    "POST /transfers/{}/reject": step("reject", B, {"reason": "no"}),
    "POST /transfers/{}/cancel": step("cancel", A, {"reason": "no"}),
    "POST /transfers/{}/reverse": lambda web, _: (f"/transfers/{completed(web)}/reverse", {"reason": "wrong"}, B),
    "GET /transfers": fixed(f"/transfers?account={A}"),
    "GET /transfers/{}": lambda web, _: (f"/transfers/{web.propose().json['transfer_id']}", None, A),
    "POST /admin-transfers": fixed("/admin-transfers", LEGS),
    "POST /batches": fixed("/batches", {"atomic": False, "commands": [{"command": "initiate", **PROPOSAL}]}),
    "POST /preview": lambda _, role: ("/preview", LEGS if role == "admin" else PROPOSAL, A),
    "GET /fees": fixed("/fees"),
    "PUT /fees": fixed("/fees", {"rules": [], "reason": "free"}),
    "GET /policy": fixed("/policy"),
    "PATCH /policy": fixed("/policy", {"reminder_days": 4, "reason": "early"}),
    "GET /changes": fixed("/changes?subject=policy"),
    "GET /near-limits": fixed("/near-limits"),
    "GET /traded": fixed("/traded?since=2026-01-01T00:00:00Z"),
    "GET /followed": fixed("/followed"),
    "POST /limit-simulations": fixed("/limit-simulations", {"max_negative": 0}),
    "GET /trial-balance": fixed("/trial-balance"),
    "GET /audit/{}": fixed("/audit/trial-balance"),
    "GET /tree/head": signed_first("/tree/head"),
    "GET /tree/heads": signed_first("/tree/heads"),
    "POST /tree/heads": fixed("/tree/heads"),
    "GET /tree/keys": fixed("/tree/keys"),
    "GET /tree/inclusion": signed_first("/tree/inclusion?position=1"),
    "GET /tree/consistency": signed_first("/tree/consistency?first=1"),
    "GET /transfers/{}/proof": lambda web, _: (f"/transfers/{proven(web)}/proof", None, A),
    "POST /accounts/{}/statement-codes": fixed(f"/accounts/{A}/statement-codes", {}),
    "GET /statement-codes/{}": lambda web, _: (f"/statement-codes/{a_code(web)}", None, A),
    "GET /export": fixed("/export"),
    "GET /head": fixed("/head"),
}
"""For each route something that whoever has the right may do."""


def generic(path: str) -> str:
    return re.sub(r"<[^>]*>|\{[^}]*\}", "{}", path)


def table() -> dict[str, dict[str, str]]:
    """Route to role to what the README says."""
    found = [cells for cells in rows("services/ledger/README.md") if len(cells) == len(ROLES) + 2]
    header, *lines = found
    assert tuple(header[1:-1]) == ROLES
    return {generic(cells[0]): dict(zip(ROLES, cells[1:-1], strict=True)) for cells in lines}


TABLE = table()


@pytest.fixture
def web() -> Api:
    return Api()


def ask(web: Api, route: str, role: str, *, owns: bool):
    path, body, owner = ATTEMPTS[route](web, role)
    return web.ask(route.partition(" ")[0].lower(), path, body, as_=[owner] if owns else [C], roles=[role])


def test_the_table_has_every_route_and_no_other(web):
    rules = [rule for rule in web.client.application.url_map.iter_rules() if rule.rule not in HEALTH]
    served = {f"{method} {generic(rule.rule)}" for rule in rules for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert served == TABLE.keys() == ATTEMPTS.keys()


def test_the_table_says_nothing_but_what_is_tried():
    assert {right for rights in TABLE.values() for right in rights.values()} == {"✓", "own", "–"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", TABLE)
def test_roles_may_do_what_the_table_says(web, route, role):
    right = TABLE[route][role]
    with_account, without = ask(web, route, role, owns=True), ask(web, route, role, owns=False)
    assert (with_account.status_code == 200) == (right != "–"), with_account.text
    assert (without.status_code == 200) == (right == "✓"), without.text
    # Who is no party of a transfer learns nothing, not even that it exists.
    hidden = {(404, "transfer.unknown")} if right == "own" else set()
    for refused in (answer for answer in (with_account, without) if answer.status_code != 200):
        assert code_of(refused) in {(403, "auth.forbidden")} | hidden


@pytest.mark.parametrize("route", TABLE)
def test_a_refused_role_leaves_no_trace(web, route):
    for role in ROLES:
        if TABLE[route][role] == "–":
            path, body, owner = ATTEMPTS[route](web, role)
            before = web.store.head, len(web.store.outcomes)
            web.ask(route.partition(" ")[0].lower(), path, body, as_=[owner], roles=[role])
            assert (web.store.head, len(web.store.outcomes)) == before


@pytest.mark.parametrize("route", TABLE)
def test_two_roles_have_the_rights_of_both(web, route):
    path, body, owner = ATTEMPTS[route](web, "member")
    answer = web.ask(route.partition(" ")[0].lower(), path, body, as_=[owner], roles=["member", "auditor"])
    assert (answer.status_code == 200) == ({TABLE[route]["member"], TABLE[route]["auditor"]} != {"–"})


def claims(**changes) -> dict:
    """What a gateway would sign for an administrator who acts for everybody."""
    now = int(time.time())
    right = {"iss": "gateway", "aud": "ledger", "iat": now, "exp": now + 60, "sub": "u1"}
    return right | {"roles": list(ROLES), "accounts": [A, B, C], "entities": [], "sid": "", "obo": ""} | changes


def signed(**changes) -> str:
    return jwt.encode(claims(**changes), key_pair("internal")[0], algorithm="RS256")


def by_hand(header: dict, secret: bytes | None) -> str:
    """A token whose header says what no library would sign."""
    parts = [json.dumps(part).encode() for part in (header, claims())]
    text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = b"" if secret is None else hmac.new(secret, text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def without(*names: str) -> str:
    kept = {name: value for name, value in claims().items() if name not in names}
    return jwt.encode(kept, key_pair("internal")[0], algorithm="RS256")


NO_TOKENS: dict[str, Callable[[], str | None]] = {
    "none at all": lambda: None,
    "empty": lambda: "",
    "no token": lambda: "x.y.z",
    "for another service": lambda: signed(aud="directory"),
    "for another, by the gateway's own signer": lambda: Signer(key_pair("internal")[0]).token(
        Caller(subject="u1", roles=frozenset(ROLES)), "directory"
    ),
    "expired": lambda: signed(iat=int(time.time()) - 120, exp=int(time.time()) - 60),
    "by another issuer": lambda: signed(iss="directory"),
    "by another key": lambda: jwt.encode(claims(), key_pair("another")[0], algorithm="RS256"),
    "alg none": lambda: by_hand({"alg": "none", "typ": "JWT"}, None),
    "alg HS256 with the public key as secret": lambda: by_hand({"alg": "HS256", "typ": "JWT"}, key_pair("internal")[1]),
    "without an end": lambda: without("exp"),
    "without an audience": lambda: without("aud"),
    "without a subject": lambda: without("sub"),
}


@pytest.mark.parametrize("kind", NO_TOKENS)
def test_nobody_gets_in_without_a_token_of_the_gateway(web, kind):
    before = web.store.head
    token = NO_TOKENS[kind]()
    headers = {"Idempotency-Key": "k"} | ({} if token is None else {"Authorization": f"Bearer {token}"})
    for route in TABLE:
        method, _, path = route.partition(" ")
        answer = web.client.open(path.replace("{}", A), method=method, headers=headers, data=b"{}")
        assert (answer.status_code, answer.json["type"]) == (401, "auth.invalid_token"), route
    assert web.store.head == before


def test_the_right_token_is_let_in(web):
    """Else the test above shows nothing."""
    answer = web.client.get(f"/accounts/{A}", headers={"Authorization": f"Bearer {signed()}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", sorted(HEALTH))
def test_health_is_told_to_whoever_reaches_the_port(web, path):
    assert web.client.get(path).status_code == 200


def test_a_token_of_an_administrator_gives_no_accounts(web):
    """Accounts in a token are for members to act for."""
    batch = {"atomic": False, "commands": [{"command": "initiate", **PROPOSAL}]}
    answer = web.ask("post", "/batches", batch, as_=[A], roles=["admin"])
    assert answer.json["results"][0]["type"] == "auth.forbidden"
