"""What people type about what their business agrees to beforehand."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import Form, HiddenField, RadioField
from wtforms.validators import InputRequired, ValidationError

from services.gateway.forms import AmountField, KeyedForm, TextField, at_most, choices

DIRECTIONS: dict[str, Any] = {
    "pay": lazy_gettext("Payments to us are accepted"),
    "request": lazy_gettext("Requests to us are paid"),
}
"""By what the other side does."""


def bounded_where_we_pay(form: Form, field: AmountField) -> None:
    """Nobody is paid any amount without being asked. Raises ValidationError."""
    if field.data and field.minor == 0:
        raise ValidationError(gettext("The amount must be more than zero."))
    if form["direction"].data == "request" and not field.data:
        raise ValidationError(gettext("Write up to how much you pay without being asked."))


class ConsentForm(KeyedForm):
    direction = RadioField(
        lazy_gettext("What happens at once?"),
        choices=choices(DIRECTIONS),
        default="pay",
        validators=[InputRequired(lazy_gettext("Choose one."))],
    )
    counterparty = TextField(lazy_gettext("With whom"), [at_most(100)])
    most = AmountField(lazy_gettext("Up to"), [bounded_where_we_pay])


class RevokingForm(KeyedForm):
    """One rule, named by what it says."""

    direction = HiddenField()
    party = HiddenField()
    most = HiddenField()
