"""What can be asked of an export."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.ledger.schemas.fields import LARGEST_POSITION
from services.ledger.schemas.reads import Digits


class ExportSchema(Schema):
    """Both positions are inclusive; `last` is what the newest head covers unless it is given."""

    first = Digits(1, LARGEST_POSITION, load_default=1)
    last = Digits(1, LARGEST_POSITION, load_default=None)
    gzip = fields.Boolean(load_default=False)

    @validates_schema(skip_on_field_errors=True)
    def _in_order(self, given: dict[str, Any], **_: Any) -> None:
        if given["last"] is not None and given["last"] < given["first"]:
            raise ValidationError({"last": ["Less than first."]})


EXPORT = ExportSchema()
