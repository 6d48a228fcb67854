"""The six statuses: every way from each to each, for every role; two who decide at once; the history of decisions."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

from events.directory import Status
from services.chassis.tokens import Caller
from services.directory.domain import STATUSES, EntityChange, FieldsInvalid, StatusDecided, StatusNotAllowed
from services.directory.domain.statuses import DECISIONS_KEPT, MAY_APPLY, TABLE, check, next_statuses
from services.directory.handlers import members
from services.directory.handlers.writing import By, Directory
from services.directory.store import Store
from tests.directory.gateway import ADMIN, PUBLIC, Gateway, Member

OTHER_ADMIN = Caller(subject="other-admin", roles=frozenset({"admin"}))
REFUSED_WITH = {"pending": 1, "accepted": 1, "tradingPending": 2, "tradingRejected": 1, "tradingAccepted": 2}
"""How many ways out of each status need a reason."""
WAYS = {
    "pending": "accepted rejected tradingAccepted",
    "accepted": "tradingAccepted rejected",
    "rejected": "pending accepted",
    "tradingPending": "tradingAccepted tradingRejected rejected",
    "tradingRejected": "tradingAccepted rejected",
    "tradingAccepted": "accepted rejected",
}
"""Written out again by hand: what an administrator may do."""
NOT_FOR_COORDINATORS = {(before, "tradingAccepted") for before in ("pending", "accepted", "tradingRejected")}
TRADING = dict.fromkeys(("inc_type", "description", "address", "city", "region", "postal_code", "country"), "x")


def is_allowed(before: str, after: str, role: str) -> bool:
    if role == "member":
        return after == "tradingPending" and before in ("accepted", "tradingRejected")
    if role == "coordinator" and (before, after) in NOT_FOR_COORDINATORS:
        return False
    return role in ("admin", "coordinator") and after in WAYS[before].split()


@pytest.mark.parametrize("role", ["member", "coordinator", "admin", "auditor", "service", ""])
@pytest.mark.parametrize(("before", "after"), list(product(STATUSES, STATUSES)))
def test_every_way_is_open_to_whom_it_should_be(before: Status, after: Status, role: str):
    if is_allowed(before, after, role):
        check(before, after, role=role, reason="because")
        assert after in next_statuses(before, {role})
    else:
        with pytest.raises(StatusNotAllowed) as refused:
            check(before, after, role=role, reason="because")
        assert all(way in str(refused.value) for way in next_statuses(before, {role}))
        assert after not in next_statuses(before, {role})


@pytest.mark.parametrize("way", TABLE)
def test_who_is_told_less_than_hoped_for_is_told_why(way: tuple[Status, Status]):
    loses = way[1] in ("rejected", "tradingRejected") or way == ("tradingAccepted", "accepted")
    role = min(TABLE[way].who)
    assert TABLE[way].needs_reason == loses
    if loses:
        with pytest.raises(FieldsInvalid):
            check(*way, role=role, reason="")
    else:
        check(*way, role=role, reason="")


def test_the_table_has_no_way_from_a_status_to_itself_and_none_is_a_dead_end():
    assert all(before != after for before, after in TABLE)
    assert {before for before, _ in TABLE} == set(STATUSES) == {after for _, after in TABLE}
    assert sum(way.needs_reason for way in TABLE.values()) == sum(REFUSED_WITH.values())
    assert {"accepted", "tradingRejected"} == MAY_APPLY


def test_who_saw_another_status_decides_nothing():
    with pytest.raises(StatusDecided, match="rejected now"):
        check("rejected", "accepted", role="admin", reason="", expected="pending")


def decide(gateway: Gateway, member: Member, status: str, reason: str = "", caller: Caller = ADMIN, **more: str):
    return gateway.patch(f"/entities/{member.entity_id}", {"status": status, "reason": reason, **more}, caller)


def test_what_is_not_allowed_is_refused_naming_what_is(gateway: Gateway):
    member = gateway.sign_up()
    status, problem = decide(gateway, member, "tradingPending")
    assert (status, problem["type"]) == (409, "status.not_allowed")
    assert "accepted or rejected or tradingAccepted" in problem["detail"]
    status, problem = decide(gateway, member, "rejected")
    assert (status, list(problem["errors"])) == (400, ["reason"])


def test_members_see_how_it_was_decided_but_not_by_which_administrator(gateway: Gateway):
    member = gateway.sign_up()
    decide(gateway, member, "rejected", "Who are you?")
    decide(gateway, member, "accepted", caller=OTHER_ADMIN)
    own = gateway.get(f"/entities/{member.entity_id}", member.caller)[1]
    seen = gateway.get(f"/entities/{member.entity_id}", ADMIN)[1]
    public = gateway.get(f"/entities/{member.entity_id}", PUBLIC)[1]
    assert [(each["previous"], each["status"], each["reason"], each["by"]) for each in own["decisions"]] == [
        ("pending", "rejected", "Who are you?", ""),
        ("rejected", "accepted", "", ""),
    ]
    assert [each["by"] for each in seen["decisions"]] == ["admin:an-admin", "admin:other-admin"]
    assert seen["next_statuses"] == [
        {"status": "tradingAccepted", "needs_reason": False},
        {"status": "rejected", "needs_reason": True},
    ]
    assert not {"decisions", "next_statuses", "application"} & set(public)
    assert "next_statuses" not in own


def test_an_application_says_who_agreed_to_what_and_may_be_repeated(gateway: Gateway):
    member = gateway.sign_up()
    gateway.patch(f"/entities/{member.entity_id}", TRADING, member.caller)
    user = {"first_name": "A", "last_name": "B", "telephone": "1"}
    assert gateway.patch(f"/users/{member.user_id}", user, member.caller)[0] == 200
    decide(gateway, member, "accepted")
    path = f"/entities/{member.entity_id}/trading-application"
    assert gateway.post(path, {"terms_version": "2026-01"}, member.caller)[1]["status"] == "tradingPending"
    assert decide(gateway, member, "tradingRejected", "Not yet.")[0] == 200
    assert gateway.post(path, {"terms_version": "2026-02"}, member.caller)[1]["status"] == "tradingPending"
    own = gateway.get(f"/entities/{member.entity_id}", member.caller)[1]
    applied = own["application"]
    assert (applied["user_id"], applied["terms_version"]) == (member.user_id, "2026-02")
    assert [each["by"] for each in own["decisions"] if each["status"] == "tradingPending"] == [
        f"user:{member.user_id}"
    ] * 2
    assert decide(gateway, member, "tradingAccepted")[1]["member_started_at"]


def test_of_two_who_decide_at_once_the_second_hears_of_the_first(gateway: Gateway, directory: Directory, store: Store):
    for _ in range(5):
        member = gateway.sign_up()
        decisions = [("admin:a", "accepted", ""), ("admin:b", "rejected", "no")] * 4

        def attempt(decision: tuple[str, Status, str], entity_id: str = member.entity_id) -> str:
            actor, status, reason = decision
            change = EntityChange(status=status, reason=reason, expected_status="pending")
            try:
                members.change_entity(directory, By(actor=actor, correlation_id="t"), entity_id, change)
            except StatusDecided as told:
                return str(told)
            return f"was first with {status}"

        with ThreadPoolExecutor(8) as threads:
            outcomes = list(threads.map(attempt, decisions))
        won = [each for each in outcomes if each.startswith("was first")]
        after = store.entities.find(member.entity_id)
        assert after
        assert won == [f"was first with {after.status}"]
        assert all(f"is {after.status} now" in each for each in outcomes if each not in won)
        assert len(after.decisions) == 1


def test_over_http_the_second_gets_a_conflict(gateway: Gateway):
    member = gateway.sign_up()
    decide(gateway, member, "accepted", expected_status="pending")
    status, problem = decide(gateway, member, "accepted", caller=OTHER_ADMIN, expected_status="pending")
    assert (status, problem["type"]) == (409, "status.decided_already")
    status, problem = gateway.patch(f"/entities/{member.entity_id}", {"expected_status": "accepted"}, member.caller)
    assert status == 403


def test_the_history_is_bounded(gateway: Gateway, directory: Directory, store: Store):
    member = gateway.sign_up()
    by = By(actor="admin:a", correlation_id="t")
    for number in range(DECISIONS_KEPT + 4):
        change = EntityChange(status="rejected" if number % 2 else "accepted", reason=f"number {number}")
        members.change_entity(directory, by, member.entity_id, change)
    after = store.entities.find(member.entity_id)
    assert after
    assert len(after.decisions) == DECISIONS_KEPT
    assert after.decisions[-1].reason == f"number {DECISIONS_KEPT + 3}"
