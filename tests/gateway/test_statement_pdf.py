"""The printed statement: what it says, that it holds any text, and that its work grows with its entries alone."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from services.gateway.codes import grouped, normal
from services.gateway.paper import printed, typeface
from services.gateway.paper.reading import Paper, Row
from tests.gateway.network import BAKERY_ACCOUNT, NOW
from tests.gateway.pdf_structure import Structure
from tests.gateway.pdf_text import Pdf
from tests.gateway.proven import CODE, PRINTED, some_facts
from tests.gateway.scenes import EVIL, LONG_NAME, LONG_WORD

ADDRESS = f"https://mccs.example/check/{CODE}"


@pytest.fixture(autouse=True)
def in_a_request(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def a_row(number: int = 0, **changes: object) -> Row:
    row = Row(
        time=NOW, position=number + 4, transfer_id=f"transfer-{number}", counterparty=BAKERY_ACCOUNT, name="Old Bakery",
        description="Bread", kind="transfer", direction="pay", role="payer", amount=-2500, balance=-1500,
    )  # fmt: skip
    return row._replace(**changes)


def a_file(rows: list[Row], name: str = "Green Farm", **facts: object) -> bytes:
    known = some_facts() | {"entries": len(rows)} | facts
    return printed.pdf(Paper(known, rows, ADDRESS), name=name, breathe=lambda: None)


def printed_text(*rows: Row, **facts: object) -> str:
    return Pdf(a_file(list(rows), **facts)).text


def test_it_says_whose_it_is_what_it_covers_and_every_sum() -> None:
    text = printed_text(a_row(), opening_balance=1000, closing_balance=-1500, paid=123_450, received=90)
    for said in (
        "Mutual credit network", "Green Farm", "Account 1000 0000 0000 0008", "1 Jan 2026 – 31 Jan 2026",
        "3 Feb 2026, 09:30 (Europe/London)", "Opening balance\n10.00", "Received\n+0.90",
        "Paid\n−1,234.50", "Closing balance\n−15.00",
        "31 Jan 2026\nOld Bakery\nBread\n−25.00\n−15.00", "1 entry · received 0.90 · paid 1,234.50", PRINTED, ADDRESS,
        "Page 1 of 1", "signed head number 7 of the ledger, which covers", "3 – 1,000",
    ):  # fmt: skip
        assert said in text


def test_a_statement_that_is_not_signed_yet_says_so() -> None:
    text = printed_text(a_row(), head=None, path=None)
    assert "in its next signed head" not in text.replace("these entries are in its next signed head.", "")
    assert "these entries are in its next signed head." in text.replace("\n", " ")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (EVIL, EVIL),
        ("<para>&amp;</para>", "<para>&amp;</para>"),
        ("Žluťoučký kůň, Łódź, Ελλάδα, Москва", "Žluťoučký kůň, Łódź, Ελλάδα, Москва"),
        ("北京 bread", "☐☐ bread"),
        ("שלום", "☐☐☐☐"),
        ("van 🚐\ufe0f repair", "van ☐ repair"),
        ("line\nline\ttab\x00\u200b\u202e.", "line line tab."),
        ("(back\\slash)", "(back\\slash)"),
        ("e\u0301te\u0301", "été"),
    ],
    ids=["markup", "entities", "letters", "chinese", "hebrew", "picture", "controls", "brackets", "combining"],
)
def test_any_text_is_printed_as_text(text: str, shown: str) -> None:
    said = Pdf(a_file([a_row(name=text, description=text)], name=text)).text.replace("\n", " ")
    assert said.count(shown) == 3
    assert ("A box stands for a character" in said) == ("☐" in shown)


@pytest.mark.parametrize("text", [LONG_NAME, LONG_WORD, "W" * 500], ids=["name", "word", "wide"])
def test_long_texts_wrap_and_lose_nothing(text: str) -> None:
    said = "".join(Pdf(a_file([a_row(name=text, description=text)])).text.split())
    assert said.count("".join(text.split())) == 2


@pytest.mark.parametrize("text", ["one two three " * 9, LONG_WORD * 3], ids=["words", "one-word"])
def test_no_line_is_wider_than_its_column(text: str) -> None:
    typeface.prepare()
    lines = typeface.wrapped(text.strip(), typeface.REGULAR, 9, 100)
    assert len(lines) > 3
    assert all(typeface.width(line, typeface.REGULAR, 9) <= 100 for line in lines)


@pytest.mark.parametrize("count", [0, 1, 18, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 60, 61])
def test_every_entry_is_there_once_and_in_order_whatever_the_pages(count: int) -> None:
    pages = Pdf(a_file([a_row(number, description=f"Entry {number:03}") for number in range(count)])).pages
    said = [string for page in pages for string in page if string.startswith("Entry ")]
    assert said == [f"Entry {number:03}" for number in range(count)]
    for number, page in enumerate(pages, 1):
        assert page[-1] == f"Page {number} of {len(pages)}"
        assert ("With whom" in page) == any(string.startswith("Entry ") or count == 0 for string in page)
    assert [PRINTED in page for page in pages].count(True) == 1
    assert PRINTED in pages[-1]


def test_thousands_of_entries_leave_room_for_others() -> None:
    breaths: list[None] = []
    rows = [a_row(number, name=f"Business {number}", description=LONG_NAME) for number in range(5_000)]
    paper = Paper(some_facts() | {"entries": 5_000}, rows, ADDRESS)
    content = printed.pdf(paper, name="Green Farm", breathe=lambda: breaths.append(None))
    pages = len(Pdf(content).pages)
    assert pages > 200
    assert len(breaths) >= pages + 100
    assert len(content) < 5_000_000


def test_the_square_code_leads_to_the_check_page() -> None:
    assert printed.qr(ADDRESS).value == ADDRESS
    assert Pdf(a_file([a_row()])).links == [ADDRESS]


# --- read aloud -----------------------------------------------------------------------------------------------------


def test_a_reader_hears_headings_tables_and_where_to_check_in_order() -> None:
    told = Structure(a_file([a_row()])).document
    kinds = [node.kind for node in told.kids]
    assert kinds == ["P", "H1", "P", "P", "Table", "Table", "Table", "P", "P", "H2", "P", "P", "P", "P", "Link"]
    assert [node.said for node in told.kids if node.kind in ("H1", "H2")] == ["Statement", "Check this statement"]
    facts = [(cell.scope, cell.said) for cell in told.kids[4].all("TH")]
    assert facts == [("Row", "Period"), ("Row", "Made"), ("Row", "Entries"), ("Row", "Ledger positions")]
    assert [node.alt for node in told.kids[-1].kids] == [f"Square code that leads to {ADDRESS}"]


def test_the_table_of_entries_is_one_with_heads_however_many_pages() -> None:
    rows = [a_row(number, description=f"Entry {number:03}") for number in range(61)]
    told = Structure(a_file(rows))
    heads, *entries = told.document.kids[6].kids
    assert [(cell.kind, cell.scope, cell.said) for cell in heads.kids] == [
        ("TH", "Column", head) for head in ("Date", "With whom", "Description", "Amount", "Balance")
    ]
    assert {tuple(cell.kind for cell in row.kids) for row in entries} == {("TD",) * 5}
    assert [row.kids[2].said for row in entries] == [f"Entry {number:03}" for number in range(61)]
    assert told.for_eyes.count("With whom") == len(told.pdf.pages) - 1


def test_all_that_is_drawn_is_told_or_said_to_be_for_eyes_alone() -> None:
    told = Structure(a_file([a_row(number, name="北京") for number in range(61)]))
    assert told.unmarked == []
    assert f"Page 1 of {len(told.pdf.pages)}" in told.for_eyes


def test_each_mark_leads_back_to_its_element() -> None:
    told = Structure(a_file([a_row(number) for number in range(61)]))
    owners = told.parents()
    for page in told.pdf.page_numbers:
        key = re.search(rb"/StructParents (\d+)", told.pdf.objects[page])
        assert key
        elements = owners[int(key[1])]
        assert elements
        assert [told.marks_of(element) for element in elements] == [[mark] for mark in range(len(elements))]
    link = next(body for body in told.pdf.objects.values() if b"/Subtype /Link" in body)
    number = re.search(rb"/StructParent (\d+)", link)
    assert number
    assert len(owners[int(number[1])]) == 1


def test_a_file_says_its_language_and_that_it_is_tagged() -> None:
    told = Structure(a_file([]))
    assert b"/Lang (en-GB)" in told.catalog
    for name, said in (("MarkInfo", b"/Marked true"), ("ViewerPreferences", b"/DisplayDocTitle true")):
        assert said in told.referred(told.catalog, name)


# --- codes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [CODE, PRINTED, PRINTED.lower(), " 0123 4567 89ab cdef ghjk ", "O1Z3".replace("Z", "2") + "-4567-89AB-CDEF-GHJK",
     "OI23-4567-89AB-CDEF-GHJK", "oL23456789ABCDEFGHJK", "0123–4567—89AB CDEF GHJK"],
    ids=["bare", "printed", "small", "blanks", "letter-o", "letter-i", "letter-l", "other-dashes"],
)  # fmt: skip
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert normal(typed) == CODE


@pytest.mark.parametrize(
    "typed",
    ["", "0123", CODE + "0", CODE[:-1] + "U", CODE[:-1] + "é", "\N{ARABIC-INDIC DIGIT ZERO}" * 20, "../../healthz"],
)
def test_what_is_no_code_is_not_read_as_one(typed: str) -> None:
    assert normal(typed) == ""


def test_a_code_is_printed_in_groups_of_four() -> None:
    assert grouped(CODE) == PRINTED
