"""Reads over HTTP: who may ask what, what is refused and which field is named, shapes."""

import pytest

from events.ledger import FeeRule, Leg
from services.ledger.domain import AdminTransfer, SetFeeRules, SetPolicy
from services.ledger.store import TooBroad
from tests.ledger.factories import a_request, accepting, an_account, an_account_number, limiting, opening
from tests.ledger.web import A, Api, B, C, code_of


@pytest.fixture
def web() -> Api:
    return Api()


def pay(web: Api, payer: str, payee: str, amount: int) -> str:
    transfer_id = web.propose(amount, payer, payee).json["transfer_id"]
    web.appender.execute([accepting(transfer_id, payee)])
    return transfer_id


WHO = {
    "owner": {"as_": [A]},
    "stranger": {"as_": [B]},
    "admin": {"roles": ["admin"]},
    "auditor": {"roles": ["auditor"]},
    "service": {"roles": ["service"]},
    "public": {"roles": ["public"]},
}
OWN = {"owner", "admin", "auditor"}
BOOK = {"admin", "auditor"}
ROUTES = {
    "balance": ("get", f"/accounts/{A}/balance", None, OWN),
    "history": ("get", f"/accounts/{A}/history", None, OWN),
    "statement": ("get", f"/accounts/{A}/statement?text=x&after=1&sign=in", None, OWN),
    "transfers": ("get", f"/transfers?account={A}&counterparty={B}&text=x", None, OWN),
    "near-limits": ("get", "/near-limits", None, BOOK),
    "simulation": ("post", "/limit-simulations", {"max_negative": 5}, BOOK),
    "trial-balance": ("get", "/trial-balance", None, BOOK),
    "policy-changes": ("get", "/changes?subject=policy", None, BOOK),
    "fee-changes": ("get", "/changes?subject=fee-rules", None, BOOK),
}


@pytest.mark.parametrize("name", ROUTES)
def test_reads_are_for_those_whom_the_contract_names(web, name):
    method, path, body, allowed = ROUTES[name]
    statuses = {who: web.ask(method, path, body, **how).status_code for who, how in WHO.items()}
    assert statuses == {who: 200 if who in allowed else 403 for who in WHO}


def test_nobody_without_a_token(web):
    for method, path, _, _ in ROUTES.values():
        assert getattr(web.client, method)(path).status_code == 401


POSITIONS = ["-1", "x", "1.0", "1_0", "+1", "9223372036854775808", "1e3", "", "%D9%A1"]
INSTANTS = ["yesterday", "2026-01-01", "2026-01-01T00:00", ""]
STATEMENT = f"/accounts/{A}/statement"
BAD = [
    *(("/trial-balance", "position", value) for value in POSITIONS),
    *((f"/accounts/{A}/balance", "at", value) for value in INSTANTS),
    *((f"/accounts/{A}/history", "limit", value) for value in ("0", "101", "x")),
    (f"/accounts/{A}/history", "type", "closed"),
    *((STATEMENT, field, value) for field in ("before", "from_position") for value in ("0", "x", "1.5")),
    *((STATEMENT, field, value) for field in ("after", "to_position") for value in ("-1", "x")),
    *((STATEMENT, field, value) for field in ("min_amount", "max_amount") for value in ("0", "-5", "1.0", "1e11")),
    (STATEMENT, "min_amount", "100000000000"),
    *((STATEMENT, field, value) for field in ("from", "to") for value in INSTANTS),
    (STATEMENT, "sign", "both"),
    (STATEMENT, "counterparty", "123"),
    (STATEMENT, "text", ""),
    (STATEMENT, "text", "x" * 101),
    (STATEMENT, "text", "a%00b"),
    (STATEMENT, "unknown", "1"),
    ("/near-limits", "percent", "100"),
    ("/near-limits", "percent", "-1"),
    ("/near-limits", "page", "0"),
    ("/near-limits", "page_size", "101"),
    ("/trial-balance", "after", "12"),
    ("/trial-balance", "limit", "1001"),
    ("/changes", "subject", "everything"),
    ("/transfers", "kind", "gift"),
    ("/transfers", "text", ""),
    ("/transfers", "reference", ""),
    ("/transfers", "min_amount", "0"),
    ("/transfers", "before", "0"),
    ("/transfers", "counterparty", B),
]


# Account numbers are random, and two processes must call a test by one name.
@pytest.mark.parametrize(("path", "field", "value"), BAD, ids=map(str, range(len(BAD))))
def test_nonsense_is_refused_and_the_field_named(web, path, field, value):
    response = web.ask("get", f"{path}?{field}={value.replace('+', '%2B')}", roles=["admin"])
    assert code_of(response) == (400, "request.invalid")
    assert list(response.json["errors"]) == [field]


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("statement", "from=2026-01-01T00:00:00Z&from_position=1", "from_position"),
        ("statement", "to=2026-01-01T00:00:00Z&to_position=1", "to_position"),
        ("statement", "before=5&after=1", "after"),
        ("statement", "min_amount=5&max_amount=4", "max_amount"),
        ("statement", "to_position=99", "to_position"),
        ("statement", "from_position=99", "from_position"),
        ("balance", "position=1&at=2026-01-01T00:00:00Z", "at"),
        ("balance", "position=99", "position"),
    ],
)
def test_what_makes_no_sense_together_is_refused(web, path, query, field):
    response = web.ask("get", f"/accounts/{A}/{path}?{query}", as_=[A])
    assert code_of(response) == (400, "request.invalid")
    assert list(response.json["errors"]) == [field]


def test_pages_by_number_and_by_position_don_t_mix(web):
    response = web.ask("get", f"/transfers?account={A}&page=2&before=9", as_=[A])
    assert (code_of(response), list(response.json["errors"])) == ((400, "request.invalid"), ["page"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "max_negative"),
        ({"max_negative": -1}, "max_negative"),
        ({"max_positive": "5"}, "max_positive"),
        ({"max_positive": 5.0}, "max_positive"),
        ({"max_positive": 10**11}, "max_positive"),
        ({"max_positive": True}, "max_positive"),
        ({"max_negative": 5, "accounts": []}, "accounts"),
        ({"max_negative": 5, "accounts": ["12"]}, "accounts.0"),
        ({"max_negative": 5, "accounts": "12"}, "accounts"),
        ({"max_negative": 5, "accounts": [A] * 1001}, "accounts"),
        ({"max_negative": 5, "more": 1}, "more"),
    ],
)
def test_simulation_refuses_nonsense(web, body, field):
    response = web.ask("post", "/limit-simulations", body, roles=["admin"])
    assert code_of(response) == (400, "request.invalid")
    assert list(response.json["errors"]) == [field]


def test_unknown_accounts_are_404(web):
    number = an_account_number()
    for path in ("balance", "history", "statement"):
        assert code_of(web.ask("get", f"/accounts/{number}/{path}", roles=["admin"])) == (404, "account.unknown")
    asked = {"max_negative": 5, "accounts": [A, number]}
    response = web.ask("post", "/limit-simulations", asked, roles=["admin"])
    assert code_of(response) == (404, "account.unknown")
    assert number in response.json["detail"]


@pytest.mark.parametrize("number", ["policy", "%00", "1", "0" * 17, "%D9%A1" * 16])
def test_what_is_no_account_number_is_404(web, number):
    for path in ("", "/balance", "/history", "/statement"):
        response = web.ask("get", f"/accounts/{number}{path}", roles=["admin"])
        assert code_of(response) == (404, "account.unknown")


def test_balance_as_of_then(web):
    pay(web, A, B, 300)
    web.appender.execute([limiting(A, max_negative=400)])
    now = web.ask("get", f"/accounts/{A}/balance", as_=[A]).json
    assert now == {
        "account": A, "position": 6, "at": now["at"], "balance": -300, "max_negative": 400, "max_positive": 5000,
        "standing": "trading",
    }  # fmt: skip
    then = web.ask("get", f"/accounts/{A}/balance?position=4", as_=[A]).json
    assert (then["position"], then["balance"], then["max_negative"]) == (4, 0, 1000)
    same = web.ask("get", f"/accounts/{A}/balance?at={now['at']}", as_=[A]).json
    assert (same["position"], same["balance"], same["max_negative"]) == (5, -300, 1000)
    early = web.ask("get", f"/accounts/{A}/balance?position=0", as_=[A])
    assert code_of(early) == (404, "account.unknown")
    future = web.ask("get", f"/accounts/{A}/balance?at=2999-01-01T00:00:00Z", as_=[A]).json
    assert future == now


def test_statement_has_what_the_contract_says(web):
    pay(web, A, B, 300)
    ids = [pay(web, B, A, 20), pay(web, A, B, 1)]
    whole = web.ask("get", f"/accounts/{A}/statement?limit=2&from=2020-01-01T00:00:00Z", as_=[A]).json
    assert whole.keys() == {
        "account", "from", "to", "from_position", "to_position", "opening_balance", "closing_balance", "totals",
        "entries", "next", "previous",
    }  # fmt: skip
    assert (whole["from"], whole["to"]) == ("2020-01-01T00:00:00Z", None)
    assert (whole["opening_balance"], whole["closing_balance"]) == (0, -281)
    assert whole["totals"] == {"count": 3, "paid": 301, "received": 20}
    assert [entry["transfer_id"] for entry in whole["entries"]] == ids[::-1]
    entry = whole["entries"][1]
    assert entry == {
        "position": 7, "transfer_id": ids[0], "counterparty": B, "amount": 20, "balance": -280, "description": "",
        "time": entry["time"], "role": "payee", "kind": "transfer", "direction": "pay", "reference": None,
    }  # fmt: skip
    assert (whole["next"], whole["previous"]) == (7, None)
    older = web.ask("get", f"/accounts/{A}/statement?limit=2&before=7", as_=[A]).json
    assert ([entry["amount"] for entry in older["entries"]], older["next"]) == ([-300], None)
    newer = web.ask("get", f"/accounts/{A}/statement?limit=2&after={older['previous']}", as_=[A]).json
    assert newer["entries"] == whole["entries"]
    fixed = web.ask(
        "get", f"/accounts/{A}/statement?from_position=1&to_position={whole['to_position']}&limit=2", as_=[A]
    )
    pay(web, A, B, 5)
    again = web.ask(
        "get", f"/accounts/{A}/statement?from_position=1&to_position={whole['to_position']}&limit=2", as_=[A]
    )
    assert again.json == fixed.json == whole | {"from": None}
    received = web.ask("get", f"/accounts/{A}/statement?sign=in&counterparty={B}", as_=[A]).json
    assert received["totals"] == {"count": 1, "paid": 0, "received": 20}


def test_history_hides_the_administrator_from_members(web):
    web.appender.execute([limiting(A, max_negative=400)])
    mine = web.ask("get", f"/accounts/{A}/history?type=limits", as_=[A]).json
    assert mine["next"] is None
    (change,) = mine["changes"]
    assert change == {
        "account": A, "max_negative": 400, "max_positive": 5000, "reason": "asked", "position": 4, "type": "limits",
        "previous": {"max_negative": 1000, "max_positive": 5000}, "time": change["time"],
    }  # fmt: skip
    for role in ("admin", "auditor"):
        theirs = web.ask("get", f"/accounts/{A}/history?type=limits", roles=[role]).json["changes"]
        assert theirs == [change | {"actor": "admin:a"}]
    assert web.ask("get", f"/accounts/{A}/history?type=consent", as_=[A]).json == {"changes": [], "next": None}


def test_levels_follow_the_policy(web):
    pay(web, A, B, 800)
    levels = {number: web.ask("get", f"/accounts/{number}", as_=[number]).json["level"] for number in (A, B, C)}
    assert levels == {A: "warning", B: "ok", C: "ok"}
    web.appender.execute([a_request(SetPolicy(reason="calm", warning_percent=81), admin=True)])
    assert web.ask("get", f"/accounts/{A}", as_=[A]).json["level"] == "ok"
    web.appender.execute([limiting(A, max_negative=799)])
    account = web.ask("get", f"/accounts/{A}", as_=[A]).json
    assert (account["level"], account["outside_limits"]) == ("outside", True)


@pytest.mark.parametrize(
    ("balance", "percent", "used", "level"),
    [
        (0, 80, 0, "ok"),
        (-799, 80, 79, "ok"),
        (-800, 80, 80, "warning"),
        (-1000, 80, 100, "warning"),
        (-1001, 80, 100, "outside"),
        (3999, 80, 79, "ok"),
        (4000, 80, 80, "warning"),
        (5000, 100, 100, "warning"),
        (5001, 100, 100, "outside"),
        (4999, 100, 99, "ok"),
        (-1, 1, 0, "ok"),
        (-10, 1, 1, "warning"),
    ],
)
def test_level_and_share_of_the_limit(balance, percent, used, level):
    account = an_account(balance=balance, max_negative=1000, max_positive=5000)
    assert (account.used_percent, account.level(percent)) == (used, level)


def test_a_limit_of_zero_has_no_warning_level():
    assert an_account(balance=0, max_negative=0, max_positive=0).level(1) == "ok"
    beyond = an_account(balance=-1, max_negative=0)
    assert (beyond.used_percent, beyond.level(80)) == (None, "outside")


def test_near_limits_starts_at_the_warning_level(web):
    pay(web, A, B, 850)
    web.appender.execute([limiting(B, max_positive=800)])
    listed = web.ask("get", "/near-limits", roles=["auditor"]).json
    assert (listed["percent"], listed["total"]) == (20, 2)
    shown = [(each["account"], each["level"], each["used_percent"]) for each in listed["accounts"]]
    assert shown == [(B, "outside", 106), (A, "warning", 85)]
    assert listed["accounts"][1]["can_pay"] == 150
    nearer = web.ask("get", "/near-limits?percent=14&page_size=1", roles=["admin"]).json
    assert ([each["account"] for each in nearer["accounts"]], nearer["total"]) == ([B], 1)


def test_it_says_what_was_traded_and_how_far_it_is(web):
    pay(web, A, B, 850)
    found = web.ask("get", "/traded?since=2000-01-01T00:00:00Z", roles=["auditor"]).json
    assert found == {"transfers": 1, "volume": 850, "accounts": 2}
    assert web.ask("get", "/traded", roles=["admin"]).status_code == 400
    told = web.ask("get", "/followed", roles=["admin"]).json
    assert told == {"head": web.ask("get", "/head", roles=["admin"]).json["position"], "followed": told["followed"]}
    assert set(told["followed"]) == {"directory"}


def test_simulation_over_http(web):
    pay(web, A, B, 850)
    found = web.ask("post", "/limit-simulations", {"max_negative": 100}, roles=["auditor"], key="").json
    outside = [{"account": A, "entity_id": f"e-{A}", "balance": -850, "by": 750}]
    assert found == {"outside": outside, "count": 1, "total": 3}
    named = {"max_negative": 100, "accounts": [B, C]}
    assert web.ask("post", "/limit-simulations", named, roles=["admin"]).json == {
        "outside": [],
        "count": 0,
        "total": 2,
    }


def test_trial_balance_over_http(web):
    pay(web, A, B, 850)
    web.appender.execute([opening(an_account_number())])
    then = web.ask("get", "/trial-balance?position=5&limit=2", roles=["auditor"]).json
    first, second, third = sorted((A, B, C))
    assert [each["account"] for each in then["accounts"]] == [first, second]
    assert (then["position"], then["sum"], then["total_positive"], then["total_negative"]) == (5, 0, 850, -850)
    assert then["next"] == second
    rest = web.ask("get", f"/trial-balance?at=2999-01-01T00:00:00Z&after={second}", roles=["auditor"]).json
    assert third in [each["account"] for each in rest["accounts"]]
    assert rest["next"] is None
    line = then["accounts"][0]
    assert line.keys() == {"account", "entity_id", "balance", "max_negative", "max_positive", "standing"}


def test_history_of_the_rules_names_who_changed_them(web):
    rule = FeeRule(account=C, side="payer", fixed=1, basis_points=0)
    web.appender.execute([a_request(SetFeeRules(rules=(rule,), reason="costs"), admin=True)])
    (change,) = web.ask("get", "/changes?subject=fee-rules", roles=["auditor"]).json["changes"]
    assert change == {
        "position": 4, "time": change["time"], "type": "fee-rules", "actor": "admin:a", "reason": "costs",
        "rules": [{"account": C, "side": "payer", "fixed": 1, "basis_points": 0}],
    }  # fmt: skip
    assert web.ask("get", "/changes?subject=policy", roles=["auditor"]).json == {"changes": [], "next": None}
    assert code_of(web.ask("get", "/changes", roles=["auditor"])) == (400, "request.invalid")


def test_transfers_go_on_by_position(web):
    ids = [web.propose(amount).json["transfer_id"] for amount in (1, 2, 3)]
    page = web.ask("get", f"/transfers?account={B}&page_size=2", as_=[B]).json
    assert [transfer["transfer_id"] for transfer in page["transfers"]] == ids[:0:-1]
    assert page["total"] == 3
    web.propose(9)
    rest = web.ask("get", f"/transfers?account={B}&page_size=2&before={page['next']}", as_=[B]).json
    assert ([transfer["transfer_id"] for transfer in rest["transfers"]], rest["next"]) == (ids[:1], None)
    large = web.ask("get", f"/transfers?account={B}&min_amount=3&counterparty={A}", as_=[B]).json
    assert [transfer["amount"] for transfer in large["transfers"]] == [9, 3]
    assert large["total"] == 2


def test_transfers_are_asked_for_by_several_statuses_and_a_period(web):
    made = web.propose(1).json
    for query, count in [
        ("status=initiated,cancelled", 1), ("status=completed,cancelled", 0), ("status=all", 1),
        (f"from={made['initiated_at']}", 1), (f"to={made['initiated_at']}", 0), ("from=2999-01-01T00:00:00Z", 0),
    ]:  # fmt: skip
        assert web.ask("get", f"/transfers?account={A}&{query}", as_=[A]).json["total"] == count, query
    for query in ("status=initiated,open", "status=", "from=yesterday"):
        refused = web.ask("get", f"/transfers?account={A}&{query}", as_=[A])
        assert code_of(refused) == (400, "request.invalid"), query


def test_every_party_of_several_legs_sees_the_transfer(web):
    legs = (Leg(account=A, amount=-5), Leg(account=B, amount=2), Leg(account=C, amount=3))
    web.appender.execute([a_request(AdminTransfer(legs=legs), admin=True)])
    for number in (A, B, C):
        (listed,) = web.ask("get", f"/transfers?account={number}", as_=[number]).json["transfers"]
        assert web.ask("get", f"/transfers/{listed['transfer_id']}", as_=[number]).json == listed


def test_question_that_takes_too_long_says_what_to_do(web):
    class Slow:
        def transfers(self, *_, **__):
            raise TooBroad

        def followed(self, _):
            return 0

    reader = Slow()
    _, *others = web.client.application.extensions["ledger"]
    web.client.application.extensions["ledger"] = (reader, *others)
    response = web.ask("get", "/transfers?text=x", roles=["admin"])
    assert code_of(response) == (422, "request.too_broad")
    assert "Narrow" in response.json["detail"]
