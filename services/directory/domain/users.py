"""What is decided about users: the form of an address, what a password needs, changes. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from events.directory import UserProfileChanged, UserRegistered
from events.envelope import Event
from services.directory.domain.errors import FieldsInvalid
from services.directory.domain.values import User

PASSWORD_MIN, PASSWORD_MAX = 8, 100

TRADING_USER_FIELDS = ("first_name", "last_name", "telephone")
"""What must be known of who acts for a trading member (behaviour.md P8)."""


def email_identity(text: str) -> str:
    """The one form of an address: NFC, trimmed, case-folded (behaviour.md, decisions: email identity)."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


def password_problems(password: str) -> list[str]:
    """Why a password can't be taken; empty when it can. Length is in characters after NFC."""
    length = len(unicodedata.normalize("NFC", password))
    checks = {
        f"The password needs at least {PASSWORD_MIN} characters.": length >= PASSWORD_MIN,
        f"The password has at most {PASSWORD_MAX} characters.": length <= PASSWORD_MAX,
        "The password needs a letter.": any(sign.isalpha() for sign in password),
        "The password needs a digit.": any(sign.isdigit() for sign in password),
        "The password needs a special character.": any(_is_special(sign) for sign in password),
    }
    return [problem for problem, holds in checks.items() if not holds]


def _is_special(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "PS"


def user_registered(user: User) -> UserRegistered:
    """The event of a new user."""
    return UserRegistered(
        user_id=user.user_id,
        kind=user.kind,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
    )


def refuse_clearing(user: User, changes: Mapping[str, Any]) -> None:
    """Who acts for a trading member can't leave empty what it gave (behaviour.md P7). Raises FieldsInvalid."""
    cleared = [name for name in TRADING_USER_FIELDS if getattr(user, name) and changes.get(name) == ""]
    if cleared:
        raise FieldsInvalid({name: ["Who acts for a trading member can't leave this empty."] for name in cleared})


def change_user(user: User, changes: Mapping[str, Any]) -> tuple[User, list[Event]]:
    """`user` with `first_name`, `last_name`, `telephone`, `email` as given; no event if nothing differs."""
    changed = replace(user, **changes)
    if changed == user:
        return user, []
    event = UserProfileChanged(
        user_id=user.user_id, email=changed.email, first_name=changed.first_name, last_name=changed.last_name
    )
    return changed, [event]
