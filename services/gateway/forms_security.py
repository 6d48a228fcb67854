"""What people type about their own login."""

from flask_babel import lazy_gettext
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, Optional, Regexp

from services.gateway.forms import GoodPassword, KeyedForm, Needed, PageForm, TextField, at_most

CODE_DIGITS = 6


class VerifyForm(PageForm):
    """Is it still you? By the password, or a code of the app: six digits are no password."""

    password = PasswordField(lazy_gettext("Password"), [Needed(), at_most(100)])
    next = HiddenField()

    @property
    def shown(self) -> dict[str, str]:
        """What the directory is told."""
        typed = self.password.data or ""
        plain = "".join(typed.split())
        return {"code": plain} if len(plain) == CODE_DIGITS and plain.isdecimal() else {"password": typed}


class PasswordForm(PageForm):
    """Another password."""

    current = PasswordField(lazy_gettext("Your password now"), [Needed(), at_most(100)])
    new = PasswordField(lazy_gettext("New password"), [Needed(), GoodPassword()])
    again = PasswordField(
        lazy_gettext("New password again"),
        [Needed(), EqualTo("new", message=lazy_gettext("The two passwords are not the same."))],
    )


class CodeForm(PageForm):
    """A code of the app, or for recovery."""

    code = StringField(lazy_gettext("Code"), [Needed(), at_most(40)])


class ConfirmForm(CodeForm):
    """The app shows this. The secret is shown again when the code was wrong."""

    secret = HiddenField(validators=[Optional(), Regexp(r"^[A-Z2-7]{16,64}$")])


class ButtonForm(PageForm):
    """Nothing to type."""

    handle = HiddenField()


class ResetTwoFactorForm(KeyedForm):
    """Why somebody's second factor is removed."""

    reason = TextField(lazy_gettext("Reason"), [Needed(), at_most(500)])
