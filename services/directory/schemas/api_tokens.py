"""Shapes of personal API tokens."""

from marshmallow import Schema, fields, validate

from services.directory.domain.api_tokens import DEFAULT_DAYS, MOST_DAYS, SCOPES
from services.directory.schemas.fields import Text


class NewApiToken(Schema):
    """POST /users/{id}/api-tokens."""

    name = Text(100, needed=True, required=True)
    scopes = fields.List(
        fields.String(validate=validate.OneOf(SCOPES)), required=True, validate=validate.Length(max=len(SCOPES))
    )
    days = fields.Integer(strict=True, load_default=DEFAULT_DAYS, validate=validate.Range(1, MOST_DAYS))


class ApiTokenSession(Schema):
    """POST /api-token-sessions. What can't be a token is just wrong."""

    token = fields.String(required=True, validate=validate.Length(max=1000))
