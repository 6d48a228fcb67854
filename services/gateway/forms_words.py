"""Editing the list of words for the same trade."""

from flask_babel import lazy_gettext
from wtforms import HiddenField
from wtforms.validators import Regexp, ValidationError

from services.gateway.forms import PageForm, TextField, at_most

LONGEST, FEWEST, MOST = 50, 2, 20


class WordsForm(PageForm):
    """One group: what it was (empty: a new one), what it is to be (empty: none), and which list was looked at."""

    version = HiddenField(validators=[Regexp(r"^[0-9]{1,9}$")])
    before = HiddenField(validators=[at_most(1_100)])
    tags = TextField(lazy_gettext("Words, with commas between"), [at_most(1_100)])

    def validate_tags(self, _: TextField) -> None:
        """Raises ValidationError."""
        group = self.group
        if group and not FEWEST <= len(group) <= MOST:
            raise ValidationError(lazy_gettext("Between 2 and 20 words, please, with commas between."))
        if any(len(tag) > LONGEST for tag in group):
            raise ValidationError(lazy_gettext("A word has at most 50 characters."))
        if not group and not self.before.data:
            raise ValidationError(lazy_gettext("Which words mean the same?"))

    @property
    def group(self) -> list[str]:
        """The words as typed."""
        return parted(self.tags.data or "")


def parted(text: str) -> list[str]:
    """Words between commas, each once."""
    return list(dict.fromkeys(word for part in text.split(",") if (word := " ".join(part.split()))))
