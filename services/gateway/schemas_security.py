"""Shapes of the REST API around one's own login."""

from marshmallow import fields, validate

from services.gateway.fields import CamelSchema


class Verification(CamelSchema):
    """The own password, once more."""

    password = fields.String(required=True, validate=validate.Length(max=100))
