"""The codec: canonical bytes, tolerant reading, and a clear refusal of what is no event."""

import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from events import codec, ledger
from tests.factories import an_envelope

KEYS = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
SCALARS = st.text() | INTEGERS | st.booleans()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))


def valid(hint: Any) -> st.SearchStrategy[Any]:
    """Any value that fits a field of an event class."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(inner)
    if origin in (Union, types.UnionType):
        return st.one_of([valid(kind) for kind in inner])
    if origin is not None and issubclass(origin, Sequence):
        return st.lists(valid(inner[0]), max_size=4)
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(KEYS, VALUES, max_size=4)
    simple = {str: st.text(), int: INTEGERS, bool: st.booleans(), type(None): st.none()}
    return simple[hint] if hint in simple else instances(hint)


def instances(cls: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(cls)
    return st.builds(cls, **{field.name: valid(hints[field.name]) for field in fields(cls)})


@given(st.dictionaries(KEYS, VALUES, max_size=6), st.text(), st.integers(1, 2**63))
def test_encode_is_rfc_8785(data: dict[str, Any], subject: str, sequence: int):
    envelope = an_envelope(data, subject=subject, sequence=sequence)
    plain = {key: value for key, value in msgspec.to_builtins(envelope).items() if value is not None}
    canonical = rfc8785.dumps(plain | {"sequence": f"{sequence:020d}", "specversion": "1.0"})
    assert codec.encode(envelope) == canonical
    assert codec.decode(canonical) == envelope


@pytest.mark.parametrize("cls", codec.CLASSES.values())
def test_every_event_round_trips(cls: type):
    @given(instances(cls))
    def holds(event: Any) -> None:
        raw = codec.encode(an_envelope(codec.data_of(event), type=cls.TYPE))
        assert codec.event_of(codec.decode(raw)) == event
        assert rfc8785.dumps(json.loads(raw)) == raw

    holds()


@pytest.mark.parametrize("kind", [list, tuple])
def test_what_has_no_value_is_left_out_at_any_depth(kind: type):
    rules = kind([ledger.ConsentRule(party="any", direction="pay")])
    event = ledger.AccountConsentChanged(account="1", rules=rules)
    assert codec.data_of(event)["rules"] == [{"party": "any", "direction": "pay"}]


def test_unknown_type_is_none():
    assert codec.event_of(an_envelope({"what": "ever"}, type="ledger.moon-landed.v1")) is None


def test_unknown_fields_are_kept_and_do_no_harm():
    data = {"user_id": "u", "new_in_version_two": "x"}
    envelope = codec.decode(codec.encode(an_envelope(data, type="directory.password-reset-requested.v1")))
    assert envelope.data == data
    assert codec.event_of(envelope) == codec.CLASSES["directory.password-reset-requested.v1"](user_id="u")


def test_unknown_attributes_are_ignored():
    document = json.loads(codec.encode(an_envelope())) | {"traceparent": "00-1"}
    assert codec.decode(json.dumps(document).encode()).type == "test.happened.v1"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "nothing"),
        (b"\xff\xfe", "no UTF-8"),
        (b"{", "half an object"),
        (b"[]", "a list"),
        (b"null", "null"),
        (b'"text"', "text"),
        (b"{}", "no attribute"),
        (b"[" * 5000, "nested without end"),
    ],
)
def test_malformed_bytes_raise(raw: bytes, why: str):
    with pytest.raises(codec.MalformedEvent):
        codec.decode(raw)


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": "one"},
        {"sequence": 1},
        {"sequence": "1"},
        {"sequence": "-0000000000000000001"},
        {"sequence": None},
        {"data": []},
        {"data": None},
        {"type": 7},
        {"actor": None},
    ],
)
def test_malformed_attributes_raise(change: dict[str, Any]):
    document = json.loads(codec.encode(an_envelope())) | change
    with pytest.raises(codec.MalformedEvent):
        codec.decode(json.dumps(document).encode())


@pytest.mark.parametrize("attribute", ["id", "source", "type", "time", "subject", "sequence", "partitionkey", "data"])
def test_missing_attribute_raises(attribute: str):
    document = json.loads(codec.encode(an_envelope()))
    del document[attribute]
    with pytest.raises(codec.MalformedEvent):
        codec.decode(json.dumps(document).encode())


@pytest.mark.parametrize(
    "data",
    [{}, {"user_id": 7}, {"user_id": None}, {"user_id": "u", "kind": "king", "email": "e"}],
)
def test_data_of_another_shape_raises(data: dict[str, Any]):
    with pytest.raises(codec.MalformedEvent, match=r"directory\.user-registered\.v1 at 9"):
        codec.event_of(an_envelope(data, type="directory.user-registered.v1", sequence=9))


def test_money_as_a_fraction_is_refused():
    """A float never becomes an amount, not even one without a fraction."""
    data = {"account": "1", "entity_id": "e", "max_negative": 0, "max_positive": 50000.0, "standing": "frozen"}
    with pytest.raises(codec.MalformedEvent):
        codec.event_of(an_envelope(data, type="ledger.account-opened.v1"))
