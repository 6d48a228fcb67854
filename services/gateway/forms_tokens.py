"""What people type about API tokens and another mail address."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import EmailField, Field, Form, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from services.gateway.forms import KeyedForm, Needed, TextField, at_most

_EMAIL = r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+$"
SCOPE_WORDS: dict[str, Any] = {
    "read": lazy_gettext("Read what I can read"),
    "directory": lazy_gettext("Change my profile, favourites, and write to businesses"),
    "transfer:initiate": lazy_gettext("Propose payments, and ask for them"),
    "transfer:accept": lazy_gettext("Accept, decline and withdraw proposals"),
    "admin": lazy_gettext("Do what I may do as an administrator"),
}
_MEMBERS = ("read", "directory", "transfer:initiate", "transfer:accept")
_DAYS: dict[int, Any] = {days: lazy_gettext("%(days)s days", days=days) for days in (7, 30, 90, 180, 366)}


def scopes_for(roles: frozenset[str]) -> tuple[str, ...]:
    """What somebody's tokens can be allowed: as the directory has it."""
    if "member" in roles:
        return _MEMBERS
    return ("read",) if "auditor" in roles else ("read", "admin")


def _some(_: Form, field: Field) -> None:
    if not field.data:
        raise ValidationError(gettext("Choose at least one."))


class ApiTokenForm(KeyedForm):
    """A new token."""

    name = TextField(lazy_gettext("What is it for?"), [Needed(), at_most(100)])
    scopes = SelectMultipleField(
        lazy_gettext("What may it do?"),
        validators=[_some],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    days = SelectField(
        lazy_gettext("For how long?"),
        choices=[SelectChoice(str(days), words) for days, words in _DAYS.items()],
        default="90",
    )

    def __init__(self, roles: frozenset[str], **values: Any) -> None:
        super().__init__(**values)
        self.scopes.choices = [SelectChoice(scope, SCOPE_WORDS[scope]) for scope in scopes_for(roles)]


class EmailChangeForm(KeyedForm):
    """The address that one wants."""

    email = EmailField(
        lazy_gettext("New email"),
        [Needed(), at_most(100), Regexp(_EMAIL, message=lazy_gettext("Write an address like you@example.org."))],
    )
