"""Who could trade with my business: all leads and suppliers, or those that are new since the last visit or mail."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import PartDown, Refused
from services.gateway.forms_keeping import ConfirmForm
from services.gateway.forms_trading import NotRelevantForm
from services.gateway.permissions import acts
from services.gateway.session import current, parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card
from services.gateway.web.members import my_business, trades
from services.gateway.web.refusals import words, words_for_down

SHOWN = 50
SINCE_LOGIN, SINCE_MAIL = "login", "mail"


@bp.get("/matches")
@allow("member")
def matches() -> str:
    """Businesses that want what the own one offers, and those that offer what it wants, each with why."""
    business = my_business()
    moments = _moments(business.entity_id)
    asked = request.args.get("since", "")
    since = moments.get(asked)
    return render_template(
        "matches.html",
        found=card(lambda: parts().matcher.matches(business.entity_id, since=since, limit=SHOWN)),
        hidden=card(lambda: parts().matcher.feedback(business.entity_id)),
        chosen=asked if since else "",
        moments=moments,
        most=SHOWN,
        may_hide=business.may("operator"),
        may_pay=trades(business) and business.may("operator"),
    )


@bp.post("/matches/not-relevant")
@allow("member")
@acts("operator")
def hide_match() -> Response:
    """Not to be shown this pair again; when several say so it counts less for all."""
    form = NotRelevantForm()
    if form.validate():
        try:
            hidden = parts().matcher.give_feedback(my_business().entity_id, form.pair)
        except (Refused, PartDown) as failed:
            _tell_failure(failed)
        else:
            told = gettext(
                "“%(theirs)s” of %(name)s is not shown any more.", theirs=hidden["theirs"], name=hidden["name"]
            )
            flash(told, "done")
    return redirect(url_for("web.matches"))


@bp.post("/matches/not-relevant/<feedback_id>/undoing")
@allow("member")
@acts("operator")
def show_match_again(feedback_id: str) -> Response:
    """It was relevant after all."""
    if ConfirmForm().validate():
        try:
            parts().matcher.take_feedback_back(my_business().entity_id, feedback_id)
        except (Refused, PartDown) as failed:
            _tell_failure(failed)
        else:
            flash(gettext("It is shown again."), "done")
    return redirect(url_for("web.matches"))


def _tell_failure(failed: Refused | PartDown) -> None:
    flash(words(failed) if isinstance(failed, Refused) else words_for_down(failed), "bad")


def _moments(entity_id: str) -> dict[str, str]:
    """What one can ask since (RFC 3339): the login before this one and the last daily mail, if there were any."""
    login = current()
    visited = login.previous_login["at"] if login and login.previous_login else None
    told = card(lambda: parts().notifier.last_digest(entity_id)["last_digest_at"]).value
    return {name: at for name, at in ((SINCE_LOGIN, visited), (SINCE_MAIL, told)) if at}
