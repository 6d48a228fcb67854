"""Shapes of consent and closing."""

from marshmallow import Schema, fields, validate

from services.directory.schemas.fields import Text
from services.directory.store.consents import DOCUMENTS


class ConsentBody(Schema):
    """POST /users/{id}/consents."""

    document = fields.String(required=True, validate=validate.OneOf(DOCUMENTS))
    version = Text(50, needed=True, required=True)
    entity_id = Text(50, load_default="")


class ClosingBody(Schema):
    """POST /entities/{id}/closing."""

    reason = Text(500, lines=True, load_default="")
