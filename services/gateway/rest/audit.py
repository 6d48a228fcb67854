"""What auditors ask: views of the whole book as pages or as CSV, the events themselves, a head signed now."""

from collections.abc import Callable
from typing import Any

from flask import Response

from services.chassis.web import allow
from services.gateway import auditing, session, streaming
from services.gateway.amounts import json_number
from services.gateway.clients import Document
from services.gateway.fields import camel
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import operation
from services.gateway.schemas_proofs import AuditRows, ExportQuery, Head, PagedViewQuery, ViewQuery

_AUDITORS = ("auditor", "admin")
_BROAD = {422: ("request.too_broad",)}


@bp.post("/audit/head")
@allow(*_AUDITORS)
@operation(
    "Have a head signed that covers everything up to now",
    data=Head(),
    codes={503: ("head.not_signed", "proof.building")},
)
def sign_head() -> Document:
    """503 `head.not_signed` when none came in time."""
    return session.parts().ledger.sign_head()


@bp.get("/audit/export")
@allow(*_AUDITORS)
@operation(
    "All events, or a range of them, as a file that mccs-audit checks",
    query=ExportQuery(),
    media=streaming.EXPORT_TYPES,
    notes="NDJSON, streamed. Complete only with its last line, a signed manifest.",
    codes={404: ("head.none", "proof.not_covered"), 503: ("export.busy", "proof.building")},
)
def export(query: Document) -> Response:
    """Passed on as the ledger streams it."""
    packed = "true" if query.pop("gzip") else None
    return streaming.passed_on(session.parts().ledger.export(**query, gzip=packed))


def _add(name: str, view: auditing.View) -> None:
    """The two routes of a view."""
    columns = f"Columns: {', '.join(view.columns)}."
    paged = PagedViewQuery(only=(*view.asked, "after", "limit"))
    page = operation(view.summary, query=paged, data=AuditRows(), notes=columns, codes=_BROAD)
    file = operation(
        f"{view.summary}, as CSV", query=ViewQuery(only=view.asked), media=("text/csv",), notes=columns, codes=_BROAD
    )
    endpoint = f"audit_{name.replace('-', '_')}"
    bp.add_url_rule(f"/audit/{name}", endpoint, allow(*_AUDITORS)(page(_page_of(name))))
    bp.add_url_rule(f"/audit/{name}.csv", f"{endpoint}_csv", allow(*_AUDITORS)(file(_file_of(name))))


def _page_of(name: str) -> Callable[..., Document]:
    def page(query: Document) -> Document:
        found = session.parts().ledger.audit(name, auditing.question(query))
        facts = {fact: value for fact, value in found.items() if fact not in ("rows", "next")}
        return {"rows": [_plain(row) for row in found["rows"]], "next": found["next"], "facts": _plain(facts)}

    return page


def _file_of(name: str) -> Callable[..., Response]:
    def file(query: Document) -> Response:
        lines = auditing.csv_of(session.parts().ledger, name, auditing.question(query))
        return streaming.csv_file(lines, f"{name}.csv")

    return file


def _plain(values: Document) -> dict[str, Any]:
    """Names and amounts as everywhere in this API."""
    return {
        camel(name): json_number(value) if name in auditing.MONEY and isinstance(value, int) else value
        for name, value in values.items()
    }


for _name, _view in auditing.VIEWS.items():
    _add(_name, _view)
