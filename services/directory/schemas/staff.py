"""Shapes around people who work for the network, users as administrators see them, and acting for members."""

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.directory.domain.paging import USERS
from services.directory.handlers.staff import KINDS
from services.directory.schemas.fields import TEXT_MAX, Email, Text
from services.directory.schemas.reads import Ended, Page


class _LastDay(fields.Date):
    """A day with access (UTC); null: without end."""

    def _deserialize(self, value: Any, *rest: Any, **options: Any) -> Any:
        day = super()._deserialize(value, *rest, **options)
        if day == date.max:
            raise ValidationError("That is too far away.")
        return day


class NewStaff(Schema):
    """POST /staff."""

    email = Email(required=True, needed=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    first_name = Text(100, load_default="")
    last_name = Text(100, load_default="")
    until = _LastDay(load_default=None, allow_none=True)


class StaffChanges(Schema):
    """PATCH /staff/{id}."""

    until = _LastDay(allow_none=True)
    suspended = fields.Boolean(truthy={True}, falsy={False})


class Suspension(Schema):
    """PUT /users/{id}/suspension."""

    suspended = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = Text(500, lines=True, load_default="")


class UsersQuery(Page):
    """GET /users."""

    last_name = fields.String(load_default="", validate=validate.Length(max=TEXT_MAX))
    email = fields.String(load_default="", validate=validate.Length(max=TEXT_MAX))
    email_part = fields.String(load_default="", validate=validate.Length(max=TEXT_MAX))
    after = Ended(USERS)


class ActingBody(Schema):
    """PUT /acting."""

    entity_id = fields.String(required=True, validate=validate.Length(1, 200))
    reason = Text(500, lines=True, needed=True, required=True)
