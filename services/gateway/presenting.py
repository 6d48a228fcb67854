"""How figures, times and statuses are written for people. Pure but for the reader's language and time zone.

Money comes in as integers of the smallest unit (two decimals) and is never a float here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from flask import Flask
from flask_babel import (
    format_date,
    format_datetime,
    format_decimal,
    format_timedelta,
    get_timezone,
    gettext,
    lazy_gettext,
)
from markupsafe import Markup

from services.gateway.codes import grouped
from services.gateway.formatting import formatted
from services.gateway.legs import can_be_given_back, fee_of, is_reversible, is_shared, moved
from services.gateway.network import network, network_name, unit_heading, unit_name

MINUS = "\N{MINUS SIGN}"
UNIT = Decimal("0.01")

STATUS_WORDS = {
    "pending": lazy_gettext("Waiting for review"),
    "accepted": lazy_gettext("Listed in the directory"),
    "rejected": lazy_gettext("Not accepted"),
    "tradingPending": lazy_gettext("Trading application under review"),
    "tradingAccepted": lazy_gettext("Trading member"),
    "tradingRejected": lazy_gettext("Trading application not accepted"),
}
TRANSFER_WORDS = {
    "initiated": lazy_gettext("Waiting for an answer"),
    "completed": lazy_gettext("Completed"),
    "cancelled": lazy_gettext("Cancelled"),
}
CANCELLATION_WORDS = {
    "rejected": lazy_gettext("Declined"),
    "cancelled": lazy_gettext("Withdrawn"),
    "system": lazy_gettext("Stopped by the system"),
    "expired": lazy_gettext("Expired"),
}
KIND_WORDS = {
    "admin": lazy_gettext("Administrator's transfer"),
    "reversal": lazy_gettext("Reversal"),
    "pay": lazy_gettext("Payment"),
    "request": lazy_gettext("Payment request"),
}
MATCH_WORDS = {
    "exact": lazy_gettext("same word"),
    "stem": lazy_gettext("a form of the same word"),
    "prefix": lazy_gettext("begins the same"),
    "contains": lazy_gettext("part of the word"),
    "part": lazy_gettext("a part of what you look for"),
    "synonym": lazy_gettext("means nearly the same"),
    "fuzzy": lazy_gettext("similar spelling"),
    "related": lazy_gettext("often together"),
    "category": lazy_gettext("in a category of that name"),
}
INC_TYPES = {
    "sole": lazy_gettext("Sole trader"),
    "ltd": lazy_gettext("Private limited company (Ltd)"),
    "plc": lazy_gettext("Public limited company (PLC)"),
    "guar": lazy_gettext("Company limited by guarantee"),
    "unltd": lazy_gettext("Unlimited company"),
    "llp": lazy_gettext("Limited liability partnership (LLP)"),
    "cic": lazy_gettext("Community interest company (CIC)"),
    "ips": lazy_gettext("Co-operative or community benefit society"),
}


def figure(amount: int) -> str:
    """`1,234.50` for 123450: two decimals, a true minus sign, no plus."""
    text: str = format_decimal(Decimal(abs(amount)) * UNIT, format="#,##0.00")
    return f"{MINUS}{text}" if amount < 0 else text


def signed_figure(amount: int) -> str:
    """`+25.00`, or with a true minus sign; zero bears no sign."""
    return f"+{figure(amount)}" if amount > 0 else figure(amount)


def money(amount: int) -> Markup:
    """`15.00 credits`, kept on one line; in the unit of the network."""
    return Markup("{}\N{NO-BREAK SPACE}{}").format(figure(amount), unit_name())


def count_figure(count: int) -> str:
    """`1,234`: a number of things."""
    text: str = format_decimal(count)
    return text


def account_number(number: str) -> str:
    """`1234 5678 9012 3452`: groups of four, as on a bank card."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def parsed(moment: str) -> datetime:
    """An RFC 3339 text as an aware time. Raises ValueError."""
    return datetime.fromisoformat(moment).astimezone(UTC)


def when(moment: str | None, now: datetime | None = None) -> Markup:
    """A `<time>`: relative when under a day old, else in the reader's zone; exact UTC on hover."""
    if not moment:
        return Markup("")
    at = parsed(moment)
    age = (now or datetime.now(UTC)) - at
    if timedelta(0) <= age < timedelta(days=1):
        text = format_timedelta(-age, add_direction=True) if age >= timedelta(minutes=1) else gettext("just now")
    else:
        text = format_datetime(at, "d MMM yyyy, HH:mm")
    return _time(at, text)


def moment(at: str | None) -> Markup:
    """A `<time>` with day and time, in the reader's zone, however lately it was; exact UTC on hover."""
    return _time(parsed(at), format_datetime(parsed(at), "d MMM yyyy, HH:mm")) if at else Markup("")


def day(moment: str | None) -> Markup:
    """A `<time>` that shows the day alone, in the reader's zone; exact UTC on hover."""
    if not moment:
        return Markup("")
    at = parsed(moment)
    return _time(at, format_date(at, "d MMM yyyy"))


def deadline(moment: str | None, now: datetime | None = None) -> Markup:
    """A `<time>` that shows a day to come, with its year unless it is this one; exact UTC on hover."""
    if not moment:
        return Markup("")
    at = parsed(moment)
    this_year = format_date(at, "yyyy") == format_date(now or datetime.now(UTC), "yyyy")
    return _time(at, format_date(at, "d MMM" if this_year else "d MMM yyyy"))


def _time(at: datetime, text: str) -> Markup:
    exact = at.strftime("%Y-%m-%d %H:%M:%S UTC")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), exact, text)


def plain_day(moment: str) -> str:
    """`31 Jan 2026`, in the reader's zone, for paper."""
    return str(format_date(parsed(moment), "d MMM yyyy"))


def plain_moment(moment: str) -> str:
    """`31 Jan 2026, 12:00`, in the reader's zone, for paper."""
    return str(format_datetime(parsed(moment), "d MMM yyyy, HH:mm"))


def zone_words() -> str:
    """`America/New York`: the zone that days and times are written in."""
    return str(get_timezone()).replace("_", " ")


def period(since: str | None, until: str | None) -> str:
    """`1 Jan 2026 – 31 Jan 2026` of two instants, the latter excluded; with times where a day is not whole."""
    first = _edge(parsed(since)) if since else str(gettext("the beginning"))
    last = _edge(parsed(until), end=True) if until else str(gettext("when it was made"))
    return first if first == last else f"{first} – {last}"


def _edge(at: datetime, *, end: bool = False) -> str:
    if format_datetime(at, "HH:mm:ss.SSSSSS") != "00:00:00.000000":
        return str(format_datetime(at, "d MMM yyyy, HH:mm"))
    return str(format_date(at - timedelta(microseconds=1) if end else at, "d MMM yyyy"))


def days(first: date | str, last: date | str) -> str:
    """`1 – 31 Jan 2026` of two days, both included; what they share is said once."""
    one, other = (date.fromisoformat(each) if isinstance(each, str) else each for each in (first, last))
    if one == other:
        return str(format_date(one, "d MMM yyyy"))
    same_month = (one.year, one.month) == (other.year, other.month)
    start = "d" if same_month else "d MMM" if one.year == other.year else "d MMM yyyy"
    return f"{format_date(one, start)} – {format_date(other, 'd MMM yyyy')}"


def span(first: date, last: date) -> str:
    """`Jan 2026` and `2026` for what is whole, else the two days."""
    ends = (last + timedelta(days=1)).day == 1 and first.day == 1
    if ends and (first.year, first.month) == (last.year, last.month):
        return str(format_date(first, "MMM yyyy"))
    if ends and first.year == last.year and (first.month, last.month) == (1, 12):
        return str(first.year)
    return days(first, last)


def stretch(first: int, last: int) -> str:
    """`1 – 1,042`: positions of a book, both included; none when they are the wrong way round."""
    return f"{count_figure(first)} – {count_figure(last)}" if first <= last else str(gettext("none"))


@dataclass(frozen=True, slots=True)
class Gauge:
    """Where a balance lies between its two limits; positions in percent of the width, as text."""

    zero: str
    marker: str
    left: str
    """Where the coloured bar begins: at zero or at the balance, whichever is less."""
    width: str
    sign: str
    """`plus`, `minus` or `none`."""


def gauge(balance: int, max_negative: int, max_positive: int) -> Gauge:
    """The picture of a balance; one beyond a limit (limits may be lowered later) is drawn at the edge."""
    zero = _share(0, max_negative, max_positive)
    marker = _share(balance, max_negative, max_positive)
    sign = "plus" if balance > 0 else "minus" if balance < 0 else "none"
    return Gauge(
        zero=f"{zero}%", marker=f"{marker}%", left=f"{min(zero, marker)}%", width=f"{abs(marker - zero)}%", sign=sign
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A balance that goes from one place between its limits to another; positions as in Gauge."""

    zero: str
    before: str
    after: str
    left: str
    """Where the bar between both begins."""
    width: str
    sign: str


def gauge_change(before: int, after: int, max_negative: int, max_positive: int) -> Change:
    """The picture of a balance that changes; beyond a limit it is drawn at the edge."""
    zero, was, will = (_share(value, max_negative, max_positive) for value in (0, before, after))
    sign = "plus" if after > before else "minus" if after < before else "none"
    return Change(
        zero=f"{zero}%", before=f"{was}%", after=f"{will}%", left=f"{min(was, will)}%", width=f"{abs(will - was)}%",
        sign=sign,
    )  # fmt: skip


def _share(value: int, max_negative: int, max_positive: int) -> Decimal:
    span = max_negative + max_positive
    if span <= 0:
        return Decimal(50)
    share = Decimal(value + max_negative) * 100 / span
    return min(max(share, Decimal(0)), Decimal(100)).quantize(Decimal("0.1"))


def status_words(status: str) -> str:
    """An entity's status for people."""
    return str(STATUS_WORDS.get(status, status))


def transfer_words(transfer: dict[str, object]) -> str:
    """A transfer's state for people: a cancelled one says how it ended, a completed one whether it was reversed."""
    if transfer.get("reversed_by"):
        return str(gettext("Reversed"))
    cancellation = transfer.get("cancellation")
    if isinstance(cancellation, dict):
        return str(CANCELLATION_WORDS.get(cancellation.get("kind", ""), TRANSFER_WORDS["cancelled"]))
    return str(TRANSFER_WORDS.get(str(transfer["status"]), transfer["status"]))


def kind_words(transfer: dict[str, object]) -> str:
    """What sort of transfer, or of a statement's entry, it is."""
    kind = str(transfer.get("kind", "transfer"))
    return str(KIND_WORDS.get(str(transfer["direction"]) if kind == "transfer" else kind, kind))


def match_words(how: str) -> str:
    """Why a search or a match found something."""
    return str(MATCH_WORDS.get(how, how))


def inc_type_words(inc_type: str) -> str:
    """The legal form of a business for people."""
    return str(INC_TYPES.get(inc_type, inc_type))


def register(app: Flask) -> None:
    """Give the templates these words."""
    filters: tuple[Callable[..., str], ...] = (
        *(figure, signed_figure, money, count_figure, account_number, grouped, formatted),
        *(when, moment, day, deadline, plain_moment),
        *(status_words, transfer_words, kind_words, match_words, inc_type_words),
    )
    for item in filters:
        app.add_template_filter(item)
    helpers: tuple[Callable[..., object], ...] = (
        *(gauge, gauge_change, moved, fee_of, is_shared, is_reversible, can_be_given_back, period, days, span),
        *(stretch, network_name, unit_name, unit_heading),
    )
    for helper in helpers:
        app.add_template_global(helper)
    app.add_template_global(network, "the_network")
