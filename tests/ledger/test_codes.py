"""Codes of statements: what the paper says, whoever asks, and whether the book still says so."""

import io

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.codes import ALPHABET, BITS, new_code, normalised
from services.ledger.replaying import Wish, run_replay
from tests.ledger.factories import accepting, opening
from tests.ledger.rfc9162 import leaf, proves_inclusion
from tests.ledger.signing_web import MemoryApi, StoreApi
from tests.ledger.web import A, Api, B, C, code_of


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.integration)])
def web(request: pytest.FixtureRequest) -> Api:
    if request.param == "memory":
        return MemoryApi()
    return StoreApi(*map(request.getfixturevalue, ("ledger_database", "book", "writer", "reader")))


def pay(web: Api, payer: str, payee: str, amount: int) -> None:
    web.appender.execute([accepting(web.propose(amount, payer, payee).json["transfer_id"], payee)])


def made(web: Api, number: str = A, **period: str) -> dict:
    answer = web.ask("post", f"/accounts/{number}/statement-codes", period, as_=[number])
    assert answer.status_code == 200, answer.text
    return answer.json


def read(web: Api, code: str) -> dict:
    answer = web.ask("get", f"/statement-codes/{code}", roles=["public"])
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_code_says_what_the_statement_says(web):
    pay(web, A, B, 300)
    pay(web, B, A, 100)
    pay(web, B, C, 7)
    facts = made(web)
    statement = web.ask("get", f"/accounts/{A}/statement", as_=[A]).json
    same = ("account", "from", "to", "from_position", "to_position", "opening_balance", "closing_balance")
    assert {name: facts[name] for name in same} == {name: statement[name] for name in same}
    totals = {"count": facts["entries"], "paid": facts["paid"], "received": facts["received"]}
    assert totals == statement["totals"] == {"count": 2, "paid": 300, "received": 100}
    assert (facts["unit"], facts["holds"], facts["head"], facts["path"]) == ("tea", True, None, None)
    assert read(web, facts["code"]) == facts


def test_whoever_has_the_code_reads_the_paper_and_nothing_else(web):
    pay(web, A, B, 300)
    facts = read(web, made(web)["code"])
    assert facts.keys() == {
        "code", "book", "unit", "account", "from", "to", "from_position", "to_position", "opening_balance",
        "closing_balance", "entries", "paid", "received", "made_at", "holds", "head", "path", "leaf",
    }  # fmt: skip
    assert B not in str(facts)


def test_the_same_statement_has_the_same_code(web):
    pay(web, A, B, 300)
    period = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00+00:00"}
    first, whole = made(web, **period), made(web)
    assert made(web, **period) == first
    assert made(web) == whole
    assert len({first["code"], whole["code"], made(web, B)["code"]}) == 3
    pay(web, A, B, 1)
    assert made(web)["code"] != whole["code"], "an open period has grown"
    assert made(web)["closing_balance"] == -301
    assert read(web, whole["code"])["closing_balance"] == -300


def test_a_period_in_which_nothing_happened_has_a_code_too(web):
    facts = made(web, **{"from": "2025-01-01T00:00:00Z", "to": "2025-02-01T00:00:00Z"})
    assert (facts["entries"], facts["opening_balance"], facts["closing_balance"], facts["holds"]) == (0, 0, 0, True)
    assert facts["from_position"] == facts["to_position"] + 1
    assert read(web, facts["code"]) == facts


def test_a_code_is_proven_as_soon_as_a_head_covers_it(web):
    pay(web, A, B, 300)
    code = made(web)["code"]
    web.sign()
    pay(web, A, B, 1)
    web.sign()
    facts = read(web, code)
    assert (facts["head"]["number"], facts["head"]["size"]) == (1, facts["to_position"])
    base, path = leaf(bytes.fromhex(facts["leaf"])), [bytes.fromhex(each) for each in facts["path"]]
    root, size = bytes.fromhex(facts["head"]["root"]), facts["head"]["size"]
    assert proves_inclusion(base, facts["to_position"] - 1, size, path, root)


def test_what_is_typed_is_read_kindly(web):
    code = made(web)["code"]
    typed = code.lower().replace("1", "i").replace("0", "o")
    assert read(web, "-".join(typed[place : place + 5] for place in range(0, 20, 5)))["code"] == code
    assert read(web, f"%20{code[:10]}%20{code[10:]}")["code"] == code


@pytest.mark.parametrize("code", ["x", "0" * 20, "U" * 20, "0" * 500, "é" * 20, "%00" * 20])
def test_an_unknown_code_is_no_code(web, code):
    assert code_of(web.ask("get", f"/statement-codes/{code}")) == (404, "code.unknown")


def test_only_who_may_see_a_statement_gets_a_code(web):
    path = f"/accounts/{A}/statement-codes"
    assert code_of(web.ask("post", path, {}, as_=[B])) == (403, "auth.forbidden")
    unknown = "/accounts/0000000000000000/statement-codes"
    assert code_of(web.ask("post", unknown, {}, roles=["admin"])) == (404, "account.unknown")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-01-01T00:00:00"}, "to"),
        ({"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "to"),
        ({"since": "2026-01-01T00:00:00Z"}, "since"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(body, field):
    answer = MemoryApi().ask("post", f"/accounts/{A}/statement-codes", body, as_=[A])
    assert code_of(answer) == (400, "request.invalid")
    assert list(answer.json["errors"]) == [field]


CHANGES = {
    "amount": "UPDATE postings SET amount = amount - 1 WHERE book = %s AND account = %s",
    "balance": "UPDATE postings SET balance = balance - 1 WHERE book = %s AND account = %s",
    "deleted": "DELETE FROM postings WHERE book = %s AND account = %s",
    "shorter": "UPDATE book_head SET position = 1 WHERE book = %s AND %s <> ''",
}


@pytest.mark.integration
@pytest.mark.parametrize("change", CHANGES)
def test_a_book_that_says_something_else_now_is_found_out(ledger_database, book, writer, reader, change):
    web = StoreApi(ledger_database, book, writer, reader)
    pay(web, A, B, 300)
    code = made(web)["code"]
    with psycopg.connect(ledger_database.admin_url, autocommit=True) as meddler:
        meddler.execute("SET session_replication_role = replica")
        assert meddler.execute(CHANGES[change], [book, A]).rowcount == 1
    facts = read(web, code)
    assert not facts["holds"]
    assert facts["closing_balance"] == -300, "what was printed is what was printed"


@pytest.mark.integration
def test_nobody_but_the_owner_of_the_tables_changes_a_code(ledger_database, book, writer, reader):
    code = made(StoreApi(ledger_database, book, writer, reader))["code"]
    for url in (ledger_database.url, ledger_database.owner_url):
        with psycopg.connect(url) as connection, pytest.raises(psycopg.Error):
            connection.execute("UPDATE statement_codes SET closing_balance = 1 WHERE code = %s", [code])


@given(st.integers(0, 2**BITS - 1))
def test_every_code_survives_being_typed(bits: int):
    code = new_code(lambda wanted: bits if wanted == BITS else 0)
    assert sum(ALPHABET.index(sign) << 5 * place for place, sign in enumerate(reversed(code))) == bits
    assert normalised(code.lower().replace("0", "o").replace("1", "l")) == code


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_code_or_none(typed: str):
    code = normalised(typed)
    assert code is None or normalised(code) == code


def test_an_account_that_opened_later_has_codes_too(web):
    web.appender.execute([opening(number := "1234567812345678")])
    assert made(web, number)["entries"] == 0


@pytest.mark.integration
def test_a_repair_of_accounts_leaves_their_codes(ledger_database, book, writer, reader):
    web = StoreApi(ledger_database, book, writer, reader)
    pay(web, A, B, 300)
    facts = made(web)
    with psycopg.connect(ledger_database.admin_url, autocommit=True) as meddler:
        meddler.execute("SET session_replication_role = replica")
        meddler.execute("UPDATE accounts SET balance = balance - 1 WHERE book = %s AND account = %s", [book, A])
    assert run_replay(ledger_database.owner_url, book, "", Wish(swap=True), io.StringIO(), io.StringIO())
    assert read(web, facts["code"]) == facts
    assert reader.accounts([A])[0].balance == -300
