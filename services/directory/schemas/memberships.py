"""Shapes of memberships and invitations."""

from typing import Any, get_args

from marshmallow import Schema, fields, post_load, validate

from events.directory import Role
from services.directory.domain.memberships import Part
from services.directory.schemas.fields import Email, Text, network_address, new_password
from services.directory.schemas.security import agent, device_id
from services.directory.schemas.users import UserFields

AMOUNT_MAX = 99_999_999_999


class PartFields(Schema):
    """What somebody may do for a business. Amounts in minor units."""

    role = fields.String(required=True, validate=validate.OneOf(get_args(Role)))
    view_only = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    max_amount = fields.Integer(strict=True, allow_none=True, load_default=None, validate=validate.Range(1, AMOUNT_MAX))


class PartBody(PartFields):
    """PUT and PATCH of a member."""

    @post_load
    def part(self, loaded: dict[str, Any], **_: Any) -> Part:
        """As the use cases take it."""
        return Part(**loaded)


class InvitationBody(PartFields):
    """POST of an invitation."""

    email = Email(required=True, needed=True)

    @post_load
    def gather(self, loaded: dict[str, Any], **_: Any) -> dict[str, Any]:
        """`{email, part}`."""
        email = loaded.pop("email")
        return {"email": email, "part": Part(**loaded)}


class InvitedSignUp(UserFields):
    """POST /invitations/{token}/signup."""

    first_name = Text(100, needed=True, required=True)
    last_name = Text(100, needed=True, required=True)
    password = new_password()
    address = network_address()
    device = device_id()
    agent = agent()
