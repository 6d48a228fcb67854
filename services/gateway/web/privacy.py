"""My data: what I agreed to, everything that is known, and leaving."""

from contextlib import suppress

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway import exporting
from services.gateway.clients import PartDown, Refused
from services.gateway.closing import close_business
from services.gateway.failures import Forbidden
from services.gateway.forms_privacy import CloseForm, CloseLoginForm
from services.gateway.permissions import acts, before_terms
from services.gateway.session import Login, current, end, parts
from services.gateway.web.blueprint import bp, mine
from services.gateway.web.cards import card
from services.gateway.web.members import my_business
from services.gateway.web.refusals import blame, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]


@bp.get("/my-data")
@allow("member")
@before_terms
def my_data() -> Answer:
    """The page with its forms."""
    return _page()


@bp.get("/my-data/me.zip")
@allow("member")
def my_data_file() -> Response:
    """Everything that is known of me."""
    return exporting.person(parts(), _login().user_id)


@bp.get("/my-data/business.zip")
@allow("member")
@acts("owner")
def business_data_file() -> Response:
    """Everything that is known of my business."""
    return exporting.business(parts(), my_business().entity_id)


@bp.post("/my-data/close-business")
@allow("member")
@before_terms
@acts("owner")
def close_my_business() -> Answer:
    """Close it for good, at a balance of zero."""
    form, business = CloseForm(prefix="business-"), my_business()
    if not form.validate():
        return _page(form=form)
    if form.name.data != business.name:
        form.blame("name", gettext("Type the name as it is: %(name)s", name=business.name))
        return _page(form=form)
    try:
        close_business(parts(), business.entity_id, business.account, form.reason.data or "", form.key.data)
    except Refused as refused:
        return _page(form=form, problem=blame(form, refused), status=refused.status)
    except PartDown as down:
        return _page(form=form, problem=words_for_unknown_outcome(down), status=503)
    flash(gettext("The business is closed. What we know of it is deleted as soon as its account is settled."), "done")
    return redirect(url_for("web.my_data"))


@bp.post("/my-data/close-login")
@allow("member")
@before_terms
def close_my_login() -> Answer:
    """End my login for good."""
    form = CloseLoginForm(prefix="login-")
    if not form.validate():
        return _page(login_form=form)
    try:
        parts().directory.close_user(_login().user_id)
    except Refused as refused:
        return _page(login_form=form, login_problem=blame(form, refused), status=refused.status)
    except PartDown as down:
        return _page(login_form=form, login_problem=words_for_unknown_outcome(down), status=503)
    with suppress(Refused):
        # The session ended with the login: this is about the cookie.
        end()
    flash(gettext("Your login is closed, and what we knew of you is deleted. All the best!"), "done")
    return redirect(url_for("web.home"))


def _page(
    form: CloseForm | None = None, login_form: CloseLoginForm | None = None, status: int = 0, **problems: str
) -> Answer:
    wrong = 422 if form or login_form else 200
    consents = card(lambda: parts().directory.consents(_login().user_id))
    page = render_template(
        "my_data.html",
        consents=consents,
        form=form or CloseForm(formdata=None, prefix="business-"),
        login_form=login_form or CloseLoginForm(formdata=None, prefix="login-"),
        owner=bool((business := mine()) and business.role == "owner"),
        **{"problem": "", "login_problem": "", **problems},
    )
    return page, status or wrong


def _login() -> Login:
    login = current()
    if login is None:
        raise Forbidden
    return login
