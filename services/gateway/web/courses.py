"""A whole period of an account, read once for its sums, its picture and its first page."""

from dataclasses import dataclass
from datetime import UTC, datetime

from services.gateway import charting, presenting
from services.gateway.charting import Chart, Course, Step
from services.gateway.clients import Document
from services.gateway.session import parts
from services.gateway.web.periods import Period, midnight, zone

AT_ONCE = 100
"""So many entries the ledger tells in one answer."""
DRAWN_MOST = 500
"""Of more the newest are drawn: five questions to the ledger, and no line is finer on a screen."""

LATELY_LEAST = 2


@dataclass(frozen=True, slots=True)
class Whole:
    """What the ledger says of a period, and its newest entries, newest first."""

    told: Document
    entries: list[Document]

    @property
    def is_all(self) -> bool:
        """Whether no older entry of the period was left out."""
        return len(self.entries) >= int(self.told["totals"]["count"])

    def page(self, size: int) -> Document:
        """The first page of it, as the ledger answers one."""
        more = len(self.entries) > size
        return {
            **self.told,
            "entries": self.entries[:size],
            "next": self.entries[size - 1]["position"] if more else None,
        }


def whole_of(account: str, period: Period) -> Whole:
    """Raises Refused and PartDown."""
    told = _read(account, period, None)
    entries, page = list(told["entries"]), told
    while page["next"] is not None and len(entries) < DRAWN_MOST:
        page = _read(account, period, page["next"])
        entries += page["entries"]
    return Whole(told, entries)


def _read(account: str, period: Period, before: int | None) -> Document:
    return parts().ledger.statement(account, since=period.starts, until=period.ends, before=before, limit=AT_ONCE)


def course_of(whole: Whole, period: Period) -> Course:
    """To be drawn; where older entries were left out it begins with the first that is known."""
    steps = steps_of(whole.entries)
    known = whole.is_all or not steps
    since = midnight(period.since) if known else steps[0].at
    opening = whole.told["opening_balance"] if known else steps[0].balance - steps[0].amount
    until = datetime.fromisoformat(period.ends).astimezone(zone())
    return charting.course(steps, opening=opening, since=since, until=until, now=datetime.now(UTC).astimezone(zone()))


def lately(account: Document | None, recent: Document | None) -> tuple[Chart, str] | None:
    """The newest entries as a small picture, and since when; none of fewer than two, or when a part is down."""
    if account is None or recent is None or len(recent["entries"]) < LATELY_LEAST:
        return None
    steps = steps_of(recent["entries"])
    now = datetime.now(UTC).astimezone(zone())
    drawn = Course(steps[0].at, max(now, steps[0].at), steps[0].balance - steps[0].amount, steps)
    return charting.chart(drawn, (-account["max_negative"], account["max_positive"])), drawn.since.isoformat()


def steps_of(entries: list[Document]) -> list[Step]:
    """Entries of the ledger, newest first, as steps of a line, oldest first."""
    return [
        Step(presenting.parsed(entry["time"]).astimezone(zone()), entry["amount"], entry["balance"])
        for entry in reversed(entries)
    ]
