"""What administrators type about service accounts and their tokens."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import SelectChoice, SelectField, SelectMultipleField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from services.gateway.forms import KeyedForm, Needed, TextField, at_most
from services.gateway.forms_tokens import DAYS, SCOPE_WORDS, some
from services.gateway.scopes import STAFF_SCOPES

SERVICE_WORDS: dict[str, Any] = {
    **{scope: SCOPE_WORDS[scope] for scope in STAFF_SCOPES},
    "read": lazy_gettext("Read what administrators can read"),
    "admin": lazy_gettext("Do all that programs of administrators may do"),
}

_LASTING: dict[str, Any] = {
    "": lazy_gettext("Until it is revoked"),
    **{str(days): words for days, words in DAYS.items()},
}


class ServiceAccountForm(KeyedForm):
    """A service account, new or changed."""

    name = TextField(lazy_gettext("Name"), [Needed(), at_most(100)])
    purpose = TextAreaField(lazy_gettext("What is it for?"), [Needed(), at_most(500)])
    scopes = SelectMultipleField(
        lazy_gettext("What may it do?"),
        choices=[SelectChoice(scope, words) for scope, words in SERVICE_WORDS.items()],
        validators=[some],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    @property
    def wanted(self) -> dict[str, Any]:
        """As the directory takes it."""
        return {"name": self.name.data, "purpose": self.purpose.data, "scopes": self.scopes.data}


class ServiceTokenForm(KeyedForm):
    """Another token; its fields have names of their own, because it shares a page with the form above."""

    token_name = TextField(lazy_gettext("Which program has it?"), [Needed(), at_most(100)])
    days = SelectField(
        lazy_gettext("For how long?"),
        choices=[SelectChoice(days, words) for days, words in _LASTING.items()],
        default="90",
    )

    @property
    def wanted(self) -> dict[str, Any]:
        """As the directory takes it."""
        return {"name": self.token_name.data, "days": int(self.days.data) if self.days.data else None}
