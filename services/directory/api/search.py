"""The search, and suggestions while somebody types."""

from flask import Response

from services.chassis.web import allow, answer, follows, query
from services.directory.api.blueprint import READERS, bp, only_admins_filter, reader, the_directory, the_index, window
from services.directory.handlers import favourites, finding, reading
from services.directory.schemas.reads import SearchQuery, TagsQuery
from services.directory.search import Search
from services.directory.words import normal_tag

_SEARCH, _TAGS = SearchQuery(), TagsQuery()


@bp.get("/search")
@allow(*READERS)
@follows("directory")
def search() -> Response:
    """Find entities by what they offer, want, or are called."""
    asked = query(_SEARCH)
    only_admins_filter(asked["status"])
    reads, (skip, limit) = reader(), window(asked)
    mine = favourites.querying(reads, asked["querying_entity_id"])
    wanted = Search(
        statuses=reading.visible(reads, asked["status"]),
        offers=asked["offers"],
        wants=asked["wants"],
        name=asked["name"],
        categories=tuple(filter(None, [normal_tag(asked["category"])])),
        tagged_since=asked.get("tagged_since"),
        skip=skip,
        limit=limit,
    )
    found = finding.find(the_index(), reads, wanted)
    return answer({"entities": favourites.marked(the_directory().store, mine, found.entities), "total": found.total})


@bp.get("/tags")
@allow(*READERS)
def tags() -> Response:
    """Suggestions while somebody types."""
    return answer({"tags": reading.suggested_tags(the_directory().store, query(_TAGS)["fragment"])})
