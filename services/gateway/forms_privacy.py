"""Forms around what others see of a business, and around leaving."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, Field, FileField, Form, HiddenField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from services.gateway.forms import KeyedForm, TextField, at_most, choices
from services.gateway.schemas_privacy import VISIBLE

_WHO = choices(
    {
        "everyone": lazy_gettext("Everyone"),
        "members": lazy_gettext("Members who are logged in"),
        "nobody": lazy_gettext("Nobody else"),
    }
)
_TURNOVER_MAX = 10**12


def _who(label: Any) -> SelectField:
    return SelectField(label, choices=_WHO)


def _degrees(most: int) -> Any:
    def check(_: Form, field: Field) -> None:
        """Raises ValidationError."""
        text = (field.data or "").strip()
        try:
            fits = not text or -most <= float(text) <= most
        except ValueError:
            fits = False
        if not fits:
            raise ValidationError(gettext("Write degrees with a point, from -%(most)s to %(most)s.", most=most))

    return check


def _whole_pounds(_: Form, field: Field) -> None:
    """Raises ValidationError."""
    text = (field.data or "").strip()
    if text and not (text.isascii() and text.isdigit() and int(text) <= _TURNOVER_MAX):
        raise ValidationError(gettext("Write whole pounds in figures, like 25000."))


class ShownForm(KeyedForm):
    """Who sees which field, where the business is, its turnover."""

    telephone = _who(lazy_gettext("Telephone"))
    website = _who(lazy_gettext("Website"))
    description = _who(lazy_gettext("Description"))
    address = _who(lazy_gettext("Street and number"))
    postal_code = _who(lazy_gettext("Postcode"))
    company_number = _who(lazy_gettext("Company number"))
    declared_turnover = _who(lazy_gettext("Annual turnover"))
    email = _who(lazy_gettext("Email of the business"))
    turnover = TextField(lazy_gettext("Annual turnover in pounds"), [Optional(), at_most(13), _whole_pounds])
    latitude = TextField(lazy_gettext("Latitude"), [Optional(), at_most(20), _degrees(90)])
    longitude = TextField(lazy_gettext("Longitude"), [Optional(), at_most(20), _degrees(180)])

    VISIBLE = VISIBLE


class PictureForm(KeyedForm):
    picture = FileField(lazy_gettext("Picture"))


class RemovePictureForm(KeyedForm):
    """Nothing to fill in."""


class TermsForm(KeyedForm):
    """Agreeing to the version that the page was about."""

    version = HiddenField()
    next = HiddenField()


class CloseForm(KeyedForm):
    name = TextField(lazy_gettext("Type the name of the business"), [at_most(100)])
    reason = TextAreaField(lazy_gettext("Why do you leave?"), [at_most(500)])
    sure = BooleanField(
        lazy_gettext("I know that this can't be undone."), [InputRequired(lazy_gettext("Please confirm."))]
    )


class CloseLoginForm(KeyedForm):
    sure = BooleanField(
        lazy_gettext("I know that this can't be undone."), [InputRequired(lazy_gettext("Please confirm."))]
    )
