"""Which statement the address asks for: two days in the reader's time zone, and which entries of them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import get_timezone, gettext

from services.chassis.clock import rfc3339

USUAL_DAYS = 90
TEXT_MOST = 100
_YEARS = (1900, 9000)
"""Beyond these the calendar's own ends come too near for a time zone."""
_NUMBER_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Period:
    """Two days in the member's time zone, both included."""

    since: date
    until: date
    problem: str = ""

    @property
    def starts(self) -> str:
        """The midnight that the first day begins with."""
        return rfc3339(midnight(self.since))

    @property
    def ends(self) -> str:
        """The midnight after the last day; the ledger leaves that instant out."""
        return rfc3339(midnight(self.until + timedelta(days=1)))

    @property
    def query(self) -> dict[str, str]:
        """As in the address."""
        return {"from": self.since.isoformat(), "to": self.until.isoformat()}


@dataclass(frozen=True, slots=True)
class Only:
    """Which entries of a period: those in or out, with one business, with a text. Empty is any."""

    sign: str = ""
    counterparty: str = ""
    text: str = ""

    @property
    def query(self) -> dict[str, str]:
        """As in the address, and as the ledger takes it."""
        asked = {"sign": self.sign, "counterparty": self.counterparty, "text": self.text}
        return {name: value for name, value in asked.items() if value}


def zone() -> ZoneInfo:
    """The reader's."""
    return ZoneInfo(str(get_timezone()))


def midnight(day: date) -> datetime:
    """With which a day begins where the reader is."""
    return datetime.combine(day, time.min, zone())


def period_asked() -> Period:
    """The last 90 days, unless the address says otherwise in a way that makes sense."""
    today = datetime.now(UTC).astimezone(zone()).date()
    usual = Period(today - timedelta(days=USUAL_DAYS - 1), today)
    try:
        since = date.fromisoformat(request.args.get("from") or usual.since.isoformat())
        until = date.fromisoformat(request.args.get("to") or usual.until.isoformat())
    except ValueError:
        return Period(usual.since, usual.until, gettext("Write both days like 2026-01-31. Here are the last 90 days."))
    if since.year < _YEARS[0] or until.year > _YEARS[1]:
        return Period(usual.since, usual.until, gettext("Those days are too far away. Here are the last 90 days."))
    if since > until:
        return Period(until, since, gettext("The first day was after the last: here they are the other way round."))
    return Period(since, until)


def only_asked() -> Only:
    """What makes no sense in the address is as if it were not there."""
    sign, number = request.args.get("sign", ""), request.args.get("counterparty", "")
    is_number = number.isascii() and number.isdigit() and len(number) == _NUMBER_DIGITS
    text = " ".join(request.args.get("text", "").replace("\0", "").split())[:TEXT_MOST].strip()
    return Only(sign if sign in ("in", "out") else "", number if is_number else "", text)


def before_asked() -> int | None:
    """The position that the page lies below."""
    before = request.args.get("before", "")
    return int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
