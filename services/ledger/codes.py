"""Codes that are printed on statements: random, so that nobody finds another's; easy to read aloud and to type."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that looks like another sign."""
LENGTH = 20
BITS = 5 * LENGTH
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})

RandomBits = Callable[[int], int]
"""So many random bits, such as `secrets.randbits`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementCode:
    """What was printed on a statement. Minor units; positions inclusive, `paid` and `received` are positive."""

    code: str
    account: str
    since: datetime | None
    until: datetime | None
    from_position: int
    to_position: int
    opening_balance: int
    closing_balance: int
    entries: int
    paid: int
    received: int
    made_at: datetime


def new_code(random_bits: RandomBits) -> str:
    """100 random bits as text."""
    number = random_bits(BITS)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(BITS - 5, -1, -5))


def normalised(typed: str) -> str | None:
    """The code that somebody has typed, in any case, with dashes and spaces; None for what can be none."""
    code = typed.upper().translate(_READ_AS)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
