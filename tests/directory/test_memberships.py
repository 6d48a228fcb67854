"""Who belongs to a business and may do what: parts, leaving, invitations; one owner is always left."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from events.directory import MembershipChanged
from services.chassis.tokens import Caller
from services.directory.domain.memberships import INVITATIONS_MAX, InvitationInvalid, LastOwner, Part
from services.directory.handlers import memberships
from services.directory.handlers.writing import By, Directory
from services.directory.store import Store
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, PASSWORD, SERVICE, Gateway, Member, an_email
from tests.directory.one_time import events_of, one_time_mails

pytestmark = pytest.mark.integration

COORDINATOR = Caller(subject="a-coordinator", roles=frozenset({"coordinator"}))
PERSON = {"first_name": "Olga", "last_name": "Orr", "password": PASSWORD, "address": "192.0.2.9"}


def invite(gateway: Gateway, owner: Member, email: str, **part: Any) -> tuple[int, Any]:
    body = {"email": email, "role": "operator", **part}
    return gateway.post(f"/entities/{owner.entity_id}/invitations", body, owner.caller)


def last_token(store: Store) -> str:
    kind, content = one_time_mails(store)[-1]
    assert kind == "invitation"
    return str(content["token"])


def acting(member: Member, owner: Member, session: Any = None) -> Caller:
    """`member` as the gateway would sign for them towards the business of `owner`."""
    return replace(
        member.caller,
        entities=member.caller.entities | {owner.entity_id},
        operated=frozenset({owner.entity_id, owner.account}),
    )


def part_in(gateway: Gateway, member: Member, owner: Member) -> dict[str, Any] | None:
    session = gateway.get(f"/sessions/{member.session_id}", SERVICE)[1]
    return next((each for each in session["entities"] if each["entity_id"] == owner.entity_id), None)


def joined(gateway: Gateway, store: Store, owner: Member, **part: Any) -> Member:
    """Somebody with a login who accepted an invitation."""
    member = gateway.sign_up(name="Own Things")
    assert invite(gateway, owner, member.email, **part)[0] == 200
    assert gateway.post(f"/invitations/{last_token(store)}/accept", {}, member.caller)[0] == 200
    return member


def test_who_is_invited_joins_with_the_limits_that_were_set(gateway: Gateway, store: Store) -> None:
    owner, member = gateway.sign_up(), gateway.sign_up(name="Own Things")
    status, invitation = invite(gateway, owner, member.email.upper(), max_amount=5_000)
    assert (status, invitation["email"], invitation["max_amount"]) == (200, member.email, 5_000)
    token = last_token(store)
    assert one_time_mails(store)[-1][1] == {"token": token, "address": member.email, "business": "Green Grocers"}
    assert token not in str(store.database["invitations"].find_one())
    assert gateway.get(f"/invitations/{token}")[1]["has_login"] is True

    status, view = gateway.post(f"/invitations/{token}/accept", {}, member.caller)
    assert (status, view["role"], view["max_amount"], view["entity_name"]) == (200, "operator", 5_000, "Green Grocers")
    mine = part_in(gateway, member, owner)
    assert mine
    assert (mine["role"], mine["view_only"], mine["max_amount"]) == ("operator", False, 5_000)
    changed = MembershipChanged(
        entity_id=owner.entity_id, user_id=member.user_id, role="operator", max_amount=5_000, what="joined"
    )
    assert events_of(store)[-1] == changed
    assert gateway.get(f"/invitations/{token}")[1]["type"] == "invitation.invalid"
    listed = gateway.get(f"/entities/{owner.entity_id}/members", owner.caller)[1]
    assert [each["user_id"] for each in listed["members"]] == sorted([owner.user_id, member.user_id])
    assert listed["invitations"] == []


def test_who_has_no_login_signs_up_without_a_business(gateway: Gateway, store: Store) -> None:
    owner, email = gateway.sign_up(), an_email()
    assert invite(gateway, owner, email, view_only=True, max_amount=5)[0] == 200
    token = last_token(store)
    assert gateway.get(f"/invitations/{token}")[1]["has_login"] is False
    status, made = gateway.post(f"/invitations/{token}/signup", PERSON)
    assert (status, made["session"]["email"]) == (200, email)
    (mine,) = made["session"]["entities"]
    # Who looks only moves nothing: there is no amount to bound.
    assert (mine["entity_id"], mine["view_only"], mine["max_amount"]) == (owner.entity_id, True, None)
    assert gateway.post(f"/invitations/{token}/signup", PERSON)[0] == 404


def test_an_invitation_is_for_its_address_alone(gateway: Gateway, store: Store) -> None:
    owner, invited, other = gateway.sign_up(), gateway.sign_up(), gateway.sign_up()
    invite(gateway, owner, invited.email)
    token = last_token(store)
    status, problem = gateway.post(f"/invitations/{token}/accept", {}, other.caller)
    assert (status, problem["type"]) == (403, "invitation.other_address")
    assert gateway.post(f"/invitations/{token}/accept", {}, invited.caller)[0] == 200


def test_a_repeated_acceptance_gets_the_first_answer(gateway: Gateway, store: Store) -> None:
    """Whoever lost the answer must not be told that the link is dead."""
    owner, invited = gateway.sign_up(), gateway.sign_up()
    invite(gateway, owner, invited.email)
    path = f"/invitations/{last_token(store)}/accept"
    first = gateway.post(path, {}, invited.caller, Idempotency_Key="once")
    assert first[0] == 200
    assert gateway.post(path, {}, invited.caller, Idempotency_Key="once") == first
    assert gateway.post(path, {}, invited.caller, Idempotency_Key="twice")[0] == 404
    other = gateway.post("/invitations/another/accept", {}, invited.caller, Idempotency_Key="once")
    assert (other[0], other[1]["type"]) == (409, "idempotency.key_reused")
    assert path.split("/")[2] not in str(list(store.database["outcomes"].find()))


def test_an_invitation_ends_after_a_week_or_when_it_is_taken_back(gateway: Gateway, store: Store, time: Time) -> None:
    owner = gateway.sign_up()
    invitation = invite(gateway, owner, an_email())[1]
    token = last_token(store)
    time.pass_by(days=6, hours=23)
    assert gateway.get(f"/invitations/{token}")[0] == 200
    time.pass_by(hours=1)
    assert gateway.get(f"/invitations/{token}")[0] == 404

    invitation = invite(gateway, owner, an_email())[1]
    path = f"/entities/{owner.entity_id}/invitations/{invitation['invitation_id']}"
    assert gateway.delete(path, gateway.sign_up().caller)[0] == 403
    assert gateway.delete(path, owner.caller)[0] == 200
    assert gateway.get(f"/invitations/{last_token(store)}")[0] == 404
    assert gateway.delete(path, owner.caller)[1]["type"] == "invitation.invalid"


def test_open_invitations_are_bounded_and_a_second_one_replaces_the_first(gateway: Gateway, store: Store) -> None:
    owner, email = gateway.sign_up(), an_email()
    invite(gateway, owner, email)
    first = last_token(store)
    for _ in range(INVITATIONS_MAX - 1):
        assert invite(gateway, owner, an_email())[0] == 200
    status, problem = invite(gateway, owner, an_email())
    assert (status, problem["type"]) == (409, "membership.too_many")
    assert invite(gateway, owner, email)[0] == 200
    assert gateway.get(f"/invitations/{first}")[0] == 404


def test_an_invitation_accepted_at_once_by_many_requests_is_accepted_once(
    gateway: Gateway, directory: Directory, store: Store
) -> None:
    owner, member = gateway.sign_up(), gateway.sign_up()
    invite(gateway, owner, member.email)
    token, by = last_token(store), By(actor="user:x", correlation_id="test")

    def accept(_: int) -> str:
        try:
            memberships.accept(directory, by, token, member.user_id)
        except InvitationInvalid:
            return "dead"
        return "joined"

    with ThreadPoolExecutor(8) as pool:
        came_of_it = list(pool.map(accept, range(8)))
    assert sorted(came_of_it) == ["dead"] * 7 + ["joined"]
    assert len(store.entities.members_of(owner.entity_id)) == 2


def test_owners_change_parts_and_operators_do_not(gateway: Gateway, store: Store) -> None:
    owner = gateway.sign_up()
    operator = joined(gateway, store, owner)
    as_operator = acting(operator, owner)
    path = f"/entities/{owner.entity_id}/members/{operator.user_id}"
    refused = [
        gateway.patch(path, {"role": "owner"}, as_operator),
        gateway.delete(f"/entities/{owner.entity_id}/members/{owner.user_id}", as_operator),
        gateway.post(f"/entities/{owner.entity_id}/invitations", {"email": an_email(), "role": "owner"}, as_operator),
    ]
    assert [(status, problem["type"]) for status, problem in refused] == [(403, "entity.owners_only")] * 3
    assert gateway.get(f"/entities/{owner.entity_id}/members", as_operator)[1]["invitations"] == []
    status, view = gateway.patch(path, {"role": "operator", "max_amount": 100}, owner.caller)
    assert (status, view["max_amount"]) == (200, 100)
    assert gateway.patch(path, {"role": "owner", "max_amount": 100}, owner.caller)[1]["type"] == "request.invalid"
    assert gateway.patch(path, {"role": "operator", "max_amount": 1.5}, owner.caller)[0] == 400
    assert gateway.patch(path, {"role": "owner"}, owner.caller)[0] == 200
    entry = store.database["audit"].find_one({"action": "membership.changed"}, sort=[("_id", -1)])
    assert entry
    assert entry["concerns"] == [f"user/{operator.user_id}"]


def test_an_operator_leaves_what_a_business_is_in_law_to_its_owners(gateway: Gateway, store: Store) -> None:
    owner = gateway.sign_up()
    as_operator = acting(joined(gateway, store, owner), owner)
    path = f"/entities/{owner.entity_id}"
    # A form sends all fields: the same as it is changes nothing.
    assert gateway.patch(path, {"name": "Green Grocers", "city": "Todmorden"}, as_operator)[0] == 200
    status, problem = gateway.patch(path, {"name": "Mine Now"}, as_operator)
    assert (status, problem["type"]) == (403, "entity.owners_only")


def test_who_looks_only_reads_and_changes_nothing(gateway: Gateway, store: Store) -> None:
    owner = gateway.sign_up()
    viewer = Caller(subject="v", roles=frozenset({"member"}), viewed=frozenset({owner.entity_id, owner.account}))
    assert gateway.get(f"/entities/{owner.entity_id}", viewer)[1]["email"] == owner.email
    assert gateway.get(f"/entities/{owner.entity_id}/members", viewer)[0] == 200
    assert gateway.patch(f"/entities/{owner.entity_id}", {"city": "X"}, viewer)[1]["type"] == "entity.not_yours"
    assert invite(gateway, owner, an_email())[0] == 200


def test_the_last_owner_neither_leaves_nor_becomes_less(gateway: Gateway, store: Store) -> None:
    owner = gateway.sign_up()
    mine = f"/entities/{owner.entity_id}/members/{owner.user_id}"
    for status, problem in (
        gateway.delete(mine, owner.caller),
        gateway.patch(mine, {"role": "operator"}, owner.caller),
        gateway.delete(mine, ADMIN),
    ):
        assert (status, problem["type"]) == (409, "membership.last_owner")
        assert "make somebody else an owner first" in problem["detail"]
    joined(gateway, store, owner, role="owner")
    assert gateway.delete(mine, owner.caller)[0] == 200
    assert part_in(gateway, owner, owner) is None
    assert events_of(store)[-1] == MembershipChanged(entity_id=owner.entity_id, user_id=owner.user_id, what="left")


@pytest.mark.parametrize("round_", range(3))
def test_two_owners_who_demote_each_other_at_once_leave_one(
    gateway: Gateway, directory: Directory, store: Store, round_: int
) -> None:
    owner = gateway.sign_up()
    second = joined(gateway, store, owner, role="owner")
    by = By(actor="user:x", correlation_id=str(round_))

    def demote(user_id: str) -> str:
        try:
            memberships.change(directory, by, owner.entity_id, user_id, Part(role="operator"))
        except LastOwner:
            return "refused"
        return "demoted"

    with ThreadPoolExecutor(2) as pool:
        came_of_it = list(pool.map(demote, [owner.user_id, second.user_id]))
    assert sorted(came_of_it) == ["demoted", "refused"]
    assert [each.role for each in store.entities.members_of(owner.entity_id)].count("owner") == 1


@pytest.mark.parametrize("staff", [ADMIN, COORDINATOR])
def test_staff_link_a_user_to_a_business(gateway: Gateway, staff: Caller) -> None:
    owner, member = gateway.sign_up(), gateway.sign_up()
    path = f"/entities/{owner.entity_id}/members/{member.user_id}"
    assert gateway.put(path, {"role": "operator"}, staff)[0] == 200
    assert gateway.put(path, {"role": "operator"}, staff)[1]["type"] == "membership.exists"
    assert gateway.put(f"/entities/{owner.entity_id}/members/nobody", {"role": "owner"}, staff)[0] == 404
    assert gateway.put(path, {"role": "owner"}, owner.caller)[0] == 403


def test_a_member_registers_a_second_business_that_waits_for_review(gateway: Gateway) -> None:
    member = gateway.sign_up()
    status, made = gateway.post("/entities", {"name": "Second Thing", "offers": ["bread"]}, member.caller)
    assert status == 200, made
    session = gateway.get(f"/sessions/{member.session_id}", SERVICE)[1]
    second = next(each for each in session["entities"] if each["entity_id"] == made["entity_id"])
    assert (second["status"], second["role"], second["account"]) == ("pending", "owner", made["account"])
    for _ in range(4):
        assert gateway.post("/entities", {"name": "Another"}, member.caller)[0] == 200
    assert gateway.post("/entities", {"name": "Too Many"}, member.caller)[0] == 429


def test_nothing_of_memberships_is_done_on_behalf(gateway: Gateway) -> None:
    owner = gateway.sign_up()
    acting_admin = Caller(
        subject="root",
        roles=frozenset({"member"}),
        entities=frozenset({owner.entity_id}),
        on_behalf_of=f"entity/{owner.entity_id}",
    )
    mine = f"/entities/{owner.entity_id}/members/{owner.user_id}"
    for status, problem in (
        gateway.get(f"/entities/{owner.entity_id}/personal-data", acting_admin),
        gateway.delete(mine, acting_admin),
        gateway.patch(mine, {"role": "operator"}, acting_admin),
        gateway.post(f"/entities/{owner.entity_id}/invitations", {"email": "a@b.cc", "role": "owner"}, acting_admin),
    ):
        assert (status, problem["type"]) == (403, "auth.not_on_behalf")
