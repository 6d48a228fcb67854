"""Trading loops of a member."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from services.chassis.logs import correlation_id
from services.chassis.web import allow, answer, caller, follows, query
from services.matcher import agreeing
from services.matcher.agreeing import Seen
from services.matcher.api.blueprint import bp, network, now, only_for, only_of, the_store
from services.matcher.api.commands import Told, Work, once
from services.matcher.domain import distance_km
from services.matcher.schemas_standing import LoopsAsked

_LOOPS = LoopsAsked()


@bp.get("/entities/<entity_id>/loops")
@allow("member", "admin")
@follows("directory", "ledger")
def loops(entity_id: str) -> Response:
    """A trading member's loops, the best first."""
    only_of(entity_id)
    found = agreeing.loops_of(network(), the_store(), entity_id, query(_LOOPS)["limit"])
    return answer({"loops": [_view(each) for each in found]})


@bp.get("/entities/<entity_id>/loops/<loop_id>")
@allow("member", "admin")
@follows("directory", "ledger")
def loop(entity_id: str, loop_id: str) -> Response:
    """One of them."""
    only_of(entity_id)
    return answer(_view(agreeing.loop_of(network(), the_store(), entity_id, loop_id)))


@bp.post("/entities/<entity_id>/loops/<loop_id>/interest")
@allow("member")
@follows("directory", "ledger")
def be_interested(entity_id: str, loop_id: str) -> Response:
    """Say that the member is interested; when it is the last of them, all are told."""
    only_for(entity_id)

    def prepare() -> Work:
        said = {"by": caller().actor, "correlation_id": correlation_id(), "now": now()}
        say = agreeing.be_interested(network(), the_store(), entity_id, loop_id, **said)
        return lambda tx: _told(say(tx))

    return once({}, prepare)


@bp.delete("/entities/<entity_id>/loops/<loop_id>/interest")
@allow("member")
@follows("directory", "ledger")
def be_interested_no_more(entity_id: str, loop_id: str) -> Response:
    """Take it back."""
    only_for(entity_id)

    def prepare() -> Work:
        withdraw = agreeing.be_interested_no_more(network(), the_store(), entity_id, loop_id)
        return lambda tx: _told(withdraw(tx))

    return once({}, prepare)


def _told(seen: Seen) -> Told:
    return Told(document=_view(seen), subjects=[each.entity_id for each in seen.members])


def _view(seen: Seen) -> Mapping[str, Any]:
    members = list(seen.members)
    places = [each.place for each in members]
    legs = [distance_km(a, b) for a, b in zip(places, [*places[1:], places[0]], strict=True)]
    return {
        "loop_id": seen.loop_id,
        "score": seen.score,
        "open": seen.open,
        "members": [
            {
                "entity_id": each.entity_id,
                "account": each.account,
                "name": each.name,
                "city": each.city,
                "interested_at": seen.interested.get(each.entity_id),
            }
            for each in members
        ],
        "gives": [
            {"giver": give.giver, "receiver": give.receiver, "offer": give.offer, "want": give.want}
            for give in seen.gives
        ],
        "farthest_km": max((km for km in legs if km is not None), default=None),
        "agreed_at": seen.agreed_at,
    }
