"""Shapes around one's own login."""

from marshmallow import Schema, fields, validate


class VerificationBody(Schema):
    """POST /sessions/{id}/verification."""

    password = fields.String(required=True, validate=validate.Length(max=1000))
