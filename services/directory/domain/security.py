"""What is decided about a login itself: devices, codes, what a password must not be made of. Pure."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from events.directory import UserKind

RequireTwoFactor = Literal["nobody", "staff", "everyone"]
REQUIRE_TWO_FACTOR: tuple[str, ...] = get_args(RequireTwoFactor)

RECOVERY_CODES = 10
CODE_DIGITS = 6
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none is taken for another."""
_RECOVERY_SIGNS, _GROUP = 16, 4
_LOOKS_LIKE = str.maketrans("OIL", "011")

STRENGTH_MEMBER, STRENGTH_STAFF = 2, 3
"""Of zxcvbn's scores 0 to 4: against guessing over the network, and for those who can do more, against more."""
_OWN_WORDS, _OWN_SIGNS = 40, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What somebody logs in from. Without an id (a program, a browser that keeps nothing) it has no lock of its own."""

    device_id: str = ""
    """A secret of the browser: the login was used there before if the directory knows it for this user."""
    agent: str = ""
    """What it calls itself."""
    address: str = ""

    def mark(self, name: str) -> str:
        """What it is recognised by; `name` is what people call it."""
        return self.cookie_mark if self.device_id else f"place/{name}/{self.address}"

    @property
    def cookie_mark(self) -> str:
        """What it is recognised by before the password is checked."""
        return f"cookie/{self.device_id}"


def needs_two_factor(required: str, kind: UserKind) -> bool:
    """Whether the setting asks somebody of this kind for a second factor."""
    return required == "everyone" or (required == "staff" and kind != "member")


def normal_code(text: str) -> str:
    """A code as it is compared: without blanks and dashes, as digits and capitals that look like nothing else."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if not sign.isspace() and sign not in "-–")
    return plain if plain.isdigit() else plain.upper().translate(_LOOKS_LIKE)


def is_timed_code(code: str) -> bool:
    """Whether a normal code comes from an app that shows one every 30 seconds; otherwise it is for recovery."""
    return len(code) == CODE_DIGITS and code.isascii() and code.isdecimal()


def new_recovery_code(below: Callable[[int], int]) -> str:
    """80 random bits in groups of four: 7K2M-Q9VT-0C4D-XW3R."""
    signs = "".join(_SIGNS[below(len(_SIGNS))] for _ in range(_RECOVERY_SIGNS))
    return "-".join(signs[start : start + _GROUP] for start in range(0, _RECOVERY_SIGNS, _GROUP))


def own_words(*texts: str) -> list[str]:
    """What others know of somebody, as it may turn up in a password: whole, and word by word."""
    short = [text.strip().casefold()[:_OWN_SIGNS] for text in texts if text.strip()]
    words = [word for text in short for word in re.findall(r"\w{3,}", text)]
    joined = ["".join(re.findall(r"\w", text)) for text in short]
    return list(dict.fromkeys([*short, *joined, *words]))[:_OWN_WORDS]
