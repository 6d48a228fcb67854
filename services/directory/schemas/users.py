"""Shapes of users."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.directory.domain.memberships import BUSINESSES_MAX
from services.directory.schemas.fields import IDS_MAX, Email, Listed, Text, ids_of, new_password, strong


class UserFields(Schema):
    """What a user says of itself."""

    first_name = Text(100)
    last_name = Text(100)
    telephone = Text(25)


class NewUser(UserFields):
    """A user who signs up."""

    email = Email(required=True, needed=True)
    password = new_password()


class UserFieldsByAdmin(UserFields):
    """An administrator may change the address too, and of members the password and what they belong to."""

    email = Email(needed=True)
    password = fields.String(validate=strong)
    entities = ids_of(BUSINESSES_MAX)


class Reason(Schema):
    """Why something is done."""

    reason = Text(500, lines=True, load_default="")


class BelongingQuery(Schema):
    """GET /memberships: of businesses, or of people."""

    entities = Listed(IDS_MAX)
    users = Listed(IDS_MAX)

    @validates_schema
    def check_sense(self, given: Mapping[str, Any], **_: Any) -> None:
        """Raises ValidationError."""
        if bool(given["entities"]) == bool(given["users"]):
            raise ValidationError({"entities": ["Either this, or users."]})
