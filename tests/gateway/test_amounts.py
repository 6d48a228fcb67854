"""Amounts: exact both ways, everything else refused."""

from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.gateway.amounts import MAX_MINOR, MalformedAmount, json_number, minor_units, positive_minor_units, text
from services.gateway.clients import Refused
from services.gateway.rest.reading import parse

minors = some.integers(0, MAX_MINOR)


@given(minors)
def test_what_is_written_is_read_again(amount: int) -> None:
    assert minor_units(text(amount)) == amount
    assert minor_units(Decimal(text(amount))) == amount


@given(minors)
def test_an_amount_goes_through_json_exactly(amount: int) -> None:
    document = orjson.dumps({"amount": json_number(amount)})
    assert document == b'{"amount":%s}' % text(amount).encode()
    assert minor_units(parse(document)["amount"]) == amount


@given(some.integers(1, MAX_MINOR))
def test_a_negative_balance_is_written_with_its_sign(amount: int) -> None:
    assert orjson.dumps(json_number(-amount)) == b"-" + orjson.dumps(json_number(amount))
    assert Decimal(text(-amount)) == Decimal(-amount) / 100


@given(some.decimals(min_value="0.001", max_value="999999999.999", places=3).filter(lambda value: value * 100 % 1 != 0))
def test_a_third_decimal_is_refused_not_rounded(value: Decimal) -> None:
    for written in (value, f"{value:f}"):
        with pytest.raises(MalformedAmount):
            minor_units(written)


@given(some.text(max_size=12))
def test_a_text_is_an_amount_exactly_when_it_looks_like_one(written: str) -> None:
    whole, point, cents = written.partition(".")
    digits = "0123456789"
    looks = (
        0 < len(whole) < 10 and set(whole) <= set(digits) and (whole == "0" or whole[0] != "0")
        and (not point or (0 < len(cents) < 3 and set(cents) <= set(digits)))
    )  # fmt: skip
    try:
        minor_units(written)
    except MalformedAmount:
        assert not looks
    else:
        assert looks


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        (b"25", 2500), (b"25.0", 2500), (b"25.00", 2500), (b'"25"', 2500), (b'"25.5"', 2550), (b"0.01", 1),
        (b"1e2", 10_000), (b"1.5E1", 1500), (b"2.5e-1", 25), (b"2.55e-1", None), (b"999999999.99", MAX_MINOR),
        # 0.1 + 0.2 and 1.005 are where floats go wrong.
        (b'"0.10"', 10), (b"0.30", 30), (b"1.005", None), (b"4.35", 435), (b"1.15", 115),
    ],
)  # fmt: skip
def test_numbers_are_read_as_written(written: bytes, amount: int | None) -> None:
    if amount is None:
        with pytest.raises(MalformedAmount):
            minor_units(parse(written))
    else:
        assert minor_units(parse(written)) == amount


@pytest.mark.parametrize(
    "written",
    [
        b"-1", b"-0.01", b"1000000000", b"999999999.991", b"1e-5", b"1e300", b"true", b"null", b"[]", b'"1e2"', b'"+5"',
        b'" 5"', b'"5 "', b'"0x10"', b'"1,000.00"', b'"5."', b'".5"', b'""', b'"NaN"', b'"Infinity"', b'"\xd9\xa5"',
        b'"1_000"', b'"5\\n"', b"1" * 400,
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused(written: bytes) -> None:
    with pytest.raises((MalformedAmount, Refused)):
        minor_units(parse(written))


@pytest.mark.parametrize("written", [b"NaN", b"Infinity", b"-Infinity", b"0x10", b"1e309", b"01", b"5.", b"1_0", b"+1"])
def test_what_is_no_json_is_refused_before(written: bytes) -> None:
    with pytest.raises(Refused) as refused:
        parse(written)
    assert refused.value.status == 400


def test_nothing_is_no_transfer() -> None:
    assert minor_units(0) == 0
    for nothing in (0, "0", "0.00", Decimal("0E+9")):
        with pytest.raises(MalformedAmount):
            positive_minor_units(nothing)


@pytest.mark.parametrize("content", [b"[" * 2000, b'{"a":"\\ud800"}', b'{"a":', b"\xff", b'{"a":1}{"b":2}'])
def test_a_body_that_is_no_json_is_one_refusal(content: bytes) -> None:
    with pytest.raises(Refused):
        parse(content)
