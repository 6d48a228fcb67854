"""Trading loops: rings of two to five businesses each of which wants what the next offers, and who is interested."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms_trading import InterestForm
from services.gateway.permissions import acts
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card
from services.gateway.web.members import my_business, trades
from services.gateway.web.refusals import words, words_for_down

Answer = str | Response | tuple[str, int]

SHOWN = 20
_RADIUS, _CENTRE = 70, 100


@bp.get("/loops")
@allow("member")
def loops() -> str:
    """The loops of my business, the best first."""
    business = my_business()
    found = card(lambda: parts().matcher.loops(business.entity_id, limit=SHOWN)) if trades(business) else None
    listed = found.value["loops"] if found and found.value else []
    shown = [_told(each, business.entity_id) for each in listed]
    return render_template("loops.html", found=found, loops=shown)


@bp.get("/loops/<loop_id>")
@allow("member")
def loop(loop_id: str) -> str:
    """One loop: who gives what to whom, and who is interested."""
    business = my_business()
    return _page(parts().matcher.loop(business.entity_id, loop_id))


def _page(document: Document) -> str:
    business = my_business()
    return render_template(
        "loop.html",
        ring=_told(document, business.entity_id),
        points=ring_points(len(document["members"])),
        may_act=business.may("operator"),
    )


@bp.post("/loops/<loop_id>/interest")
@allow("member")
@acts("operator")
def say_interest(loop_id: str) -> Answer:
    """Say that my business is interested, or no more."""
    form, business = InterestForm(), my_business()
    if not form.validate():
        return redirect(url_for("web.loop", loop_id=loop_id))
    wanted = form.interested.data == "yes"
    try:
        told = parts().matcher.say_interest(business.entity_id, loop_id, interested=wanted)
    except Refused as refused:
        flash(words(refused), "bad")
    except PartDown as down:
        flash(words_for_down(down), "bad")
    else:
        flash(_said(told, wanted=wanted), "done")
    return redirect(url_for("web.loop", loop_id=loop_id))


def _said(told: Document, *, wanted: bool) -> str:
    if not wanted:
        return gettext("You are not interested any more: the others see it.")
    if all(each["interested_at"] for each in told["members"]):
        return gettext("All are interested! Everybody is told; now talk to each other about amounts and dates.")
    return gettext("The others see that you are interested. When all are, everybody is told.")


def _told(document: Document, mine: str) -> Mapping[str, Any]:
    """The loop as it is shown: steps from what mine gives to what it gets, and how many are interested."""
    members = {each["entity_id"]: each for each in document["members"]}
    interested = sum(1 for each in document["members"] if each["interested_at"])
    own = members.get(mine)
    return {
        **document,
        "steps": _steps(document["gives"], members, mine),
        "interested": interested,
        "i_am": bool(own and own["interested_at"]),
        "mine": mine,
    }


def _steps(gives: Sequence[Document], members: Mapping[str, Document], mine: str) -> list[dict[str, Any]]:
    by_giver = {give["giver"]: give for give in gives}
    steps: list[dict[str, Any]] = []
    giver = mine
    while (give := by_giver.get(giver)) and len(steps) < len(gives):
        ends = {"giver": members.get(giver), "receiver": members.get(give["receiver"])}
        steps.append({**give, **ends})
        giver = give["receiver"]
    return steps


def ring_points(count: int) -> list[tuple[int, int]]:
    """Places on a circle, the first at the top, clockwise: for a drawing of 200 by 200."""
    turns = [2 * math.pi * index / max(count, 1) for index in range(count)]
    return [(round(_CENTRE + _RADIUS * math.sin(turn)), round(_CENTRE - _RADIUS * math.cos(turn))) for turn in turns]
