"""Leads and suppliers of a member."""

from flask import Response

from services.chassis.clock import rfc3339
from services.chassis.web import allow, answer, follows, query
from services.matcher.api.blueprint import bp, network, only_of
from services.matcher.domain import SIDES, UnknownEntity
from services.matcher.schemas import Asked, match_views

_ASKED = Asked()


@bp.get("/entities/<entity_id>/matches")
@allow("member", "admin")
@follows("directory", "ledger")
def matches(entity_id: str) -> Response:
    """Leads and suppliers of an entity, best first."""
    only_of(entity_id)
    asked = query(_ASKED)
    since = rfc3339(asked["since"]) if asked["since"] else None
    there = network()
    mine = there.entity(entity_id)
    if mine is None or mine.closed:
        raise UnknownEntity(entity_id)
    leads = there.leads(entity_id, since=since, limit=asked["limit"])
    suppliers = there.suppliers(entity_id, since=since, limit=asked["limit"])
    room = {side: there.could_trade_up_to(entity_id, side) for side in SIDES}
    return answer({"leads": match_views(leads), "suppliers": match_views(suppliers), "could_trade_up_to": room})
