"""What a business wants to hear of, by which channel, and when."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup
from wtforms import SelectChoice, SelectField, SelectMultipleField, StringField
from wtforms.validators import Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget, Select, TimeInput

from services.gateway.clients import Document
from services.gateway.forms import PageForm

GROUP_WORDS: dict[str, Any] = {
    "requests": lazy_gettext("Payments and requests that wait for my answer"),
    "trades": lazy_gettext("What became of payments: made, accepted, declined, withdrawn"),
    "account": lazy_gettext("My account: membership, limits, people"),
    "matches": lazy_gettext("New leads and suppliers"),
    "searches": lazy_gettext("What my saved searches find"),
    "loops": lazy_gettext("Trading loops that I could be part of"),
    "digest": lazy_gettext("One mail a day with new leads and suppliers"),
}
_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_REGIONS = (
    "Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
    "Pacific/",
)  # fmt: skip


@cache
def zones() -> tuple[str, ...]:
    """The zones that are named after a place, and UTC."""
    return (*sorted(zone for zone in available_timezones() if zone.startswith(_REGIONS)), "UTC")


class _ShortSelect(Select):
    """Options whose value is what they say, so they say it once: of 488 zones that is half of the page."""

    @classmethod
    def render_option(cls, choice: Any, **_: Any) -> Markup:
        return Markup("<option{}>{}").format(Markup(" selected") if choice.selected else "", choice.value)


def _boxes(label: Any) -> SelectMultipleField:
    return SelectMultipleField(label, choices=[], widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())


class NotificationsForm(PageForm):
    """All at once. The boxes are those that the notifier offers."""

    mail = _boxes(lazy_gettext("By mail"))
    notice = _boxes(lazy_gettext("As a notice"))
    quiet_from = StringField(
        lazy_gettext("Quiet from"),
        [Optional(), Regexp(_TIME, message=lazy_gettext("Write a time like 22:00."))],
        widget=TimeInput(),
    )
    quiet_to = StringField(
        lazy_gettext("Quiet until"),
        [Optional(), Regexp(_TIME, message=lazy_gettext("Write a time like 07:00."))],
        widget=TimeInput(),
    )
    digest_hour = SelectField(
        lazy_gettext("The daily mail comes at"),
        choices=[SelectChoice(str(hour), f"{hour:02d}:00") for hour in range(24)],
    )
    time_zone = SelectField(lazy_gettext("Time zone"), widget=_ShortSelect())  # type: ignore[no-untyped-call]
    language = SelectField(lazy_gettext("Language of what I am told"))

    def __init__(self, offered: Document, **values: Any) -> None:
        super().__init__(**values)
        for channel in ("mail", "notice"):
            groups = [each["group"] for each in offered["groups"] if each[channel] is not None]
            self[channel].choices = [SelectChoice(group, GROUP_WORDS.get(group, group)) for group in groups]
        known = zones() if offered["time_zone"] in zones() else (*zones(), offered["time_zone"])
        self.time_zone.choices = [SelectChoice(zone.replace("_", " ")) for zone in known]
        self.language.choices = [SelectChoice(each["code"], each["called"]) for each in offered["languages"]]

    def validate(self, extra_validators: Any = None) -> bool:
        """Quiet hours have both ends, or there are none."""
        fits = super().validate(extra_validators)
        if bool(self.quiet_from.data) == bool(self.quiet_to.data):
            return fits
        missing = "quiet_to" if self.quiet_from.data else "quiet_from"
        self.blame(missing, gettext("Give both times, or none."))
        return False

    def box(self, channel: str, group: str) -> Any:
        """The box of a group; None when there is none."""
        return next((box for box in self[channel] if box.data == group), None)

    @property
    def chosen(self) -> Document:
        """As the notifier takes it."""
        hours = {"from": self.quiet_from.data, "to": self.quiet_to.data} if self.quiet_from.data else None
        return {
            **{channel: self._switched(channel) for channel in ("mail", "notice")},
            "quiet_hours": hours,
            "digest_hour": int(self.digest_hour.data),
            "time_zone": self.time_zone.data.replace(" ", "_"),
            "language": self.language.data,
        }

    def _switched(self, channel: str) -> dict[str, bool]:
        return {choice.value: choice.value in (self[channel].data or ()) for choice in self[channel].choices}


def stored(preferences: Document) -> Document:
    """What the notifier keeps, as the form has it."""
    hours = preferences["quiet_hours"] or {"from": "", "to": ""}
    on = {channel: [each["group"] for each in preferences["groups"] if each[channel]] for channel in ("mail", "notice")}
    return {
        **on,
        "quiet_from": hours["from"],
        "quiet_to": hours["to"],
        "digest_hour": str(preferences["digest_hour"]),
        "time_zone": preferences["time_zone"].replace("_", " "),
        "language": preferences["language"],
    }
