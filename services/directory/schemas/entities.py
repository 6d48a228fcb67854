"""Shapes of businesses."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from events.directory import Profile
from services.directory.domain import STATUSES
from services.directory.domain.memberships import MEMBERS_MAX
from services.directory.domain.visibility import AUDIENCES
from services.directory.domain.visibility import DEFAULTS as VISIBLE
from services.directory.schemas.fields import Categories, Email, PlaceField, Tags, Text, Website, ids_of


class ProfileFields(Schema):
    """What an entity says of itself (behaviour.md 2.2)."""

    name = Text(100, needed=True)
    email = Email()
    telephone = Text(25)
    inc_type = Text(25)
    company_number = Text(20)
    website = Website(100)
    declared_turnover = fields.Integer(strict=True, allow_none=True, validate=validate.Range(0, 10**15))
    description = Text(500, lines=True)
    address = Text(255, lines=True)
    city = Text(50)
    region = Text(50)
    postal_code = Text(10)
    country = Text(50)
    place = PlaceField()


class PreferenceFields(Schema):
    """What an entity wants to be told."""

    daily_match_mail = fields.Boolean(truthy={True}, falsy={False})
    matches_since_last_login = fields.Boolean(truthy={True}, falsy={False})
    contact_mail = fields.Boolean(truthy={True}, falsy={False})


_PROFILE = frozenset(ProfileFields().fields)


class VisibilityFields(Schema):
    """Who may see which field; those left out stay."""

    class Meta:
        include = {  # noqa: RUF012
            name: fields.String(validate=validate.OneOf(AUDIENCES)) for name in VISIBLE
        }


class EntityFields(ProfileFields):
    """Everything that its members may change; the profile's fields come together in `profile`."""

    offers = Tags()
    wants = Tags()
    preferences = fields.Nested(PreferenceFields)
    visibility = fields.Nested(VisibilityFields)

    @post_load
    def gather(self, loaded: dict[str, Any], **_: Any) -> dict[str, Any]:
        """`{profile: {...}, offers?, wants?, ...}`."""
        profile = {name: value for name, value in loaded.items() if name in _PROFILE}
        return {"profile": profile} | {name: value for name, value in loaded.items() if name not in _PROFILE}


class EntityFieldsByAdmin(EntityFields):
    """What administrators may change too."""

    status = fields.String(validate=validate.OneOf(STATUSES))
    reason = Text(500, lines=True)
    expected_status = fields.String(validate=validate.OneOf(STATUSES))
    expected_versions = fields.List(
        fields.Integer(strict=True, validate=validate.Range(0, 2**62)), validate=validate.Length(1, 20)
    )
    categories = Categories()
    users = ids_of(MEMBERS_MAX)


class ApplicationBody(Schema):
    """POST /entities/{id}/trading-application."""

    terms_version = Text(50, load_default="")


class NewEntity(EntityFields):
    """An entity that signs up."""

    name = Text(100, needed=True, required=True)


def profile_of(values: Mapping[str, Any], default_email: str) -> Profile:
    """A new entity's profile; its address is its user's unless it has one."""
    return Profile(**{"email": default_email, **{name: value for name, value in values.items() if value}})
