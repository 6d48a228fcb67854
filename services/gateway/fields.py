"""Fields of the REST API's schemas: exact, in Unicode's one form, and refusing what makes no sense."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.chassis.clock import rfc3339
from services.gateway import amounts
from services.gateway.dumping import Plan, dumped, plan_of

STATUSES = ("pending", "accepted", "rejected", "tradingPending", "tradingAccepted", "tradingRejected")
MAX_TAGS = 10
_WORDS = re.compile(r"_([a-z])")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_MONTHS = {name[:3].lower(): number for number, name in enumerate(_MONTH_NAMES, 1)}
_DAY_IN_WORDS = re.compile(
    rf"(?P<day>[0-9]{{1,2}}) (?P<month>{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _MONTH_NAMES)}) "
    r"(?P<year>[0-9]{4})",
    re.IGNORECASE | re.ASCII,
)
"""`31 January 2026`, or `31 Jan 2026`: as the date pickers of the pages write it."""


class CamelSchema(Schema):
    """snake_case fields under camelCase keys; keys that it doesn't know are refused."""

    FIXED: Mapping[str, str] = {}
    """Keys that exist but cannot be set here, with the sentence that says so."""

    error_messages = {"unknown": "There is no such field."}  # noqa: RUF012 -- marshmallow's own way

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """marshmallow's hook."""
        field_obj.data_key = field_obj.data_key or camel(field_name)

    def _serialize(self, obj: Any, *, many: bool = False) -> Any:
        # Between marshmallow's hooks, which stay as they are.
        if many and obj is not None:
            return [self._serialize(each) for each in obj]
        if not isinstance(obj, dict):
            return super()._serialize(obj)
        plan: Plan | None = self.__dict__.get("_plan")
        if plan is None:
            self._plan = plan = plan_of(self)
        return dumped(plan, obj)

    def handle_error(self, error: ValidationError, *_: Any, **__: Any) -> None:
        """marshmallow's hook: say of a known key why it cannot be set."""
        if isinstance(error.messages, dict):
            for name in self.FIXED.keys() & error.messages.keys():
                error.messages[name] = [self.FIXED[name]]


def camel(name: str) -> str:
    """`company_number` → `companyNumber`."""
    return _WORDS.sub(lambda match: match.group(1).upper(), name)


class Query(CamelSchema):
    """Query parameters keep their snake_case names, or have their own."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """marshmallow's hook."""
        field_obj.data_key = field_obj.data_key or field_name


class Text(fields.String):
    """Text in NFC without control characters, trimmed, at most `most` code points. `null` reads as the empty text."""

    def __init__(self, most: int, *, lines: bool = False, **options: Any) -> None:
        too_long = f"At most {most} characters."
        super().__init__(validate=validate.Length(max=most, error=too_long), allow_none=True, **options)
        self._lines = lines

    def deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        """`null` clears a field, as the empty text does."""
        return super().deserialize("" if value is None else value, *arguments, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = unicodedata.normalize("NFC", str(super()._deserialize(value, attr, data, **options))).strip()
        allowed = "\n\r\t" if self._lines else ""
        if any(unicodedata.category(character) == "Cc" and character not in allowed for character in text):
            raise ValidationError("Control characters are not allowed.")
        return text


class Reason(Text):
    """Why something is done that others are told of: never empty."""

    def __init__(self, **options: Any) -> None:
        super().__init__(500, lines=True, required=True, **options)

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> str:
        text = super()._deserialize(value, *arguments, **options)
        if not text:
            raise ValidationError("Say why.")
        return text


class Flag(fields.Boolean):
    """JSON's true or false, nothing that merely means it: to Python, 1 is true."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Amount(fields.Field[int]):
    """An amount: JSON number or text with at most two decimals, outside; minor units inside."""

    def __init__(self, *, zero: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._read = amounts.minor_units if zero else amounts.positive_minor_units

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        try:
            return self._read(value)
        except amounts.MalformedAmount as error:
            raise ValidationError(str(error)) from error

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return None if value is None else amounts.json_number(value)


class SignedAmount(Amount):
    """The same, and less than nothing too: what goes out of an account. Never zero."""

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> int:
        if isinstance(value, str) and value.startswith("-"):
            return -super()._deserialize(value[1:], *arguments, **options)
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and value < 0:
            return -super()._deserialize(-value, *arguments, **options)
        return super()._deserialize(value, *arguments, **options)


class AccountNumber(fields.String):
    """16 digits with a Luhn check digit; spaces between groups are dropped."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        number = str(super()._deserialize(value, attr, data, **options)).replace(" ", "")
        if not luhn_holds(number):
            raise ValidationError("This is no account number: 16 digits with a check digit.")
        return number


class Moment(fields.Field[str]):
    """A time as programs and people write it (`behaviour.md` 2.1); RFC 3339 inside.

    Unix seconds, RFC 3339, `2026-01-31 12:00:00 UTC`; a day, which begins at midnight UTC: `2026-01-31`,
    `31 January 2026`.
    """

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        try:
            return rfc3339(_moment(str(value)))
        except (ValueError, OverflowError, OSError) as error:
            raise ValidationError("Write the time like 2026-01-31, 31 January 2026 or 2026-01-31T12:00:00Z.") from error


class Until(Moment):
    """The same, but a day counts whole."""

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> str:
        text = super()._deserialize(value, *arguments, **options)
        if not (_DAY.fullmatch(str(value)) or _DAY_IN_WORDS.fullmatch(str(value))):
            return text
        try:
            return rfc3339(datetime.fromisoformat(text) + timedelta(days=1))
        except OverflowError as error:
            raise ValidationError("That is the last day that there is: leave this out.") from error


class Words(fields.Field[list[str]]):
    """Terms separated by commas or spaces."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[str]:
        words = [word for word in re.split(r"[,\s]+", unicodedata.normalize("NFC", str(value))) if word]
        if len(words) > MAX_TAGS or any(len(word) > 50 for word in words):
            raise ValidationError("At most 10 terms of at most 50 characters.")
        return words


class Statuses(Words):
    """Some of the six statuses."""

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> list[str]:
        words = super()._deserialize(value, *arguments, **options)
        if not set(words) <= set(STATUSES):
            raise ValidationError(f"Statuses are {', '.join(STATUSES)}.")
        return words


def luhn_holds(number: str) -> bool:
    """16 ASCII digits whose Luhn sum ends in 0."""
    if not re.fullmatch(r"[0-9]{16}", number):
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = (2 * digit - 9 if digit > 4 else 2 * digit for digit in digits[1::2])
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0


def _moment(text: str) -> datetime:
    if re.fullmatch(r"[0-9]{1,11}", text):
        return datetime.fromtimestamp(int(text), UTC)
    if day := _DAY_IN_WORDS.fullmatch(text):
        text = f"{day['year']}-{_MONTHS[day['month'][:3].lower()]:02}-{int(day['day']):02}"
    if _DAY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    if not re.match(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:", text, re.ASCII):
        # Python reads more forms of ISO 8601 than anybody means by them.
        raise ValueError("no time")
    moment = datetime.fromisoformat(re.sub(r" UTC$", "Z", text.upper()))
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


def tags() -> fields.List[Any]:
    """A list of offers or wants; what is given replaces the list."""
    return fields.List(
        Text(50), validate=validate.Length(max=MAX_TAGS, error=f"At most {MAX_TAGS}."), metadata={"example": ["bread"]}
    )
