"""Shapes of the REST API around what administrators do with money."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.gateway.fields import (
    AccountNumber,
    Amount,
    CamelSchema,
    Flag,
    Moment,
    Reason,
    SignedAmount,
    Text,
    Until,
    Words,
)
from services.gateway.schemas import Paged, TransferLeg

TRANSFER_STATUSES = ("initiated", "completed", "cancelled")
TYPES = ("transfer", "adminTransfer", "reversal")
_MOST_LEGS = 20
_TWO = ("payer", "payee", "amount")


class TransferStatuses(Words):
    """Some of the three statuses."""

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> list[str]:
        words = super()._deserialize(value, *arguments, **options)
        if not set(words) <= {*TRANSFER_STATUSES, "all"}:
            raise ValidationError(f"Statuses are {', '.join(TRANSFER_STATUSES)}, or all.")
        return [] if "all" in words else words


class ProposedQuery(Paged):
    """Transfers of some time, a page by number or after the one before."""

    date_from = Moment(metadata={"description": "proposed then or later"})
    date_to = Until(metadata={"description": "proposed before that instant; a day counts whole"})
    after = fields.Integer(
        validate=validate.Range(1, 2**62),
        metadata={"description": "`next` of the page before: goes on after it, whatever is new meanwhile"},
    )

    @validates_schema
    def check_page(self, given: Mapping[str, Any], **_: Any) -> None:
        """Raises ValidationError."""
        if "after" in given and given["page"] > 1:
            raise ValidationError({"page": ["Not together with after."]})


class AdminTransferQuery(ProposedQuery):
    """Which transfers of the whole network."""

    status = TransferStatuses(metadata={"description": "initiated, completed, cancelled; several by commas; or all"})
    account_number = AccountNumber(metadata={"description": "one that takes part"})
    text = fields.String(
        validate=validate.Length(1, 100, error="1 to 100 characters."),
        metadata={"description": "a part of description or reference, any case"},
    )
    kind = fields.String(validate=validate.OneOf(("transfer", "admin", "reversal")))


class NewLeg(CamelSchema):
    """What one account gets or gives."""

    account = AccountNumber(required=True, data_key="accountNumber")
    amount = SignedAmount(required=True, metadata={"description": "more than zero: gets; less: gives"})


class NewAdminTransfer(CamelSchema):
    """Payer, payee and amount, or legs that sum to zero."""

    payer = AccountNumber()
    payee = AccountNumber()
    amount = Amount()
    legs = fields.List(
        fields.Nested(NewLeg),
        validate=validate.Length(2, _MOST_LEGS, error=f"Between 2 and {_MOST_LEGS} legs."),
        metadata={"description": "instead of the three, for more than two accounts at once"},
    )
    description = Text(500, load_default="")
    reference = Text(100, load_default="", metadata={"description": "the word of another system for it"})
    settle = Flag(
        load_default=False,
        metadata={"description": "frozen accounts may take part: to bring a closing one to zero"},
    )  # fmt: skip

    @validates_schema
    def check_sense(self, given: Mapping[str, Any], **_: Any) -> None:
        """Raises ValidationError."""
        two = [name for name in _TWO if name in given]
        if "legs" in given:
            if two:
                raise ValidationError({two[0]: ["Either payer, payee and amount, or legs."]})
            if sum(leg["amount"] for leg in given["legs"]):
                raise ValidationError({"legs": ["The amounts must sum to zero: what some get others give."]})
        elif missing := [name for name in _TWO if name not in given]:
            raise ValidationError({name: ["This is needed, or legs instead of the three."] for name in missing})


class AdminTransferStep(CamelSchema):
    """End a proposal."""

    action = fields.String(required=True, validate=validate.OneOf(("cancel",)))
    cancellation_reason = Reason(metadata={"description": "both parties are told it"})


class Reversal(CamelSchema):
    """Why a completed transfer is undone."""

    reason = Reason(metadata={"description": "those who took part are told it"})


class AdminTransfer(CamelSchema):
    """A transfer as administrators and auditors see it."""

    transfer_id = fields.String(required=True, data_key="id")
    payer = fields.String(required=True, data_key="fromAccountNumber")
    payer_name = fields.String(required=True, allow_none=True, data_key="fromEntityName")
    payee = fields.String(required=True, data_key="toAccountNumber")
    payee_name = fields.String(required=True, allow_none=True, data_key="toEntityName")
    amount = Amount(required=True)
    description = fields.String(required=True)
    reference = fields.String(required=True, allow_none=True)
    kind = fields.String(
        required=True,
        data_key="type",
        validate=validate.OneOf(TYPES),
        metadata={"description": "`adminTransfer` and `reversal` complete at once and need no acceptance"},
    )
    status = fields.String(required=True, validate=validate.OneOf(TRANSFER_STATUSES))
    initiator = fields.String(
        required=True, data_key="initiatorAccountNumber", metadata={"description": "empty: an administrator made it"}
    )
    by_consent = fields.Boolean(required=True)
    legs = fields.List(fields.Nested(TransferLeg), required=True, metadata={"description": "fees included"})
    reverses = fields.String(metadata={"description": "id of the transfer that this one reverses"})
    reversed_by = fields.String(metadata={"description": "id of the transfer that reversed this one"})
    cancellation_kind = fields.String(metadata={"description": "cancelled, rejected, expired, system"})
    cancellation_reason = fields.String()
    date_proposed = fields.String(required=True)
    date_completed = fields.String()
    date_cancelled = fields.String()
    expires_at = fields.String(data_key="dateExpires")


class AccountAfter(CamelSchema):
    """What an account would have and could do afterwards."""

    account = fields.String(required=True, data_key="accountNumber")
    amount = Amount(required=True, metadata={"description": "signed"})
    balance = Amount(required=True)
    balance_after = Amount(required=True)
    can_pay_after = Amount(required=True)
    can_receive_after = Amount(required=True)
    level_after = fields.String(required=True, validate=validate.OneOf(("ok", "warning", "outside")))


class AdminTransferPreview(CamelSchema):
    """What a transfer would do."""

    legs = fields.List(fields.Nested(TransferLeg), required=True)
    own = fields.List(fields.Nested(AccountAfter), required=True, data_key="accounts")
