"""Shapes of questions about heads and proofs, and of the wish for a statement's code."""

from typing import Any

from marshmallow import Schema, ValidationError, validates_schema

from services.ledger.schemas.fields import LARGEST_POSITION, Instant
from services.ledger.schemas.reads import Digits


def _size(**options: Any) -> Digits:
    return Digits(1, LARGEST_POSITION, **(options or {"load_default": None}))


class HeadsSchema(Schema):
    before = _size()
    limit = Digits(1, 100, load_default=20)


class InclusionSchema(Schema):
    position = _size(required=True)
    size = _size()


class TransferProofSchema(Schema):
    size = _size()


class ConsistencySchema(Schema):
    first = _size(required=True)
    second = _size()

    @validates_schema
    def check_order(self, given: dict[str, Any], **_: Any) -> None:
        if given.get("second") is not None and given["second"] < given["first"]:
            raise ValidationError({"second": ["Less than first."]})


class StatementPeriodSchema(Schema):
    since = Instant(load_default=None, data_key="from")
    until = Instant(load_default=None, data_key="to")

    @validates_schema
    def check_order(self, given: dict[str, Any], **_: Any) -> None:
        if given.get("since") and given.get("until") and given["until"] < given["since"]:
            raise ValidationError({"to": ["Before from."]})


HEADS, INCLUSION, TRANSFER_PROOF = HeadsSchema(), InclusionSchema(), TransferProofSchema()
CONSISTENCY, STATEMENT_PERIOD = ConsistencySchema(), StatementPeriodSchema()
