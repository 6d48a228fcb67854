"""What a program may send as JSON: one meaning alone, of a bounded size, exactly read."""

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.gateway.rest.strict_json import MAX_DEPTH, MAX_NUMBER, MAX_VALUES, NotJson, parse
from tests.gateway.network import Network

NESTED = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
LONG_LIST = b"[" + b"1," * (MAX_VALUES - 2) + b"1]"
LIKE_STRUCTURE = b'{"csv": "' + b"[{,]" * 40_000 + b'\\"[["}'


@pytest.mark.parametrize(
    ("content", "document"),
    [
        (b'{"a": 0.1, "b": [1, true, null, "x"]}', {"a": Decimal("0.1"), "b": [1, True, None, "x"]}),
        (b' {"a": 1e2} \r\n', {"a": Decimal(100)}),
        (b'{"a": {"x": 1}, "b": {"x": 1}}', {"a": {"x": 1}, "b": {"x": 1}}),
        (b'{"a": "\\ud83e\\udd55"}', {"a": "\N{CARROT}"}),
        (b'{"a": "\xf0\x9f\xa5\x95"}', {"a": "\N{CARROT}"}),
        (b"9" * MAX_NUMBER, int("9" * MAX_NUMBER)),
    ],
)
def test_json_is_read_exactly(content: bytes, document: Any) -> None:
    assert parse(content) == document


@pytest.mark.parametrize("content", [NESTED, LONG_LIST, LIKE_STRUCTURE])
def test_the_limits_themselves_are_let_through(content: bytes) -> None:
    """And what only looks like structure, inside a text, counts for nothing."""
    parse(content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"amount": 1, "amount": 2}', "request.duplicate_key"),
        (b'{"a": [{"b": 1, "\\u0062": 1}]}', "request.duplicate_key"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "request.duplicate_key"),
        (b'{"a": NaN}', "request.not_a_number"),
        (b"-Infinity", "request.not_a_number"),
        (b'{"a": 1} {"a": 2}', "request.trailing_data"),
        (b"[1] x", "request.trailing_data"),
        (b"01", "request.trailing_data"),
        (b'{"a": "\xff"}', "request.not_utf8"),
        (b'{"a": "\xed\xa0\x80"}', "request.not_utf8"),
        ('{"a": 1}'.encode("utf-16"), "request.not_utf8"),
        (b'\xef\xbb\xbf{"a": 1}', "request.malformed"),
        (b'{"a": 1,}', "request.malformed"),
        (b"{'a': 1}", "request.malformed"),
        (b'{"a": "line\nline"}', "request.malformed"),
        (b'{"a":', "request.malformed"),
        (b"{} // done"[3:], "request.malformed"),
        (b'{"a": "\\ud800"}', "request.unpaired_surrogate"),
        (b'{"\\udc00\\ud800": 1}', "request.unpaired_surrogate"),
        (b"[" + NESTED + b"]", "request.too_deep"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "request.too_deep"),
        (b"[" * 400_000 + b"]" * 400_000, "request.too_deep"),
        (b"[1," + LONG_LIST[1:], "request.too_many_values"),
        (b"[" + b"[]," * 300_000 + b"[]]", "request.too_many_values"),
        (b"1" * (MAX_NUMBER + 1), "request.number_too_long"),
        (b"1e41", "request.number_too_long"),
        (b"1e999999999", "request.number_too_long"),
        (b"0." + b"1" * MAX_NUMBER, "request.number_too_long"),
        (b"1e-999999999", "request.number_too_long"),
    ],
)
def test_what_is_not_taken_has_a_code_of_its_own(content: bytes, code: str) -> None:
    with pytest.raises(NotJson) as refused:
        parse(content)
    assert refused.value.code == code
    assert 20 < len(str(refused.value)) < 200


def test_the_key_that_is_there_twice_is_named_without_what_could_harm() -> None:
    with pytest.raises(NotJson, match="'amount'"):
        parse(b'{"amount": 1, "b": 2, "amount": 2}')
    with pytest.raises(NotJson) as refused:
        parse(b'{"%s": 1, "%s": 2}' % (b"\\u202e" * 900, b"\\u202e" * 900))
    assert str(refused.value).isascii()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content-Type": "text/plain"}, "request.media_type"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "request.media_type"),
        ({"Content-Type": "application/json; charset=utf-16"}, "request.media_type"),
        ({}, "request.media_type"),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, "request.encoded"),
    ],
)
def test_another_type_is_refused_with_words(
    client: FlaskClient, ann: dict[str, str], network: Network, headers: dict[str, str], code: str
) -> None:
    answered = client.post("/api/v1/transfers", data=b"{}", headers=ann | headers)
    error = answered.get_json()["errors"][0]
    assert (answered.status_code, error["code"]) == (415, code)
    assert network.ledger.count("POST", "/transfers") == 0


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/json", "application/json; charset=UTF-8"])
def test_nothing_needs_no_type(client: FlaskClient, ann: dict[str, str], content_type: str | None) -> None:
    answered = client.post("/api/v1/transfers", data=b"", headers=ann, content_type=content_type)
    assert answered.get_json()["errors"][0]["code"] == "request.invalid"


def test_a_body_of_more_than_a_megabyte_is_refused_in_the_envelope(client: FlaskClient, ann: dict[str, str]) -> None:
    answered = client.post("/api/v1/transfers", json={"description": "x" * 1_000_000}, headers=ann)
    assert answered.status_code == 413
    assert answered.get_json()["errors"][0]["code"] == "http.request_entity_too_large"
    assert "1.0 MB" in answered.get_json()["errors"][0]["message"]
    assert answered.get_json()["correlationId"]


def test_numbers_that_would_fill_the_memory_end_in_a_refusal(client: FlaskClient, ann: dict[str, str]) -> None:
    headers = ann | {"Content-Type": "application/json"}
    answered = client.patch("/api/v1/transfers/transfer-1", data=b'{"action": 1e999999999}', headers=headers)
    assert answered.get_json()["errors"][0]["code"] == "request.number_too_long"
