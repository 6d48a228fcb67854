"""What people type about webhooks."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import Field, Form, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from services.gateway.forms import Needed, PageForm, TextField, at_most

_SOURCES: dict[str, Any] = {
    "ledger": lazy_gettext("of the ledger"),
    "directory": lazy_gettext("of the directory"),
}


def _some(_: Form, field: Field) -> None:
    if not field.data:
        raise ValidationError(gettext("Choose at least one."))


class WebhookForm(PageForm):
    """A new webhook, or another address and other events for one."""

    url = TextField(
        lazy_gettext("Address"),
        [Needed(), at_most(2000), Regexp(r"^https?://", message=lazy_gettext("Begin it with https://."))],
    )
    description = TextField(lazy_gettext("What is it for?"), [at_most(200)])
    types = SelectMultipleField(
        lazy_gettext("Which events?"),
        validators=[_some],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, offered: Sequence[str], **values: Any) -> None:
        super().__init__(**values)
        self.types.choices = [SelectChoice(name, name) for name in offered]

    @property
    def wanted(self) -> dict[str, Any]:
        """As the notifier takes it."""
        return {"url": self.url.data, "description": self.description.data or "", "types": self.types.data}


class ReplayForm(PageForm):
    """From where on events are delivered again."""

    source = SelectField(
        lazy_gettext("Which events?"),
        choices=[SelectChoice(source, words) for source, words in _SOURCES.items()],
    )
    position = TextField(
        lazy_gettext("From position"),
        [Needed(), Regexp(r"^[1-9][0-9]{0,14}$", message=lazy_gettext("Write a whole number from 1 on."))],
    )
