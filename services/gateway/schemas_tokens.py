"""Shapes of the REST API around personal API tokens and another mail address."""

from marshmallow import fields, validate

from services.gateway.fields import Amount, CamelSchema, Moment, Text
from services.gateway.scopes import SCOPES

DEFAULT_DAYS, MOST_DAYS = 90, 366


class ApiToken(CamelSchema):
    """A token without its secret."""

    token_id = fields.String(data_key="id")
    name = fields.String()
    scopes = fields.List(fields.String(validate=validate.OneOf(SCOPES)))
    created_at = Moment()
    expires_at = Moment()
    last_used_at = Moment(allow_none=True, metadata={"description": "within a minute"})
    day_limit = Amount(
        allow_none=True, dump_default=None, metadata={"description": "the most it may move out in a day (UTC), or null"}
    )


class CreatedApiToken(ApiToken):
    """The same with its secret, which nobody is told again."""

    token = fields.String(
        allow_none=True, metadata={"description": "shown once; null when this is a repeat under the same key"}
    )


class NewApiToken(CamelSchema):
    """What a new token is for, what it may do, how long it lives."""

    name = Text(100, required=True)
    scopes = fields.List(
        fields.String(validate=validate.OneOf(SCOPES)), required=True, validate=validate.Length(1, len(SCOPES))
    )
    days = fields.Integer(load_default=DEFAULT_DAYS, strict=True, validate=validate.Range(1, MOST_DAYS))
    day_limit = Amount(
        metadata={"description": "the most it may move out in a day (UTC), fees apart; for tokens that may pay"}
    )


class NewEmail(CamelSchema):
    """The address that one wants."""

    email = Text(100, required=True)


class EmailChange(CamelSchema):
    """A change of one's address that is under way."""

    new_email = fields.String()
    asked_at = Moment()
    expires_at = Moment()
    waits_for = fields.List(fields.String(validate=validate.OneOf(["old", "new"])))


class EmailLink(CamelSchema):
    """What a mailed link confirms."""

    side = fields.String(
        required=True,
        validate=validate.OneOf(["old", "new"]),
        metadata={"description": "the address that it was mailed to"},
    )
    new_email = fields.String(required=True)


class EmailConfirmed(CamelSchema):
    """What came of a confirmation."""

    state = fields.String(validate=validate.OneOf(["waiting", "changed"]))
    waits_for = fields.List(fields.String(validate=validate.OneOf(["old", "new"])))
