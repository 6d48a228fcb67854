"""The search, and suggestions while somebody types."""

from typing import Any

from flask import Response, request
from marshmallow import ValidationError

from services.chassis.web import Problem, allow, answer, caller, follows, query
from services.directory import places
from services.directory.api.blueprint import READERS, bp, reader, the_directory, the_index, window
from services.directory.handlers import favourites, finding, reading
from services.directory.schemas.reads import TagsQuery
from services.directory.schemas.search import FIGURES, STAFF_ALONE, SearchQuery, SuggestionsQuery, point_of
from services.directory.search import CursorInvalid, Near, Search

_SEARCH, _SUGGESTIONS, _TAGS = SearchQuery(), SuggestionsQuery(), TagsQuery()


def _asks_for_figures() -> bool:
    """Only then must the ledger's news be here: a search for bread goes on without them."""
    return any(name.startswith(FIGURES) for name in request.args) or request.args.get("sort") == "balance"


@bp.get("/search")
@allow(*READERS)
@follows("directory")
@follows("ledger", when=_asks_for_figures)
def search() -> Response:
    """Find entities by everything that is said of them."""
    asked = query(_SEARCH)
    _only_staff(asked)
    reads, store = reader(), the_directory().store
    mine = favourites.querying(reads, asked["querying_entity_id"])
    wanted = _wanted(asked, tuple(store.favourites.of(mine)) if asked["is_"] else None)
    try:
        found = finding.find(the_index(), reads, wanted, asked["after"])
    except CursorInvalid as error:
        sentence = "This cursor belongs to another search. Begin again without it."
        raise ValidationError(sentence, "after") from error
    document = {
        "entities": favourites.marked(store, mine, found.entities),
        "total": found.total,
        "effort": found.effort,
        "next": found.following,
    }
    return answer(document | ({"facets": found.facets} if asked["facets"] else {}))


def _only_staff(asked: dict[str, Any]) -> None:
    """Raises Problem when somebody else asks for what is for the network's staff, or for administrators, to know."""
    roles = caller().roles
    money = [name for name in FIGURES if asked.get(name)] + ["sort"] * (asked["sort"] == "balance")
    if money and "admin" not in roles:
        raise Problem(403, "auth.forbidden", f"Looking by {money[0]} is for administrators.")
    forbidden = [name for name in STAFF_ALONE if asked.get(name)]
    if forbidden and not roles & {"admin", "coordinator"}:
        raise Problem(403, "auth.forbidden", f"Looking by {forbidden[0]} is for the network's staff.")


def _wanted(asked: dict[str, Any], only: tuple[str, ...] | None) -> Search:
    skip, limit = window(asked)
    return Search(
        statuses=reading.visible(reader(), asked["status"]),
        **{name: asked[name] for name in ("text", "offers", "wants", "name", "city", "region", "country")},
        categories=tuple(asked["category"]),
        near=_near(asked["near"], asked["within"]),
        has=tuple(asked["has"]),
        email=asked["email"].strip().lower(),
        account=asked["account"].replace(" ", ""),
        bounds=tuple(bound for name in FIGURES for bound in asked.get(name, ())),
        only=only,
        tagged_since=asked.get("tagged_since"),
        sort=asked["sort"],
        facets=asked["facets"],
        skip=skip,
        limit=limit,
    )


def _near(text: str, km: int) -> Near | None:
    """Where to look around. Raises ValidationError for a town that we don't know."""
    if not text.strip():
        return None
    if point := point_of(text):
        return Near(*point, km)
    town = places.town(text)
    if town is None:
        sentence = f"We know no town called “{text.strip()}”. Try a bigger one nearby, or a latitude and longitude."
        raise ValidationError(sentence, "near")
    return Near(town.latitude, town.longitude, km, f"{town.name}, {town.area}")


@bp.get("/suggestions")
@allow(*READERS)
def suggestions() -> Response:
    """Tags, names, places and categories that fit what was typed so far; of listed businesses alone."""
    return answer(finding.suggestions(the_index(), query(_SUGGESTIONS)["text"]))


@bp.get("/tags")
@allow(*READERS)
def tags() -> Response:
    """Suggestions of tags alone."""
    return answer({"tags": reading.suggested_tags(the_directory().store, query(_TAGS)["fragment"])})
