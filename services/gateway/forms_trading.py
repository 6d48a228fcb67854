"""What people say about trades that could be: searches to be kept, interest in a loop."""

from flask_babel import lazy_gettext
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import Length, Optional, Regexp, ValidationError

from services.gateway.forms import Needed, PageForm, TextField, at_most, choices

SHORTEST, LONGEST, FARTHEST = 2, 60, 2_000
SIDES = {
    "offers": lazy_gettext("somebody offers it"),
    "wants": lazy_gettext("somebody wants it"),
}


class SearchForm(PageForm):
    """A search to be kept."""

    text = TextField(
        lazy_gettext("What"),
        [
            Needed(),
            Length(min=SHORTEST, max=LONGEST, message=lazy_gettext("Between 2 and 60 characters, please.")),
        ],
    )
    side = RadioField(lazy_gettext("Tell me when"), choices=choices(SIDES), default="offers")
    max_km = StringField(lazy_gettext("At most so many kilometres away"), [Optional(), at_most(10)])
    category = TextField(lazy_gettext("Only in the category"), [Optional(), at_most(100)])

    def validate_max_km(self, field: StringField) -> None:
        """Raises ValidationError."""
        text = (field.data or "").strip()
        if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= FARTHEST):
            raise ValidationError(lazy_gettext("A whole number from 1 to 2,000, please, or nothing."))

    @property
    def asked(self) -> dict[str, str | int | None]:
        """As the matcher takes it."""
        km = (self.max_km.data or "").strip()
        return {
            "text": self.text.data or "",
            "side": self.side.data or "offers",
            "max_km": int(km) if km else None,
            "category": self.category.data or None,
        }


class InterestForm(PageForm):
    """Interested, or no more."""

    interested = HiddenField(validators=[Regexp(r"^(yes|no)$")])


class NotRelevantForm(PageForm):
    """A match as it was shown."""

    other_id = HiddenField(validators=[Length(min=1, max=100)])
    mine = HiddenField(validators=[Length(min=1, max=100)])
    theirs = HiddenField(validators=[Length(min=1, max=100)])
    side = HiddenField(validators=[Regexp(r"^(leads|suppliers)$")])

    @property
    def pair(self) -> dict[str, str]:
        """As the matcher takes it."""
        return {name: getattr(self, name).data or "" for name in ("other_id", "mine", "theirs", "side")}
