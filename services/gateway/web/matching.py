"""Who could trade with my business: all leads and suppliers, or those that are new since the last visit."""

from flask import render_template, request

from services.chassis.web import allow
from services.gateway.session import current, parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card
from services.gateway.web.members import my_business, trades

SHOWN = 50
SINCE_LOGIN = "login"


@bp.get("/matches")
@allow("member")
def matches() -> str:
    """Businesses that want what the own one offers, and those that offer what it wants, each with why."""
    business, visited = my_business(), _last_visit()
    new_only = request.args.get("since") == SINCE_LOGIN and visited is not None
    since = visited if new_only else None
    return render_template(
        "matches.html",
        found=card(lambda: parts().matcher.matches(business.entity_id, since=since, limit=SHOWN)),
        new_only=new_only,
        visited=visited,
        most=SHOWN,
        may_pay=trades(business) and business.may("operator"),
    )


def _last_visit() -> str | None:
    """When somebody last logged in before this login (RFC 3339), if ever."""
    login = current()
    return login.previous_login["at"] if login and login.previous_login else None
