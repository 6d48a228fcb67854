"""What is pressed on the page of notices."""

from wtforms import HiddenField, StringField
from wtforms.validators import Optional, Regexp

from services.gateway.forms import PageForm


class ReadForm(PageForm):
    """One notice is read; `open`: and one wants to go where it leads."""

    open = StringField()
    page = HiddenField(validators=[Optional(), Regexp(r"^[0-9]{1,6}$")])


class ReadAllForm(PageForm):
    """All until the time of the page are read."""

    until = HiddenField(validators=[Optional(), Regexp(r"^[0-9T:.Z-]{20,30}$")])
