"""A member's statement: period, opening and closing balance, running balance; as a page, as CSV and as PDF."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Response, current_app, render_template, request
from flask_babel import get_timezone, gettext

from services.chassis.clock import rfc3339
from services.chassis.web import allow
from services.gateway import paper
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card, names_of
from services.gateway.web.members import my_business

PAGE_SIZE = 20
USUAL_DAYS = 90
_YEARS = (1900, 9000)
"""Beyond these the calendar's own ends come too near for a time zone."""


@dataclass(frozen=True, slots=True)
class Period:
    """Two days in the member's time zone, both included."""

    since: date
    until: date
    problem: str = ""

    @property
    def starts(self) -> str:
        """The midnight that the first day begins with."""
        return _midnight(self.since)

    @property
    def ends(self) -> str:
        """The midnight after the last day; the ledger leaves that instant out."""
        return _midnight(self.until + timedelta(days=1))

    @property
    def query(self) -> dict[str, str]:
        """As in the address."""
        return {"from": self.since.isoformat(), "to": self.until.isoformat()}


def _midnight(day: date) -> str:
    return rfc3339(datetime.combine(day, time.min, ZoneInfo(str(get_timezone()))))


def _period() -> Period:
    today = datetime.now(UTC).astimezone(ZoneInfo(str(get_timezone()))).date()
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


@bp.get("/statement")
@allow("member")
def statement() -> str:
    """One page of it, newest first."""
    period, before = _period(), request.args.get("before", "")
    position = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    found = card(
        lambda: parts().ledger.statement(
            my_business().account, since=period.starts, until=period.ends, before=position, limit=PAGE_SIZE
        )
    )
    entries = found.value["entries"] if found.value else []
    return render_template(
        "statement.html",
        found=found,
        names=names_of(entry["counterparty"] for entry in entries),
        since=period.since.isoformat(),
        until=period.until.isoformat(),
        problem=period.problem,
        period_query=period.query,
        before=position,
    )


@bp.get("/statement.csv")
@allow("member")
def statement_csv() -> Response:
    """The whole period with its code, oldest first, for a spreadsheet."""
    period = _period()
    whole = _paper(period, paper.CSV_MOST)
    return _file(paper.csv_text(whole), period, "csv")


@bp.get("/statement.pdf")
@allow("member")
def statement_pdf() -> Response:
    """The whole period with its code, oldest first, to print and to send."""
    period = _period()
    whole = _paper(period, paper.PDF_MOST)
    return _file(paper.pdf(whole, name=my_business().name), period, "pdf")


def _paper(period: Period, most: int) -> paper.Paper:
    site: str = current_app.config["GATEWAY"].public_url
    return paper.read(parts(), my_business().account, since=period.starts, until=period.ends, most=most, site=site)


def _file(content: str | bytes, period: Period, kind: str) -> Response:
    return paper.download(content, f"statement-{period.since.isoformat()}-{period.until.isoformat()}", kind)
