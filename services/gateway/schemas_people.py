"""Shapes of the REST API around people: of businesses, of the network, and acting for members."""

from marshmallow import fields, validate

from services.gateway.fields import Amount, CamelSchema, Flag, Text
from services.gateway.schemas import GoingOn, User

_ROLES, _KINDS = ("owner", "operator"), ("admin", "coordinator", "auditor")


class Part(CamelSchema):
    """What somebody may do for a business."""

    role = fields.String(required=True, validate=validate.OneOf(_ROLES))
    view_only = Flag(load_default=False, metadata={"description": "looks, and moves nothing"})
    max_amount = Amount(
        load_default=None, allow_none=True, metadata={"description": "the most of one transfer; for operators alone"}
    )


class Member(Part):
    """Somebody who belongs to a business."""

    user_id = fields.String()
    email = fields.String()
    first_name = fields.String()
    last_name = fields.String()
    since = fields.String(metadata={"description": "empty for those who were there before it was kept"})


class NewInvitation(Part):
    """Whom to invite, and to what."""

    email = Text(100, required=True)


class Invitation(NewInvitation):
    """One that is open."""

    invitation_id = fields.String(data_key="id")
    created_at = fields.String()
    expires_at = fields.String()


class People(CamelSchema):
    """Everybody who belongs to a business, and who is invited to (told to its owners)."""

    members = fields.List(fields.Nested(Member))
    invitations = fields.List(fields.Nested(Invitation))


class Offered(Part):
    """What a mailed link offers."""

    entity_name = fields.String()
    email = fields.String()
    has_login = fields.Boolean()
    expires_at = fields.String()


class InvitedPerson(CamelSchema):
    """Somebody without a login."""

    first_name = Text(100, required=True)
    last_name = Text(100, required=True)
    password = fields.String(required=True, validate=validate.Length(max=100))


class NewBusiness(CamelSchema):
    """Another business of one's own: it waits for review; PATCH adds the rest."""

    name = Text(100, required=True)


class MadeBusiness(CamelSchema):
    """What was registered."""

    entity_id = fields.String(data_key="id")
    account = fields.String(data_key="accountNumber")


class Staff(User):
    """Somebody who works for the network."""

    kind = fields.String()
    suspended = fields.Boolean()
    expires_at = fields.String(allow_none=True)


class NewStaff(CamelSchema):
    """Whom to invite to work for the network."""

    email = Text(100, required=True)
    kind = fields.String(required=True, validate=validate.OneOf(_KINDS))
    first_name = Text(100, load_default="")
    last_name = Text(100, load_default="")
    until = fields.String(load_default=None, allow_none=True, metadata={"description": "the last day, UTC"})


class StaffChanges(CamelSchema):
    """Another last day (null: without end), stopped or going on."""

    until = fields.String(allow_none=True)
    suspended = Flag()


class Suspension(CamelSchema):
    """Stop a member's login, or let it go on."""

    suspended = Flag(required=True)
    reason = Text(500, lines=True, load_default="")


class UsersQuery(GoingOn):
    """Which members' logins."""

    last_name = fields.String(load_default="", validate=validate.Length(max=100))
    email = fields.String(load_default="", validate=validate.Length(max=100))
    email_part = fields.String(load_default="", validate=validate.Length(max=100))
    page = fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000))


class Acting(CamelSchema):
    """For whom to act, and why."""

    entity_id = Text(100, required=True)
    reason = Text(500, lines=True, required=True)


class ActingUntil(CamelSchema):
    """How long it lasts at most."""

    entity_id = fields.String()
    until = fields.String()


class TradingApplication(CamelSchema):
    """Fields of business and person that complete the application; what is known already may be left out."""

    first_name = Text(100)
    last_name = Text(100)
    user_phone = Text(25)
    name = Text(100)
    telephone = Text(25)
    inc_type = Text(25)
    company_number = Text(20)
    website = Text(100)
    description = Text(500, lines=True)
    address = Text(255, lines=True)
    city = Text(50)
    region = Text(50)
    postal_code = Text(10)
    country = Text(50)
    terms_version = Text(50, metadata={"description": "of the membership agreement that is agreed to"})
