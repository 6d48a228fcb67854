"""What people type about who belongs to a business, who works for the network, and acting for a member."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import BooleanField, DateField, EmailField, PasswordField, SelectChoice, SelectField
from wtforms.validators import EqualTo, InputRequired, Optional, Regexp

from services.gateway.forms import (
    AmountField,
    GoodPassword,
    KeyedForm,
    Needed,
    TagsField,
    TextField,
    at_most,
    more_than_zero,
)

_EMAIL = Regexp(r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+$", message=lazy_gettext("Write an address like you@example.org."))
PARTS: dict[str, Any] = {
    "owner": lazy_gettext("Owner: may do everything"),
    "operator": lazy_gettext("Operator: pays, accepts, keeps the profile"),
    "viewer": lazy_gettext("Looks only, and moves nothing"),
}
KINDS: dict[str, Any] = {
    "admin": lazy_gettext("Administrator"),
    "coordinator": lazy_gettext("Coordinator: members and categories, no money"),
    "auditor": lazy_gettext("Auditor: reads, changes nothing"),
}


def _choices(words: dict[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


class PartForm(KeyedForm):
    """What somebody may do for a business."""

    part = SelectField(lazy_gettext("May do"), choices=_choices(PARTS), validators=[InputRequired()])
    max_amount = AmountField(lazy_gettext("At most in one transfer"), [Optional(), more_than_zero])

    @property
    def chosen(self) -> dict[str, Any]:
        """As the directory takes it. A bound is for operators alone."""
        bound = self.max_amount.minor if self.part.data == "operator" and self.max_amount.data else None
        role = "owner" if self.part.data == "owner" else "operator"
        return {"role": role, "view_only": self.part.data == "viewer", "max_amount": bound}


class InvitationForm(PartForm):
    """Whom one wants in a business."""

    email = EmailField(lazy_gettext("Email"), [Needed(), at_most(100), _EMAIL])


class InvitedForm(KeyedForm):
    """Somebody without a login who is invited."""

    first_name = TextField(lazy_gettext("First name"), [Needed(), at_most(100)])
    last_name = TextField(lazy_gettext("Last name"), [Needed(), at_most(100)])
    password = PasswordField(lazy_gettext("Password"), [Needed(), GoodPassword()])
    again = PasswordField(
        lazy_gettext("Password again"),
        [Needed(), EqualTo("password", message=lazy_gettext("The two passwords are not the same."))],
    )


class NewBusinessForm(KeyedForm):
    """Another business of somebody with a login."""

    name = TextField(lazy_gettext("Name of the business"), [Needed(), at_most(100)])
    offers = TagsField(lazy_gettext("What it offers"), [Needed(), at_most(500)])
    wants = TagsField(lazy_gettext("What it wants"), [Needed(), at_most(500)])
    authorised = BooleanField(
        lazy_gettext("I may speak for this business, and I agree that its name, offers and wants are public."),
        [InputRequired(lazy_gettext("Please agree, or we can't list the business."))],
    )


class StaffForm(KeyedForm):
    """Somebody who is to work for the network."""

    email = EmailField(lazy_gettext("Email"), [Needed(), at_most(100), _EMAIL])
    first_name = TextField(lazy_gettext("First name"), [at_most(100)])
    last_name = TextField(lazy_gettext("Last name"), [at_most(100)])
    kind = SelectField(lazy_gettext("Kind"), choices=_choices(KINDS), validators=[InputRequired()])
    until = DateField(lazy_gettext("Last day with access"), [Optional()])


class ReasonForm(KeyedForm):
    """Why an administrator acts for a member, or stops a login."""

    reason = TextField(lazy_gettext("Reason"), [Needed(), at_most(255)])
