"""What is asked about many businesses at once, and what administrators change of one business or login."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, EmailField, HiddenField, TextAreaField
from wtforms.validators import InputRequired, Optional, Regexp, ValidationError

from services.gateway.forms import (
    KeptBusinessForm,
    KeyedForm,
    Needed,
    PersonForm,
    TagsField,
    TextField,
    at_most,
)

CATEGORIES_MAX = 20
_EMAIL = Regexp(r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+$", message=lazy_gettext("Write an address like you@example.org."))


class BulkForm(KeyedForm):
    """One confirmation for all of them."""

    do = HiddenField()
    category = HiddenField()
    next = HiddenField()
    reason = TextField(lazy_gettext("Reason (the members read it)"), [at_most(255)])


class CategoriesField(TagsField):
    """A comma list, longer than that of offers."""

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 -- WTForms passes it
        """Raises ValidationError."""
        if len(self.tags) > CATEGORIES_MAX:
            raise ValidationError(gettext("At most %(most)s, please: leave some out.", most=CATEGORIES_MAX))
        if any(len(tag) > 50 for tag in self.tags):
            raise ValidationError(gettext("Each at most %(most)s characters; commas go between.", most=50))


class BusinessForm(KeptBusinessForm):
    """By staff, who also say in which categories it is."""

    offers = TagsField(lazy_gettext("What it offers"), [Optional(), at_most(500)])
    wants = TagsField(lazy_gettext("What it wants"), [Optional(), at_most(500)])
    categories = CategoriesField(lazy_gettext("Categories"), [Optional()])
    version = HiddenField()


class CloseBusinessForm(KeyedForm):
    name = TextField(lazy_gettext("Type the name of the business"), [at_most(100)])
    reason = TextAreaField(lazy_gettext("Why is it closed? (its people read it)"), [Needed(), at_most(500)])
    sure = BooleanField(
        lazy_gettext("I know that this can't be undone."), [InputRequired(lazy_gettext("Please confirm."))]
    )


class LoginForm(PersonForm):
    """Somebody's login, as administrators change it."""

    email = EmailField(lazy_gettext("Email"), [Needed(), at_most(100), _EMAIL])


class EndLoginForm(KeyedForm):
    reason = TextField(lazy_gettext("Reason"), [Needed(), at_most(255)])
    sure = BooleanField(
        lazy_gettext("I know that this can't be undone."), [InputRequired(lazy_gettext("Please confirm."))]
    )
