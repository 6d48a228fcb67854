"""Shapes of the REST API: what comes in is checked by them, what goes out is written by them, OpenAPI is made of them.

Field names are the services' snake_case inside and camelCase outside. Amounts are minor units inside.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.chassis.clock import rfc3339
from services.gateway import amounts

STATUSES = ("pending", "accepted", "rejected", "tradingPending", "tradingAccepted", "tradingRejected")
MAX_TAGS = 10
_WORDS = re.compile(r"_([a-z])")


class CamelSchema(Schema):
    """snake_case fields under camelCase keys; keys that it doesn't know are refused."""

    FIXED: Mapping[str, str] = {}
    """Keys that exist but cannot be set here, with the sentence that says so."""

    error_messages = {"unknown": "There is no such field."}  # noqa: RUF012 -- marshmallow's own way

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """marshmallow's hook."""
        field_obj.data_key = field_obj.data_key or camel(field_name)

    def handle_error(self, error: ValidationError, *_: Any, **__: Any) -> None:
        """marshmallow's hook: say of a known key why it cannot be set."""
        if isinstance(error.messages, dict):
            for name in self.FIXED.keys() & error.messages.keys():
                error.messages[name] = [self.FIXED[name]]


def camel(name: str) -> str:
    """`company_number` → `companyNumber`."""
    return _WORDS.sub(lambda match: match.group(1).upper(), name)


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


class AccountNumber(fields.String):
    """16 digits with a Luhn check digit; spaces between groups are dropped."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        number = str(super()._deserialize(value, attr, data, **options)).replace(" ", "")
        if not luhn_holds(number):
            raise ValidationError("This is no account number: 16 digits with a check digit.")
        return number


class Moment(fields.Field[str]):
    """RFC 3339, `YYYY-MM-DD` (UTC midnight) or Unix seconds; RFC 3339 inside."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        try:
            return rfc3339(_moment(str(value)))
        except (ValueError, OverflowError, OSError) as error:
            raise ValidationError("Write the time like 2026-01-31 or 2026-01-31T12:00:00Z.") from error


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
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


def tags() -> fields.List[Any]:
    """A list of offers or wants; what is given replaces the list."""
    return fields.List(
        Text(50), validate=validate.Length(max=MAX_TAGS, error=f"At most {MAX_TAGS}."), metadata={"example": ["bread"]}
    )


# --- requests ---------------------------------------------------------------------------------------------------


class Nothing(CamelSchema):
    """An empty object."""


class Email(CamelSchema):
    """An address that a reset link is wanted for."""

    email = Text(100, required=True)


class NewPassword(CamelSchema):
    """A new password: 8 to 100 characters, a letter, a digit and a special character."""

    password = fields.String(required=True, validate=validate.Length(max=100))


class Credentials(Email):
    """Who logs in."""

    password = fields.String(required=True, validate=validate.Length(max=100))


class ProfileChanges(CamelSchema):
    """What a business says of itself. Absent: unchanged; null or "": cleared; lists replace."""

    FIXED = {  # noqa: RUF012
        "id": "The id cannot be changed.",
        "accountNumber": "The account number cannot be changed.",
        "status": "The status can only be changed by an administrator.",
    }

    name = Text(100)
    email = Text(100)
    telephone = Text(25)
    inc_type = Text(25)
    company_number = Text(20)
    website = Text(100)
    declared_turnover = fields.Integer(
        strict=True, allow_none=True, validate=validate.Range(min=0, max=10**12), metadata={"description": "per year"}
    )
    description = Text(500, lines=True)
    address = Text(255, lines=True)
    city = Text(50)
    region = Text(50)
    postal_code = Text(10)
    country = Text(50)
    offers = tags()
    wants = tags()
    show_tags_matched_since_last_login = fields.Boolean(truthy={True}, falsy={False})
    receive_daily_match_notification_email = fields.Boolean(truthy={True}, falsy={False})


class SignUp(CamelSchema):
    """A person and their business."""

    user_email = Text(100, required=True)
    password = fields.String(required=True, validate=validate.Length(max=100))
    first_name = Text(100)
    last_name = Text(100)
    user_phone = Text(25)
    entity_name = Text(100, required=True)
    entity_email = Text(100, metadata={"description": "the user's address when left out"})
    entity_phone = Text(25)
    inc_type = Text(25)
    company_number = Text(20)
    website = Text(100)
    declared_turnover = fields.Integer(strict=True, allow_none=True, validate=validate.Range(min=0, max=10**12))
    description = Text(500, lines=True)
    address = Text(255, lines=True)
    city = Text(50)
    region = Text(50)
    postal_code = Text(10)
    country = Text(50)
    offers = tags()
    wants = tags()
    show_tags_matched_since_last_login = fields.Boolean(truthy={True}, falsy={False})
    receive_daily_match_notification_email = fields.Boolean(truthy={True}, falsy={False})


class UserChanges(CamelSchema):
    """What a person may change of themselves."""

    FIXED = {  # noqa: RUF012
        "id": "The id cannot be changed.",
        "email": "The email address can only be changed by an administrator.",
    }

    first_name = Text(100)
    last_name = Text(100)
    telephone = Text(25)


class TradingApplication(CamelSchema):
    """Fields of business and person that complete the application; what is known already may be left out."""

    first_name = Text(100)
    last_name = Text(100)
    user_phone = Text(25)
    name = Text(100)
    telephone = Text(25)
    inc_type = Text(25)
    company_number = Text(20)
    website = Text(100)
    description = Text(500, lines=True)
    address = Text(255, lines=True)
    city = Text(50)
    region = Text(50)
    postal_code = Text(10)
    country = Text(50)


class AdminEntityChanges(ProfileChanges):
    """What administrators may change of a business."""

    FIXED = {  # noqa: RUF012
        "id": "The id cannot be changed.",
        "accountNumber": "The account number cannot be changed.",
        "balance": "A balance is the sum of its transfers and cannot be set.",
    }

    status = fields.String(validate=validate.OneOf(STATUSES))
    reason = Text(500, metadata={"description": "why, for the member's notice and the record"})
    categories = fields.List(Text(50), validate=validate.Length(max=20))
    max_positive_balance = Amount(zero=True)
    max_negative_balance = Amount(zero=True)


class NewTransfer(CamelSchema):
    """A proposal: `out` pays the receiver, `in` asks the receiver for payment."""

    transfer = fields.String(required=True, validate=validate.OneOf(("in", "out")))
    initiator = AccountNumber(required=True)
    receiver = AccountNumber(required=True)
    amount = Amount(required=True)
    description = Text(500)


class TransferStep(CamelSchema):
    """What to do with a proposal. The reason is not looked at when accepting."""

    action = fields.String(required=True, validate=validate.OneOf(("accept", "reject", "cancel")))
    cancellation_reason = Text(500, lines=True)


# --- query strings ----------------------------------------------------------------------------------------------


class Query(CamelSchema):
    """Query parameters keep their snake_case names."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """marshmallow's hook."""
        field_obj.data_key = field_name


class Paged(Query):
    """A page of a list."""

    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=100_000))
    page_size = fields.Integer(load_default=10, validate=validate.Range(min=1, max=100))


class EntityQuery(Paged):
    """Filters of the directory."""

    offers = Words(metadata={"description": "terms separated by commas or spaces; any one suffices"})
    wants = Words(metadata={"description": "terms separated by commas or spaces; any one suffices"})
    name = Text(100)
    category = Text(50)
    tagged_since = Moment(metadata={"description": "offers or wants added since; needs one of them"})


class AdminEntityQuery(EntityQuery):
    """Filters of the administrators' list."""

    status = Statuses(metadata={"description": "some of the six statuses, separated by commas"})
    account_number = AccountNumber()


class OwnEntityQuery(Query):
    """One of one's own businesses."""

    querying_entity_id = fields.String(required=True)


class TransferQuery(Paged):
    """Transfers of one's own business."""

    status = fields.String(required=True, validate=validate.OneOf(("all", "initiated", "completed", "cancelled")))
    querying_entity_id = fields.String(required=True)


class TagQuery(Query):
    """Part of a tag."""

    fragment = Text(50, load_default="")


# --- answers ----------------------------------------------------------------------------------------------------


class LoggedIn(CamelSchema):
    """A token and the login before this one."""

    token = fields.String(required=True)
    expires_in = fields.Integer(required=True, metadata={"description": "seconds; renew at /token/renew"})
    last_login_ip = fields.String(data_key="lastLoginIP")
    last_login_date = fields.String()


class SignedUp(CamelSchema):
    """The new user and business, logged in."""

    user_id = fields.String(required=True, data_key="userID")
    entity_id = fields.String(required=True, data_key="entityID")
    account = fields.String(required=True, data_key="accountNumber")
    token = fields.String(required=True)
    expires_in = fields.Integer(required=True)


class User(CamelSchema):
    """A person."""

    user_id = fields.String(required=True, data_key="id")
    email = fields.String(required=True)
    first_name = fields.String(required=True)
    last_name = fields.String(required=True)
    telephone = fields.String(required=True)
    last_login_ip = fields.String(data_key="lastLoginIP")
    last_login_date = fields.String()


class Why(CamelSchema):
    """Why a search found a business."""

    side = fields.String(required=True, validate=validate.OneOf(("offers", "wants", "name")))
    term = fields.String(required=True)
    matched = fields.String(required=True)
    how = fields.String(required=True, validate=validate.OneOf(("exact", "prefix", "contains", "fuzzy")))


class Entity(CamelSchema):
    """A business in the directory. `email` is shown to its own users and administrators alone."""

    entity_id = fields.String(required=True, data_key="id")
    account = fields.String(required=True, data_key="accountNumber")
    name = fields.String(required=True)
    email = fields.String()
    telephone = fields.String(required=True)
    inc_type = fields.String(required=True)
    company_number = fields.String(required=True)
    website = fields.String(required=True)
    declared_turnover = fields.Integer(required=True, allow_none=True)
    description = fields.String(required=True)
    address = fields.String(required=True)
    city = fields.String(required=True)
    region = fields.String(required=True)
    postal_code = fields.String(required=True)
    country = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    offers = fields.List(fields.String(), required=True)
    wants = fields.List(fields.String(), required=True)
    categories = fields.List(fields.String(), required=True)
    created_at = fields.String(required=True)
    member_started_at = fields.String(allow_none=True)
    why = fields.List(fields.Nested(Why))


class Transfer(CamelSchema):
    """A transfer as one of its parties sees it."""

    transfer_id = fields.String(required=True, data_key="id")
    transfer = fields.String(required=True, validate=validate.OneOf(("in", "out")))
    is_initiator = fields.Boolean(required=True)
    account_number = fields.String(required=True, metadata={"description": "of the other party"})
    entity_name = fields.String(required=True, allow_none=True, metadata={"description": "of the other party"})
    payer = fields.String(required=True, data_key="from")
    payee = fields.String(required=True, data_key="to")
    amount = Amount(required=True)
    description = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("initiated", "completed", "cancelled")))
    cancellation_kind = fields.String(metadata={"description": "who or what ended it"})
    cancellation_reason = fields.String()
    date_proposed = fields.String(required=True)
    date_completed = fields.String()
    date_cancelled = fields.String()


class Standing(CamelSchema):
    """What an account has and may do. Limits are not negative; the balance is signed."""

    balance = Amount(required=True)
    max_positive_balance = Amount(required=True)
    max_negative_balance = Amount(required=True)
    can_pay = Amount(required=True, metadata={"description": "the most that can be paid now"})
    can_receive = Amount(required=True, metadata={"description": "the most that can be received now"})


class Balance(Standing):
    """The balance of one's own business."""

    unit = fields.String(required=True)


class OwnEntity(Entity, Standing):
    """One's own business, with its account."""

    show_tags_matched_since_last_login = fields.Boolean()
    receive_daily_match_notification_email = fields.Boolean()
    pending_transfers = fields.List(fields.Nested(Transfer), metadata={"description": "oldest first"})


class AdminEntity(OwnEntity):
    """A business as administrators see it."""

    users = fields.List(fields.Nested(User))


class Tag(CamelSchema):
    """A tag in use."""

    name = fields.String(required=True)


class Error(CamelSchema):
    """One thing that is wrong."""

    message = fields.String(required=True, metadata={"description": "a sentence for people"})
    code = fields.String(required=True, metadata={"description": "stable, dotted"})
    field = fields.String()
    max_possible = Amount(metadata={"description": "the most that your own account could do now"})
    part = fields.String(metadata={"description": "which part of the system is down"})


class Errors(CamelSchema):
    """What every refusal looks like."""

    errors = fields.List(fields.Nested(Error), required=True)
    correlation_id = fields.String(required=True)
