"""Shapes of the REST API around one's own login."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.gateway.fields import CamelSchema, Text


def _secret() -> fields.String:
    return fields.String(required=True, validate=validate.Length(max=100))


class Verification(CamelSchema):
    """The own password once more, or a code of the app: one of the two."""

    password = fields.String(validate=validate.Length(min=1, max=100))
    code = fields.String(validate=validate.Length(min=1, max=100))

    @validates_schema
    def one(self, given: dict[str, Any], **_: Any) -> None:
        """Raises ValidationError."""
        if len(given) != 1:
            raise ValidationError("Give the password or a code.")


class Code(CamelSchema):
    """A code of the app."""

    code = _secret()


class LoginCode(Code):
    """A code of the app, or for recovery, with the ticket of the first step."""

    ticket = fields.String(required=True, validate=validate.Length(max=200))


class PasswordChange(CamelSchema):
    """The password as it is and as it is to be."""

    current_password = _secret()
    password = _secret()


class LivingSession(CamelSchema):
    """Where one is logged in."""

    handle = fields.String(data_key="id")
    device = fields.String()
    address = fields.String()
    opened_at = fields.String()
    used_at = fields.String()
    current = fields.Boolean()


class Ended(CamelSchema):
    """How many sessions ended."""

    ended = fields.Integer()


class TwoFactor(CamelSchema):
    """Whether a second factor is on."""

    on = fields.Boolean()
    since = fields.String(allow_none=True)
    recovery_codes_left = fields.Integer()
    required = fields.Boolean()


class TwoFactorSecret(CamelSchema):
    """What an app makes codes from, told this once."""

    secret = fields.String(metadata={"description": "base32"})
    uri = fields.String(metadata={"description": "otpauth:, for a square code"})


class RecoveryCodes(CamelSchema):
    """Each works once in place of a code of the app; told this once."""

    recovery_codes = fields.List(fields.String())


class Reason(CamelSchema):
    """Why it is done."""

    reason = Text(500, required=True)
