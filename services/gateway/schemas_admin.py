"""Shapes of the REST API around businesses and logins, as administrators see and change them."""

from marshmallow import fields, validate

from services.gateway.fields import STATUSES, Amount, Query, Text
from services.gateway.schemas import Entity, OwnEntity, ProfileChanges, User, UserChanges
from services.gateway.schemas_people import Staff
from services.gateway.schemas_ruling import AdminTransfer

_MOST = 50


def _ids(of: str) -> "fields.List[str]":
    """A list that takes the place of what there is."""
    wanted = validate.Length(max=_MOST, error=f"At most {_MOST}.")
    return fields.List(
        fields.String(validate=validate.Length(1, 100)),
        validate=wanted,
        metadata={"description": f"ids: takes the place of the {of} there are; who is new becomes an owner"},
    )


class AdminEntityChanges(ProfileChanges):
    """What administrators may change of a business."""

    FIXED = {  # noqa: RUF012
        "id": "The id cannot be changed.",
        "accountNumber": "The account number cannot be changed.",
        "balance": "A balance is the sum of its transfers and cannot be set.",
    }

    status = fields.String(validate=validate.OneOf(STATUSES))
    reason = Text(500, metadata={"description": "why, for the member's notice and the record"})
    expected_status = fields.String(
        validate=validate.OneOf(STATUSES),
        metadata={"description": "what you saw it to be: 409 `status.decided_already` if it is another one by now"},
    )
    categories = fields.List(Text(50), validate=validate.Length(max=20))
    users = _ids("people")
    max_positive_balance = Amount(zero=True)
    max_negative_balance = Amount(zero=True)


def _money() -> Amount:
    return Amount(metadata={"description": "for administrators, once the account is open; coordinators see no money"})


class AdminEntity(OwnEntity):
    """A business as administrators see it."""

    balance = _money()
    max_positive_balance = _money()
    max_negative_balance = _money()
    can_pay = _money()
    can_receive = _money()
    users = fields.List(fields.Nested(User), required=True)
    pending_transfers = fields.List(fields.Nested(AdminTransfer), metadata={"description": "oldest first; of one"})


class AdminUserChanges(UserChanges):
    """What administrators may change of somebody's login. Absent: unchanged."""

    FIXED = {"id": "The id cannot be changed."}  # noqa: RUF012

    email = Text(100, metadata={"description": "both addresses are told; sessions and links end"})
    password = fields.String(
        validate=validate.Length(max=100),
        metadata={"description": "of a member: sessions end, and they are told", "example": "Correct-horse-9"},
    )
    entities = _ids("businesses")


class UsersEntity(Entity):
    """A business that somebody belongs to."""

    show_tags_matched_since_last_login = fields.Boolean()
    receive_daily_match_notification_email = fields.Boolean()
    role = fields.String(required=True, metadata={"description": "what they are of it: owner or operator"})
    view_only = fields.Boolean(required=True)


class AdminUser(Staff):
    """Somebody's login, and their businesses."""

    entities = fields.List(fields.Nested(UsersEntity), required=True)


class WhyQuery(Query):
    """Why something is ended."""

    reason = Text(500, load_default="", metadata={"description": "for the record, and for who is told"})
