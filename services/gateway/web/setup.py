"""The first run: by a link that works once, somebody becomes the first administrator and says how the network is.

The directory decides whether the link works. It makes login, name and texts in one transaction; the limits are the
ledger's, and follow: they can be set again, so a ledger that is away at that moment stops nobody.
"""

from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway import devices
from services.gateway.clients import THE_GATEWAY, Document, PartDown, Refused
from services.gateway.forms_network import SetUpForm
from services.gateway.network import look_again, unit_name
from services.gateway.session import Login, client_address, sessions_of, start, visitor_parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card
from services.gateway.web.refusals import blame, words_for_down, words_for_unknown_outcome
from services.gateway.web.visitors import first_page

Answer = str | Response | tuple[str, int]

_DEAD = "setup.invalid"


@bp.route("/setup/<token>", methods=["GET", "POST"])
@allow("public")
def set_up(token: str) -> Answer:
    """Set up a network that nobody administers yet; logged in at the overview afterwards."""
    form = SetUpForm()
    try:
        if not form.sent:
            visitor_parts().directory.check_setup_link(token)
            return _page(_form())
        if not form.validate():
            return _page(form, status=422)
        made = visitor_parts().directory.set_up(
            token, user=form.user, network=form.network, visit=devices.page_visit(), key=form.key.data
        )
    except Refused as refused:
        if refused.code in (_DEAD, "http.not_found"):
            return _page(None, status=404)
        return _page(form, blame(form, refused), refused.status)
    except PartDown as down:
        sentence = words_for_unknown_outcome(down) if form.sent else words_for_down(down)
        return _page(form if form.sent else None, sentence, 503)
    return _in(form, made)


def _form() -> SetUpForm:
    """Empty, with the limits that accounts begin with so far."""
    policy = card(lambda: _of_the_gateway().policy()).value or {}
    limits = {name: policy.get(f"default_{name}") for name in ("max_negative", "max_positive")}
    return SetUpForm(formdata=None, data={"unit_name": unit_name(), **limits})


def _in(form: SetUpForm, made: Document) -> Response:
    devices.keep_device()
    login = start(made["session"])
    look_again()
    flash(gettext("Welcome! Your network is ready. Next, invite businesses, or let them sign up."), "done")
    _set_limits(form, login)
    return redirect(first_page(login.roles))


def _set_limits(form: SetUpForm, login: Login) -> None:
    # Not by `parts()`: who must set up a second factor first is a visitor there, but this was asked for already.
    ledger = sessions_of(current_app).lines.parts(login.caller, address=client_address()).ledger
    try:
        ledger.set_policy({**form.limits, "reason": gettext("Set up")}, key=form.key.data)
    except (PartDown, Refused):
        flash(gettext("The limits could not be saved. Set them again in a moment, under Settings."), "bad")


def _of_the_gateway() -> Any:
    return sessions_of(current_app).lines.parts(THE_GATEWAY).ledger


def _page(form: SetUpForm | None, problem: str = "", status: int = 200) -> Answer:
    door = url_for("web.admin_log_in")
    return render_template("setup.html", form=form, problem=problem, door=door), status
