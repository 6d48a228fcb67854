"""What people type about their own login."""

from flask_babel import lazy_gettext
from wtforms import HiddenField, PasswordField

from services.gateway.forms import Needed, PageForm, at_most


class VerifyForm(PageForm):
    """Is it still you?"""

    password = PasswordField(lazy_gettext("Password"), [Needed(), at_most(100)])
    next = HiddenField()
