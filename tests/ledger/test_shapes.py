"""Shapes of commands: the way by hand and marshmallow's give the same answer; texts, references, times."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from services.ledger.domain import MAX_AMOUNT
from services.ledger.schemas import INITIATE, REASON
from services.ledger.schemas.batches import AcceptSchema, EndSchema
from services.ledger.schemas.plain import Plain

NUMBER, ID = "1" * 16, "0190a8a0-0000-7000-8000-000000000000"
SCHEMAS: dict[str, Plain] = {"initiate": INITIATE, "reason": REASON, "accept": AcceptSchema(), "end": EndSchema()}
PLAIN = {"initiator": NUMBER, "counterparty": "2" * 16, "direction": "pay", "amount": 5}

odd = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20), st.just([]))
text = st.one_of(
    st.text(max_size=20),
    st.text(alphabet=" a", max_size=4),
    st.sampled_from(
        ["", " ", "x" * 100, "x" * 101, "x" * 500, "x" * 501, " " + "x" * 500, "a\nb", "a\tb", "é", "e\u0301"]
    ),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "initiator": st.sampled_from([NUMBER, NUMBER + "\n", "\u0661" * 16, "1" * 15]),
    "counterparty": st.sampled_from([NUMBER, "2" * 16, ""]),
    "direction": st.sampled_from(["pay", "request", "Pay"]),
    "amount": st.sampled_from([1, 0, -1, MAX_AMOUNT, MAX_AMOUNT + 1, True, 1.0, "1"]),
    "description": text,
    "reference": text,
    "expires_at": st.sampled_from([None, "2026-05-01T00:00:00Z", "2026-05-01", "soon"]),
    "reason": text,
    "transfer_id": st.sampled_from([ID, ID.upper(), ID.replace("-", ""), "x", ID + "\n"]),
}


def answer(load, body: Any) -> Any:
    try:
        return load(body)
    except ValidationError as error:
        return "refused", error.normalized_messages()


@pytest.mark.parametrize("name", SCHEMAS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_both_ways_give_the_same_answer(name, data):
    schema = SCHEMAS[name]
    body = {field: data.draw(st.one_of(VALUES[field], VALUES[field], odd)) for field in schema.fields}
    for dropped in data.draw(st.lists(st.sampled_from(sorted(body)), max_size=2, unique=True)):
        del body[dropped]
    body |= data.draw(st.dictionaries(st.sampled_from(["extra", "Amount"]), odd, max_size=1))
    given = dict(body)
    assert answer(schema.load, body) == answer(lambda each: Schema.load(schema, each), body)
    assert body == given


@example([])
@example(None)
@example("x")
@given(body=odd)
@settings(max_examples=20)
def test_what_is_no_object_is_refused(body):
    for schema in SCHEMAS.values():
        assert answer(schema.load, body)[0] == "refused"


def test_the_plain_case_is_taken_by_hand(monkeypatch):
    """Else the module costs and gains nothing."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("marshmallow was asked")

    monkeypatch.setattr(Schema, "load", never)
    assert INITIATE.load(PLAIN) == PLAIN | {"description": "", "reference": None, "expires_at": None}
    assert AcceptSchema().load({"transfer_id": ID}) == {"transfer_id": ID}


@pytest.mark.parametrize("reference", ["a\u200bb", "a\u2028b", "x" * 101, "a\u00a0b", 7])
def test_a_reference_is_one_printable_line(reference):
    with pytest.raises(ValidationError) as refused:
        INITIATE.load(PLAIN | {"reference": reference})
    assert refused.value.normalized_messages().keys() == {"reference"}


def test_a_reference_may_have_letters_of_any_language():
    assert INITIATE.load(PLAIN | {"reference": " Reçu № 5 "})["reference"] == "Reçu № 5"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-05-01T00:00:00Z", "2026-05-01T00:00:00.000000Z"),
        ("2026-05-01T02:00:00.5+02:00", "2026-05-01T00:00:00.500000Z"),
        ("2026-04-30T23:00:00-01:00", "2026-05-01T00:00:00.000000Z"),
    ],
)
def test_a_time_is_kept_in_one_form(given, kept):
    assert INITIATE.load(PLAIN | {"expires_at": given})["expires_at"] == kept


@pytest.mark.parametrize(
    "given",
    ["2026-05-01", "2026-05-01T00:00:00", "tomorrow", "9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+05:00", 5],
)
def test_a_time_needs_an_offset_and_a_place_in_the_calendar(given):
    with pytest.raises(ValidationError) as refused:
        INITIATE.load(PLAIN | {"expires_at": given})
    assert refused.value.normalized_messages().keys() == {"expires_at"}
