"""Shapes of the REST API around visibility, consent and closing."""

from marshmallow import fields, validate

from services.gateway.fields import CamelSchema, Text

AUDIENCES = ("everyone", "members", "nobody")
VISIBLE = (
    "telephone",
    "website",
    "description",
    "address",
    "postal_code",
    "company_number",
    "declared_turnover",
    "email",
)
"""The fields whose readers a business chooses, in the order of its form."""


class Visibility(CamelSchema):
    """Who may see which field: everyone, members (who is logged in), nobody but its own people."""

    class Meta:
        include = {name: fields.String(validate=validate.OneOf(AUDIENCES)) for name in VISIBLE}  # noqa: RUF012


class Coordinates(CamelSchema):
    """WGS 84 degrees. To others a place up to 500 m beside it is told."""

    latitude = fields.String(required=True)
    longitude = fields.String(required=True)
    source = fields.String(dump_only=True, metadata={"description": "given or town; for its own people"})


class Consent(CamelSchema):
    """A version of a document that was agreed to."""

    document = fields.String(required=True, validate=validate.OneOf(("terms", "membership-agreement")))
    version = Text(50, required=True)
    at = fields.String(dump_only=True)
    entity_id = fields.String(dump_only=True, data_key="entityID")


class Closing(CamelSchema):
    """Why a business closes."""

    reason = Text(500, lines=True, load_default="")


class Closed(CamelSchema):
    """A business that has closed."""

    entity_id = fields.String(required=True, data_key="id")
    account = fields.String(required=True, data_key="accountNumber")
    closed_at = fields.String(required=True)
