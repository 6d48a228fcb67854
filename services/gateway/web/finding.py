"""The page that finds businesses: words, filters, facets, places. Everything asked is in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request, url_for

from services.chassis.web import allow
from services.gateway.clients import Document, Refused
from services.gateway.session import parts
from services.gateway.web.blueprint import bp, mine
from services.gateway.web.cards import Card, card, page_asked, paging

PAGE_SIZE = 10
LAST_PAGE = 1_000
"""Pages by number end at 10 000 hits; nobody reads as far."""
SIDES = ("any", "offers", "wants", "name")
SORTS = ("relevance", "distance", "newest", "name")
RADII = (5, 10, 25, 50, 100)
TEXTS = ("category", "city", "region", "country", "near")
TEXT_MAX = 100
LINE_MAX = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a search: the card, and what was wrong with which filter."""

    found: Card
    problems: Mapping[str, str] = field(default_factory=dict)


@bp.get("/businesses")
@allow("public")
def find() -> tuple[str, int]:
    """The directory, searched by what businesses offer or want, or by name."""
    filters = _filters()
    outcome = outcome_of(lambda: parts().directory.search(**_asked(filters), page=page_asked(), page_size=PAGE_SIZE))
    total = outcome.found.value["total"] if outcome.found.value else 0
    page = render_template(
        "find.html",
        filters=filters,
        sides=SIDES,
        sorts=SORTS,
        radii=RADII,
        found=outcome.found,
        problems=outcome.problems,
        chosen={name: value for name, value in filters.items() if name in TEXTS and value},
        address=lambda **changes: url_for("web.find", **_short({**filters, **changes})),
        **paging(min(total, LAST_PAGE * PAGE_SIZE), PAGE_SIZE),
    )
    return page, 400 if outcome.problems else 200


def outcome_of(search: Any) -> Outcome:
    """Does a search: a filter that makes no sense is told beside it, a service that is down spoils its card alone."""
    try:
        # Inside, so that only what names a filter gets past the card.
        return Outcome(card(lambda: _told(search)))
    except _Wrong as wrong:
        return Outcome(Card(), wrong.problems)


class _Wrong(Exception):
    """The directory named filters that make no sense."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(problems)
        self.problems = problems


def _told(search: Any) -> Document:
    try:
        found: Document = search()
    except Refused as refused:
        if not refused.errors:
            raise
        raise _Wrong({name: _sentence(said) for name, said in refused.errors.items()}) from refused
    return found


def _sentence(said: Any) -> str:
    return " ".join(map(str, said)) if isinstance(said, list) else str(said)


def _filters() -> dict[str, str]:
    """What the address asks for; what makes no sense there is as if it were not."""
    given = request.args
    side, sort, within = given.get("side", ""), given.get("sort", ""), given.get("within", "")
    return {
        "q": given.get("q", "").strip()[:LINE_MAX],
        "side": side if side in SIDES else "any",
        **{name: given.get(name, "").strip()[:TEXT_MAX] for name in TEXTS},
        "within": within if within in map(str, RADII) else "25",
        "sort": sort if sort in SORTS else "relevance",
        "favourites": "yes" if given.get("favourites") and mine() else "",
    }


def _asked(filters: Mapping[str, str]) -> Document:
    """The same as the directory's search takes it."""
    business = mine()
    near = filters["near"]
    return {
        "q": filters["q"],
        "in": filters["side"],
        **{name: filters[name] for name in TEXTS},
        "within": filters["within"] if near else "",
        # Without a place there is no distance to sort by.
        "sort": "" if filters["sort"] == "distance" and not near else filters["sort"],
        "is": "favourite" if filters["favourites"] else "",
        "querying_entity_id": business.entity_id if business else "",
        "facets": "true",
    }


def _short(filters: Mapping[str, Any]) -> dict[str, Any]:
    """An address without what goes without saying."""
    usual = {"side": "any", "sort": "relevance", "within": "25" if filters.get("near") else filters.get("within")}
    return {name: value for name, value in filters.items() if value and usual.get(name) != value}
