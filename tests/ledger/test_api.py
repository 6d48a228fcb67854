"""The HTTP interface over a store in memory: who may do what, shapes, codes, positions."""

import pytest

from services.ledger import api, domain
from services.ledger.config import DIRECTORY_SOURCE
from services.ledger.link import CommitterBusy
from services.ledger.store import schema_version
from tests.ledger.factories import an_account_number
from tests.ledger.web import A, Api, B, C, code_of

UNKNOWN = "0190a8a0-0000-7000-8000-000000000000"


@pytest.fixture
def web() -> Api:
    return Api()


def test_proposal_is_answered_with_the_transfer_and_its_position(web):
    response = web.propose(250, description="  eggs ", reference="17")
    assert response.status_code == 200
    assert response.headers["Position"] == "ledger=4"
    transfer = response.json
    assert transfer.keys() == {
        "transfer_id", "kind", "direction", "initiator", "payer", "payee", "amount", "legs", "description", "reference",
        "status", "initiated_at", "expires_at", "ended_at", "accepted_by", "by_consent", "cancellation", "reverses",
        "reversed_by", "version",
    }  # fmt: skip
    assert (transfer["payer"], transfer["payee"], transfer["amount"]) == (A, B, 250)
    assert (transfer["description"], transfer["reference"], transfer["status"]) == ("eggs", "17", "initiated")
    assert web.ask("get", f"/transfers/{transfer['transfer_id']}", as_=[B]).json == transfer


def test_same_key_gets_the_first_answer_and_another_body_a_conflict(web):
    body = {"initiator": A, "counterparty": B, "direction": "pay", "amount": 5}
    first = web.ask("post", "/transfers", body, as_=[A], key="k")
    again = web.ask("post", "/transfers", body, as_=[A], key="k")
    assert (again.json, again.headers["Position"]) == (first.json, first.headers["Position"])
    other = web.ask("post", "/transfers", body | {"amount": 6}, as_=[A], key="k")
    assert code_of(other) == (409, "idempotency.key_reused")
    assert len(web.store.transfers) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 100_000_000_000}, "amount"),
        ({"amount": 1.0}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": "5"}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": None}, "amount"),
        ({"amount": 10**30}, "amount"),
        ({"initiator": "12"}, "initiator"),
        ({"initiator": 12}, "initiator"),
        ({"counterparty": "1234567890123456\n"}, "counterparty"),
        ({"counterparty": "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦"}, "counterparty"),
        ({"direction": "steal"}, "direction"),
        ({"description": "x" * 501}, "description"),
        ({"description": "a\u0000b"}, "description"),
        ({"description": None}, "description"),
        ({"description": ["a"]}, "description"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_malformed_proposals_name_the_field(web, changes, field):
    body = {"initiator": A, "counterparty": B, "direction": "pay", "amount": 5} | changes
    response = web.ask("post", "/transfers", body, as_=[A])
    assert code_of(response) == (400, "request.invalid")
    assert field in response.json["errors"]
    assert web.store.transfers == {}


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "idempotency.key_missing"),
        ("x" * 201, "request.invalid"),
        ("a\tb", "request.invalid"),
        ("é", "request.invalid"),
    ],
)
def test_idempotency_key_is_needed_and_checked(web, key, code):
    body = {"initiator": A, "counterparty": B, "direction": "pay", "amount": 5}
    assert code_of(web.ask("post", "/transfers", body, as_=[A], key=key)) == (400, code)


def test_steps_need_no_key(web):
    transfer_id = web.propose().json["transfer_id"]
    response = web.ask("post", f"/transfers/{transfer_id}/accept", {}, as_=[B], key="")
    assert (response.status_code, response.json["status"]) == (200, "completed")


def test_own_limit_says_what_is_possible_and_the_other_does_not(web):
    own = web.propose(1001)
    assert code_of(own) == (422, "transfer.limit_exceeded")
    assert own.json["max_possible"] == 1000
    other = web.ask(
        "post", "/transfers", {"initiator": A, "counterparty": B, "direction": "request", "amount": 1001}, as_=[A]
    )
    assert code_of(other) == (422, "transfer.counterparty_limit")
    assert "1000" not in other.text


def test_not_trading_names_the_side(web):
    from tests.ledger.factories import standing

    web.appender.execute([standing(B, "frozen")])
    response = web.propose()
    assert code_of(response) == (422, "account.not_trading")
    assert response.json["errors"].keys() == {"counterparty"}


def test_acceptance_that_ends_the_transfer_shows_it(web):
    from tests.ledger.factories import limiting

    transfer_id = web.propose(500).json["transfer_id"]
    web.appender.execute([limiting(A, max_negative=0)])
    response = web.ask("post", f"/transfers/{transfer_id}/accept", {}, as_=[B])
    assert code_of(response) == (422, "transfer.cancelled_by_system")
    assert response.json["transfer"]["cancellation"]["code"] == "limit_exceeded"
    assert response.json["transfer"]["status"] == "cancelled"


@pytest.mark.parametrize("step", ["accept", "reject", "cancel"])
@pytest.mark.parametrize("transfer_id", [UNKNOWN, "not-an-id", UNKNOWN.upper(), "%00"])
def test_steps_of_unknown_transfers_are_404(web, step, transfer_id):
    assert code_of(web.ask("post", f"/transfers/{transfer_id}/{step}", {}, as_=[A])) == (404, "transfer.unknown")


def test_transfers_are_hidden_from_others(web):
    transfer_id = web.propose().json["transfer_id"]
    assert code_of(web.ask("get", f"/transfers/{transfer_id}", as_=[C])) == (404, "transfer.unknown")
    assert web.ask("get", f"/transfers/{transfer_id}", roles=["auditor"]).status_code == 200
    assert code_of(web.ask("post", f"/transfers/{transfer_id}/accept", {}, as_=[C])) == (404, "transfer.unknown")
    assert code_of(web.ask("post", f"/transfers/{transfer_id}/accept", {}, as_=[A])) == (403, "transfer.not_yours")


def test_reason_of_an_end_is_kept(web):
    for step, side, kind in (("reject", B, "rejected"), ("cancel", A, "cancelled")):
        transfer_id = web.propose().json["transfer_id"]
        ended = web.ask("post", f"/transfers/{transfer_id}/{step}", {"reason": "so\nsorry "}, as_=[side]).json
        code = {"reject": "declined", "cancel": "withdrawn"}[step]
        assert ended["cancellation"] == {"kind": kind, "code": code, "reason": "so\nsorry", "by": side}
        assert code_of(web.ask("post", f"/transfers/{transfer_id}/accept", {}, as_=[B])) == (
            409,
            "transfer.already_closed",
        )


def test_administrator_ends_any_transfer_but_accepts_none(web):
    transfer_id = web.propose().json["transfer_id"]
    assert web.ask("post", f"/transfers/{transfer_id}/accept", {}, roles=["admin"]).status_code == 403
    ended = web.ask("post", f"/transfers/{transfer_id}/cancel", {"reason": "fraud"}, roles=["admin"])
    assert ended.json["cancellation"]["code"] == "cancelled_by_administrator"
    assert ended.json["cancellation"]["by"] is None


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (f"/accounts/{A}", {"owner", "admin", "auditor", "service"}),
        (f"/accounts?numbers={A}", {"owner", "admin", "auditor", "service"}),
        (f"/accounts/{A}/statement", {"owner", "admin", "auditor"}),
        (f"/transfers?account={A}", {"owner", "admin", "auditor"}),
        ("/transfers", {"admin", "auditor"}),
        ("/head", {"admin", "auditor", "service"}),
    ],
    # The account is random, and two processes must call a test by one name.
    ids=["account", "accounts", "statement", "transfers-of-account", "transfers", "head"],
)
def test_reads_are_for_those_whom_the_contract_names(web, path, allowed):
    who = {
        "owner": {"as_": [A]},
        "stranger": {"as_": [B]},
        "admin": {"roles": ["admin"]},
        "auditor": {"roles": ["auditor"]},
        "service": {"roles": ["service"]},
        "public": {"roles": ["public"]},
    }
    statuses = {name: web.ask("get", path, **how).status_code for name, how in who.items()}
    assert statuses == {name: 200 if name in allowed else 403 for name in who}


def test_writes_are_for_those_whom_the_contract_names(web):
    body = {"initiator": A, "counterparty": B, "direction": "pay", "amount": 5}
    for roles in (["admin"], ["auditor"], ["service"], ["public"]):
        assert code_of(web.ask("post", "/transfers", body, as_=[A], roles=roles)) == (403, "auth.forbidden")
    assert code_of(web.ask("post", "/transfers", body, as_=[B])) == (403, "auth.forbidden")
    limits = {"max_negative": 5}
    for roles in (["member"], ["auditor"], ["service"]):
        response = web.ask("patch", f"/accounts/{A}/limits", limits, as_=[A], roles=roles)
        assert code_of(response) == (403, "auth.forbidden")


def test_nobody_without_a_token(web):
    for path in (f"/accounts/{A}", "/transfers", "/head"):
        assert web.client.get(path).status_code == 401
    headers = {"X-User": "admin", "Accounts": A, "Roles": "admin"}
    assert web.client.get(f"/accounts/{A}", headers=headers).status_code == 401


def test_accounts_come_in_the_order_asked(web):
    response = web.ask("get", f"/accounts?numbers={C},{an_account_number()},{A}", roles=["admin"])
    assert [account["account"] for account in response.json["accounts"]] == [C, A]
    assert response.json["accounts"][0] == {
        "account": C, "entity_id": f"e-{C}", "balance": 0, "max_negative": 1000, "max_positive": 5000,
        "standing": "trading", "closing": False, "outside_limits": False, "can_pay": 1000, "can_receive": 5000,
        "version": 3, "level": "ok",
    }  # fmt: skip


def test_unknown_account_is_404(web):
    number = an_account_number()
    for path in (f"/accounts/{number}", f"/accounts/{number}/statement"):
        assert code_of(web.ask("get", path, as_=[number])) == (404, "account.unknown")
    response = web.ask("patch", f"/accounts/{number}/limits", {"max_negative": 1}, roles=["admin"])
    assert code_of(response) == (404, "account.unknown")


def test_limits_change_with_a_position(web):
    response = web.ask("patch", f"/accounts/{A}/limits", {"max_negative": 10_000, "reason": "trusted"}, roles=["admin"])
    assert (response.json["max_negative"], response.json["max_positive"]) == (10_000, 5000)
    assert response.headers["Position"] == "ledger=4"
    same = web.ask("patch", f"/accounts/{A}/limits", {"max_negative": 10_000}, roles=["admin"])
    assert same.status_code == 200
    assert "Position" not in same.headers


@pytest.mark.parametrize("query", ["page=0", "page=x", "page_size=0", "page_size=101", "status=open", "unknown=1"])
def test_pages_have_bounds(web, query):
    assert code_of(web.ask("get", f"/transfers?account={A}&{query}", as_=[A])) == (400, "request.invalid")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "before=0", "from=yesterday", "from=2026-01-01", "to=2026-01-01T00:00"]
)
def test_statement_refuses_nonsense(web, query):
    assert code_of(web.ask("get", f"/accounts/{A}/statement?{query}", as_=[A])) == (400, "request.invalid")


def test_transfers_come_in_pages(web):
    ids = [web.propose(amount).json["transfer_id"] for amount in (1, 2, 3)]
    page = web.ask("get", f"/transfers?account={B}&page=2&page_size=2", as_=[B]).json
    assert ([transfer["transfer_id"] for transfer in page["transfers"]], page["total"]) == ([ids[0]], 3)


def test_reader_who_is_ahead_waits_for_the_directory(web):
    behind = web.ask("get", f"/accounts/{A}", as_=[A], Min_Position="directory=5, ledger=999")
    assert code_of(behind) == (503, "projection.behind")
    web.store.applied[DIRECTORY_SOURCE] = 5
    assert web.ask("get", f"/accounts/{A}", as_=[A], Min_Position="directory=5").status_code == 200


def test_busy_committer_is_503_with_retry_after(web):
    class Busy:
        def send(self, _):
            raise CommitterBusy

    web.link = Busy()
    response = web.propose()
    assert code_of(response) == (503, "ledger.busy")
    assert response.headers["Retry-After"] == "2"


def test_database_that_is_away_is_503(web):
    web.reader.away = True
    response = web.ask("get", f"/accounts/{A}", as_=[A])
    assert code_of(response) == (503, "ledger.unavailable")
    assert web.client.get("/readyz").status_code == 503
    web.reader.away = False
    assert web.client.get("/readyz").json == {"checks": {"postgres": "ok", "committer": "ok"}}


def test_version_tells_the_schema(web):
    assert web.client.get("/version").json["schema"] == schema_version()


def test_every_refusal_has_a_status():
    refusals = [cls for cls in vars(domain).values() if isinstance(cls, type) and issubclass(cls, domain.LedgerError)]
    codes = {cls.code for cls in refusals if cls is not domain.LedgerError}
    assert len(codes) > 10
    assert codes <= api.STATUS_OF.keys()
