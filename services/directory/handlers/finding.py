"""Use cases of the search: a page of what is found, with its reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.directory import places
from services.directory.handlers.reading import Reader
from services.directory.search import (
    MAX_WINDOW,
    Effort,
    Search,
    asks_nearly,
    efforts,
    first_of,
    request,
    suggesting,
    why,
)
from services.directory.search.cursor import decoded, encoded
from services.directory.search.explaining import distance_km, place_why
from services.directory.search.facets import facets
from services.directory.store import EntityIndex, Found, Hit
from services.directory.views import View
from services.directory.words import folded_name


@dataclass(frozen=True, slots=True)
class Page:
    """What was found. `effort` is how hard it was looked for; `following` the cursor of the next page, if any."""

    entities: list[View]
    total: int
    effort: Effort = "as_typed"
    following: str | None = None
    facets: Mapping[str, Any] = field(default_factory=dict)


def find(index: EntityIndex, reader: Reader, asked: Search, cursor: str = "") -> Page:
    """A page of EntityViews with `why`. Raises SearchUnavailable, CursorInvalid."""
    if cursor:
        effort, values = decoded(asked, cursor)
        return _page(reader, asked, effort, _answered(index, replace(asked, after=values, skip=0), effort))
    beyond = asked.skip + asked.limit > MAX_WINDOW
    wanted = first_of(asked) if beyond else asked
    tried = efforts(asked)
    for effort in tried:
        found = _answered(index, wanted, effort)
        if found.total or effort == tried[-1]:
            break
    return _page(reader, asked, effort, found)


def _answered(index: EntityIndex, asked: Search, effort: Effort) -> Found:
    known = index.words.known() if asks_nearly(asked) else None
    return index.search(request(asked, effort, known=known))


def _page(reader: Reader, asked: Search, effort: Effort, found: Found) -> Page:
    full = asked.limit > 0 and len(found.hits) == asked.limit
    following = encoded(asked, effort, found.hits[-1].sort) if full else None
    counted = facets(found.aggregations, with_status=reader.sees_all)
    return Page([_shown(reader, asked, hit, effort) for hit in found.hits], found.total, effort, following, counted)


def _shown(reader: Reader, asked: Search, hit: Hit, effort: Effort) -> View:
    shown = reader.shown(dict(hit.source["view"]))
    # From what the reader sees: a reason must not tell what a field hides.
    found = {**shown, "why": why(asked, shown, effort)}
    place = hit.source.get("place")
    if asked.near is None or not place:
        return found
    away = distance_km(asked.near, place)
    return {**found, "distance_km": away, "why": [*found["why"], place_why(asked.near, shown["city"], away)]}


def suggestions(index: EntityIndex, text: str) -> View:
    """`{tags, businesses, places, categories}`, at most ten of each. Raises SearchUnavailable."""
    start = suggesting.start_of(text)
    if not start:
        return {"tags": [], "businesses": [], "places": [], "categories": []}
    names, counts = index.search_all(suggesting.requests(start))
    kinds = {kind: suggesting.shown(start, counts.aggregations[kind]["buckets"]) for kind in suggesting.KINDS}
    businesses = [(view["entity_id"], view["name"]) for view in (hit.source["view"] for hit in names.hits)]
    towns = _towns(kinds["cities"], text)
    if not (businesses or towns or any(kinds.values())):
        businesses, kinds = _mistyped(index, start)
        towns = kinds["cities"]
    return {
        "tags": kinds["tags"],
        "businesses": [{"entity_id": entity_id, "name": name} for entity_id, name in businesses],
        "places": towns,
        "categories": kinds["categories"],
    }


def _towns(cities: list[str], text: str) -> list[str]:
    """Towns where businesses are, then others of that name."""
    known = {folded_name(city).whole for city in cities}
    others = [town for town in places.towns_like(text, suggesting.MOST) if town.folded not in known]
    return [*cities, *(f"{town.name}, {town.area}" for town in others)][: suggesting.MOST]


def _mistyped(index: EntityIndex, start: str) -> tuple[list[tuple[str, str]], dict[str, list[str]]]:
    wanted = suggesting.mistyped_request(start)
    views = [hit.source["view"] for hit in index.search(wanted).hits] if wanted else []
    names = suggesting.nearly(start, [view["name"] for view in views], tags=False)
    businesses = [(view["entity_id"], view["name"]) for view in views if view["name"] in names][: suggesting.MOST]
    tags = [tag for view in views for tag in (*view["offers"], *view["wants"])]
    return businesses, {
        "tags": suggesting.nearly(start, tags, tags=True),
        "categories": suggesting.nearly(start, [name for view in views for name in view["categories"]], tags=True),
        "cities": suggesting.nearly(start, [view["city"] for view in views], tags=False),
    }
