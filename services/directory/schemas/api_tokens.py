"""Shapes of personal API tokens."""

from marshmallow import Schema, fields, validate

from services.directory.domain.api_tokens import DEFAULT_DAYS, MOST_DAYS, SCOPES
from services.directory.schemas.fields import Text
from services.directory.schemas.memberships import AMOUNT_MAX


class NewApiToken(Schema):
    """POST /users/{id}/api-tokens."""

    name = Text(100, needed=True, required=True)
    scopes = fields.List(
        fields.String(validate=validate.OneOf(SCOPES)), required=True, validate=validate.Length(max=len(SCOPES))
    )
    days = fields.Integer(strict=True, load_default=DEFAULT_DAYS, validate=validate.Range(1, MOST_DAYS))
    day_limit = fields.Integer(strict=True, allow_none=True, load_default=None, validate=validate.Range(1, AMOUNT_MAX))


class Reservation(Schema):
    """POST /api-tokens/{id}/payments."""

    amount = fields.Integer(strict=True, required=True, validate=validate.Range(1, AMOUNT_MAX))
    key = Text(200, needed=True, required=True)


class Settlement(Schema):
    """PUT /api-tokens/{id}/payments: what of it is moved."""

    kept = fields.Integer(strict=True, required=True, validate=validate.Range(0, AMOUNT_MAX))
    key = Text(200, needed=True, required=True)


class ApiTokenSession(Schema):
    """POST /api-token-sessions. What can't be a token is just wrong."""

    token = fields.String(required=True, validate=validate.Length(max=1000))
