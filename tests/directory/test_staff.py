"""People who work for the network: invited, stopped, removed by administrators; somebody is always left."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from events import codec
from events.directory import OnBehalfBegan, UserAccessChanged
from services.chassis.tokens import Caller
from services.directory.domain.staff import LastAdmin
from services.directory.handlers import members, staff
from services.directory.handlers.writing import By, Directory
from services.directory.store import Store
from tests.directory.conftest import Time
from tests.directory.gateway import PASSWORD, SERVICE, Gateway, a_login, an_email
from tests.directory.one_time import events_of, one_time_mails

pytestmark = pytest.mark.integration

BY = By(actor="system:test", correlation_id="test")


@pytest.fixture
def root(gateway: Gateway, directory: Directory) -> Caller:
    """An administrator who has just logged in."""
    return an_admin(gateway, directory)


def an_admin(gateway: Gateway, directory: Directory, kind: str = "admin") -> Caller:
    email = an_email()
    members.create_admin(directory, BY, email=email, kind=kind, password=PASSWORD)
    session = gateway.post("/sessions", a_login(email, kind="admin"))[1]
    return Caller(subject=session["user_id"], roles=frozenset(session["roles"]), session=session["session_id"])


def create(gateway: Gateway, root: Caller, **changes: Any) -> tuple[int, Any]:
    return gateway.post("/staff", {"email": an_email(), "kind": "coordinator", **changes}, root)


def test_a_coordinator_is_invited_and_sets_the_password_by_the_link(
    gateway: Gateway, store: Store, root: Caller, time: Time
) -> None:
    status, user = create(gateway, root, first_name="Cora", until="2026-12-31")
    assert (status, user["kind"], user["expires_at"]) == (200, "coordinator", "2027-01-01T00:00:00.000000Z")
    kind, content = one_time_mails(store)[-1]
    assert kind == "staff-invitation"
    time.pass_by(days=6)
    assert gateway.post(f"/password-resets/{content['token']}", {"password": PASSWORD})[0] == 200
    status, session = gateway.post("/sessions", a_login(user["email"], kind="admin"))
    assert (status, session["roles"]) == (200, ["coordinator"])
    assert gateway.post(f"/password-resets/{content['token']}", {"password": PASSWORD})[0] == 404


def test_a_fresh_link_kills_the_one_before(gateway: Gateway, store: Store, root: Caller) -> None:
    user = create(gateway, root)[1]
    first = one_time_mails(store)[-1][1]["token"]
    assert gateway.post(f"/staff/{user['user_id']}/invitation", {}, root)[0] == 200
    assert gateway.get(f"/password-resets/{first}")[0] == 404
    assert gateway.get(f"/password-resets/{one_time_mails(store)[-1][1]['token']}")[0] == 200


def test_who_is_stopped_is_out_at_once_and_comes_back_when_it_goes_on(
    gateway: Gateway, directory: Directory, store: Store, root: Caller
) -> None:
    cora = an_admin(gateway, directory, "coordinator")
    assert gateway.get(f"/sessions/{cora.session}", SERVICE)[0] == 200
    status, user = gateway.patch(f"/staff/{cora.subject}", {"suspended": True}, root)
    assert (status, user["suspended"]) == (200, True)
    assert gateway.get(f"/sessions/{cora.session}", SERVICE)[0] == 404
    assert events_of(store)[-1] == UserAccessChanged(user_id=cora.subject, kind="coordinator", active=False)
    status, problem = gateway.post("/sessions", a_login(user["email"], kind="admin"))
    assert (status, problem["type"]) == (403, "login.expired")
    assert "stopped by an administrator" in problem["detail"]
    assert gateway.patch(f"/staff/{cora.subject}", {"suspended": False}, root)[0] == 200
    assert gateway.post("/sessions", a_login(user["email"], kind="admin"))[0] == 200


def test_who_is_removed_is_gone(gateway: Gateway, directory: Directory, root: Caller) -> None:
    cora = an_admin(gateway, directory, "coordinator")
    assert gateway.delete(f"/staff/{cora.subject}", root)[0] == 200
    assert gateway.get(f"/sessions/{cora.session}", SERVICE)[0] == 404
    assert gateway.delete(f"/staff/{cora.subject}", root)[1]["type"] == "user.unknown"
    listed = gateway.get("/staff", root)[1]["users"]
    assert [user["user_id"] for user in listed] == [root.subject]
    assert "password_hash" not in listed[0]


def test_nobody_changes_their_own_access(gateway: Gateway, directory: Directory, root: Caller) -> None:
    an_admin(gateway, directory)
    for status, problem in (
        gateway.patch(f"/staff/{root.subject}", {"until": None}, root),
        gateway.delete(f"/staff/{root.subject}", root),
    ):
        assert (status, problem["type"]) == (409, "staff.not_yourself")


def test_the_last_administrator_stays(gateway: Gateway, directory: Directory, root: Caller) -> None:
    other = an_admin(gateway, directory)
    # The other one alone is without end then: it can't be taken away.
    staff.change(directory, BY, root.subject, actor_id=other.subject, changes={"suspended": True})
    for changes in ({"suspended": True}, {"until": date(2026, 12, 31)}):
        with pytest.raises(LastAdmin):
            staff.change(directory, BY, other.subject, actor_id=root.subject, changes=changes)
    with pytest.raises(LastAdmin):
        staff.remove(directory, BY, other.subject, actor_id=root.subject)


@pytest.mark.parametrize("round_", range(3))
def test_two_administrators_who_remove_each_other_at_once_leave_one(
    gateway: Gateway, directory: Directory, store: Store, root: Caller, round_: int
) -> None:
    other = an_admin(gateway, directory)

    def remove(pair: tuple[str, str]) -> str:
        try:
            staff.remove(directory, BY, pair[0], actor_id=pair[1])
        except LastAdmin:
            return "refused"
        return "removed"

    with ThreadPoolExecutor(2) as pool:
        pairs = [(root.subject, other.subject), (other.subject, root.subject)]
        assert sorted(pool.map(remove, pairs)) == ["refused", "removed"], round_
    assert len(store.users.staff()) == 1


def test_sensitive_commands_want_a_login_that_was_verified_lately(gateway: Gateway, root: Caller, time: Time) -> None:
    time.pass_by(minutes=11)
    assert create(gateway, root)[1]["type"] == "auth.step_up_needed"
    member = gateway.sign_up()
    body = {"entity_id": member.entity_id, "reason": "They asked"}
    assert gateway.put("/acting", body, root)[1]["type"] == "auth.step_up_needed"


@pytest.mark.parametrize("kind", ["coordinator", "auditor"])
def test_only_administrators_see_to_staff(gateway: Gateway, directory: Directory, kind: str) -> None:
    caller = an_admin(gateway, directory, kind)
    assert gateway.get("/staff", caller)[0] == 403
    assert create(gateway, caller)[0] == 403
    assert gateway.put("/acting", {"entity_id": "x", "reason": "y"}, caller)[0] == 403


def test_members_are_found_by_last_name_and_address(gateway: Gateway, root: Caller) -> None:
    ann, bob = gateway.sign_up(), gateway.sign_up(email=f"bob.{an_email()}")
    for member, name in ((ann, "Archer"), (bob, "O'Hara (Jr.)")):
        gateway.patch(f"/users/{member.user_id}", {"last_name": name}, member.caller)

    def found(**asked: Any) -> list[str]:
        status, answered = gateway.get("/users", root, **asked)
        assert status == 200, answered
        return [user["user_id"] for user in answered["users"]]

    assert found(last_name="archer") == [ann.user_id]
    assert found(last_name="o'hara (") == [bob.user_id]
    assert found(email=ann.email.upper()) == [ann.user_id]
    assert found(email=ann.email[1:]) == []
    assert found(email_part="bob.") == [bob.user_id]
    assert found(last_name=".*") == []
    assert found() == [ann.user_id, bob.user_id]
    assert gateway.get("/users", root, page_size=1, page=2)[1] == {
        "users": [gateway.get(f"/users/{bob.user_id}", root)[1]],
        "total": 2,
        "next": None,
    }


def test_a_members_login_is_stopped_with_a_reason(gateway: Gateway, root: Caller, store: Store) -> None:
    member = gateway.sign_up()
    path = f"/users/{member.user_id}/suspension"
    assert gateway.put(path, {"suspended": True, "reason": "Stolen telephone"}, root)[0] == 200
    assert gateway.get(f"/sessions/{member.session_id}", SERVICE)[0] == 404
    assert gateway.post("/sessions", a_login(member))[1]["type"] == "login.expired"
    entry = store.database["audit"].find_one({"action": "user.suspended"})
    assert entry
    assert entry["details"]["reason"] == "Stolen telephone"
    assert gateway.put(path, {"suspended": False}, root)[0] == 200
    assert gateway.post("/sessions", a_login(member))[0] == 200


def test_an_administrator_acts_for_a_member_for_an_hour_and_is_named(
    gateway: Gateway, store: Store, root: Caller, time: Time
) -> None:
    member = gateway.sign_up()
    body = {"entity_id": member.entity_id, "reason": "They asked by telephone"}
    status, began = gateway.put("/acting", body, root)
    assert (status, began["until"]) == (200, "2026-01-31T13:00:00.000000Z")
    event = events_of(store)[-1]
    assert event == OnBehalfBegan(
        entity_id=member.entity_id, user_id=root.subject, reason="They asked by telephone", until=began["until"]
    )
    session = gateway.get(f"/sessions/{root.session}", SERVICE)[1]
    assert [each["entity_id"] for each in session["entities"]] == [member.entity_id]
    assert session["on_behalf"] == {"until": began["until"], "reason": "They asked by telephone"}
    assert session["roles"] == ["admin"]

    acting = Caller(
        subject=root.subject,
        roles=frozenset({"member"}),
        entities=frozenset({member.entity_id}),
        session=root.session,
        on_behalf_of=f"entity/{member.entity_id}",
    )
    assert gateway.patch(f"/entities/{member.entity_id}", {"city": "Todmorden"}, acting)[0] == 200
    envelope = codec.decode(store.database["outbox"].find_one(sort=[("_id", -1)])["value"])
    assert (envelope.actor, envelope.onbehalfof) == (f"admin:{root.subject}", f"entity/{member.entity_id}")
    entry = store.database["audit"].find_one({"action": "entity.changed"}, sort=[("_id", -1)])
    assert entry
    assert (entry["actor"], entry["on_behalf_of"]) == (envelope.actor, envelope.onbehalfof)

    time.pass_by(minutes=60)
    assert "on_behalf" not in gateway.get(f"/sessions/{root.session}", SERVICE)[1]


def test_acting_is_ended_by_the_administrator(gateway: Gateway, store: Store, root: Caller) -> None:
    member = gateway.sign_up()
    gateway.put("/acting", {"entity_id": member.entity_id, "reason": "r"}, root)
    assert gateway.delete("/acting", root)[0] == 200
    session = gateway.get(f"/sessions/{root.session}", SERVICE)[1]
    assert session["entities"] == []
    assert "on_behalf" not in session
    actions = [
        entry["action"] for entry in store.database["audit"].find({"subject": f"entity/{member.entity_id}"}).sort("_id")
    ]
    assert actions[-2:] == ["acting.began", "acting.ended"]
    assert gateway.put("/acting", {"entity_id": member.entity_id, "reason": " "}, root)[0] == 400
    assert gateway.put("/acting", {"entity_id": "nobody", "reason": "r"}, root)[0] == 404
