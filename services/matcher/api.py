"""The matcher's HTTP interface."""

from flask import Blueprint, Response, current_app

from services.chassis.clock import rfc3339
from services.chassis.web import Problem, Unavailable, allow, answer, caller, follows, query
from services.matcher.domain import UnknownEntity
from services.matcher.follower import Follower
from services.matcher.schemas import Asked, match_views
from services.matcher.store import StoreAway

bp = Blueprint("matches", __name__)

_ASKED = Asked()


@bp.app_errorhandler(StoreAway)
def unavailable(_: StoreAway) -> Response:
    """503 with Retry-After."""
    return current_app.handle_user_exception(  # type: ignore[return-value]
        Unavailable("matches.unavailable", "Matches can't be looked up at the moment. Try again in a moment.")
    )


@bp.app_errorhandler(UnknownEntity)
def unknown(_: UnknownEntity) -> Response:
    """404."""
    return current_app.handle_user_exception(  # type: ignore[return-value]
        Problem(404, "entity.unknown", "There is no such business.")
    )


@bp.get("/entities/<entity_id>/matches")
@allow("member", "admin")
@follows("directory", "ledger")
def matches(entity_id: str) -> Response:
    """Leads and suppliers of an entity, best first."""
    if "admin" not in caller().roles and entity_id not in caller().entities | caller().viewed:
        raise Problem(403, "entity.not_yours", "These are another business's matches.")
    asked = query(_ASKED)
    since = rfc3339(asked["since"]) if asked["since"] else None
    follower: Follower = current_app.extensions["follower"]
    network = follower.network()
    mine = network.entity(entity_id)
    if mine is None or mine.closed:
        raise UnknownEntity(entity_id)
    leads = network.leads(entity_id, since=since, limit=asked["limit"])
    suppliers = network.suppliers(entity_id, since=since, limit=asked["limit"])
    return answer({"leads": match_views(leads), "suppliers": match_views(suppliers)})
