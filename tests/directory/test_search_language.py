"""The query language: what a line stands for, and what it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.directory.search.language import FIGURES, FILTERS, LONGEST, LineInvalid, expanded


@pytest.mark.parametrize(
    ("line", "parameters"),
    [
        ("", {}),
        ("   ", {}),
        ("organic veg", {"text": "organic veg"}),
        ("organic veg city:Derry within:20", {"text": "organic veg", "city": "Derry", "within": "20"}),
        ("city:Derry organic within:20 veg", {"text": "organic veg", "city": "Derry", "within": "20"}),
        ('city:"Newcastle upon Tyne" tea', {"text": "tea", "city": "Newcastle upon Tyne"}),
        ('"dog walking" cats', {"text": "dog-walking cats"}),
        ("offers:bread offers:milk", {"offers": "bread,milk"}),
        ("has:offers has:wants", {"has": "offers,wants"}),
        ("CITY:Derry", {"city": "Derry"}),
        ("since:2026-01-31", {"tagged_since": "2026-01-31"}),
        ("is:favourite sort:newest", {"is": "favourite", "sort": "newest"}),
        ("balance>=25.50", {"balance": ">=2550"}),
        ("balance>=-10 balance<=50", {"balance": ">=-1000 <=5000"}),
        ("balance:10..50", {"balance": ">=1000 <=5000"}),
        ("balance:10", {"balance": "1000"}),
        ("max-negative>=100 max_positive<=500", {"max_negative": ">=10000", "max_positive": "<=50000"}),
        ("near:54.99,-7.31", {"near": "54.99,-7.31"}),
        ("3:15 tea", {"text": "3:15 tea"}),
        ("R&D c++", {"text": "R&D c++"}),
    ],
)
def test_a_line_stands_for_parameters(line: str, parameters: dict[str, str]) -> None:
    assert expanded(line) == parameters


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("tea colour:red", ["colour:red", "character 5", "Filters are", "quotes"]),
        ("town:Derry", ["town", "Write city:"]),
        ('city:"Derry', ["character 1", "don't close"]),
        ("city:", ["needs a value"]),
        ("city: Derry", ["needs a value", "without a blank"]),
        ("city>=Derry", ["can't be compared"]),
        ("city:Derry city:Belfast", ["given before"]),
        ("balance>10", ["Write balance>=10"]),
        ("balance>=ten", ["no amount", "25.50"]),
        ("balance>=1.234", ["no amount"]),
        ("balance>=1e5", ["no amount"]),
        ("balance>=9999999999999", ["no amount"]),
        ("x" * 301, ["at most 300"]),
    ],
)
def test_a_refusal_says_what_where_and_what_next(line: str, says: list[str]) -> None:
    with pytest.raises(LineInvalid) as refused:
        expanded(line)
    assert [part for part in says if part not in str(refused.value)] == []


@given(st.text(max_size=LONGEST + 20))
def test_any_line_is_understood_or_refused_in_words(line: str) -> None:
    try:
        parameters = expanded(line)
    except LineInvalid as refused:
        parameters, sentence = {}, str(refused)
    else:
        sentence = "."
    assert sentence.endswith((".", "…"))
    assert parameters.keys() <= {*FILTERS.values(), *FIGURES.values(), "text"}
    assert all(value.strip() for value in parameters.values())


_PLAIN = st.text("abcdefghijklmnopqrstuvwxyzé0123456789-", min_size=1, max_size=12)


@given(st.lists(_PLAIN, max_size=5), st.dictionaries(st.sampled_from(["city", "name", "near"]), _PLAIN))
def test_what_is_written_is_read_wherever_it_stands(words: list[str], filters: dict[str, str]) -> None:
    pieces = [*words, *(f'{name}:"{value}"' for name, value in filters.items())]
    expected = {**filters, **({"text": " ".join(words)} if words else {})}
    assert expanded(" ".join(pieces)) == expected
    assert expanded(" ".join(reversed(pieces))) == {
        **expected,
        **({"text": " ".join(reversed(words))} if words else {}),
    }


@given(st.integers(-(10**12), 10**12))
def test_amounts_are_exact(minor: int) -> None:
    sign, whole, rest = "-" if minor < 0 else "", abs(minor) // 100, abs(minor) % 100
    assert expanded(f"balance>={sign}{whole}.{rest:02d}") == {"balance": f">={minor}"}
