"""Shape of a batch: each command by the schema of its route, with the path's part beside."""

import uuid
from collections.abc import Mapping
from typing import Any

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
    EmptySchema,
    InitiateSchema,
    LimitsSchema,
    NeededReasonSchema,
    ReasonSchema,
    Strict,
)
from services.ledger.schemas.fields import AccountNumber

MOST_COMMANDS = 1000


class TransferId(fields.String):
    """As the ledger writes it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        try:
            return str(uuid.UUID(text))
        except ValueError as error:
            raise ValidationError("That is no id of a transfer.") from error


class _OfTransfer(Schema):
    transfer_id = TransferId(required=True)


class _OfAccount(Schema):
    account = AccountNumber(required=True)


def _with(path: type[Schema], route: type[Schema]) -> Schema:
    """The route's schema with what its path says."""
    both: type[Schema] = type(f"{path.__name__}{route.__name__}", (path, route), {})
    return both()


_COMMANDS: dict[str, tuple[Schema, type[Single]]] = {
    "initiate": (InitiateSchema(), InitiateTransfer),
    "accept": (_with(_OfTransfer, EmptySchema), AcceptTransfer),
    "reject": (_with(_OfTransfer, ReasonSchema), RejectTransfer),
    "cancel": (_with(_OfTransfer, ReasonSchema), CancelTransfer),
    "reverse": (_with(_OfTransfer, NeededReasonSchema), ReverseTransfer),
    "admin_transfer": (AdminTransferSchema(), AdminTransfer),
    "set_limits": (_with(_OfAccount, LimitsSchema), SetLimits),
    "set_consent": (_with(_OfAccount, ConsentSchema), SetConsent),
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
