"""What administrators type about the network itself; and the form that sets up an empty one.

Lengths are the directory's (services/directory/domain/network.py).
"""

from flask_babel import lazy_gettext
from wtforms import EmailField, Form, HiddenField, PasswordField, TextAreaField
from wtforms.validators import EqualTo, Regexp

from services.gateway.forms import (
    EMAIL,
    AmountField,
    GoodPassword,
    KeyedForm,
    Needed,
    TextField,
    at_most,
)

NAME_MOST, UNIT_MOST, WELCOME_MOST, TEXT_MOST = 60, 20, 1_000, 25_000


class _Texts(Form):
    welcome = TextAreaField(lazy_gettext("Welcome on the first page"), [at_most(WELCOME_MOST)])
    terms = TextAreaField(lazy_gettext("Terms"), [at_most(TEXT_MOST)])
    privacy = TextAreaField(lazy_gettext("Privacy"), [at_most(TEXT_MOST)])
    imprint = TextAreaField(lazy_gettext("Who runs this network"), [at_most(TEXT_MOST)])

    NETWORK = ("name", "unit_name", "welcome", "terms", "privacy", "imprint")

    @property
    def network(self) -> dict[str, str]:
        """As the directory takes it."""
        return {name: (self[name].data or "").replace("\r\n", "\n").strip() for name in self.NETWORK}


class NetworkForm(_Texts, KeyedForm):
    """Name, unit and texts. `version` is of what was looked at: a change of somebody else meanwhile is not lost."""

    name = TextField(lazy_gettext("Name of the network"), [at_most(NAME_MOST)])
    unit_name = TextField(lazy_gettext("What amounts are in"), [at_most(UNIT_MOST)])
    version = HiddenField(validators=[Regexp(r"^[0-9]{1,9}$")])


class SetUpForm(_Texts, KeyedForm):
    """All that an empty network needs to begin."""

    name = TextField(lazy_gettext("Name of the network"), [Needed(), at_most(NAME_MOST)])
    unit_name = TextField(lazy_gettext("What amounts are in"), [Needed(), at_most(UNIT_MOST)])
    max_negative = AmountField(lazy_gettext("May go below zero by"), [Needed()])
    max_positive = AmountField(lazy_gettext("May hold at most"), [Needed()])
    first_name = TextField(lazy_gettext("Your first name"), [Needed(), at_most(100)])
    last_name = TextField(lazy_gettext("Your last name"), [Needed(), at_most(100)])
    email = EmailField(
        lazy_gettext("Your email"),
        [Needed(), at_most(100), Regexp(EMAIL, message=lazy_gettext("Write an address like you@example.org."))],
    )
    password = PasswordField(lazy_gettext("Password"), [Needed(), GoodPassword()])
    again = PasswordField(
        lazy_gettext("Password again"),
        [Needed(), EqualTo("password", message=lazy_gettext("The two passwords are not the same."))],
    )

    @property
    def user(self) -> dict[str, str]:
        """The first administrator."""
        return {name: self[name].data or "" for name in ("first_name", "last_name", "email", "password")}

    @property
    def limits(self) -> dict[str, int]:
        """With which accounts begin, as the ledger takes it."""
        return {
            "default_max_negative": self.max_negative.minor,
            "default_max_positive": self.max_positive.minor,
        }
