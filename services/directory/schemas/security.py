"""Shapes around one's own login."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.directory.schemas.fields import Text, new_password


def device_id() -> fields.String:
    """A secret of the browser that the gateway gave it; empty for programs."""
    return fields.String(load_default="", validate=validate.Length(max=200))


def agent() -> Text:
    """What browser or program call themselves."""
    return Text(400, load_default="")


class VerificationBody(Schema):
    """POST /sessions/{id}/verification: one of the two."""

    password = fields.String(load_default="", validate=validate.Length(max=1000))
    code = fields.String(load_default="", validate=validate.Length(max=100))

    @validates_schema
    def one(self, given: dict[str, Any], **_: Any) -> None:
        """Raises ValidationError."""
        if bool(given["password"]) == bool(given["code"]):
            raise ValidationError("Give the password or a code.", "password")


class CodeBody(Schema):
    """A code of the app, or for recovery."""

    code = fields.String(required=True, validate=validate.Length(max=100))


class LoginCodeBody(CodeBody):
    """POST /sessions/codes."""

    ticket = fields.String(required=True, validate=validate.Length(max=200))
    address = Text(64, needed=True, required=True)
    device = device_id()
    agent = agent()


class PasswordBody(Schema):
    """POST /users/{id}/password."""

    current = fields.String(required=True, validate=validate.Length(max=1000))
    new = new_password()


class ReasonBody(Schema):
    """Why something is done to somebody else's login."""

    reason = Text(500, needed=True, required=True)
