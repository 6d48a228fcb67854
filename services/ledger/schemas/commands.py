"""Shapes of what changes a book. A command has the same shape alone, in a batch and in a preview."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import INCLUDE, Schema, ValidationError, fields, post_load, validate

from events.ledger import ConsentRule, FeeRule, Leg
from services.ledger.domain import MAX_AMOUNT, instant_text
from services.ledger.schemas.fields import ACCOUNT_NUMBER, AccountNumber, Instant, MinorUnits, Text, Whole
from services.ledger.schemas.plain import Check, Plain, is_amount, is_direction, is_number, is_text

MAX_REFERENCE = 100


class Reference(Text):
    """The other system's word for it: one printable line of at most 100 characters."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if len(text) > MAX_REFERENCE or not text.isprintable():
            raise ValidationError(f"One line of at most {MAX_REFERENCE} printable characters.")
        return text


class Expiry(Instant):
    """An instant, as events write it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        try:
            return instant_text(super()._deserialize(value, attr, data, **options))
        except OverflowError as error:
            raise ValidationError("That time is out of range.") from error


class Strict(fields.Boolean):
    """true or false, nothing that merely means it."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def needed_reason() -> Text:
    """A reason that has to be given."""
    return Text(required=True, lines=True, validate=validate.Length(min=1, error="Say why."))


class InitiateSchema(Plain):
    plain: ClassVar[Mapping[str, Check]] = {
        "initiator": is_number,
        "counterparty": is_number,
        "direction": is_direction,
        "amount": is_amount,
        "description": is_text,
        "reference": lambda value: value is None or is_text(value, MAX_REFERENCE),
        "expires_at": lambda value: value is None,
    }
    needed = frozenset({"initiator", "counterparty", "direction", "amount"})
    absent: ClassVar[Mapping[str, Any]] = {"description": "", "reference": None, "expires_at": None}

    initiator = AccountNumber(required=True)
    counterparty = AccountNumber(required=True)
    direction = fields.String(required=True, validate=validate.OneOf(("pay", "request")))
    amount = MinorUnits(1, required=True)
    description = Text(load_default="")
    reference = Reference(load_default=None, allow_none=True)
    expires_at = Expiry(load_default=None, allow_none=True)


class LegSchema(Schema):
    account = AccountNumber(required=True)
    amount = MinorUnits(-MAX_AMOUNT, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Leg:
        return Leg(**data)


class AdminTransferSchema(Schema):
    legs = fields.List(fields.Nested(LegSchema), required=True)
    description = Text(load_default="")
    reference = Reference(load_default=None, allow_none=True)
    settle = Strict(load_default=False)

    @post_load
    def freeze(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "legs": tuple(data["legs"])}


class LimitsSchema(Schema):
    max_negative = MinorUnits(0, load_default=None)
    max_positive = MinorUnits(0, load_default=None)
    reason = Text(load_default="")


class ConsentRuleSchema(Schema):
    party = fields.String(required=True)
    direction = fields.String(required=True, validate=validate.OneOf(("pay", "request")))
    max_amount = MinorUnits(1, load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> ConsentRule:
        if data["party"] != "any":
            try:
                ACCOUNT_NUMBER(data["party"])
            except ValidationError as error:
                raise ValidationError("An account number of 16 digits, or any.", "party") from error
        return ConsentRule(**data)


class ConsentSchema(Schema):
    rules = fields.List(fields.Nested(ConsentRuleSchema), required=True)

    @post_load
    def freeze(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "rules": tuple(data["rules"])}


class FeeRuleSchema(Schema):
    account = AccountNumber(required=True)
    side = fields.String(required=True, validate=validate.OneOf(("payer", "payee")))
    fixed = MinorUnits(0, load_default=0)
    basis_points = Whole(load_default=0)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> FeeRule:
        return FeeRule(**data)


class FeesSchema(Schema):
    rules = fields.List(fields.Nested(FeeRuleSchema), required=True)
    reason = needed_reason()

    @post_load
    def freeze(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "rules": tuple(data["rules"])}


class PolicySchema(Schema):
    default_max_negative = MinorUnits(0, load_default=None)
    default_max_positive = MinorUnits(0, load_default=None)
    expires_after_days = Whole(load_default=None)
    reminder_days = Whole(load_default=None)
    warning_percent = Whole(load_default=None)
    reason = needed_reason()


class EmptySchema(Schema):
    pass


class AnythingSchema(Schema):
    class Meta:
        unknown = INCLUDE


class ReasonSchema(Plain):
    plain: ClassVar[Mapping[str, Check]] = {"reason": is_text}
    absent: ClassVar[Mapping[str, Any]] = {"reason": ""}

    reason = Text(load_default="", lines=True)


class NeededReasonSchema(Schema):
    reason = needed_reason()


INITIATE, LIMITS, EMPTY, REASON = InitiateSchema(), LimitsSchema(), EmptySchema(), ReasonSchema()
ADMIN_TRANSFER, CONSENT, NEEDED_REASON = AdminTransferSchema(), ConsentSchema(), NeededReasonSchema()
FEES, POLICY, ANYTHING = FeesSchema(), PolicySchema(), AnythingSchema()
