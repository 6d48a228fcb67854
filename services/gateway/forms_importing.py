"""What administrators choose about a file of members."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import BooleanField, FileField, RadioField, SelectChoice
from wtforms.validators import InputRequired

from services.gateway.forms import KeyedForm

_MODES: dict[str, Any] = {
    "file": lazy_gettext("All or nothing: only when every row is good, at most 200 rows"),
    "row": lazy_gettext("Row by row: rows that are not good are left out"),
}


class ImportFileForm(KeyedForm):
    """The file."""

    file = FileField(lazy_gettext("CSV file"))


class ImportStartForm(KeyedForm):
    """How it is imported."""

    mode = RadioField(
        lazy_gettext("How?"),
        choices=[SelectChoice(mode, words) for mode, words in _MODES.items()],
        default="row",
        validators=[InputRequired(lazy_gettext("Choose one."))],
    )
    invite = BooleanField(lazy_gettext("Mail each of them a link to choose a password"))
