"""Shapes of what changes a book."""

from marshmallow import Schema, fields, validate

from services.ledger.schemas.fields import AccountNumber, MinorUnits, Text


class InitiateSchema(Schema):
    initiator = AccountNumber(required=True)
    counterparty = AccountNumber(required=True)
    direction = fields.String(required=True, validate=validate.OneOf(("pay", "request")))
    amount = MinorUnits(1, required=True)
    description = Text(load_default="")
    reference = Text(load_default=None, allow_none=True)


class LimitsSchema(Schema):
    max_negative = MinorUnits(0, load_default=None)
    max_positive = MinorUnits(0, load_default=None)
    reason = Text(load_default="")


class EmptySchema(Schema):
    pass


class ReasonSchema(Schema):
    reason = Text(load_default="", lines=True)


INITIATE, LIMITS, EMPTY, REASON = InitiateSchema(), LimitsSchema(), EmptySchema(), ReasonSchema()
