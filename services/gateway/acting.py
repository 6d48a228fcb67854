"""For which of several businesses a page acts: the one that its form was made for, else the one chosen, else the first.

The choice is kept in the signed cookie of the pages. Each form says which business it was made for, so a tab that was
opened before the choice changed still acts for the one that it shows.
"""

import flask
from flask import g, request

from services.gateway.failures import Forbidden
from services.gateway.login import Login, Membership

FIELD = "business"
_CHOSEN = "business"


def business_of(login: Login | None) -> Membership | None:
    """The business that this request acts for; None for who has none. Raises Forbidden."""
    if login is None or not login.entities:
        return None
    asked = request.form.get(FIELD, "") if request.method == "POST" and not g.get("failing") else ""
    if asked:
        return _own(login, asked)
    return login.of(str(flask.session.get(_CHOSEN, ""))) or login.entities[0]


def choose(login: Login, entity_id: str) -> Membership:
    """Act for this one from now on. Raises Forbidden."""
    chosen = _own(login, entity_id)
    flask.session[_CHOSEN] = chosen.entity_id
    return chosen


def choose_new(entity_id: str) -> None:
    """Act from the next request on for a business that was registered in this one, which the login knows then."""
    flask.session[_CHOSEN] = entity_id


def _own(login: Login, entity_id: str) -> Membership:
    found = login.of(entity_id)
    if found is None:
        raise Forbidden(
            "auth.not_your_business",
            "This page was made for a business that you do not act for now, so nothing was done. Load it again.",
        )
    return found
