"""The languages that messages are written in: numbers, days and the few words that are in no template. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

DEFAULT = "en"
"""Unless a setting or a business says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What is said in each message of a language, and how it writes numbers and days."""

    called: str
    """What those who speak it call it."""
    unit: str
    thousands: str
    point: str
    day: str
    """Of `day`, `month`, `year`."""
    instant: str
    """Of `day` and `time`."""
    months: tuple[str, ...]
    hello: str
    nobody: str
    """What is said after hello to whose name is not known."""
    somebody: str
    news: str
    """What a notice says while a name in it is not known."""
    no_button: str
    preferences: str
    no_more: str
    because: str
    """Of `why`, one of the next four."""
    member: str
    former: str
    named: str
    user: str


LANGUAGES: Mapping[str, Language] = {
    "en": Language(
        called="English",
        unit="credits",
        thousands=",",
        point=".",
        day="{day} {month} {year}",
        instant="{day}, {time} UTC",
        months=(
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ),
        hello="Hello",
        nobody="there",
        somebody="Somebody",
        news="There is news for you.",
        no_button="If the button does not work, open this address:",
        preferences="Your preferences",
        no_more="No more mails like this",
        because="You get this mail because {why}.",
        member="your business is a member of this network",
        former="your business was a member of this network",
        named="somebody gave this address to this network",
        user="you have a login at this network",
    ),
    "de": Language(
        called="Deutsch",
        unit="Credits",
        thousands=".",
        point=",",
        day="{day}. {month} {year}",
        instant="{day}, {time} Uhr UTC",
        months=(
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ),
        hello="Guten Tag",
        nobody="",
        somebody="Jemand",
        news="Es gibt Neues für Sie.",
        no_button="Wenn der Knopf nicht funktioniert, öffnen Sie diese Adresse:",
        preferences="Ihre Einstellungen",
        no_more="Keine solchen Mails mehr",
        because="Sie erhalten diese Mail, weil {why}.",
        member="Ihr Unternehmen Mitglied dieses Netzwerks ist",
        former="Ihr Unternehmen Mitglied dieses Netzwerks war",
        named="jemand diesem Netzwerk diese Adresse genannt hat",
        user="Sie einen Login bei diesem Netzwerk haben",
    ),
}
"""ISO 639 code to language; each has a folder of templates of this name."""


def in_credits(amount: int, language: str) -> str:
    """An amount (never negative) of the smallest unit in words: 123456 → `1,234.56 credits`."""
    spoken = LANGUAGES[language]
    whole, part = divmod(amount, 100)
    return f"{whole:,}".replace(",", spoken.thousands) + f"{spoken.point}{part:02d} {spoken.unit}"


def in_words(instant: str, language: str) -> str:
    """An RFC 3339 time for people: `22 December 2026, 12:15 UTC`; nothing for nothing."""
    if not instant:
        return ""
    at = datetime.fromisoformat(instant).astimezone(UTC)
    return LANGUAGES[language].instant.format(day=_day(at, language), time=f"{at:%H:%M}")


def day_in_words(day: str, language: str) -> str:
    """An ISO date for people: `22 December 2026`."""
    return _day(date.fromisoformat(day), language)


def _day(at: date, language: str) -> str:
    spoken = LANGUAGES[language]
    return spoken.day.format(day=at.day, month=spoken.months[at.month - 1], year=at.year)
