"""The administrators' list of businesses, with every filter that there is."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask_babel import gettext

from services.chassis.web import allow
from services.gateway.amounts import MalformedAmount, minor_units
from services.gateway.clients import Document
from services.gateway.presenting import STATUS_WORDS
from services.gateway.session import current, has_role, parts
from services.gateway.web.blueprint import bp
from services.gateway.web.bulk import ADD, TAKE
from services.gateway.web.cards import Card, card, page_asked, paging
from services.gateway.web.finding import TEXT_MAX, Outcome, outcome_of

PAGE_SIZE = 20
STATUSES = tuple(STATUS_WORDS)
LAST_PAGE = 10_000 // PAGE_SIZE
TEXTS = ("q", "name", "offers", "wants", "category", "city", "region", "country", "email", "account", "tagged_since")
FIGURES = {"balance": "balance", "max_pos_bal": "max_positive", "max_neg_bal": "max_negative"}
"""Least amounts, and what the directory calls them."""
BULK = (*(f for f in STATUSES if f != "tradingPending"), ADD, TAKE)
"""What can be done with many at once; applying to trade is for members alone."""
SORTS = ("relevance", "newest", "name", "balance")


@bp.get("/admin/businesses")
@allow("admin", "coordinator")
def admin_businesses() -> tuple[str, int]:
    """All businesses, filtered."""
    filters = filters_asked()
    bounds, problems = bounds_of(filters)
    window = {"page": page_asked(), "page_size": PAGE_SIZE}
    outcome = Outcome(Card(), problems) if problems else outcome_of(lambda: businesses(filters, bounds, **window))
    found = outcome.found
    total = found.value["total"] if found.value else 0
    numbers = [entity["account"] for entity in found.value["entities"]] if found.value else []
    accounts = (card(lambda: parts().ledger.accounts(numbers)).value or []) if has_role("admin") else []
    page = render_template(
        "admin_businesses.html",
        found=found,
        filters=filters,
        problems=outcome.problems,
        statuses=STATUSES,
        sorts=SORTS if _sees_money() else SORTS[:-1],
        sees_money=_sees_money(),
        balances={account["account"]: account["balance"] for account in accounts},
        given={name: value for name, value in filters.items() if value},
        actions=BULK,
        here=request.full_path.rstrip("?"),
        **paging(min(total, LAST_PAGE * PAGE_SIZE), PAGE_SIZE),
    )
    return page, 400 if outcome.problems else 200


def filters_asked() -> dict[str, str]:
    """What the address narrows the list down to; empty texts for all else."""
    return {name: request.args.get(name, "").strip()[:TEXT_MAX] for name in (*TEXTS, *FIGURES, "status", "sort")}


def _sees_money() -> bool:
    """Coordinators look after members, not after what they have."""
    login = current()
    return login is not None and "admin" in login.roles


def bounds_of(filters: Mapping[str, str]) -> tuple[Document, dict[str, str]]:
    """The least amounts as the directory takes them, and what is wrong with which."""
    bounds: Document = {}
    problems: dict[str, str] = {}
    for name, theirs in FIGURES.items():
        text = filters[name].replace("\u2212", "-")
        try:
            amount = minor_units(text.removeprefix("-")) if text else 0
        except MalformedAmount:
            problems[name] = gettext("Write an amount like 25.00, at most two decimals.")
            continue
        if text:
            bounds[theirs] = f">={'-' if text.startswith('-') else ''}{amount}"
    return bounds, problems


def businesses(filters: Mapping[str, str], bounds: Mapping[str, Any], **window: Any) -> Document:
    """`{entities, total, next}` of a part of the list; `window`: page, page_size, after. Raises Refused, PartDown."""
    directory = parts().directory
    status = [filters["status"]] if filters["status"] in STATUSES else list(STATUSES)
    texts: dict[str, Any] = {name: filters[name] for name in TEXTS if filters[name]}
    sort = filters["sort"] if filters["sort"] in SORTS else ""
    if not (texts or bounds or sort):
        # From where it is written: who was registered a moment ago is there.
        return directory.entities(status=status, **window)
    # Without words to be relevant to, the newest are the most interesting.
    order = sort or ("" if texts else "newest")
    return directory.search(**texts, **bounds, status=status, sort=order, **window)
