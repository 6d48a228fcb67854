"""What people type about API tokens and another mail address."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import EmailField, Field, Form, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import Optional, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from services.gateway.forms import AmountField, KeyedForm, Needed, TextField, at_most, more_than_zero
from services.gateway.scopes import STAFF_SCOPES

_EMAIL = r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+$"
SCOPE_WORDS: dict[str, Any] = {
    "read": lazy_gettext("Read what I can read"),
    "directory": lazy_gettext("Change my profile, favourites, and write to businesses"),
    "transfer:initiate": lazy_gettext("Propose payments, and ask for them"),
    "transfer:accept": lazy_gettext("Accept, decline and withdraw proposals"),
    "admin": lazy_gettext("Do all that I may do as an administrator"),
    "admin:members": lazy_gettext("Change members and applications"),
    "admin:catalogue": lazy_gettext("Change tags and categories"),
    "admin:ledger": lazy_gettext("Move money, change limits and fees"),
    "admin:mail": lazy_gettext("Try mails again, and discard them"),
    "admin:audit": lazy_gettext("Have heads signed"),
}
_PAYING = ("transfer:initiate", "transfer:accept")
_MEMBERS = ("read", "directory", *_PAYING)
DAYS: dict[int, Any] = {days: lazy_gettext("%(days)s days", days=days) for days in (7, 30, 90, 180, 366)}


def scopes_for(roles: frozenset[str]) -> tuple[str, ...]:
    """What somebody's tokens can be allowed: as the directory has it."""
    if "member" in roles:
        return _MEMBERS
    return ("read",) if "auditor" in roles else STAFF_SCOPES


def some(_: Form, field: Field) -> None:
    """Raises ValidationError when nothing is chosen."""
    if not field.data:
        raise ValidationError(gettext("Choose at least one."))


def _of_payers(form: Form, field: Field) -> None:
    if field.data and not set(_PAYING) & set(form["scopes"].data or ()):
        raise ValidationError(gettext("This token may not pay: leave it empty, or choose what it may do above."))


class ApiTokenForm(KeyedForm):
    """A new token."""

    name = TextField(lazy_gettext("What is it for?"), [Needed(), at_most(100)])
    scopes = SelectMultipleField(
        lazy_gettext("What may it do?"),
        validators=[some],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    days = SelectField(
        lazy_gettext("For how long?"),
        choices=[SelectChoice(str(days), words) for days, words in DAYS.items()],
        default="90",
    )

    day_limit = AmountField(
        lazy_gettext("How much may it pay in a day, at most?"), [Optional(), more_than_zero, _of_payers]
    )

    def __init__(self, roles: frozenset[str], **values: Any) -> None:
        super().__init__(**values)
        if "member" not in roles:
            del self.day_limit
        self.scopes.choices = [SelectChoice(scope, SCOPE_WORDS[scope]) for scope in scopes_for(roles)]

    @property
    def wanted(self) -> dict[str, Any]:
        """As the directory takes it."""
        limit = {"day_limit": self.day_limit.minor} if self.day_limit and self.day_limit.data else {}
        return {"name": self.name.data, "scopes": self.scopes.data, "days": int(self.days.data), **limit}


class EmailChangeForm(KeyedForm):
    """The address that one wants."""

    email = EmailField(
        lazy_gettext("New email"),
        [Needed(), at_most(100), Regexp(_EMAIL, message=lazy_gettext("Write an address like you@example.org."))],
    )
