"""Service accounts: programs of the office act by their tokens as themselves, and end at once."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.chassis.tokens import Caller
from services.directory.domain import PersonNeeded, ServiceAccountNameTaken, TooManyServiceAccounts
from services.directory.domain import service_accounts as rules
from services.directory.domain.service_accounts import ServiceAccount
from services.directory.handlers import members, service_accounts, staff
from services.directory.handlers.writing import By, Directory
from services.directory.store import Store
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, PASSWORD, SERVICE, Gateway, an_email
from tests.directory.test_audit_log import entries

BY = By(actor="user:test", correlation_id="test")
NEW = {"name": "Bookkeeping export", "purpose": "Fetches the statements each night.", "scopes": ["read", "admin:mail"]}


def an_account(**changes: Any) -> ServiceAccount:
    known: dict[str, Any] = {
        "service_account_id": "sa-1", "name": "Export", "purpose": "p", "scopes": ("read",), "made_by": "a",
        "created_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    return ServiceAccount(**(known | changes))


def test_two_names_that_people_take_for_one_are_one() -> None:
    with pytest.raises(ServiceAccountNameTaken):
        rules.require_other_name([an_account(name="Nightly  EXPORT")], "nightly export")
    rules.require_other_name([an_account()], "Import")


def test_there_is_room_for_so_many() -> None:
    rules.require_room([an_account()] * (rules.MOST_ACCOUNTS - 1))
    with pytest.raises(TooManyServiceAccounts, match="delete one"):
        rules.require_room([an_account()] * rules.MOST_ACCOUNTS)


def test_no_person_is_taken_for_one() -> None:
    rules.require_person("01a080e3-8ad8-76f6-9e28-a754e1a71b2d")
    with pytest.raises(PersonNeeded, match="log in as an administrator"):
        rules.require_person("sa-01a080e3-8ad8-76f6-9e28-a754e1a71b2d")


@pytest.fixture
def admin(gateway: Gateway, directory: Directory, time: Time) -> Caller:
    """Who has just logged in; MongoDB deletes by its own clock what has run out, so the test is today."""
    time.moment = datetime.now(UTC)
    email = "ada@office.example"
    members.create_admin(directory, BY, email=email, kind="admin", password=PASSWORD)
    login = {"email": email, "password": PASSWORD, "kind": "admin", "address": "127.0.0.1"}
    status, session = gateway.post("/sessions", login)
    assert status == 200, session
    return Caller(subject=session["user_id"], roles=frozenset({"admin"}), session=session["session_id"])


def make(gateway: Gateway, admin: Caller, **changes: Any) -> dict:
    status, made = gateway.post("/service-accounts", NEW | changes, admin)
    assert status == 200, made
    return made


def token(gateway: Gateway, admin: Caller, account: dict, **wanted: Any) -> dict:
    path = f"/service-accounts/{account['service_account_id']}/tokens"
    status, made = gateway.post(path, {"name": "one", **wanted}, admin)
    assert status == 200, made
    return made


def session(gateway: Gateway, made: dict) -> tuple[int, dict]:
    return gateway.post("/api-token-sessions", {"token": made["token"]}, SERVICE)


pytestmark = pytest.mark.integration


def test_a_program_acts_as_the_account_alone(gateway: Gateway, admin: Caller, store: Store, time: Time) -> None:
    account = make(gateway, admin)
    made = token(gateway, admin, account)
    assert made["expires_at"] is None
    status, found = session(gateway, made)
    assert (status, found["user_id"], found["roles"]) == (200, account["service_account_id"], ["admin"])
    assert (found["scopes"], found["service_account"], found["entities"]) == (["read", "admin:mail"], True, [])
    assert gateway.get(f"/sessions/{found['session_id']}", SERVICE)[0] == 404, "it is no session"
    status, listed = gateway.get("/service-accounts", admin)
    (shown,) = listed["service_accounts"]
    assert (shown["last_used_at"], shown["tokens"][0]["last_used_at"]) == (time.text(), time.text())
    assert (shown["made_by"], shown["made_by_name"]) == (admin.subject, "ada@office.example")
    everything = str([list(store.database[name].find()) for name in store.database.list_collection_names()])
    assert made["token"][5:48] not in everything


def test_the_audit_log_names_the_account(gateway: Gateway, admin: Caller, store: Store) -> None:
    account = make(gateway, admin)
    program = Caller(subject=account["service_account_id"], roles=frozenset({"admin"}), session="token-1")
    status, created = gateway.post("/catalogue/categories", {"name": "farming"}, program)
    assert status == 200, created
    _, found = gateway.get("/audit", admin)
    assert found["entries"][0]["actor"] == f"admin:{account['service_account_id']}"
    named = found["names"][f"service-account/{account['service_account_id']}"]
    assert named == {"name": NEW["name"]}
    assert entries(store)[-2]["action"] == "service-account.created"


def test_a_token_is_renewed_without_a_gap(gateway: Gateway, admin: Caller, time: Time) -> None:
    account = make(gateway, admin)
    old, new = token(gateway, admin, account, days=30), token(gateway, admin, account, name="two")
    assert session(gateway, old)[0] == session(gateway, new)[0] == 200
    path = f"/service-accounts/{account['service_account_id']}"
    assert gateway.delete(f"{path}/tokens/{old['token_id']}", admin)[0] == 200
    assert (session(gateway, old)[0], session(gateway, new)[0]) == (404, 200)
    assert gateway.delete(f"{path}/tokens/{old['token_id']}", admin)[1]["type"] == "api_token.unknown"
    short = token(gateway, admin, account, days=1)
    time.pass_by(days=1)
    assert (session(gateway, short)[0], session(gateway, new)[0]) == (404, 200)


def test_a_token_is_shown_once(gateway: Gateway, admin: Caller) -> None:
    path = f"/service-accounts/{make(gateway, admin)['service_account_id']}/tokens"
    first = gateway.post(path, {"name": "one"}, admin, Idempotency_Key="k")[1]
    again = gateway.post(path, {"name": "one"}, admin, Idempotency_Key="k")[1]
    assert (again["token_id"], again["token"]) == (first["token_id"], None)
    assert gateway.post(path, {"name": "two"}, admin, Idempotency_Key="k")[1]["type"] == "idempotency.key_reused"


def test_a_disabled_account_has_no_tokens_and_gets_none(gateway: Gateway, admin: Caller, time: Time) -> None:
    account = make(gateway, admin)
    made, path = token(gateway, admin, account), f"/service-accounts/{account['service_account_id']}"
    time.pass_by(minutes=11)
    status, stopped = gateway.patch(path, {"disabled": True}, admin)
    assert (status, stopped["disabled_at"], stopped["tokens"]) == (200, time.text(), []), "ending is not held up"
    assert session(gateway, made)[0] == 404
    assert gateway.patch(path, {"disabled": False}, admin)[1]["type"] == "auth.step_up_needed"
    time.pass_by(minutes=-11)
    assert gateway.post(f"{path}/tokens", {"name": "n"}, admin)[1]["type"] == "service_account.disabled"
    assert gateway.patch(path, {"disabled": False}, admin)[1]["disabled_at"] is None
    assert session(gateway, made)[0] == 404, "what has ended stays so"
    assert session(gateway, token(gateway, admin, account))[0] == 200


def test_what_it_may_changes_at_once(gateway: Gateway, admin: Caller, store: Store) -> None:
    account = make(gateway, admin)
    made, path = token(gateway, admin, account), f"/service-accounts/{account['service_account_id']}"
    assert gateway.patch(path, {"scopes": ["read"], "name": "Export"}, admin)[0] == 200
    assert session(gateway, made)[1]["scopes"] == ["read"]
    last = entries(store)[-1]
    assert (last["action"], last["details"]["after"]) == (
        "service-account.changed", {"name": "Export", "scopes": ["read"]},
    )  # fmt: skip
    gateway.patch(path, {"name": "Export"}, admin)
    assert entries(store)[-1] == last, "nothing changed"


def test_it_outlives_whoever_made_it_and_goes_when_it_is_deleted(
    gateway: Gateway, admin: Caller, directory: Directory
) -> None:
    account = make(gateway, admin)
    made, path = token(gateway, admin, account), f"/service-accounts/{account['service_account_id']}"
    members.create_admin(directory, BY, email=an_email(), kind="admin", password=PASSWORD)
    staff.remove(directory, BY, admin.subject, actor_id="another")
    assert session(gateway, made)[0] == 200
    assert gateway.get(path, ADMIN)[1]["made_by_name"] == ""
    service_accounts.remove(directory, BY, account["service_account_id"])
    assert session(gateway, made)[0] == 404
    assert gateway.get(path, ADMIN)[1]["type"] == "service_account.unknown"


def test_names_and_numbers_are_held(gateway: Gateway, admin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    account = make(gateway, admin)
    status, refused = gateway.post("/service-accounts", NEW | {"name": NEW["name"].upper()}, admin)
    assert (status, refused["type"]) == (409, "service_account.name_taken")
    other = make(gateway, admin, name="Other")
    path = f"/service-accounts/{other['service_account_id']}"
    assert gateway.patch(path, {"name": NEW["name"]}, admin)[1]["type"] == "service_account.name_taken"
    assert gateway.patch(path, {"name": "OTHER"}, admin)[0] == 200
    for _ in range(rules.MOST_TOKENS_OF_ONE):
        token(gateway, admin, account)
    full = f"/service-accounts/{account['service_account_id']}/tokens"
    assert gateway.post(full, {"name": "n"}, admin)[1]["type"] == "api_token.too_many"
    monkeypatch.setattr(rules, "MOST_ACCOUNTS", 2)
    assert gateway.post("/service-accounts", NEW | {"name": "Third"}, admin)[1]["type"] == "service_account.too_many"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"), ({"name": "x" * 101}, "name"), ({"purpose": ""}, "purpose"),
        ({"purpose": "x" * 501}, "purpose"), ({"scopes": []}, "scopes"), ({"scopes": ["transfer:initiate"]}, "scopes"),
    ],
)  # fmt: skip
def test_what_one_can_not_be(gateway: Gateway, admin: Caller, wrong: dict, field: str) -> None:
    status, problem = gateway.post("/service-accounts", NEW | wrong, admin)
    assert (status, list(problem["errors"])) == (400, [field])
    assert gateway.patch("/service-accounts/sa-1", wrong, admin)[0] == 400


def test_who_may(gateway: Gateway, admin: Caller) -> None:
    account = make(gateway, admin)
    path = f"/service-accounts/{account['service_account_id']}"
    unverified = replace(admin, session="token-1")
    assert gateway.post("/service-accounts", NEW, unverified)[1]["type"] == "auth.step_up_needed"
    assert gateway.post(f"{path}/tokens", {"name": "n"}, unverified)[1]["type"] == "auth.step_up_needed"
    assert gateway.delete(path, unverified)[1]["type"] == "auth.step_up_needed"
    program = replace(unverified, subject=account["service_account_id"])
    assert gateway.post("/service-accounts", NEW, program)[1]["type"] == "auth.person_needed"
    for role in ("member", "coordinator", "auditor", "service"):
        other = replace(admin, roles=frozenset({role}))
        assert gateway.get("/service-accounts", other)[0] == 403
        assert gateway.post("/service-accounts", NEW, other)[0] == 403
