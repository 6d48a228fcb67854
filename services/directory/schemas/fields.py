"""Fields that are checked, trimmed and normalised as they come in.

Lengths are in characters after NFC. In a PATCH `null` and "" clear an optional field (behaviour.md, decisions).
"""

import re
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from marshmallow import Schema, ValidationError, fields, validate

from events.directory import Place
from services.chassis.clock import rfc3339
from services.directory.domain import STATUSES, LoginKind, email_identity, password_problems
from services.directory.words import TagsInvalid, normal_tag, normal_tags

EMAIL_MAX = 100
CATEGORIES_MAX = 50
TEXT_MAX = 100
IDS_MAX = 200

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*")
_FORBIDDEN = frozenset({"Cc", "Cs", "Co"})
_LINE_SIGNS = frozenset("\n\t")
_DEGREES = {"latitude": 90, "longitude": 180}


class Text(fields.Field[str]):
    """Text of at most `most` characters: trimmed, NFC, without control characters; null counts as empty."""

    def __init__(self, most: int, *, lines: bool = False, needed: bool = False, **options: Any) -> None:
        super().__init__(allow_none=True, **options)
        self.most, self.lines, self.needed = most, lines, needed

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **options: Any) -> Any:
        """As marshmallow's, but null is the empty text."""
        return super().deserialize("" if value is None else value, attr, data, **options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Not a text.")
        text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").strip())
        allowed = _LINE_SIGNS if self.lines else frozenset()
        if any(unicodedata.category(sign) in _FORBIDDEN and sign not in allowed for sign in text):
            raise ValidationError("Control characters can't be in here.")
        if len(text) > self.most:
            raise ValidationError(f"At most {self.most} characters.")
        if self.needed and not text:
            raise ValidationError("This can't be empty.")
        return text


class Email(Text):
    """A mail address in its one form (domain.email_identity)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(EMAIL_MAX, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        email = email_identity(super()._deserialize(value, attr, data, **options))
        if email and not _EMAIL.fullmatch(email):
            raise ValidationError("This is no email address.")
        return email


class Website(Text):
    """An address that begins with http:// or https://."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        website = super()._deserialize(value, attr, data, **options)
        if website and not website.startswith(("http://", "https://")):
            raise ValidationError("A website begins with http:// or https://.")
        return website


class Tags(fields.Field[tuple[str, ...]]):
    """Tags in an array or a comma list, normalised; null is the empty list."""

    def __init__(self) -> None:
        super().__init__(allow_none=True)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **options: Any) -> Any:
        """As marshmallow's, but null is the empty list."""
        return super().deserialize([] if value is None else value, attr, data, **options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        if not _is_text_or_texts(value):
            raise ValidationError("Not a list of texts.")
        try:
            return normal_tags(value)
        except TagsInvalid as error:
            raise ValidationError(str(error)) from error


class Categories(Tags):
    """Categories: normalised like tags, any number of them within reason."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        if not _is_text_or_texts(value):
            raise ValidationError("Not a list of texts.")
        texts = value.split(",") if isinstance(value, str) else value
        categories = tuple(dict.fromkeys(name for text in texts if (name := normal_tag(text))))
        if len(categories) > CATEGORIES_MAX or any(len(name) > TEXT_MAX for name in categories):
            raise ValidationError(f"At most {CATEGORIES_MAX} categories of at most {TEXT_MAX} characters.")
        return categories


class PlaceField(fields.Field[Place]):
    """`{latitude, longitude}` as text or number; kept as text with five decimals."""

    def __init__(self) -> None:
        super().__init__(allow_none=True)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Place:
        if not isinstance(value, dict) or set(value) != set(_DEGREES):
            raise ValidationError("A place has latitude and longitude.")
        return Place(**{name: _degrees(name, value[name]) for name in _DEGREES})


class Listed(fields.Field[list[str]]):
    """A comma list of at most `most` parts."""

    def __init__(self, most: int) -> None:
        super().__init__(load_default=list)
        self.most = most

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[str]:
        parts = [part.strip() for part in str(value).split(",") if part.strip()]
        if len(parts) > self.most:
            raise ValidationError(f"At most {self.most}.")
        return parts


class Statuses(Listed):
    """A comma list of statuses."""

    def __init__(self) -> None:
        super().__init__(len(STATUSES))

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[str]:
        statuses = super()._deserialize(value)
        if unknown := [each for each in statuses if each not in STATUSES]:
            raise ValidationError(f"There is no status {unknown[0][:50]!r}.")
        return statuses


class Moment(fields.Field[str]):
    """A time with its zone, or seconds since 1970, as RFC 3339 in UTC."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        try:
            text = str(value)
            read = datetime.fromtimestamp(int(text), UTC) if text.isdecimal() else datetime.fromisoformat(text)
            return rfc3339(read if read.tzinfo else read.replace(tzinfo=UTC))
        except (ValueError, OverflowError, OSError) as error:
            raise ValidationError("This is no time: use RFC 3339.") from error


def _degrees(name: str, value: Any) -> str:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValidationError(f"{name} is no number.") from error
    if not number.is_finite() or abs(number) > _DEGREES[name]:
        raise ValidationError(f"{name} is out of range.")
    return f"{number:.5f}"


def _is_text_or_texts(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def strong(password: str) -> None:
    """Raises ValidationError for a password that may not be set."""
    if problems := password_problems(password):
        raise ValidationError(problems)


def ids_of(most: int) -> fields.List[str]:
    """Ids that take the place of those there are, each once."""
    id_ = fields.String(validate=validate.Length(1, TEXT_MAX))
    return fields.List(id_, validate=validate.Length(max=most, error=f"At most {most}."))


def new_password() -> fields.Field[str]:
    """A password that may be set."""
    return fields.String(required=True, validate=strong)


def network_address() -> Text:
    """Where somebody calls from, as the gateway saw it."""
    return Text(64, needed=True, required=True)


def login_kind() -> fields.Field[str]:
    """Which door: `member` or `admin`."""
    return fields.String(required=True, validate=validate.OneOf(get_args(LoginKind)))


class Nothing(Schema):
    """An empty object."""
