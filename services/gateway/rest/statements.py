"""Statements of one's own business as files with a code."""

from flask import Response, current_app

from services.chassis.web import allow
from services.gateway import paper, session
from services.gateway.clients import Document
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import login, must_own
from services.gateway.rest.operations import operation
from services.gateway.schemas_proofs import StatementFileQuery

_NOTES = (
    "Carries a code by which anybody can compare it with the ledger at /check. "
    "Beyond {} entries: 422 `statement.too_long`."
)


@bp.get("/statement.csv")
@allow("member")
@operation(
    "The statement of a period as CSV, oldest first",
    query=StatementFileQuery(),
    media=("text/csv",),
    notes=_NOTES.format(paper.CSV_MOST),
    codes={404: ("account.unknown",), 422: ("statement.too_long",)},
)
def statement_csv(query: Document) -> Response:
    """`mccs-audit --statement` reads it."""
    return paper.download(paper.csv_text(_paper(query, paper.CSV_MOST)), "statement", "csv")


@bp.get("/statement.pdf")
@allow("member")
@operation(
    "The statement of a period as PDF, oldest first",
    query=StatementFileQuery(),
    media=("application/pdf",),
    notes=_NOTES.format(paper.PDF_MOST),
    codes={404: ("account.unknown",), 422: ("statement.too_long",)},
)
def statement_pdf(query: Document) -> Response:
    """To print and to send."""
    own = next((item for item in login().entities if item.entity_id == query["querying_entity_id"]), None)
    whole = _paper(query, paper.PDF_MOST)
    return paper.download(paper.pdf(whole, name=own.name if own else ""), "statement", "pdf")


def _paper(query: Document, most: int) -> paper.Paper:
    account = must_own(query["querying_entity_id"])
    site: str = current_app.config["GATEWAY"].public_url
    return paper.read(
        session.parts(), account, since=query.get("since"), until=query.get("until"), most=most, site=site
    )
