"""Shape of a batch: each command by the schema of its route, with the path's part beside."""

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate

from services.ledger.domain import (
    AcceptTransfer,
    AdminTransfer,
    CancelTransfer,
    InitiateTransfer,
    RejectTransfer,
    ReverseTransfer,
    SetConsent,
    SetLimits,
    Single,
)
from services.ledger.schemas.commands import (
    AdminTransferSchema,
    ConsentSchema,
    InitiateSchema,
    LimitsSchema,
    NeededReasonSchema,
    ReasonSchema,
    Strict,
)
from services.ledger.schemas.fields import AccountNumber
from services.ledger.schemas.plain import Check, Plain, is_id

MOST_COMMANDS = 1000


class TransferId(fields.String):
    """As the ledger writes it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        try:
            return str(uuid.UUID(text))
        except ValueError as error:
            raise ValidationError("That is no id of a transfer.") from error


class _OfTransfer(Plain):
    transfer_id = TransferId(required=True)


class AcceptSchema(_OfTransfer):
    plain: ClassVar[Mapping[str, Check]] = {"transfer_id": is_id}
    needed = frozenset(plain)


class EndSchema(_OfTransfer, ReasonSchema):
    plain: ClassVar[Mapping[str, Check]] = {**AcceptSchema.plain, **ReasonSchema.plain}
    needed = AcceptSchema.needed
    absent = ReasonSchema.absent


class ReverseSchema(_OfTransfer, NeededReasonSchema):
    pass


class _OfAccount(Schema):
    account = AccountNumber(required=True)


class AccountLimitsSchema(_OfAccount, LimitsSchema):
    pass


class AccountConsentSchema(_OfAccount, ConsentSchema):
    pass


_COMMANDS: dict[str, tuple[Schema, type[Single]]] = {
    "initiate": (InitiateSchema(), InitiateTransfer),
    "accept": (AcceptSchema(), AcceptTransfer),
    "reject": (EndSchema(), RejectTransfer),
    "cancel": (EndSchema(), CancelTransfer),
    "reverse": (ReverseSchema(), ReverseTransfer),
    "admin_transfer": (AdminTransferSchema(), AdminTransfer),
    "set_limits": (AccountLimitsSchema(), SetLimits),
    "set_consent": (AccountConsentSchema(), SetConsent),
}


class OneCommand(fields.Field[Single]):
    """`{command: <name>, ...}` to the domain's command."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Single:
        if not isinstance(value, dict):
            raise ValidationError("A command is an object.")
        name = value.get("command")
        known = _COMMANDS.get(name) if isinstance(name, str) else None
        if known is None:
            raise ValidationError({"command": [f"One of {', '.join(_COMMANDS)}."]})
        schema, make = known
        given = schema.load({field: value[field] for field in value if field != "command"})
        command: Single = make(**given)
        return command


class BatchSchema(Schema):
    atomic = Strict(required=True)
    commands = fields.List(
        OneCommand(),
        required=True,
        validate=validate.Length(1, MOST_COMMANDS, error=f"A batch has 1 to {MOST_COMMANDS} commands."),
    )


BATCH = BatchSchema()
