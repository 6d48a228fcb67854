"""Account numbers: 16 digits, the last one a Luhn check digit. Pure: randomness is an argument."""

from collections.abc import Callable

LENGTH = 16

Below = Callable[[int], int]
"""A random integer from 0 to below the argument (`secrets.randbelow`)."""


def new_account_number(below: Below) -> str:
    """Fifteen random digits and their check digit."""
    digits = "".join(str(below(10)) for _ in range(LENGTH - 1))
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """The Luhn digit that makes `digits` plus itself valid."""
    return str(-_luhn_sum(digits + "0") % 10)


def is_account_number(text: str) -> bool:
    """Whether `text` is 16 ASCII digits that satisfy Luhn."""
    return len(text) == LENGTH and text.isascii() and text.isdigit() and _luhn_sum(text) % 10 == 0


def _luhn_sum(digits: str) -> int:
    values = [int(digit) for digit in reversed(digits)]
    doubled = [value * 2 - 9 * (value > 4) for value in values[1::2]]
    return sum(values[::2]) + sum(doubled)
