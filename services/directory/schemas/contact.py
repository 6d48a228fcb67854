"""Shapes of mail between businesses."""

from marshmallow import Schema, fields, validate

from services.directory.domain.contact import BODY_MAX
from services.directory.schemas.fields import TEXT_MAX, Text


class ContactBody(Schema):
    """POST /entities/{id}/contact-messages: text alone."""

    receiver = fields.String(required=True, validate=validate.Length(1, TEXT_MAX))
    body = Text(BODY_MAX, lines=True, needed=True, required=True)
    copy_to_me = fields.Boolean(load_default=False, truthy={True}, falsy={False})
