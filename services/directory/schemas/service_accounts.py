"""Shapes of service accounts and their tokens."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.directory.domain.api_tokens import MOST_DAYS, STAFF_SCOPES
from services.directory.schemas.fields import Text


def _scopes(**options: Any) -> fields.List[Any]:
    return fields.List(
        fields.String(validate=validate.OneOf(STAFF_SCOPES)),
        validate=validate.Length(1, len(STAFF_SCOPES)),
        **options,
    )


class NewServiceAccount(Schema):
    """POST /service-accounts."""

    name = Text(100, needed=True, required=True)
    purpose = Text(500, lines=True, needed=True, required=True)
    scopes = _scopes(required=True)


class ServiceAccountChanges(Schema):
    """PATCH /service-accounts/{id}."""

    name = Text(100, needed=True)
    purpose = Text(500, lines=True, needed=True)
    scopes = _scopes()
    disabled = fields.Boolean(truthy={True}, falsy={False})


class NewServiceAccountToken(Schema):
    """POST /service-accounts/{id}/tokens."""

    name = Text(100, needed=True, required=True)
    days = fields.Integer(strict=True, allow_none=True, load_default=None, validate=validate.Range(1, MOST_DAYS))
