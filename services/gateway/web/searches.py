"""Searches that my business keeps: what is new for them is told by notice and mail."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import PartDown, Refused
from services.gateway.forms_keeping import ConfirmForm
from services.gateway.forms_trading import SearchForm
from services.gateway.permissions import acts
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card
from services.gateway.web.members import my_business
from services.gateway.web.refusals import blame, words, words_for_down

Answer = str | Response | tuple[str, int]


@bp.get("/searches")
@allow("member")
def searches() -> Answer:
    """What my business looks for all the time."""
    return _page(SearchForm(formdata=None))


def _page(form: SearchForm, problem: str = "", status: int = 200) -> Answer:
    business = my_business()
    found = card(lambda: parts().matcher.searches(business.entity_id))
    page = render_template("searches.html", form=form, problem=problem, found=found, may_act=business.may("operator"))
    return page, status


@bp.post("/searches")
@allow("member")
@acts("operator")
def save_search() -> Answer:
    """Keep one more."""
    form = SearchForm()
    if not form.validate():
        return _page(form, status=422)
    try:
        saved = parts().matcher.save_search(my_business().entity_id, form.asked)
    except Refused as refused:
        return _page(form, blame(form, refused, {"search.no_words": "text"}), refused.status)
    except PartDown as down:
        return _page(form, words_for_down(down), 503)
    flash(gettext("Kept. You are told when something new fits “%(text)s”.", text=saved["text"]), "done")
    return redirect(url_for("web.searches"))


@bp.post("/searches/<search_id>/deletion")
@allow("member")
@acts("operator")
def delete_search(search_id: str) -> Answer:
    """Be told of nothing more for it."""
    if not ConfirmForm().validate():
        return _page(SearchForm(formdata=None), status=422)
    try:
        parts().matcher.delete_search(my_business().entity_id, search_id)
    except Refused as refused:
        flash(words(refused), "bad")
    except PartDown as down:
        return _page(SearchForm(formdata=None), words_for_down(down), 503)
    else:
        flash(gettext("The search is deleted."), "done")
    return redirect(url_for("web.searches"))
