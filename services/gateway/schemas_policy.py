"""Shapes of the REST API around the book's rules: limits policy, fees, what if limits were others, what was changed."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.gateway.fields import AccountNumber, Amount, CamelSchema, Query, Reason
from services.gateway.schemas import Standing

_MOST_RULES, _MOST_ACCOUNTS = 10, 1000


def _whole(least: int, most: int, what: str) -> fields.Integer:
    """As the ledger holds it: it says no without naming the field."""
    bounds = validate.Range(least, most, error=f"Between {least} and {most}.")
    return fields.Integer(strict=True, validate=bounds, metadata={"description": what})


class PolicyFields(CamelSchema):
    """How accounts and proposals begin."""

    default_max_negative_balance = Amount(zero=True, metadata={"description": "of new accounts"})
    default_max_positive_balance = Amount(zero=True, metadata={"description": "of new accounts"})
    expires_after_days = _whole(1, 366, "a proposal that nobody answers")
    reminder_days = _whole(0, 30, "before its end, who must answer is reminded")
    warning_percent = _whole(1, 100, "of a limit: from there on it is near")


class Policy(PolicyFields):
    """The settings of the book."""

    unit = fields.String(required=True)


class PolicyChanges(PolicyFields):
    """Some of them. Accounts and proposals that are there already keep theirs."""

    FIXED = {"unit": "The unit of a book is what it was made with."}  # noqa: RUF012

    reason = Reason()


class FeeRule(CamelSchema):
    """What one side of a transfer pays to an account: a fixed amount, and a share of the amount."""

    account = AccountNumber(required=True, data_key="accountNumber")
    side = fields.String(required=True, validate=validate.OneOf(("payer", "payee")))
    fixed = Amount(zero=True, metadata={"description": "left out: nothing"})
    basis_points = fields.Integer(
        strict=True,
        validate=validate.Range(0, 10_000),
        metadata={"description": "of the amount, in hundredths of a per cent"},
    )


class Fees(CamelSchema):
    """All rules; none: transfers cost nothing."""

    rules = fields.List(fields.Nested(FeeRule), required=True)


class NewFees(CamelSchema):
    """The complete list; open proposals keep the fees they were made with."""

    rules = fields.List(
        fields.Nested(FeeRule),
        required=True,
        validate=validate.Length(max=_MOST_RULES, error=f"At most {_MOST_RULES} rules."),
    )
    reason = Reason()


class LimitSimulation(CamelSchema):
    """Limits as they might be; what is left out is as it is."""

    max_negative_balance = Amount(zero=True)
    max_positive_balance = Amount(zero=True)
    accounts = fields.List(
        AccountNumber(),
        validate=validate.Length(1, _MOST_ACCOUNTS, error=f"Between 1 and {_MOST_ACCOUNTS} accounts."),
        metadata={"description": "left out: all"},
    )

    @validates_schema
    def check_sense(self, given: Mapping[str, Any], **_: Any) -> None:
        """Raises ValidationError."""
        if not given.keys() & {"max_negative_balance", "max_positive_balance"}:
            raise ValidationError({"max_negative_balance": ["Say this or maxPositiveBalance, or both."]})


class Outside(CamelSchema):
    """An account that would be outside."""

    account = fields.String(required=True, data_key="accountNumber")
    entity_id = fields.String(required=True, data_key="entityID")
    balance = Amount(required=True)
    by = Amount(required=True, metadata={"description": "how far"})


class LimitsSimulated(CamelSchema):
    """Who would be outside: the worst thousand."""

    outside = fields.List(fields.Nested(Outside), required=True)
    count = fields.Integer(required=True, metadata={"description": "of all that would be"})
    total = fields.Integer(required=True, metadata={"description": "of all that were looked at"})


class ChangesQuery(Query):
    """A page of a history, newest first."""

    before = fields.Integer(validate=validate.Range(1, 2**62), metadata={"description": "changes before this position"})
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))


class LedgerChange(CamelSchema):
    """Something was changed."""

    position = fields.Integer(required=True)
    time = fields.String(required=True, data_key="createdAt")
    type = fields.String(required=True, metadata={"description": "opened, limits, standing …"})
    actor = fields.String(required=True, metadata={"description": "admin:<id>, user:<id>, system:<what>"})
    data = fields.Dict(required=True, metadata={"description": "as it is since then, and the reason"})


class LedgerChanges(CamelSchema):
    """A page of them."""

    changes = fields.List(fields.Nested(LedgerChange), required=True)
    next = fields.Integer(required=True, allow_none=True, metadata={"description": "`before` of the next page"})


class AccountThen(CamelSchema):
    """An account as it was."""

    account = fields.String(required=True, data_key="accountNumber")
    position = fields.Integer(required=True)
    at = fields.String(required=True, allow_none=True, metadata={"description": "when the position was written"})
    balance = Amount(required=True)
    max_negative = Amount(required=True, data_key="maxNegativeBalance")
    max_positive = Amount(required=True, data_key="maxPositiveBalance")
    standing = fields.String(required=True)


class LedgerAccount(Standing):
    """An account of the ledger."""

    account = fields.String(required=True, data_key="accountNumber")
    entity_id = fields.String(required=True, data_key="entityID")
    entity_name = fields.String(required=True, allow_none=True)
