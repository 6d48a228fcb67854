"""Saved searches of a member."""

from typing import Any

from flask import Response

from services.chassis.web import Problem, allow, answer, body, follows
from services.matcher.api.blueprint import bp, network, now, only_for, only_of, the_store
from services.matcher.api.commands import Told, Work, once
from services.matcher.domain import UnknownEntity
from services.matcher.network import Network
from services.matcher.schemas_standing import SearchBody
from services.matcher.searching import SavedSearch, found_now, search_id_of
from services.matcher.store import Tx, searches

_SEARCH = SearchBody()


@bp.get("/entities/<entity_id>/searches")
@allow("member", "admin")
@follows("directory")
def saved_searches(entity_id: str) -> Response:
    """A member's searches, the newest first, each with how many it finds now."""
    only_of(entity_id)
    there = network()
    return answer({"searches": [_view(there, each) for each in searches.of_entity(the_store(), entity_id)]})


@bp.post("/entities/<entity_id>/searches")
@allow("member")
@follows("directory")
def save_search(entity_id: str) -> Response:
    """Keep a search; the same one again is the one that is there."""
    only_for(entity_id)
    asked = body(_SEARCH)

    def prepare() -> Work:
        there = network()
        owner = there.entity(entity_id)
        if owner is None or owner.closed:
            raise UnknownEntity(entity_id)
        criteria = (asked["text"], asked["side"], asked["max_km"], asked["category"])
        kept_as = search_id_of(entity_id, *criteria)
        search = SavedSearch(search_id=kept_as, entity_id=entity_id, **asked, created_at=now())

        def save(tx: Tx) -> Told:
            return Told(document=_view(there, searches.save(tx, search)), status=201, subjects=(entity_id,))

        return save

    return once(asked, prepare)


@bp.delete("/entities/<entity_id>/searches/<search_id>")
@allow("member")
def delete_search(entity_id: str, search_id: str) -> Response:
    """Tell of nothing more for this search."""
    only_for(entity_id)

    def delete(tx: Tx) -> Told:
        if not searches.delete(tx, entity_id, search_id):
            raise Problem(404, "search.unknown", "There is no such saved search: it may have been deleted already.")
        return Told(document={"search_id": search_id})

    return once({}, lambda: delete)


def _view(there: Network, search: SavedSearch) -> dict[str, Any]:
    return {
        "search_id": search.search_id,
        "text": search.text,
        "side": search.side,
        "max_km": search.max_km,
        "category": search.category,
        "created_at": search.created_at,
        "found": len(found_now(there, search)),
    }
