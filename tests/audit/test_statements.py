"""Statements on paper: what the events say of the same account and positions, and nothing else, is accepted."""

import csv
import io
from pathlib import Path

import orjson
import pytest

from services.ledger.audit.cli import main
from services.ledger.audit.statements import UnreadableStatement, read_statement
from tests.audit.books import a_ledger
from tests.audit.writing import Ledger

COLUMNS = ["time", "position", "transfer", "counterparty", "name", "description", "kind", "amount", "balance"]


def money(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"


def rows_of(ledger: Ledger, account: str, first: int, last: int) -> list[list[str]]:
    """The CSV that the ledger's members download, made here from the events alone."""
    proposals, opening, entries = {}, 0, []
    for position, _, _, body in ledger.rows:
        event = orjson.loads(body)
        data = event["data"]
        if event["type"] == "ledger.transfer-initiated.v1":
            proposals[data["transfer_id"]] = data
        for entry in data.get("entries", ()):
            if entry["account"] == account and position < first:
                opening = entry["balance"]
            elif entry["account"] == account and position <= last:
                entries.append((event["time"], position, entry, proposals[data["transfer_id"]]))
    lines = []
    for time, position, entry, data in entries:
        other = data["payee"] if account == data["payer"] else data["payer"]
        lines.append([
            time, str(position), data["transfer_id"], other, "Somebody Ltd", data["description"], data["kind"],
            money(entry["amount"]), money(entry["balance"]),
        ])  # fmt: skip
    closing = entries[-1][2]["balance"] if entries else opening
    facts = {
        "account": account, "from_position": str(first), "to_position": str(last), "opening_balance": money(opening),
        "closing_balance": money(closing), "decimals": "2", "code": "0000-0000-0000-0000-0000", "check": "https://x/y",
    }  # fmt: skip
    return [*map(list, facts.items()), [], COLUMNS, *lines]


def text_of(rows: list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


@pytest.fixture
def ledger() -> Ledger:
    return a_ledger()


@pytest.fixture
def account(ledger: Ledger) -> str:
    return orjson.loads(ledger.rows[0][3])["data"]["account"]


@pytest.fixture
def audit(tmp_path: Path, ledger: Ledger, capsysbinary):
    """What is found in a statement."""
    source = ledger.write(tmp_path / "book.ndjson")

    def found(rows: list[list[str]]) -> list[dict]:
        path = tmp_path / "statement.csv"
        path.write_text(text_of(rows), newline="")
        code = main([str(source), "--json", "--statement", str(path)])
        findings = orjson.loads(capsysbinary.readouterr().out)["findings"]
        assert code == bool(findings)
        assert all(finding["check"] == f"statement {path}" for finding in findings)
        return findings

    return found


@pytest.mark.parametrize(("first", "last"), [(1, 9), (1, 4), (5, 9), (5, 6), (3, 2)])
def test_statement_that_was_printed_holds(ledger, account, audit, first, last):
    rows = rows_of(ledger, account, first, last)
    assert audit(rows) == []


def test_every_account_of_a_book_in_which_everything_happened(tmp_path: Path, capsysbinary):
    ledger = a_ledger(everything_happened=True)
    source, options = ledger.write(tmp_path / "book.ndjson"), []
    opened = [orjson.loads(row[3])["data"] for row in ledger.rows if b"account-opened" in row[3]]
    for data in opened[:2]:
        path = tmp_path / f"{data['account']}.csv"
        path.write_text(text_of(rows_of(ledger, data["account"], 1, len(ledger.rows))), newline="")
        options += ["--statement", str(path)]
    main([str(source), "--json", *options])
    report = orjson.loads(capsysbinary.readouterr().out)
    assert report["findings"] == []
    assert len([check for check in report["checks"] if check["name"].startswith("statement ") and check["count"]]) == 2


WRONG = {
    "opening": (3, 1, "1.00", "opens with 100, the events say 0"),
    "closing": (4, 1, "9.99", "closes with 999, the events say -200"),
    "amount": (10, 7, "-1.01", "amount -101, the events say -100"),
    "balance": (10, 8, "-1.01", "balance -101, the events say -100"),
    "time": (10, 0, "2026-01-01T00:00:00.000000Z", "time '2026"),
    "transfer": (10, 2, "0190a8a0-0000-7000-8000-000000000000", "transfer '0190"),
    "counterparty": (10, 3, "1111222233334444", "counterparty '1111"),
    "description": (10, 5, "rent", "description 'rent', the events say ''"),
    "kind": (10, 6, "admin", "kind 'admin'"),
    "position": (10, 1, "5", "moves nothing of"),
    "account": (0, 1, "1111222233334444", "moves nothing of 1111222233334444"),
    "end": (2, 1, "10", "the statement goes to 10"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_statement_is_found(ledger, account, audit, name):
    row, column, text, sentence = WRONG[name]
    rows = rows_of(ledger, account, 1, 9)
    rows[row][column] = text
    assert sentence in " / ".join(finding["sentence"] for finding in audit(rows))


def test_line_that_is_left_out_repeated_or_out_of_order_is_found(ledger, account, audit):
    rows = rows_of(ledger, account, 1, 9)
    assert "leaves it out" in audit(rows[:-1])[0]["sentence"]
    assert "stands twice" in audit([*rows, rows[-1]])[0]["sentence"]
    assert "not in its order" in audit([*rows[:-2], rows[-1], rows[-2]])[0]["sentence"]


def test_name_and_code_are_nowhere_in_the_ledger(ledger, account, audit):
    rows = rows_of(ledger, account, 1, 9)
    rows[10][4], rows[6][1] = "Somebody else", "1111-1111-1111-1111-1111"
    assert audit(rows) == []


@pytest.mark.parametrize("text", ["=1+1", "-a", "@x", "+1"])
def test_apostrophe_before_what_looks_like_a_formula_is_not_the_texts(ledger, account, text):
    rows = rows_of(ledger, account, 1, 9)
    rows[10][5] = f"'{text}"
    assert read_statement("x", text_of(rows)).lines[0].description == text
    rows[10][5] = "'quoted"
    assert read_statement("x", text_of(rows)).lines[0].description == "'quoted"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda rows: rows.pop(0), "does not say its 'account'"),
        (lambda rows: rows.pop(9), "its columns are not those"),
        (lambda rows: rows[10].pop(), "line 11"),
        (lambda rows: rows[10].__setitem__(7, "1.234"), "more than 2 decimals"),
        (lambda rows: rows[10].__setitem__(7, "much"), "line 11"),
        (lambda rows: rows[1].__setitem__(1, "x"), "invalid literal"),
        (lambda rows: rows[1].append("x"), "line 2"),
    ],
    ids=["account", "columns", "cells", "decimals", "amount", "position", "fact"],
)
def test_what_is_no_statement_is_refused(ledger, account, change, sentence):
    rows = rows_of(ledger, account, 1, 9)
    change(rows)
    with pytest.raises(UnreadableStatement, match=sentence):
        read_statement("x", text_of(rows))
