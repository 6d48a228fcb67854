"""Transfers of the whole network for staff: found, taken away as a file, one looked at, an open one ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import get_timezone, gettext
from werkzeug.wrappers import Response as WerkzeugResponse

from services.chassis.clock import rfc3339
from services.chassis.web import allow
from services.gateway import streaming
from services.gateway.amounts import text as plain_figure
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms_ruling import WhyForm
from services.gateway.legs import parties_of
from services.gateway.paper.spreadsheet import harmless, lines
from services.gateway.session import has_role, parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import Card, card, names_of, page_asked, paging, parties
from services.gateway.web.finding import Outcome, outcome_of
from services.gateway.web.naming import Meant, meant
from services.gateway.web.refusals import blame, words_for_unknown_outcome

Answer = str | WerkzeugResponse | tuple[str, int]

PAGE_SIZE = 20
FILE_PAGE = 50
"""Transfers that are read at once for a file: the directory names their businesses in one answer."""
LAST_PAGE = 500
STATUSES = ("initiated", "completed", "cancelled")
KINDS = ("transfer", "admin", "reversal")
FILTERS = ("business", "text", "status", "kind", "from", "to")
TEXT_MAX = 100
_YEARS = (1900, 9000)
COLUMNS = (
    *("transfer", "kind", "direction", "status", "payer", "payer_name", "payee", "payee_name", "amount"),
    *("description", "reference", "proposed_at", "ended_at", "ended_how", "reason", "reverses", "reversed_by"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as the ledger takes it, and what in it makes no sense."""

    filters: Mapping[str, str]
    query: Mapping[str, Any]
    problems: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Document, ...] = ()
    """Businesses that could be meant by the name."""


@bp.get("/admin/transfers")
@allow("admin", "auditor")
def admin_transfers() -> Answer:
    """All transfers, filtered, newest first."""
    asked = _asked()
    outcome = Outcome(Card(), asked.problems) if asked.problems else outcome_of(lambda: _page_of(asked.query))
    found = outcome.found.value
    page = render_template(
        "admin_transfers.html",
        filters=asked.filters,
        choices=asked.choices,
        problems=outcome.problems,
        statuses=STATUSES,
        kinds=KINDS,
        found=outcome.found,
        names=names_of(_named(asked, found)),
        account=asked.query.get("account", ""),
        address=lambda **changes: url_for("web.admin_transfers", **_short({**asked.filters, **changes})),
        file=url_for("web.admin_transfers_csv", **_short(asked.filters)),
        **paging(min(found["total"], LAST_PAGE * PAGE_SIZE) if found else 0, PAGE_SIZE),
    )
    return page, 400 if outcome.problems else 200


def _page_of(query: Mapping[str, Any]) -> Document:
    return parts().ledger.transfers(**query, page=min(page_asked(), LAST_PAGE), page_size=PAGE_SIZE)


def _named(asked: Asked, found: Document | None) -> set[str]:
    account = asked.query.get("account")
    return parties(found["transfers"] if found else ()) | ({account} if account else set())


@bp.get("/admin/transfers.csv")
@allow("admin", "auditor")
def admin_transfers_csv() -> Response | WerkzeugResponse:
    """The transfers of the filters as a file, newest first, to the last one."""
    asked = _asked()
    if asked.problems:
        return redirect(url_for("web.admin_transfers", **_short(asked.filters)))
    first = parts().ledger.transfers(**asked.query, page_size=FILE_PAGE)
    return streaming.csv_file(chain([lines([COLUMNS])], _pieces(asked.query, first)), "transfers.csv")


def _pieces(query: Mapping[str, Any], page: Document) -> Iterator[str]:
    """A failure on the way breaks the file off, and with it the connection: it can't be taken for whole."""
    while True:
        names = names_of(parties(page["transfers"]))
        yield lines(_cells(transfer, names) for transfer in page["transfers"])
        before = page.get("next")
        if not before:
            return
        page = parts().ledger.transfers(**query, before=before, page_size=FILE_PAGE)
        if page.get("next") == before:
            raise PartDown("ledger")


def _cells(transfer: Document, names: Mapping[str, Document]) -> tuple[object, ...]:
    cancellation = transfer.get("cancellation") or {}
    payer, payee = (harmless(names.get(transfer[side], {}).get("name", "")) for side in ("payer", "payee"))
    return (
        *(transfer["transfer_id"], transfer["kind"], transfer["direction"], transfer["status"]),
        *(transfer["payer"], payer, transfer["payee"], payee, plain_figure(transfer["amount"])),
        *(harmless(transfer.get("description") or ""), harmless(transfer.get("reference") or "")),
        *(transfer["initiated_at"], transfer["ended_at"], cancellation.get("kind")),
        *(harmless(cancellation.get("reason") or ""), transfer["reverses"], transfer["reversed_by"]),
    )


@bp.get("/admin/transfers/<transfer_id>")
@allow("admin", "auditor")
def admin_transfer(transfer_id: str) -> Answer:
    """One transfer, with where its accounts stand now."""
    return show(parts().ledger.transfer(transfer_id))


def show(found: Document, form: WhyForm | None = None, problem: str = "", status: int = 0) -> Answer:
    """Its page; `form` is what was typed to end it."""
    numbers = parties_of(found)
    accounts = card(lambda: {each["account"]: each for each in parts().ledger.accounts(numbers)})
    page = render_template(
        "admin_transfer.html",
        t=found,
        names=names_of(numbers),
        accounts=accounts,
        form=form or WhyForm(formdata=None),
        problem=problem,
        may_change=has_role("admin"),
    )
    return page, status or (422 if form and form.errors else 200)


@bp.post("/admin/transfers/<transfer_id>/cancellation")
@allow("admin")
def end_transfer(transfer_id: str) -> Answer:
    """End one that waits for an answer; both sides are told why."""
    form = WhyForm()
    if not form.validate():
        return show(parts().ledger.transfer(transfer_id), form)
    try:
        parts().ledger.cancel(transfer_id, reason=form.reason.data or "", key=form.key.data)
    except Refused as refused:
        problem = blame(form, refused)
        return show(parts().ledger.transfer(transfer_id), form, problem, refused.status)
    except PartDown as down:
        flash(words_for_unknown_outcome(down), "bad")
        raise
    flash(gettext("It is ended. Nothing was paid, and both sides are told why."), "done")
    return redirect(url_for("web.admin_transfer", transfer_id=transfer_id))


def _asked() -> Asked:
    filters = {name: request.args.get(name, "").strip()[:TEXT_MAX] for name in FILTERS}
    problems: dict[str, str] = {}
    query: dict[str, Any] = {"status": filters["status"] if filters["status"] in STATUSES else "all"}
    if filters["kind"] in KINDS:
        query["kind"] = filters["kind"]
    if filters["text"]:
        query["text"] = filters["text"]
    of = meant(filters["business"]) if filters["business"] else Meant()
    if of.account:
        query["account"] = of.account
    elif of.problem:
        problems["business"] = of.problem
    _add_days(filters, query, problems)
    return Asked(filters, query, problems, tuple(of.choices))


def _add_days(filters: Mapping[str, str], query: dict[str, Any], problems: dict[str, str]) -> None:
    """Days of the reader's time zone, both counted whole."""
    days: dict[str, date] = {}
    for name in ("from", "to"):
        if filters[name]:
            day = _day(filters[name])
            if day is None:
                problems[name] = gettext("Write a day like 2026-01-31.")
            else:
                days[name] = day
                query[name] = _midnight(day if name == "from" else day + timedelta(days=1))
    if len(days) == 2 and days["from"] > days["to"]:
        problems["to"] = gettext("This day is before the first one.")


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _YEARS[0] <= day.year <= _YEARS[1] else None


def _midnight(day: date) -> str:
    return rfc3339(datetime.combine(day, time.min, ZoneInfo(str(get_timezone()))))


def _short(filters: Mapping[str, Any]) -> dict[str, Any]:
    """An address without what is empty."""
    return {name: value for name, value in filters.items() if value}
