"""Shapes of the REST API around one's own transfers: lists, previews, reversals, batches, standing consent, fees."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.gateway.fields import AccountNumber, Amount, CamelSchema, Flag
from services.gateway.schemas import Error, NewTransfer, Transfer, TransferLeg, TransferStep
from services.gateway.schemas_ruling import AccountAfter, ProposedQuery, Reversal

MOST_IN_A_BATCH = 200
_MOST_RULES = 100
_ANYBODY = "any"
_SIDES = ("payer", "payee")


def _words() -> validate.Length:
    return validate.Length(1, 100, error="1 to 100 characters.")


class TransferQuery(ProposedQuery):
    """Transfers of one's own business."""

    status = fields.String(required=True, validate=validate.OneOf(("all", "initiated", "completed", "cancelled")))
    querying_entity_id = fields.String(required=True)
    counterparty = AccountNumber(metadata={"description": "the other party's account number"})
    text = fields.String(validate=_words(), metadata={"description": "a part of description or reference, any case"})
    reference = fields.String(validate=_words(), metadata={"description": "exactly"})
    kind = fields.String(validate=validate.OneOf(("transfer", "admin", "reversal")))
    min_amount = Amount()
    max_amount = Amount()

    @validates_schema
    def check_sense(self, given: Mapping[str, Any], **_: Any) -> None:
        """Raises ValidationError."""
        if given.get("min_amount", 0) > given.get("max_amount", given.get("min_amount", 0)):
            raise ValidationError({"max_amount": ["Less than min_amount."]})


class TransferFee(CamelSchema):
    """What a transfer costs beside its amount."""

    account = fields.String(required=True, data_key="accountNumber", metadata={"description": "that gets it"})
    side = fields.String(required=True, validate=validate.OneOf(_SIDES), metadata={"description": "who bears it"})
    amount = Amount(required=True)


class TransferPreview(CamelSchema):
    """What a transfer would do, once it is completed."""

    legs = fields.List(fields.Nested(TransferLeg), required=True, metadata={"description": "fees included"})
    fees = fields.List(fields.Nested(TransferFee), required=True)
    total = Amount(required=True, metadata={"description": "what the payer is charged"})
    received = Amount(required=True, metadata={"description": "what the payee gets"})
    expires_at = fields.String(required=True, allow_none=True, data_key="dateExpires")
    completes_at_once = fields.Boolean(
        required=True, metadata={"description": "by the standing consent of the other side"}
    )
    own = fields.List(
        fields.Nested(AccountAfter), required=True, data_key="accounts", metadata={"description": "one's own"}
    )


class BatchChange(TransferStep):
    """What PATCH /transfers/{id} takes, and which."""

    transfer_id = fields.String(required=True, data_key="id", validate=validate.Length(1, 100))


class BatchReversal(Reversal):
    """What POST /transfers/{id}/reversal takes, and which."""

    transfer_id = fields.String(required=True, data_key="id", validate=validate.Length(1, 100))


class BatchCommand(CamelSchema):
    """One of a batch: what it would be alone, in an object under its name."""

    initiate = fields.Nested(NewTransfer)
    change = fields.Nested(BatchChange)
    reverse = fields.Nested(BatchReversal)

    @validates_schema
    def one(self, given: Mapping[str, Any], **_: Any) -> None:
        """Raises ValidationError."""
        if len(given) != 1:
            raise ValidationError("Give one of initiate, change, reverse.")


class TransferBatch(CamelSchema):
    """Commands, in the order in which they are done."""

    atomic = Flag(
        load_default=False,
        metadata={"description": "true: when one is refused none is done, and the answer is 422 `batch.refused`"},
    )  # fmt: skip
    commands = fields.List(
        fields.Nested(BatchCommand),
        required=True,
        validate=validate.Length(1, MOST_IN_A_BATCH, error=f"1 to {MOST_IN_A_BATCH} commands."),
    )


class BatchResult(CamelSchema):
    """What became of one command."""

    ok = fields.Boolean(required=True)
    transfer = fields.Nested(Transfer, metadata={"description": "when it was done"})
    errors = fields.List(fields.Nested(Error), metadata={"description": "when it was refused: as it would be alone"})


class BatchResults(CamelSchema):
    """One for each command, in their order."""

    results = fields.List(fields.Nested(BatchResult), required=True)


class ConsentParty(fields.String):
    """An account number, or `any`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        if value == _ANYBODY:
            return _ANYBODY
        return str(AccountNumber().deserialize(value, attr, data, **options))


class ConsentRule(CamelSchema):
    """What completes at once, without being asked."""

    party = ConsentParty(
        required=True, data_key="accountNumber", metadata={"description": "the other side's, or `any`"}
    )
    direction = fields.String(
        required=True,
        validate=validate.OneOf(("pay", "request")),
        metadata={"description": "`pay`: they pay us; `request`: they ask us for payment"},
    )
    max_amount = Amount(allow_none=True, load_default=None, metadata={"description": "null: any amount"})


class StandingConsent(CamelSchema):
    """The complete list: an empty one revokes all. The first rule that fits is used."""

    rules = fields.List(
        fields.Nested(ConsentRule),
        required=True,
        validate=validate.Length(max=_MOST_RULES, error=f"At most {_MOST_RULES} rules."),
    )


class FeeInForce(CamelSchema):
    """A part of every transfer between members."""

    account = fields.String(required=True, data_key="accountNumber", metadata={"description": "that gets it"})
    side = fields.String(required=True, validate=validate.OneOf(_SIDES), metadata={"description": "who bears it"})
    fixed = Amount(required=True, metadata={"description": "of each transfer"})
    basis_points = fields.Integer(required=True, metadata={"description": "hundredths of a percent of its amount"})
