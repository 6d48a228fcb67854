"""What a member says is not relevant to it: the pair is hidden from it, and counts less for all when several say so."""

from typing import Any

from flask import Response

from services.chassis.web import Problem, allow, answer, body, follows
from services.matcher.api.blueprint import bp, network, now, only_for, only_of
from services.matcher.api.commands import Told, Work, once
from services.matcher.domain import Feedback, UnknownEntity
from services.matcher.network import Network
from services.matcher.opinions import feedback_id_of
from services.matcher.schemas import FeedbackBody
from services.matcher.store import Tx
from services.matcher.store import feedback as said

_FEEDBACK = FeedbackBody()


@bp.get("/entities/<entity_id>/feedback")
@allow("member", "admin")
@follows("directory")
def feedback(entity_id: str) -> Response:
    """What a member has hidden, the newest first."""
    only_of(entity_id)
    there = network()
    return answer({"feedback": [_view(there, each) for each in there.opinions.of(entity_id)]})


@bp.post("/entities/<entity_id>/feedback")
@allow("member")
@follows("directory")
def give_feedback(entity_id: str) -> Response:
    """Hide a pair of tags with another member; hiding it again changes nothing."""
    only_for(entity_id)
    asked = body(_FEEDBACK)

    def prepare() -> Work:
        there = network()
        there.member(entity_id)
        if (other := there.entity(asked["other_id"])) is None or not other.listed or other.entity_id == entity_id:
            raise UnknownEntity(asked["other_id"])
        given = Feedback(feedback_id=feedback_id_of(entity_id, **asked), entity_id=entity_id, **asked, at=now())

        def give(tx: Tx) -> Told:
            said.give(tx, given)
            return Told(document=_view(there, given), status=201, subjects=(entity_id, other.entity_id))

        return give

    return once(asked, prepare)


@bp.delete("/entities/<entity_id>/feedback/<feedback_id>")
@allow("member")
def take_feedback_back(entity_id: str, feedback_id: str) -> Response:
    """Show the pair again."""
    only_for(entity_id)

    def take_back(tx: Tx) -> Told:
        if not said.take_back(tx, entity_id, feedback_id):
            raise Problem(404, "feedback.unknown", "That is shown already.")
        return Told(document={"feedback_id": feedback_id})

    return once({}, lambda: take_back)


def _view(there: Network, each: Feedback) -> dict[str, Any]:
    other = there.entity(each.other_id)
    return {
        "feedback_id": each.feedback_id,
        "other_id": each.other_id,
        "name": other.name if other and other.listed else "",
        "mine": each.mine,
        "theirs": each.theirs,
        "side": each.side,
        "at": each.at,
    }
