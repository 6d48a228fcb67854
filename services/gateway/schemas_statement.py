"""Shapes of the REST API around an account in the course of time: statement, balance as of then, what was decided."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.gateway.fields import AccountNumber, Amount, CamelSchema, Moment, Query
from services.gateway.schemas import STANDINGS
from services.gateway.schemas_policy import ChangesQuery
from services.gateway.schemas_transfers import ConsentRule

CHANGES = ("opened", "limits", "standing", "consent")
_MOST = 2**62
_ROLES = ("payer", "payee", "leg", "fee")


def _position(least: int = 1, **metadata: str) -> fields.Integer:
    return fields.Integer(validate=validate.Range(least, _MOST), metadata=metadata)


def _not_both(given: Mapping[str, Any], *pairs: tuple[str, str]) -> None:
    for one, other in pairs:
        if one in given and other in given:
            raise ValidationError({other: [f"Not together with {one}."]})


class StatementQuery(Query):
    """A period of one's own business, and which entries of it. What is left out is open."""

    querying_entity_id = fields.String(required=True)
    since = Moment(data_key="from", metadata={"description": "inclusive"})
    until = Moment(data_key="to", metadata={"description": "exclusive, as of /statement.csv"})
    from_position = _position(description="inclusive: the same statement for ever, whatever is paid meanwhile")
    to_position = _position(0, description="inclusive")
    before = _position(description="`next` of a page: older entries")
    after = _position(0, description="`previous` of a page: newer entries")
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    counterparty = AccountNumber()
    text = fields.String(
        validate=validate.Length(1, 100), metadata={"description": "a part of description or reference, any case"}
    )
    min_amount = Amount(metadata={"description": "without sign"})
    max_amount = Amount(metadata={"description": "without sign"})
    sign = fields.String(validate=validate.OneOf(("in", "out")))

    @validates_schema
    def check_sense(self, given: Mapping[str, Any], **_: Any) -> None:
        """Raises ValidationError."""
        _not_both(given, ("before", "after"), ("since", "from_position"), ("until", "to_position"))
        if given.get("min_amount", 0) > given.get("max_amount", given.get("min_amount", 0)):
            raise ValidationError({"max_amount": ["Less than min_amount."]})


class StatementEntry(CamelSchema):
    """What moved, and the balance after it."""

    position = fields.Integer(required=True)
    transfer_id = fields.String(required=True, data_key="transferID")
    time = fields.String(required=True, data_key="date")
    counterparty = fields.String(required=True, data_key="accountNumber")
    entity_name = fields.String(required=True, allow_none=True, metadata={"description": "of the counterparty"})
    amount = Amount(required=True, metadata={"description": "signed, after fees"})
    balance = Amount(required=True)
    description = fields.String(required=True, allow_none=True)
    reference = fields.String(required=True, allow_none=True)
    role = fields.String(
        required=True,
        validate=validate.OneOf(_ROLES),
        metadata={"description": "`leg`: one of several; `fee`: of a transfer between others"},
    )
    kind = fields.String(required=True, validate=validate.OneOf(("transfer", "admin", "reversal")))
    direction = fields.String(required=True, metadata={"description": "`pay` or `request`: how it was proposed"})


class StatementTotals(CamelSchema):
    """Of all entries that the filter lets through, on whatever page."""

    count = fields.Integer(required=True)
    paid = Amount(required=True)
    received = Amount(required=True)


class Statement(CamelSchema):
    """A period of an account: its balances, and a page of its entries, newest first."""

    account = fields.String(required=True, data_key="accountNumber")
    since = fields.String(required=True, allow_none=True, data_key="from")
    until = fields.String(required=True, allow_none=True, data_key="to")
    from_position = fields.Integer(required=True)
    to_position = fields.Integer(required=True)
    opening_balance = Amount(required=True)
    closing_balance = Amount(required=True)
    totals = fields.Nested(StatementTotals, required=True)
    entries = fields.List(fields.Nested(StatementEntry), required=True)
    next = fields.Integer(required=True, allow_none=True, metadata={"description": "`before` of the older page"})
    previous = fields.Integer(required=True, allow_none=True, metadata={"description": "`after` of the newer page"})


class InstantQuery(Query):
    """When; left out: now."""

    at = Moment(metadata={"description": "with everything before that instant"})
    position = _position(0, description="with everything up to it")

    @validates_schema
    def check_sense(self, given: Mapping[str, Any], **_: Any) -> None:
        """Raises ValidationError."""
        _not_both(given, ("at", "position"))


class BalanceThen(CamelSchema):
    """What an account had and might do."""

    position = fields.Integer(required=True, metadata={"description": "of the last event before"})
    at = fields.String(required=True, metadata={"description": "time of that event"})
    balance = Amount(required=True)
    max_positive = Amount(required=True, data_key="maxPositiveBalance")
    max_negative = Amount(required=True, data_key="maxNegativeBalance")
    standing = fields.String(required=True, validate=validate.OneOf(STANDINGS))


class HistoryQuery(ChangesQuery):
    """Of an account: of what."""

    type = fields.String(validate=validate.OneOf(CHANGES))


class AccountDecision(CamelSchema):
    """A decision about an account: what has held since. Who decided is not told."""

    position = fields.Integer(required=True)
    time = fields.String(required=True, data_key="createdAt")
    type = fields.String(required=True, validate=validate.OneOf(CHANGES))
    reason = fields.String(required=True)
    max_positive = Amount(data_key="maxPositiveBalance")
    max_negative = Amount(data_key="maxNegativeBalance")
    previous_max_positive = Amount(data_key="previousMaxPositiveBalance")
    previous_max_negative = Amount(data_key="previousMaxNegativeBalance")
    standing = fields.String(validate=validate.OneOf(STANDINGS))
    previous_standing = fields.String(validate=validate.OneOf(STANDINGS))
    closing = fields.Boolean(metadata={"description": "closes by itself as soon as its balance is zero"})
    rules = fields.List(fields.Nested(ConsentRule), metadata={"description": "of standing consent"})


class AccountHistory(CamelSchema):
    """A page, newest first."""

    changes = fields.List(fields.Nested(AccountDecision), required=True)
    next = fields.Integer(required=True, allow_none=True, metadata={"description": "`before` of the next page"})
