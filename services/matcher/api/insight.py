"""What the network lacks, for those who look after it."""

from typing import Any

from flask import Response, current_app

from services.chassis.web import allow, answer, follows
from services.matcher.api.blueprint import bp, network
from services.matcher.insight import Lacking, Wanted, insight_of

_SHOWN, _MONTHS, _OF_EACH = 100, 12, 5


@bp.get("/insight")
@allow("admin")
@follows("directory")
def insight() -> Response:
    """Unmet wants, unused offers, most wanted tags by area and month."""
    found = insight_of(network(), limit=_SHOWN, months=_MONTHS, of_each=_OF_EACH)
    return answer(
        {
            "members": found.members,
            "unmet": [_lacking(each) for each in found.unmet],
            "unused": [_lacking(each) for each in found.unused],
            "months": [_wanted(each) for each in found.months],
        }
    )


@bp.get("/followed")
@allow("admin")
def followed() -> Response:
    """How far the directory and the ledger are followed."""
    found = {name: read() for name, read in current_app.extensions["followed"].items()}
    return answer({"head": None, "followed": found})


def _lacking(each: Lacking) -> dict[str, Any]:
    towns = [{"town": town, "members": members} for town, members in each.towns]
    return {"tag": each.tag, "members": each.members, "newest_at": each.newest_at, "towns": towns}


def _wanted(each: Wanted) -> dict[str, Any]:
    return {"month": each.month, "area": each.area, "tag": each.tag, "members": each.members}
