"""Shapes of the REST API: what comes in is checked by them, what goes out is written by them, OpenAPI is made of them.

Field names are the services' snake_case inside and camelCase outside. Amounts are minor units inside.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.gateway.fields import (
    STATUSES,
    AccountNumber,
    Amount,
    CamelSchema,
    Flag,
    Moment,
    Query,
    Text,
    tags,
)
from services.gateway.schemas_privacy import Coordinates, Visibility

# --- requests ---------------------------------------------------------------------------------------------------


class Nothing(CamelSchema):
    """An empty object."""


class Email(CamelSchema):
    """An address that a reset link is wanted for."""

    email = Text(100, required=True)


class NewPassword(CamelSchema):
    """A new password: 8 to 100 characters, a letter, a digit and a special character."""

    password = fields.String(required=True, validate=validate.Length(max=100))


class Credentials(Email):
    """Who logs in."""

    password = fields.String(required=True, validate=validate.Length(max=100))


class BusinessFields(CamelSchema):
    """What a business says of itself, at sign-up and later."""

    inc_type = Text(25)
    company_number = Text(20)
    website = Text(100)
    declared_turnover = fields.Integer(
        strict=True, allow_none=True, validate=validate.Range(min=0, max=10**12), metadata={"description": "per year"}
    )
    description = Text(500, lines=True)
    address = Text(255, lines=True)
    city = Text(50)
    region = Text(50)
    postal_code = Text(10)
    country = Text(50)
    offers = tags()
    wants = tags()
    show_tags_matched_since_last_login = Flag()
    receive_daily_match_notification_email = Flag()
    place = fields.Nested(Coordinates, allow_none=True, metadata={"description": "the town's when null or left out"})
    visibility = fields.Nested(Visibility)
    receive_contact_email = Flag()


class ProfileChanges(BusinessFields):
    """What a business says of itself. Absent: unchanged; null or "": cleared; lists replace."""

    FIXED = {  # noqa: RUF012
        "id": "The id cannot be changed.",
        "accountNumber": "The account number cannot be changed.",
        "status": "The status can only be changed by an administrator.",
    }

    name = Text(100)
    email = Text(100)
    telephone = Text(25)


class SignUp(BusinessFields):
    """A person and their business."""

    user_email = Text(100, required=True)
    password = fields.String(required=True, validate=validate.Length(max=100))
    first_name = Text(100)
    last_name = Text(100)
    user_phone = Text(25)
    entity_name = Text(100, required=True)
    entity_email = Text(100, metadata={"description": "the user's address when left out"})
    entity_phone = Text(25)
    terms_version = Text(50, metadata={"description": "of the terms that are agreed to; asked for later if left out"})


class UserChanges(CamelSchema):
    """What a person may change of themselves."""

    FIXED = {  # noqa: RUF012
        "id": "The id cannot be changed.",
        "email": "The email address can only be changed by an administrator.",
    }

    first_name = Text(100)
    last_name = Text(100)
    telephone = Text(25)


class NewTransfer(CamelSchema):
    """A proposal: `out` pays the receiver, `in` asks the receiver for payment."""

    transfer = fields.String(required=True, validate=validate.OneOf(("in", "out")))
    initiator = AccountNumber(required=True)
    receiver = AccountNumber(required=True)
    amount = Amount(required=True)
    description = Text(500)
    reference = Text(100, metadata={"description": "the word of another system for it, one line"})
    expires_at = Moment(
        allow_none=True,
        data_key="dateExpires",
        metadata={"description": "when it ends unanswered, at most 366 days away; the network's own term if left out"},
    )


class TransferStep(CamelSchema):
    """What to do with a proposal. The reason is not looked at when accepting."""

    action = fields.String(required=True, validate=validate.OneOf(("accept", "reject", "cancel")))
    cancellation_reason = Text(500, lines=True)


# --- query strings ----------------------------------------------------------------------------------------------


class Paged(Query):
    """A page of a list."""

    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=100_000))
    page_size = fields.Integer(load_default=10, validate=validate.Range(min=1, max=100))


class GoingOn(Paged):
    """A page of a list that goes on behind an entry, too."""

    after = Text(1_000, metadata={"description": "`next` of the page before: goes on after it"})

    @validates_schema
    def check_sense(self, given: Mapping[str, Any], **_: Any) -> None:
        """Raises ValidationError."""
        if given.get("after") and given["page"] > 1:
            raise ValidationError({"page": ["Not together with after."]})


class InWhoseEyes(Query):
    """For `isFavorite`: a business of one's own."""

    querying_entity_id = fields.String()


class OwnEntityQuery(Query):
    """One of one's own businesses."""

    querying_entity_id = fields.String(required=True)


# --- answers ----------------------------------------------------------------------------------------------------


class LoggedIn(CamelSchema):
    """A token and the login before this one."""

    token = fields.String(required=True)
    expires_in = fields.Integer(required=True, metadata={"description": "seconds; renew at /token/renew"})
    last_login_ip = fields.String(data_key="lastLoginIP")
    last_login_date = fields.String()


class SignedUp(CamelSchema):
    """The new user and business, logged in."""

    user_id = fields.String(required=True, data_key="userID")
    entity_id = fields.String(required=True, data_key="entityID")
    account = fields.String(required=True, data_key="accountNumber")
    token = fields.String(required=True)
    expires_in = fields.Integer(required=True)


class User(CamelSchema):
    """A person."""

    user_id = fields.String(required=True, data_key="id")
    email = fields.String(required=True)
    first_name = fields.String(required=True)
    last_name = fields.String(required=True)
    telephone = fields.String(required=True)
    created_at = fields.String()
    last_login_ip = fields.String(data_key="lastLoginIP")
    last_login_date = fields.String()


WHY_SIDES = ("offers", "wants", "name", "category", "description", "city", "place")
WHY_HOW = ("exact", "stem", "prefix", "contains", "part", "fuzzy", "distance")


class Why(CamelSchema):
    """Why a search found a business."""

    side = fields.String(required=True, validate=validate.OneOf(WHY_SIDES))
    term = fields.String(required=True)
    matched = fields.String(required=True)
    how = fields.String(required=True, validate=validate.OneOf(WHY_HOW))
    distance_km = fields.String(metadata={"description": "of a place: kilometres, one decimal", "example": "12.3"})


class Entity(CamelSchema):
    """A business in the directory. `email` is shown to its own users and administrators alone."""

    entity_id = fields.String(required=True, data_key="id")
    account = fields.String(required=True, data_key="accountNumber")
    name = fields.String(required=True)
    email = fields.String()
    telephone = fields.String(required=True)
    inc_type = fields.String(required=True)
    company_number = fields.String(required=True)
    website = fields.String(required=True)
    declared_turnover = fields.Integer(required=True, allow_none=True)
    description = fields.String(required=True)
    address = fields.String(required=True)
    city = fields.String(required=True)
    region = fields.String(required=True)
    postal_code = fields.String(required=True)
    country = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    offers = fields.List(fields.String(), required=True)
    wants = fields.List(fields.String(), required=True)
    categories = fields.List(fields.String(), required=True)
    created_at = fields.String(required=True)
    member_started_at = fields.String(allow_none=True)
    place = fields.Nested(Coordinates, allow_none=True)
    picture = fields.String(metadata={"description": "the path of its picture; empty: none"})
    contactable = fields.Boolean(metadata={"description": "takes messages from other members"})
    why = fields.List(fields.Nested(Why))
    is_favourite = fields.Boolean(data_key="isFavorite", metadata={"description": "with querying_entity_id"})
    distance_km = fields.String(metadata={"description": "from `near`, with one decimal"})


class TransferLeg(CamelSchema):
    """What a transfer does to one account."""

    account = fields.String(required=True, data_key="accountNumber")
    amount = Amount(required=True, metadata={"description": "signed; the legs of a transfer sum to zero"})


class Transfer(CamelSchema):
    """A transfer as one of its parties sees it."""

    transfer_id = fields.String(required=True, data_key="id")
    transfer = fields.String(required=True, validate=validate.OneOf(("in", "out")))
    is_initiator = fields.Boolean(required=True)
    account_number = fields.String(required=True, metadata={"description": "of the other party"})
    entity_name = fields.String(required=True, allow_none=True, metadata={"description": "of the other party"})
    payer = fields.String(required=True, data_key="from")
    payee = fields.String(required=True, data_key="to")
    amount = Amount(required=True)
    description = fields.String(required=True)
    reference = fields.String(metadata={"description": "the word of another system for it"})
    fees = Amount(required=True, metadata={"description": "what the payer is charged on top, or the payee gets less"})
    legs = fields.List(fields.Nested(TransferLeg), metadata={"description": "what moves, fees included"})
    kind = fields.String(
        required=True,
        validate=validate.OneOf(("transfer", "admin", "reversal")),
        metadata={"description": "`admin` and `reversal` complete at once and need no acceptance"},
    )
    status = fields.String(required=True, validate=validate.OneOf(("initiated", "completed", "cancelled")))
    by_consent = fields.Boolean(
        required=True, metadata={"description": "completed at once by the standing consent of the other party"}
    )
    reverses = fields.String(metadata={"description": "id of the transfer that this one reverses"})
    reversed_by = fields.String(metadata={"description": "id of the transfer that reversed this one"})
    expires_at = fields.String(data_key="dateExpires", metadata={"description": "when a proposal ends unanswered"})
    cancellation_kind = fields.String(
        metadata={"description": "who or what ended it: cancelled, rejected, expired, system"}
    )
    cancellation_reason = fields.String()
    date_proposed = fields.String(required=True)
    date_completed = fields.String()
    date_cancelled = fields.String()


STANDINGS = ("trading", "frozen", "closed")
LEVELS = ("ok", "warning", "outside")


_CAN_PAY, _CAN_RECEIVE = "the most that can be paid now", "the most that can be received now"


class Standing(CamelSchema):
    """What an account has and may do. Limits are not negative; the balance is signed.

    Absent as a whole while the ledger has not heard of a business yet, and for coordinators, who see no money.
    """

    balance = Amount()
    max_positive_balance = Amount()
    max_negative_balance = Amount()
    can_pay = Amount(metadata={"description": _CAN_PAY})
    can_receive = Amount(metadata={"description": _CAN_RECEIVE})
    standing = fields.String(
        validate=validate.OneOf(STANDINGS), metadata={"description": "only `trading` accounts make transfers"}
    )
    level = fields.String(
        validate=validate.OneOf(LEVELS), metadata={"description": "`warning`: near a limit; `outside`: beyond one"}
    )
    closing = fields.Boolean(metadata={"description": "closes by itself as soon as its balance is zero"})
    outside_limits = fields.Boolean(metadata={"description": "only transfers that bring the balance back will pass"})


class Balance(Standing):
    """The balance of one's own business."""

    balance = Amount(required=True)
    max_positive_balance = Amount(required=True)
    max_negative_balance = Amount(required=True)
    can_pay = Amount(required=True, metadata={"description": _CAN_PAY})
    can_receive = Amount(required=True, metadata={"description": _CAN_RECEIVE})
    unit = fields.String(required=True)


class Decision(CamelSchema):
    """What was decided about a business. Which administrator it was is not told."""

    previous = fields.String(required=True, data_key="previousStatus")
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    at = fields.String(required=True, data_key="createdAt")
    reason = fields.String(required=True)


class OwnEntity(Entity, Standing):
    """One's own business, with its account."""

    role = fields.String(
        validate=validate.OneOf(("owner", "operator")), metadata={"description": "what one is of it oneself"}
    )
    view_only = fields.Boolean(metadata={"description": "one looks only"})
    max_amount = Amount(allow_none=True, metadata={"description": "the most that one may move at once; null: no bound"})
    decisions = fields.List(fields.Nested(Decision), metadata={"description": "oldest first, the last fifty"})

    visibility = fields.Nested(Visibility)
    show_tags_matched_since_last_login = fields.Boolean()
    receive_daily_match_notification_email = fields.Boolean()
    receive_contact_email = fields.Boolean()
    pending_transfers = fields.List(fields.Nested(Transfer), metadata={"description": "oldest first"})


class Error(CamelSchema):
    """One thing that is wrong."""

    message = fields.String(required=True, metadata={"description": "a sentence for people"})
    code = fields.String(required=True, metadata={"description": "stable, dotted"})
    field = fields.String()
    max_possible = Amount(metadata={"description": "the most that your own account could do now"})
    part = fields.String(metadata={"description": "which part of the system is down"})
    limit = fields.String(metadata={"description": "which rate limit was reached: address, account, token, pictures"})
    left = Amount(metadata={"description": "what the API token may still move out in this day"})
    resets_at = fields.String(metadata={"description": "when the next day begins"})
    oldest = fields.String(metadata={"description": "of the event feed: the oldest cursor that can be read on from"})


class Errors(CamelSchema):
    """What every refusal looks like."""

    errors = fields.List(fields.Nested(Error), required=True)
    correlation_id = fields.String(required=True)
