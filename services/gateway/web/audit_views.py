"""The views of auditors on pages, filtered by the address, and each as a file with the same filters."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import render_template, request, url_for
from werkzeug.exceptions import NotFound

from services.chassis.web import allow
from services.gateway.clients import Document
from services.gateway.session import parts
from services.gateway.web.audit_asking import HINTS, LABELS, LONGEST, answered, asked_of
from services.gateway.web.audit_tables import SCREENS
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import names_of

PAGE_SIZE = 50
_MOST_CURSOR = 500
_PARTIES = ("account", "payer", "payee", *(f"account_{number}" for number in range(1, 6)))


@bp.get("/auditor/views/<view>")
@allow("auditor", "admin")
def audit_view(view: str) -> tuple[str, int]:
    """A view of the whole book as a table, page by page."""
    if view not in SCREENS:
        raise NotFound
    asked, after = asked_of(view), cursor()
    found, problems = answered(
        asked, lambda: parts().ledger.audit(view, {**asked.query, "limit": PAGE_SIZE, "after": after or None})
    )
    rows = found.value["rows"] if found.value else []
    page = render_template(
        "audit_view.html",
        view=view,
        screen=SCREENS[view],
        screens=SCREENS,
        asked=asked,
        problems=problems,
        labels=LABELS,
        hints=HINTS,
        longest=LONGEST,
        found=found,
        rows=rows,
        names=names_of(_accounts(rows)) if rows else {},
        file=url_for("web.audit_csv", view=view, **asked.address),
        first=url_for("web.audit_view", view=view, **asked.given) if after else "",
        more=more_link("web.audit_view", found.value, view=view, **asked.given),
    )
    return page, 400 if problems else 200


def cursor() -> str:
    """Where the page begins: the ledger's own words, empty at the first."""
    return request.args.get("after", "")[:_MOST_CURSOR]


def more_link(endpoint: str, page: Document | None, **address: Any) -> str:
    """To the next page; empty when there is none."""
    following = page["next"] if page else None
    return url_for(endpoint, **address, after=following) if following else ""


def _accounts(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    return (row[name] for row in rows for name in _PARTIES if row.get(name))
