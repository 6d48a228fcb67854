"""Shapes of the REST API around service accounts and their tokens."""

from typing import Any

from marshmallow import fields, validate

from services.gateway.fields import CamelSchema, Flag, Moment, Text
from services.gateway.schemas_tokens import MOST_DAYS
from services.gateway.scopes import STAFF_SCOPES


def _scopes(**options: Any) -> fields.List[Any]:
    each = fields.String(validate=validate.OneOf(STAFF_SCOPES))
    return fields.List(each, validate=validate.Length(1, len(STAFF_SCOPES)), **options)


class ServiceAccountToken(CamelSchema):
    """A token without its secret."""

    token_id = fields.String(data_key="id")
    name = fields.String()
    created_at = Moment()
    expires_at = Moment(allow_none=True, metadata={"description": "null: it lives until it is revoked"})
    last_used_at = Moment(allow_none=True, metadata={"description": "within a minute"})


class CreatedServiceAccountToken(ServiceAccountToken):
    """The same with its secret, which nobody is told again."""

    token = fields.String(
        allow_none=True, metadata={"description": "shown once; null when this is a repeat under the same key"}
    )


class ServiceAccount(CamelSchema):
    """What programs of the office act as."""

    service_account_id = fields.String(data_key="id", metadata={"description": "the audit log names it admin:<id>"})
    name = fields.String()
    purpose = fields.String()
    scopes = _scopes(metadata={"description": "of all its tokens"})
    made_by = fields.String(metadata={"description": "the id of an administrator"})
    made_by_name = fields.String(metadata={"description": "empty when they have left"})
    created_at = Moment()
    disabled_at = Moment(allow_none=True)
    last_used_at = Moment(allow_none=True, metadata={"description": "by any token, within a minute"})
    tokens = fields.List(fields.Nested(ServiceAccountToken), metadata={"description": "newest first"})


class NewServiceAccount(CamelSchema):
    """What a new one is called, what it is for, what it may do."""

    name = Text(100, required=True)
    purpose = Text(500, lines=True, required=True)
    scopes = _scopes(required=True)


class ServiceAccountChanges(CamelSchema):
    """Absent fields stay."""

    name = Text(100)
    purpose = Text(500, lines=True)
    scopes = _scopes()
    disabled = Flag(metadata={"description": "true revokes all its tokens; false lets new ones be made"})


class NewServiceAccountToken(CamelSchema):
    """What it is called and how long it lives."""

    name = Text(100, required=True)
    days = fields.Integer(
        strict=True,
        allow_none=True,
        load_default=None,
        validate=validate.Range(1, MOST_DAYS),
        metadata={"description": "null: until it is revoked"},
    )
