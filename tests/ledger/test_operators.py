"""What those may do who act for a business within bounds: look at it alone, move so much at most, decide nothing."""

import orjson
import pytest

from services.chassis.tokens import Caller
from tests.ledger.web import A, Api, B, C, code_of

MOST = 50
ACCEPTED = {"rules": [{"party": "any", "direction": "pay"}]}


def a_viewer() -> Caller:
    """Of A."""
    return Caller(subject="u2", roles=frozenset({"member"}), viewed=frozenset({A}))


def an_operator(account: str = A, most: int | None = MOST) -> Caller:
    """Who may pay up to `most`."""
    accounts = frozenset({account})
    caps = frozenset({(account, most)}) if most is not None else frozenset()
    return Caller(subject="u3", roles=frozenset({"member"}), accounts=accounts, operated=accounts, caps=caps)


@pytest.fixture
def web() -> Api:
    return Api()


def proposal(amount: int, **changes) -> dict:
    return {"initiator": A, "counterparty": B, "direction": "pay", "amount": amount} | changes


READS = (
    "/accounts?numbers={}", "/accounts/{}", "/accounts/{}/balance", "/accounts/{}/history", "/accounts/{}/statement",
    "/accounts/{}/consent", "/transfers?account={}",
)  # fmt: skip


@pytest.mark.parametrize("path", READS)
def test_a_viewer_reads_what_a_member_reads(web, path):
    assert web.ask_as(a_viewer(), "get", path.format(A)).status_code == 200
    assert code_of(web.ask_as(a_viewer(), "get", path.format(B))) == (403, "auth.forbidden")


def test_a_viewer_sees_a_transfer_and_can_do_nothing_with_it(web):
    mine, theirs = web.propose(), web.propose(initiator=B, counterparty=A)
    head = web.store.head
    for made, step in ((theirs, "accept"), (theirs, "reject"), (mine, "cancel")):
        known = made.json["transfer_id"]
        assert web.ask_as(a_viewer(), "get", f"/transfers/{known}").status_code == 200
        body = {} if step == "accept" else {"reason": "no"}
        answer = web.ask_as(a_viewer(), "post", f"/transfers/{known}/{step}", body)
        assert code_of(answer) == (403, "transfer.not_yours")
    assert web.store.head == head


def test_a_viewer_moves_nothing_and_consents_to_nothing(web):
    attempts = [
        ("post", "/transfers", proposal(1)),
        ("post", "/preview", proposal(1)),
        ("put", f"/accounts/{A}/consent", ACCEPTED),
    ]
    for method, path, body in attempts:
        assert code_of(web.ask_as(a_viewer(), method, path, body)) == (403, "auth.forbidden")
    batch = {"atomic": False, "commands": [{"command": "initiate", **proposal(1)}]}
    answer = web.ask_as(a_viewer(), "post", "/batches", batch)
    assert answer.json["results"][0]["type"] == "auth.forbidden"


def test_what_an_administrator_may_view_is_not_what_a_token_says(web):
    """What may be viewed is the members', as their accounts are."""
    asking = Caller(subject="a", roles=frozenset({"coordinator"}), viewed=frozenset({A}))
    assert code_of(web.ask_as(asking, "get", f"/accounts/{A}")) == (403, "auth.forbidden")


@pytest.mark.parametrize("direction", ["pay", "request"])
@pytest.mark.parametrize("path", ["/transfers", "/preview"])
def test_an_operator_moves_up_to_the_bound_and_no_more(web, direction, path):
    fine = web.ask_as(an_operator(), "post", path, proposal(MOST, direction=direction))
    assert fine.status_code == 200
    refused = web.ask_as(an_operator(), "post", path, proposal(MOST + 1, direction=direction))
    assert code_of(refused) == (403, "account.amount_not_allowed")
    assert refused.json["most"] == MOST


def test_the_bound_holds_when_an_operator_accepts(web):
    small, large = web.propose(amount=MOST), web.propose(amount=MOST + 1)
    accepted = web.ask_as(an_operator(B), "post", f"/transfers/{small.json['transfer_id']}/accept", {})
    assert accepted.status_code == 200
    refused = web.ask_as(an_operator(B), "post", f"/transfers/{large.json['transfer_id']}/accept", {})
    assert code_of(refused) == (403, "account.amount_not_allowed")
    # It stays open for an owner: nothing was cancelled.
    assert web.ask("get", f"/transfers/{large.json['transfer_id']}", as_=[B]).json["status"] == "initiated"
    # Saying no moves nothing.
    declined = web.ask_as(an_operator(B), "post", f"/transfers/{large.json['transfer_id']}/reject", {"reason": "no"})
    assert declined.status_code == 200


def test_the_bound_holds_in_a_batch_and_when_giving_back(web):
    commands = [{"command": "initiate", **proposal(amount)} for amount in (MOST, MOST + 1)]
    answer = web.ask_as(an_operator(), "post", "/batches", {"atomic": False, "commands": commands})
    assert [result.get("type") for result in answer.json["results"]] == [None, "account.amount_not_allowed"]
    known = web.propose(amount=MOST + 1).json["transfer_id"]
    assert web.ask("post", f"/transfers/{known}/accept", {}, as_=[B]).status_code == 200
    back = web.ask_as(an_operator(B), "post", f"/transfers/{known}/reverse", {"reason": "wrong"})
    assert code_of(back) == (403, "account.amount_not_allowed")


def test_a_bound_is_of_one_account_alone(web):
    asking = an_operator()
    both = Caller(
        subject="u3", roles=asking.roles, accounts=frozenset({A, C}), operated=asking.operated, caps=asking.caps
    )
    assert web.ask_as(both, "post", "/transfers", proposal(MOST + 1, initiator=C)).status_code == 200


def test_an_operator_decides_nothing_about_consent(web):
    answer = web.ask_as(an_operator(most=None), "put", f"/accounts/{A}/consent", ACCEPTED)
    assert code_of(answer) == (403, "auth.forbidden")
    seen = web.ask_as(an_operator(most=None), "get", f"/accounts/{A}/consent").json
    assert ACCEPTED["rules"][0] not in seen.values()
    assert not any(seen[name] for name in seen if name != "account"), seen


def test_an_administrator_who_acts_for_a_member_is_held_to_a_members_rights_and_named(web):
    acting = Caller(
        subject="root", roles=frozenset({"member"}), accounts=frozenset({A}), on_behalf_of="entity/farm"
    )  # fmt: skip
    made = web.ask_as(acting, "post", "/transfers", proposal(5))
    assert made.status_code == 200
    event = orjson.loads(web.store.events[-1].body)
    assert (event["actor"], event["onbehalfof"]) == ("admin:root", "entity/farm")
    other = web.propose(initiator=B, counterparty=C).json["transfer_id"]
    assert code_of(web.ask_as(acting, "post", f"/transfers/{other}/cancel", {})) == (404, "transfer.unknown")
    limits = web.ask_as(acting, "patch", f"/accounts/{A}/limits", {"max_negative": 9_999})
    assert code_of(limits) == (403, "auth.forbidden")
