"""JSON without surprises: what two readers could take for two things is refused, and nothing is rounded. Pure.

One parse, by the standard library: it alone can be asked for exact fractions and for every pair of an object. What it
lets pass, unpaired surrogates, is looked for only where the text has an escape for one. Depth and number of values are
counted afterwards, in a text that is known to be JSON, and only when it has enough brackets and commas to matter.
"""

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

MAX_DEPTH = 32
MAX_VALUES = 50_000
"""A batch of a thousand transfers with twenty legs each fits."""
MAX_NUMBER = 40
"""Characters of a number, and digits of what it stands for."""

_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_BRACKET = re.compile(r"[\[\]{}]")
_SHOWN = 60


class NotJson(ValueError):
    """Not JSON, or not as we take it. `code` is stable; the text says what, where and what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def parse(content: bytes) -> Any:
    """The document, every fraction an exact Decimal. Raises NotJson."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise NotJson("request.not_utf8", f"Byte {error.start + 1} of the body is not UTF-8: send UTF-8.") from error
    document = _read(text)
    if _SURROGATE.search(text):
        _refuse_surrogates(document)
    _refuse_too_much(text)
    return document


def _read(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            raise NotJson(
                "request.trailing_data",
                f"The body goes on after the JSON value, at character {error.pos + 1}: send one value and no more.",
            ) from error
        where = f"line {error.lineno}, column {error.colno}"
        raise NotJson("request.malformed", f"The body is not valid JSON at {where}: {error.msg}.") from error
    except RecursionError as error:
        raise _too_deep() from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        shown = twice.encode("ascii", "backslashreplace").decode()[:_SHOWN]
        raise NotJson("request.duplicate_key", f"The key {shown!r} is there twice in one object: send it once.")
    return found


def _fraction(text: str) -> Decimal:
    number = Decimal(_bounded(text))
    # 1e999999999 is short, but as a whole number it would fill the memory.
    if abs(number.adjusted()) > MAX_NUMBER:
        raise _too_long(text)
    return number


def _whole(text: str) -> int:
    return int(_bounded(text))


def _bounded(text: str) -> str:
    if len(text) > MAX_NUMBER:
        raise _too_long(text)
    return text


def _too_long(text: str) -> NotJson:
    return NotJson(
        "request.number_too_long",
        f"The number {text[:MAX_NUMBER]} is too long: at most {MAX_NUMBER} digits, written out or by an exponent.",
    )


def _constant(name: str) -> NoReturn:
    raise NotJson("request.not_a_number", f"{name} is no JSON number: leave the field out, or send null.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_fraction, parse_int=_whole, parse_constant=_constant
)


def _refuse_surrogates(document: Any) -> None:
    try:
        json.dumps(document, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        raise NotJson(
            "request.unpaired_surrogate",
            "A text has half a character (one of a pair of \\ud8… and \\udc… escapes): send the character itself.",
        ) from error


def _refuse_too_much(text: str) -> None:
    brackets = text.count("[") + text.count("{")
    if brackets <= MAX_DEPTH and text.count(",") < MAX_VALUES - MAX_DEPTH:
        return
    # The text is JSON, so every string ends: without them only marks of structure are left.
    bare = _STRING.sub("", text)
    if bare.count(",") + bare.count("[") + bare.count("{") >= MAX_VALUES:
        raise NotJson(
            "request.too_many_values", f"The body has more than {MAX_VALUES} values: send it in several calls."
        )
    depth = 0
    for mark in _BRACKET.findall(bare):
        depth += 1 if mark in "[{" else -1
        if depth > MAX_DEPTH:
            raise _too_deep()


def _too_deep() -> NotJson:
    return NotJson("request.too_deep", f"The body is nested more than {MAX_DEPTH} levels deep: no call needs that.")
