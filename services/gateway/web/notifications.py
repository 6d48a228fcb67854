"""What my business wants to hear of: by mail, as a notice, and when."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway import zones
from services.gateway.clients import PartDown, Refused
from services.gateway.forms_notifications import GROUP_WORDS, NotificationsForm, stored
from services.gateway.permissions import acts
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import Card, card
from services.gateway.web.members import my_business
from services.gateway.web.refusals import blame, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]


@bp.get("/settings/notifications")
@allow("member")
def notifications() -> Answer:
    """The page with its form."""
    found = _found()
    form = NotificationsForm(found.value, formdata=None, data=stored(found.value)) if found.value else None
    return _page(found, form)


@bp.post("/settings/notifications")
@allow("member")
@acts("operator")
def change_notifications() -> Answer:
    """Save all of it."""
    found = _found()
    if not found.value:
        return _page(found, None, status=503)
    form = NotificationsForm(found.value)
    if not form.validate():
        return _page(found, form, status=422)
    try:
        parts().notifier.choose_preferences(my_business().entity_id, form.chosen)
    except Refused as refused:
        return _page(found, form, blame(form, refused), refused.status)
    except PartDown as down:
        return _page(found, form, words_for_unknown_outcome(down), 503)
    flash(gettext("Saved: that is what you hear of from now on."), "done")
    saved = redirect(url_for("web.notifications"))
    zones.keep(saved, form.chosen["time_zone"], secure=request.is_secure)
    return saved


def _found() -> Card:
    return card(lambda: parts().notifier.preferences(my_business().entity_id))


def _page(found: Card, form: NotificationsForm | None, problem: str = "", status: int = 200) -> tuple[str, int]:
    may_change = my_business().may("operator")
    page = render_template(
        "notifications.html", found=found, form=form, problem=problem, group_words=GROUP_WORDS, may_change=may_change
    )
    return page, status
