"""Amounts between JSON and minor units, exactly: no float on the way (behaviour.md, decisions: amounts).

In: a JSON number (read as Decimal or int, see `rest.reading`) or a string, at most two decimals.
Out: a JSON number with two decimals, `25.00`.
"""

import re
from decimal import Decimal

import orjson

MAX_MINOR = 99_999_999_999
"""999 999 999.99"""

_TEXT = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,2})?")


class MalformedAmount(ValueError):
    """Not an amount; the text says why."""


def minor_units(value: object) -> int:
    """`value` in minor units, 0 … MAX_MINOR. Raises MalformedAmount."""
    if isinstance(value, str):
        if not _TEXT.fullmatch(value):
            raise MalformedAmount('Write the amount like "25.00": digits, a point, at most two decimals.')
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise MalformedAmount('An amount is a number or a text like "25.00".')
    return _scaled(Decimal(value))


def positive_minor_units(value: object) -> int:
    """The same, but more than zero."""
    amount = minor_units(value)
    if amount == 0:
        raise MalformedAmount("The amount must be more than zero.")
    return amount


def text(amount: int) -> str:
    """`25.00`, `-0.05`."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02}"


def json_number(amount: int) -> orjson.Fragment:
    """`amount` as an exact JSON number with two decimals, for orjson."""
    # A page of transfers has forty of them.
    written = b"%d.%02d" % divmod(amount, 100) if amount >= 0 else b"-%d.%02d" % divmod(-amount, 100)
    return orjson.Fragment(written)


def _scaled(value: Decimal) -> int:
    if not value.is_finite():
        raise MalformedAmount("An amount is a finite number.")
    if value < 0:
        raise MalformedAmount("An amount is not negative.")
    if value > Decimal(MAX_MINOR) / 100:
        raise MalformedAmount("The amount must be at most 999999999.99.")
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or exponent < -2:
        raise MalformedAmount("The amount has at most two decimals.")
    if not any(digits):
        return 0
    # Bounded: the value is at most MAX_MINOR / 100, so the exponent is at most 9.
    factor: int = 10 ** (exponent + 2)
    return int("".join(map(str, digits))) * factor
