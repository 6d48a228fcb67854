"""A member's statement: period, sums, running balance, the course of it as a picture; as a page, as CSV and as PDF."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, current_app, render_template, url_for

from services.chassis.web import allow
from services.gateway import charting, paper, presenting
from services.gateway.clients import Document
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import Card, card, names_of
from services.gateway.web.courses import course_of, whole_of
from services.gateway.web.members import my_business
from services.gateway.web.periods import Only, Period, before_asked, only_asked, period_asked

PAGE_SIZE = 20
LAST = timedelta(microseconds=1)
"""From the midnight after a day to the day itself."""
NAMED_MOST = 100
"""So many names the directory tells at once; whose is beyond is shown by its number."""


@dataclass(frozen=True, slots=True)
class Of:
    """Whose statement it is, and where its page and files are."""

    account: str
    name: str
    entity_id: str = ""
    """Of the business that an administrator looks at; empty: one's own."""

    def page(self, **query: Any) -> str:
        """The page, narrowed down by `query`."""
        return self._address("statement", query)

    def file(self, kind: str, **query: Any) -> str:
        """The period as a file: `csv` or `pdf`."""
        return self._address(f"statement_{kind}", query)

    def _address(self, view: str, query: Document) -> str:
        if self.entity_id:
            return url_for(f"web.business_{view}", entity_id=self.entity_id, **query)
        return url_for(f"web.{view}", **query)


def _mine() -> Of:
    business = my_business()
    return Of(business.account, business.name)


def _of(entity_id: str) -> Of:
    entity = parts().directory.entity(entity_id)
    return Of(entity["account"], entity["name"], entity_id)


@bp.get("/statement")
@allow("member")
def statement() -> str:
    """One page of it, newest first, below the sums and the picture of the whole period."""
    return _page(_mine())


@bp.get("/admin/businesses/<entity_id>/statement")
@allow("admin")
def business_statement(entity_id: str) -> str:
    """The statement of any business, as its people have it."""
    return _page(_of(entity_id))


def _page(of: Of) -> str:
    period, only, before = period_asked(), only_asked(), before_asked()
    account = of.account
    whole = card(lambda: whole_of(account, period))
    found = _found(whole, account, period, only, before)
    names = names_of(_to_name(account, found, whole, only))
    return render_template(
        "statement.html",
        of=of,
        whole=whole,
        found=found,
        course=_course(whole, account, period),
        names=names,
        own=names.get(account),
        partners=_partners(whole, only),
        only=only,
        since=period.since.isoformat(),
        until=period.until.isoformat(),
        zone=presenting.zone_words(),
        problem=period.problem,
        period_query=period.query,
        filter_query={**period.query, **only.query},
        before=before,
    )


def _found(whole: Card, account: str, period: Period, only: Only, before: int | None) -> Card:
    """The entries to show: those that were read already when nothing narrower is asked."""
    if not whole.value or not (only.query or before):
        return Card(whole.value.page(PAGE_SIZE)) if whole.value else whole
    asked: Document = only.query
    return card(
        lambda: parts().ledger.statement(
            account, since=period.starts, until=period.ends, before=before, limit=PAGE_SIZE, **asked
        )
    )


def _course(whole: Card, account: str, period: Period) -> Document | None:
    """Picture and table; none of a period without entries."""
    if not whole.value or not whole.value.entries:
        return None
    own = card(lambda: parts().ledger.account(account)).value
    drawn = course_of(whole.value, period)
    return {
        "chart": charting.chart(drawn, (-own["max_negative"], own["max_positive"]) if own else None),
        "stretches": charting.stretches(drawn),
        "since": drawn.since.isoformat(),
        "until": (drawn.until - LAST).isoformat(),
        "is_all": whole.value.is_all,
    }


def _partners(whole: Card, only: Only) -> list[str]:
    """With whom there were entries, and whoever is asked for."""
    entries = whole.value.entries if whole.value else ()
    met = dict.fromkeys(entry["counterparty"] for entry in entries)
    return list(met | ({only.counterparty: None} if only.counterparty else {}))


def _to_name(account: str, found: Card, whole: Card, only: Only) -> Iterable[str]:
    """First those who must be named: my business, whose address stands on paper, and who is in the list."""
    listed = (entry["counterparty"] for entry in (found.value["entries"] if found.value else ()))
    return list(dict.fromkeys((account, *listed, *_partners(whole, only))))[:NAMED_MOST]


@bp.get("/statement.csv")
@allow("member")
def statement_csv() -> Response:
    """The whole period with its code, oldest first, for a spreadsheet."""
    return _csv(_mine())


@bp.get("/admin/businesses/<entity_id>/statement.csv")
@allow("admin")
def business_statement_csv(entity_id: str) -> Response:
    """The same of any business."""
    return _csv(_of(entity_id))


@bp.get("/statement.pdf")
@allow("member")
def statement_pdf() -> Response:
    """The whole period with its code, oldest first, to print and to send."""
    return _pdf(_mine())


@bp.get("/admin/businesses/<entity_id>/statement.pdf")
@allow("admin")
def business_statement_pdf(entity_id: str) -> Response:
    """The same of any business."""
    return _pdf(_of(entity_id))


def _csv(of: Of) -> Response:
    period = period_asked()
    return _file(paper.csv_text(_paper(of, period, paper.CSV_MOST)), period, "csv")


def _pdf(of: Of) -> Response:
    period = period_asked()
    return _file(paper.pdf(_paper(of, period, paper.PDF_MOST), name=of.name), period, "pdf")


def _paper(of: Of, period: Period, most: int) -> paper.Paper:
    site: str = current_app.config["GATEWAY"].public_url
    return paper.read(parts(), of.account, since=period.starts, until=period.ends, most=most, site=site)


def _file(content: str | bytes, period: Period, kind: str) -> Response:
    return paper.download(content, f"statement-{period.since.isoformat()}-{period.until.isoformat()}", kind)
