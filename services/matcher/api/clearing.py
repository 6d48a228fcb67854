"""Suggestions for administrators."""

from typing import Any

from flask import Response

from services.chassis.web import allow, answer, follows
from services.matcher.api.blueprint import bp, network
from services.matcher.clearing import Strained, Suggestion, clearing_of
from services.matcher.domain import Entity


@bp.get("/clearing")
@allow("admin")
@follows("directory", "ledger")
def clearing() -> Response:
    """Trades that would bring balances near a limit back towards zero."""
    found = clearing_of(network())
    return answer(
        {
            "below": [_strained(each) for each in found.below],
            "above": [_strained(each) for each in found.above],
            "pairs": [_suggestion(each) for each in found.pairs],
            "chains": [_suggestion(each) for each in found.chains],
        }
    )


def _entity(entity: Entity) -> dict[str, Any]:
    return {"entity_id": entity.entity_id, "account": entity.account, "name": entity.name}


def _strained(each: Strained) -> dict[str, Any]:
    return {**_entity(each.entity), "balance": each.balance, "percent": each.percent}


def _suggestion(each: Suggestion) -> dict[str, Any]:
    return {
        "giver": _strained(each.giver),
        "receiver": _strained(each.receiver),
        "over": _entity(each.over) if each.over else None,
        "gives": [
            {"giver": give.giver, "receiver": give.receiver, "offer": give.offer, "want": give.want}
            for give in each.gives
        ],
        "amount": each.amount,
    }
