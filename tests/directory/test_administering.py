"""What administrators do to members' logins: all of it at once or nothing, told to whom it concerns."""

from typing import Any

import pytest

from events.directory import MembershipChanged, SecurityNotice, UserClosed
from services.chassis.tokens import Caller
from services.directory.handlers.writing import Directory
from services.directory.store import Store
from tests.directory.gateway import ADMIN, PASSWORD, SERVICE, Gateway, Member, a_login, an_email
from tests.directory.one_time import events_of, one_time_mails
from tests.directory.test_staff import an_admin

pytestmark = pytest.mark.integration

NEW = "another-horse-22"


@pytest.fixture
def root(gateway: Gateway, directory: Directory) -> Caller:
    """An administrator who has just logged in."""
    return an_admin(gateway, directory)


def change(gateway: Gateway, member: Member, asked: dict[str, Any], caller: Caller, **key: str) -> tuple[int, Any]:
    return gateway.patch(f"/users/{member.user_id}", asked, caller, **key)


def businesses(gateway: Gateway, member: Member) -> list[tuple[str, str]]:
    found = gateway.get("/memberships", ADMIN, users=member.user_id)[1]["memberships"]
    return sorted((each["entity_id"], each["role"]) for each in found)


def test_everything_of_a_login_at_once(gateway: Gateway, store: Store, root: Caller) -> None:
    member, other, email = gateway.sign_up(), gateway.sign_up(), an_email()
    asked = {"first_name": "Ada", "email": email, "password": NEW, "entities": [member.entity_id, other.entity_id]}
    for _ in range(2):
        status, user = change(gateway, member, asked, root, Idempotency_Key="all")
        assert (status, user["first_name"], user["email"]) == (200, "Ada", email)
    assert businesses(gateway, member) == sorted([(member.entity_id, "owner"), (other.entity_id, "owner")])
    assert gateway.get(f"/sessions/{member.session_id}", SERVICE)[0] == 404
    assert gateway.post("/sessions", a_login(email))[0] == 401
    assert gateway.post("/sessions", a_login(email, NEW))[0] == 200
    assert one_time_mails(store)[-1][0] == "email-changed"
    assert SecurityNotice(user_id=member.user_id, what="password-changed") in events_of(store)
    told = gateway.get("/audit", ADMIN, concerns=f"user/{member.user_id}")[1]["entries"]
    assert {each["action"] for each in told} >= {"user.changed", "password.changed", "membership.began"}
    assert all(each["actor"] == f"admin:{root.subject}" for each in told if each["action"] == "password.changed")


def test_one_part_refused_and_nothing_is_changed(gateway: Gateway, root: Caller) -> None:
    member, other = gateway.sign_up(), gateway.sign_up()
    # Nobody else owns it: it can't be left.
    status, problem = change(gateway, member, {"first_name": "Ada", "entities": [other.entity_id]}, root)
    assert (status, problem["type"]) == (409, "membership.last_owner")
    assert gateway.get(f"/users/{member.user_id}", ADMIN)[1]["first_name"] == ""
    assert businesses(gateway, member) == [(member.entity_id, "owner")]
    for asked, code in [
        ({"entities": ["nobody"]}, "entity.unknown"), ({"password": "short"}, "request.invalid"),
        ({"password": member.email + "1!"}, "request.invalid"), ({"email": other.email}, "user.email_taken"),
    ]:  # fmt: skip
        assert change(gateway, member, asked, root)[1]["type"] == code, asked


def test_address_and_password_want_a_verified_administrator(gateway: Gateway) -> None:
    member = gateway.sign_up()
    for asked in ({"email": an_email()}, {"password": NEW}):
        status, problem = change(gateway, member, asked, ADMIN)
        assert (status, problem["type"]) == (403, "auth.step_up_needed")
    assert change(gateway, member, {"first_name": "Ada"}, ADMIN)[0] == 200
    assert gateway.delete(f"/users/{member.user_id}", ADMIN)[0] == 403
    for asked in ({"password": NEW}, {"entities": []}):
        assert change(gateway, member, asked, member.caller)[0] == 400


def test_staff_have_no_password_set_for_them(gateway: Gateway, directory: Directory, root: Caller) -> None:
    cora = an_admin(gateway, directory, "coordinator")
    for asked in ({"password": NEW}, {"entities": []}):
        assert gateway.patch(f"/users/{cora.subject}", asked, root)[1]["type"] == "user.unknown"
    assert gateway.delete(f"/users/{cora.subject}", root)[1]["type"] == "user.unknown"


def test_who_belongs_to_a_business_is_exchanged(gateway: Gateway, root: Caller) -> None:
    member, other, third = gateway.sign_up(), gateway.sign_up(), gateway.sign_up()
    path = f"/entities/{member.entity_id}"
    status, _ = gateway.patch(path, {"city": "Leeds", "users": [other.user_id, third.user_id]}, root)
    assert status == 200
    found = gateway.get("/memberships", ADMIN, entities=f"{member.entity_id},{other.entity_id}")[1]
    assert {(each["entity_id"], each["user_id"]) for each in found["memberships"]} == {
        (member.entity_id, other.user_id), (member.entity_id, third.user_id), (other.entity_id, other.user_id),
    }  # fmt: skip
    assert {user["user_id"] for user in found["users"]} == {other.user_id, third.user_id}
    assert "password_hash" not in found["users"][0]
    assert gateway.patch(path, {"city": "York", "users": []}, root)[1]["type"] == "membership.last_owner"
    assert gateway.get(path, ADMIN)[1]["city"] == "Leeds"
    assert gateway.patch(path, {"users": [other.user_id]}, other.caller)[0] == 403


def test_a_login_is_closed_and_its_business_stays(gateway: Gateway, store: Store, root: Caller) -> None:
    member = gateway.sign_up(name="Old Bakery")
    assert gateway.delete(f"/users/{member.user_id}", root)[0] == 200
    assert gateway.get(f"/users/{member.user_id}", ADMIN)[0] == 404
    assert gateway.get(f"/sessions/{member.session_id}", SERVICE)[0] == 404
    assert gateway.post("/sessions", a_login(member, PASSWORD))[0] == 401
    entity = gateway.get(f"/entities/{member.entity_id}", ADMIN)[1]
    assert (entity["name"], entity["users"], entity["closed_at"]) == ("Old Bakery", [], None)
    left = MembershipChanged(entity_id=member.entity_id, user_id=member.user_id)
    assert events_of(store)[-2:] == [left, UserClosed(user_id=member.user_id)]
    assert gateway.delete(f"/users/{member.user_id}", root)[1]["type"] == "user.unknown"
    newcomer = gateway.sign_up()
    assert gateway.patch(f"/entities/{member.entity_id}", {"users": [newcomer.user_id]}, root)[0] == 200


@pytest.mark.parametrize("query", [{}, {"users": "a", "entities": "b"}])
def test_belonging_is_asked_of_one_side(gateway: Gateway, query: dict[str, str]) -> None:
    assert gateway.get("/memberships", ADMIN, **query)[0] == 400
    assert gateway.get("/memberships", gateway.sign_up().caller, users="a")[0] == 403
