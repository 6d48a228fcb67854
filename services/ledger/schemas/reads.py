"""Shapes of questions."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from services.ledger.domain import MAX_AMOUNT
from services.ledger.questions import EVERY_TRANSFER, EntryFilter, TransferFilter
from services.ledger.schemas.fields import LARGEST_POSITION, AccountNumber, Instant, MinorUnits, Text

_STATUSES = ("initiated", "completed", "cancelled")
_KINDS = ("transfer", "admin", "reversal")
_MOST_ACCOUNTS = 1000
_WORDS = validate.Length(1, 100, error="1 to 100 characters.")


class Digits(fields.Integer):
    """A whole number in a query: ASCII digits alone."""

    def __init__(self, least: int, most: int, **options: Any) -> None:
        self._sentence = f"Must be a whole number from {least} to {most}."
        super().__init__(validate=validate.Range(least, most, error=self._sentence), **options)

    def _validated(self, value: Any) -> int:
        text = str(value)
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_POSITION))):
            raise ValidationError(self._sentence)
        return int(text)


def _position(least: int = 1) -> Digits:
    return Digits(least, LARGEST_POSITION, load_default=None)


def _amount() -> Digits:
    return Digits(1, MAX_AMOUNT, load_default=None)


def _at_most_one(given: dict[str, Any], one: str, other: str, names: tuple[str, str]) -> None:
    if given.get(one) is not None and given.get(other) is not None:
        raise ValidationError({names[1]: [f"Not together with {names[0]}."]})


def _in_order(given: dict[str, Any]) -> None:
    least, most = given.get("min_amount"), given.get("max_amount")
    if least is not None and most is not None and least > most:
        raise ValidationError({"max_amount": ["Less than min_amount."]})


class Statuses(fields.String):
    """Some of the three, by comma; `all` is all of them."""

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        given = str(super()._deserialize(value, *arguments, **options))
        wanted = _STATUSES if given == "all" else tuple(dict.fromkeys(given.split(",")))
        if not set(wanted) <= set(_STATUSES):
            raise ValidationError(f"Must be all, or some of {', '.join(_STATUSES)}.")
        return wanted


class PageSchema(Schema):
    page = Digits(1, 1_000_000, load_default=1)
    page_size = Digits(1, 100, load_default=10)


class TransfersSchema(PageSchema):
    """`only` is the filter made of what is asked."""

    account = AccountNumber(load_default=None)
    status = Statuses(load_default=_STATUSES)
    before = _position()
    counterparty = AccountNumber(load_default=None)
    text = Text(load_default=None, validate=_WORDS)
    reference = Text(load_default=None, validate=validate.Length(1))
    kind = fields.String(load_default=None, validate=validate.OneOf(_KINDS))
    min_amount = _amount()
    max_amount = _amount()
    since = Instant(load_default=None, data_key="from")
    until = Instant(load_default=None, data_key="to")

    @validates_schema
    def check_sense(self, given: dict[str, Any], **_: Any) -> None:
        _in_order(given)
        if given.get("before") is not None and given["page"] > 1:
            raise ValidationError({"page": ["Not together with before."]})
        if given.get("counterparty") and not given.get("account"):
            raise ValidationError({"counterparty": ["Of an account's transfers alone: name the account too."]})

    @post_load
    def gather(self, given: dict[str, Any], **_: Any) -> dict[str, Any]:
        return given | {"only": TransferFilter(**{name: given.pop(name) for name in TransferFilter.__slots__})}


_PLAIN_PAGE = re.compile(
    r"account=([0-9]{16})&status=(all|initiated|completed|cancelled)&page_size=([1-9][0-9]?|100)"
    r"&(?:page=([1-9][0-9]{0,5})|before=([1-9][0-9]{0,17}))"
)


def plain_page(query: str) -> dict[str, Any] | None:
    """What TRANSFERS makes of a query string that is as plain as the gateway writes it, without filters; else None."""
    found = _PLAIN_PAGE.fullmatch(query)
    if found is None:
        return None
    account, status, size, page, before = found.groups()
    return {
        "account": account,
        "status": _STATUSES if status == "all" else (status,),
        "page_size": int(size),
        "page": int(page or 1),
        "before": int(before) if before else None,
        "only": EVERY_TRANSFER,
    }


class NumbersSchema(Schema):
    numbers = fields.String(required=True, validate=validate.Length(1, 100 * 17))


class PeriodSchema(Schema):
    """From and to: instants, or positions."""

    since = Instant(load_default=None, data_key="from")
    until = Instant(load_default=None, data_key="to")
    from_position = _position()
    to_position = _position(0)

    @validates_schema
    def check_period(self, given: dict[str, Any], **_: Any) -> None:
        _at_most_one(given, "since", "from_position", ("from", "from_position"))
        _at_most_one(given, "until", "to_position", ("to", "to_position"))


class StatementSchema(PeriodSchema):
    """`only` is the filter made of what is asked."""

    before = _position()
    after = _position(0)
    limit = Digits(1, 100, load_default=20)
    counterparty = AccountNumber(load_default=None)
    text = Text(load_default=None, validate=_WORDS)
    min_amount = _amount()
    max_amount = _amount()
    sign = fields.String(load_default=None, validate=validate.OneOf(("in", "out")))

    @validates_schema
    def check_sense(self, given: dict[str, Any], **_: Any) -> None:
        _in_order(given)
        _at_most_one(given, "before", "after", ("before", "after"))

    @post_load
    def gather(self, given: dict[str, Any], **_: Any) -> dict[str, Any]:
        return given | {"only": EntryFilter(**{name: given.pop(name) for name in EntryFilter.__slots__})}


class PointSchema(Schema):
    """A position, or the last one before an instant."""

    position = _position(0)
    at = Instant(load_default=None)

    @validates_schema
    def check_sense(self, given: dict[str, Any], **_: Any) -> None:
        _at_most_one(given, "position", "at", ("position", "at"))


class TrialBalanceSchema(PointSchema):
    after = AccountNumber(load_default="")
    limit = Digits(1, 1000, load_default=100)


class RulesHistorySchema(Schema):
    subject = fields.String(required=True, validate=validate.OneOf(("policy", "fee-rules")))
    before = _position()
    limit = Digits(1, 100, load_default=20)


class HistorySchema(Schema):
    type_ = fields.String(
        load_default=None, data_key="type", validate=validate.OneOf(("opened", "limits", "standing", "consent"))
    )
    before = _position()
    limit = Digits(1, 100, load_default=20)


class NearLimitsSchema(PageSchema):
    """`percent` of the limit may be left; by default as much as the book's warning level leaves."""

    percent = Digits(0, 99, load_default=None)


class TradedSchema(Schema):
    since = Instant(required=True)


class SimulationSchema(Schema):
    max_negative = MinorUnits(0, load_default=None)
    max_positive = MinorUnits(0, load_default=None)
    accounts = fields.List(AccountNumber(), load_default=None, validate=validate.Length(1, _MOST_ACCOUNTS))

    @validates_schema
    def check_sense(self, given: dict[str, Any], **_: Any) -> None:
        if given.get("max_negative") is None and given.get("max_positive") is None:
            raise ValidationError({"max_negative": ["Say this or max_positive, or both."]})


TRANSFERS, NUMBERS, STATEMENT, POINT = TransfersSchema(), NumbersSchema(), StatementSchema(), PointSchema()
TRIAL_BALANCE, RULES_HISTORY, HISTORY = TrialBalanceSchema(), RulesHistorySchema(), HistorySchema()
NEAR_LIMITS, SIMULATION, TRADED = NearLimitsSchema(), SimulationSchema(), TradedSchema()
