"""A preview is the command without its trace: the same legs, the same refusal, and what would become of one's own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.ledger import ConsentRule, FeeRule
from services.ledger.batch import wanted_by
from services.ledger.domain import SetConsent, SetFeeRules, SetPolicy
from services.ledger.store import Writer
from tests.ledger.factories import a_request, an_account_number, limiting, opening, standing
from tests.ledger.web import A, Api, B, C, code_of

PROBLEM = {"type", "title", "status", "detail", "errors", "max_possible", "account"}


@pytest.fixture
def web() -> Api:
    return Api()


def paying(amount: int = 100, initiator: str = A, counterparty: str = B, **changes) -> dict:
    given = {"initiator": initiator, "counterparty": counterparty, "direction": "pay", "amount": amount}
    return given | changes


def set_fees(web: Api, *rules: dict) -> None:
    response = web.ask("put", "/fees", {"rules": list(rules), "reason": "costs"}, roles=["admin"])
    assert response.status_code == 200, response.json


def test_the_payer_sees_what_it_costs_and_where_that_leaves_it(web):
    set_fees(
        web,
        {"account": C, "side": "payer", "fixed": 5, "basis_points": 100},
        {"account": C, "side": "payee", "basis_points": 250},
    )
    response = web.ask("post", "/preview", paying(200), as_=[A])
    assert response.json == {
        "legs": [{"account": A, "amount": -207}, {"account": B, "amount": 195}, {"account": C, "amount": 12}],
        "fees": [{"account": C, "side": "payer", "amount": 7}, {"account": C, "side": "payee", "amount": 5}],
        "total": 207,
        "received": 195,
        "expires_at": response.json["expires_at"],
        "completes_at_once": False,
        "own": [
            {
                "account": A,
                "amount": -207,
                "balance": 0,
                "balance_after": -207,
                "can_pay_after": 793,
                "can_receive_after": 5207,
                "level_after": "ok",
            }
        ],
    }
    assert response.json["expires_at"].startswith("2026-01-31T")


def test_nothing_is_written(web):
    before = (len(web.store.events), len(web.store.outcomes), dict(web.store.accounts))
    assert web.ask("post", "/preview", paying(), as_=[A], key="").status_code == 200
    assert web.ask("post", "/preview", paying(10**6), as_=[A], key="").status_code == 422
    assert (len(web.store.events), len(web.store.outcomes), web.store.accounts) == before


def test_the_warning_level_is_told_before(web):
    (own,) = web.ask("post", "/preview", paying(800), as_=[A]).json["own"]
    assert own["level_after"] == "warning"


def test_a_consent_of_the_other_side_completes_at_once(web):
    rules = {"rules": [{"party": A, "direction": "pay", "max_amount": 50}]}
    assert web.ask("put", f"/accounts/{B}/consent", rules, as_=[B]).status_code == 200
    seen = {amount: web.ask("post", "/preview", paying(amount), as_=[A]).json for amount in (50, 51)}
    assert [seen[amount]["completes_at_once"] for amount in (50, 51)] == [True, False]
    assert seen[50]["expires_at"] is None
    assert seen[50]["own"][0]["balance_after"] == -50


def test_administrators_see_every_leg_of_theirs(web):
    legs = [{"account": A, "amount": -30}, {"account": B, "amount": 10}, {"account": C, "amount": 20}]
    seen = web.ask("post", "/preview", {"legs": legs}, roles=["admin"]).json
    assert [own["balance_after"] for own in seen["own"]] == [-30, 10, 20]
    assert (seen["total"], seen["received"], seen["fees"], seen["completes_at_once"]) == (30, 30, [], True)


def test_one_who_acts_for_both_sides_sees_both(web):
    seen = web.ask("post", "/preview", paying(), as_=[A, B]).json
    assert [own["account"] for own in seen["own"]] == [A, B]


@pytest.mark.parametrize("direction", ["pay", "request"])
def test_the_other_sides_figures_stay_its_own(web, direction):
    web.appender.execute([limiting(B, max_negative=77_001, max_positive=77_002)])
    seen = web.ask("post", "/preview", paying(direction=direction), as_=[A])
    assert "77" not in seen.text.replace(A, "").replace(B, "")
    refused = web.ask("post", "/preview", paying(77_003, direction="request"), as_=[A])
    assert "77001" not in refused.text.replace(B, "")


REFUSED = {
    "malformed": (paying(0), [A], ["member"]),
    "no such account": (paying(counterparty="0000000000000000"), [A], ["member"]),
    "the same account": (paying(counterparty=A), [A], ["member"]),
    "not mine": (paying(), [B], ["member"]),
    "too much": (paying(1001), [A], ["member"]),
    "too much for the other": (paying(1001, direction="request"), [A], ["member"]),
    "expired before it began": (paying(expires_at="2020-01-01T00:00:00Z"), [A], ["member"]),
    "never expires": (paying(expires_at="2030-01-01T00:00:00Z"), [A], ["member"]),
    "an administrator's proposal": (paying(), [A], ["admin"]),
    "a member's legs": ({"legs": [{"account": A, "amount": -1}, {"account": B, "amount": 1}]}, [A], ["member"]),
    "one leg": ({"legs": [{"account": A, "amount": -1}]}, [], ["admin"]),
    "not zero": ({"legs": [{"account": A, "amount": -1}, {"account": B, "amount": 2}]}, [], ["admin"]),
    "legs too large": ({"legs": [{"account": A, "amount": -1001}, {"account": B, "amount": 1001}]}, [], ["admin"]),
    "legs no integers": ({"legs": [{"account": A, "amount": "1"}, {"account": B, "amount": 1}]}, [], ["admin"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_is_that_of_the_command(web, case):
    body, own, roles = REFUSED[case]
    path = "/admin-transfers" if "legs" in body else "/transfers"
    preview = web.ask("post", "/preview", body, as_=own, roles=roles)
    command = web.ask("post", path, body, as_=own, roles=roles)
    assert command.status_code >= 400
    problems = [{name: answer.json[name] for name in PROBLEM & answer.json.keys()} for answer in (preview, command)]
    assert problems[0] == problems[1]


@st.composite
def situations(draw):
    """Balances, limits, standing, fees and consent of three accounts, and a proposal."""
    limits = st.integers(0, 300)
    rule = st.builds(
        FeeRule,
        account=st.just(C),
        side=st.sampled_from(["payer", "payee"]),
        fixed=st.integers(0, 30),
        basis_points=st.integers(1, 3000),
    )
    return {
        "standing": draw(st.sampled_from(["trading", "trading", "trading", "frozen"])),
        "limits": [(draw(limits), draw(limits)) for _ in range(3)],
        "fees": tuple(draw(st.lists(rule, max_size=2))),
        "consent": draw(st.sampled_from([None, None, 60, 1000])),
        "body": paying(draw(st.integers(1, 300)), direction=draw(st.sampled_from(["pay", "request"]))),
    }


@settings(max_examples=75, deadline=None)
@given(situation=situations())
def test_whatever_the_situation_the_preview_is_what_then_happens(situation):
    web = Api()
    for number, (negative, positive) in zip((A, B, C), situation["limits"], strict=True):
        web.appender.execute([limiting(number, max_negative=negative, max_positive=positive)])
    web.appender.execute([standing(B, situation["standing"])])
    web.store.fee_rules = situation["fees"]
    if situation["consent"]:
        rules = [{"party": A, "direction": way, "max_amount": situation["consent"]} for way in ("pay", "request")]
        assert web.ask("put", f"/accounts/{B}/consent", {"rules": rules}, as_=[B]).status_code == 200
    preview = web.ask("post", "/preview", situation["body"], as_=[A])
    command = web.ask("post", "/transfers", situation["body"], as_=[A])
    if command.status_code != 200:
        assert {name: preview.json[name] for name in PROBLEM & preview.json.keys()} == {
            name: command.json[name] for name in PROBLEM & command.json.keys()
        }
        return
    seen, made = preview.json, command.json
    assert (seen["legs"], seen["completes_at_once"]) == (made["legs"], made["status"] == "completed")
    if made["status"] == "initiated":
        accepted = web.ask("post", f"/transfers/{made['transfer_id']}/accept", {}, as_=[B])
        assert accepted.json["status"] == "completed"
    (own,) = seen["own"]
    after = web.ask("get", f"/accounts/{A}", as_=[A]).json
    assert (own["balance_after"], own["can_pay_after"], own["can_receive_after"], own["level_after"]) == (
        after["balance"], after["can_pay"], after["can_receive"], after["level"],
    )  # fmt: skip


@pytest.mark.integration
def test_a_snapshot_has_the_accounts_the_rules_and_who_takes_fees(writer: Writer, appender, reader):
    empty = reader.snapshot(["0000000000000000"])
    assert (empty.book.accounts, empty.book.fee_rules) == ({}, ())
    one, other, fees = (an_account_number() for _ in range(3))
    appender.execute([opening(number) for number in (one, other, fees)])
    assert reader.snapshot([]).book.accounts == {}
    assert reader.snapshot([one, "0000000000000000"]).book.accounts.keys() == {one}
    rule = FeeRule(account=fees, side="payer", fixed=1, basis_points=0)
    consent = ConsentRule(party="any", direction="pay")
    appender.execute(
        [
            a_request(SetFeeRules(rules=(rule,), reason="costs"), admin=True),
            a_request(SetPolicy(reason="short", expires_after_days=7), admin=True),
            a_request(SetConsent(account=other, rules=(consent,)), other),
        ]
    )
    found = reader.snapshot([one, other])
    assert found.book.accounts.keys() == {one, other, fees}
    assert found.book.accounts[other].consent == (consent,)
    assert (found.book.fee_rules, found.book.policy.expires_after_days) == ((rule,), 7)
    assert found.time == writer.load(wanted_by(()), locked=True).head.time
    writer.abandon()


def test_fees_and_policy_are_told_and_set(web):
    assert web.ask("get", "/fees", as_=[A]).json == {"rules": []}
    rule = {"account": C, "side": "payer", "fixed": 5, "basis_points": 100}
    set_fees(web, rule)
    assert web.ask("get", "/fees", roles=["service"]).json == {"rules": [rule]}
    policy = web.ask("get", "/policy", as_=[A]).json
    assert policy == {
        "default_max_negative": 0, "default_max_positive": 50_000, "expires_after_days": 30, "reminder_days": 3,
        "warning_percent": 80, "unit": "tea",
    }  # fmt: skip
    answer = web.ask("patch", "/policy", {"reminder_days": 5, "reason": "slow"}, roles=["admin"])
    assert answer.json == policy | {"reminder_days": 5}
    assert "Position" in answer.headers
    assert web.ask("get", "/policy", as_=[A]).json == answer.json


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("put", "/fees", {"rules": []}, (400, "request.invalid")),
        ("put", "/fees", {"rules": [], "reason": ""}, (400, "request.invalid")),
        ("put", "/fees", {"rules": [{"account": C, "side": "both"}], "reason": "x"}, (400, "request.invalid")),
        ("put", "/fees", {"rules": [{"account": C, "side": "payer"}], "reason": "x"}, (400, "request.invalid")),
        (
            "put",
            "/fees",
            {"rules": [{"account": "0" * 16, "side": "payer", "fixed": 1}], "reason": "x"},
            (404, "account.unknown"),
        ),
        ("patch", "/policy", {"reminder_days": 5}, (400, "request.invalid")),
        ("patch", "/policy", {"reminder_days": "5", "reason": "x"}, (400, "request.invalid")),
        ("patch", "/policy", {"reminder_days": 31, "reason": "x"}, (400, "request.invalid")),
        ("patch", "/policy", {"unit": "gold", "reason": "x"}, (400, "request.invalid")),
    ],
    ids=range(9),
)
def test_rules_that_make_no_sense_are_refused(web, method, path, body, code):
    assert code_of(web.ask(method, path, body, roles=["admin"])) == code
