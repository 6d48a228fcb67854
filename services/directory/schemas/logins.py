"""Shapes of sign-up, logins and new passwords."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.directory.domain import email_identity
from services.directory.schemas.entities import NewEntity, PreferenceFields
from services.directory.schemas.fields import Text, login_kind, network_address, new_password
from services.directory.schemas.security import agent, device_id
from services.directory.schemas.users import NewUser


class SignUpBody(Schema):
    """POST /signup."""

    user = fields.Nested(NewUser, required=True)
    entity = fields.Nested(NewEntity, required=True)
    preferences = fields.Nested(PreferenceFields, load_default=dict)
    terms_version = Text(50, load_default="")
    address = network_address()
    device = device_id()
    agent = agent()


class LoginBody(Schema):
    """POST /sessions. An address or password that can't be is just wrong: nothing tells more."""

    email = fields.String(required=True, validate=validate.Length(max=1000))
    password = fields.String(required=True, validate=validate.Length(max=1000))
    kind = login_kind()
    address = network_address()
    device = device_id()
    agent = agent()

    @post_load
    def identify(self, loaded: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The address in its one form, so that no spelling escapes the count of failures."""
        return loaded | {"email": email_identity(loaded["email"])}


class ResetRequestBody(Schema):
    """POST /password-resets."""

    email = fields.String(required=True, validate=validate.Length(max=1000))
    kind = login_kind()

    @post_load
    def identify(self, loaded: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The address in its one form."""
        return loaded | {"email": email_identity(loaded["email"])}


class ResetBody(Schema):
    """POST /password-resets/{token}."""

    password = new_password()
    device = device_id()
