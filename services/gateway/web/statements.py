"""A member's statement: period, opening and closing balance, running balance; as a page and as CSV."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Response, render_template, request
from flask_babel import get_timezone, gettext

from services.chassis.clock import rfc3339
from services.chassis.web import allow
from services.gateway.amounts import text as plain_figure
from services.gateway.clients import Document
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card, names_of
from services.gateway.web.members import my_business

PAGE_SIZE = 20
CSV_PAGE_SIZE = 100
CSV_MOST_PAGES = 500
USUAL_DAYS = 90
_YEARS = (1900, 9000)
"""Beyond these the calendar's own ends come too near for a time zone."""
_RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Period:
    """Two days in the member's time zone, both included."""

    since: date
    until: date
    problem: str = ""

    @property
    def instants(self) -> dict[str, str]:
        """`since` and `until` of the ledger, the latter excluded: midnight to midnight after the last day."""
        zone = ZoneInfo(str(get_timezone()))
        first = datetime.combine(self.since, time.min, zone)
        end = datetime.combine(self.until + timedelta(days=1), time.min, zone)
        return {"since": rfc3339(first), "until": rfc3339(end)}

    @property
    def query(self) -> dict[str, str]:
        """As in the address."""
        return {"from": self.since.isoformat(), "to": self.until.isoformat()}


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
        lambda: parts().ledger.statement(my_business().account, **period.instants, before=position, limit=PAGE_SIZE)
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
    """The whole period, newest first, for a spreadsheet."""
    period = _period()
    # All read before the answer begins: a failure in the middle must not look like a complete file.
    lines = "".join(_csv_lines(my_business().account, period))
    name = f"statement-{period.since.isoformat()}-{period.until.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _csv_lines(number: str, period: Period) -> Iterator[str]:
    yield _line(["time (UTC)", "with", "account", "description", "amount", "balance", "transfer"])
    before: int | None = None
    for _ in range(CSV_MOST_PAGES):
        page = parts().ledger.statement(number, **period.instants, before=before, limit=CSV_PAGE_SIZE)
        names = names_of(entry["counterparty"] for entry in page["entries"])
        for entry in page["entries"]:
            yield _line(_row(entry, names.get(entry["counterparty"], {}).get("name", "")))
        before = page["next"]
        if before is None:
            return


def _row(entry: Document, name: str) -> list[str]:
    return [
        entry["time"],
        _harmless(name),
        entry["counterparty"],
        _harmless(entry.get("description") or ""),
        plain_figure(entry["amount"]),
        plain_figure(entry["balance"]),
        entry["transfer_id"],
    ]


def _harmless(text: str) -> str:
    """Spreadsheets run what begins like a formula: an apostrophe makes it text."""
    return f"'{text}" if text.startswith(_RISKY) else text


def _line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
