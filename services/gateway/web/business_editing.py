"""Staff keep what a business says of itself, and administrators close it for good."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.closing import close_business
from services.gateway.forms_bulk import BusinessForm, CloseBusinessForm
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card
from services.gateway.web.refusals import blame, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]


@bp.get("/admin/businesses/<entity_id>/profile")
@allow("admin", "coordinator")
def edit_business(entity_id: str) -> Answer:
    """What it says of itself, its tags and categories."""
    entity = parts().directory.entity(entity_id)
    return _form(entity, BusinessForm(formdata=None, data=entity))


@bp.post("/admin/businesses/<entity_id>/profile")
@allow("admin", "coordinator")
def save_business(entity_id: str) -> Answer:
    """Save it, unless it has changed since it was shown."""
    directory, form = parts().directory, BusinessForm()
    entity = directory.entity(entity_id)
    _keep_choices(form, entity)
    if not form.validate():
        return _form(entity, form)
    changes: dict[str, Any] = {name: form[name].data or "" for name in (*form.BUSINESS, "email")}
    changes |= {name: form[name].tags for name in ("offers", "wants", "categories")}
    seen = form.version.data or ""
    expected = [int(seen)] if seen.isascii() and seen.isdigit() and len(seen) < 19 else None
    try:
        saved = directory.change_entity(entity_id, changes, key=form.key.data, expected=expected)
    except Refused as refused:
        problem = blame(form, refused)
        if refused.code == "precondition.failed":
            # What was typed stays; who reads what changed meanwhile and sends it again means it.
            form.version.data = str(entity["version"])
            problem = gettext("It was changed meanwhile. Look at it again; if you save once more, yours holds.")
        return _form(entity, form, problem, refused.status)
    except PartDown as down:
        return _form(entity, form, words_for_unknown_outcome(down), 503)
    flash(gettext("%(name)s is saved.", name=saved["name"]), "done")
    return redirect(url_for("web.admin_business", entity_id=entity_id))


def _form(entity: Document, form: BusinessForm, problem: str = "", status: int = 0) -> Answer:
    _keep_choices(form, entity)
    page = render_template("admin_business_edit.html", entity=entity, form=form, problem=problem)
    return page, status or (422 if form.errors else 200)


def _keep_choices(form: BusinessForm, entity: Document) -> None:
    """What an import brought that no list has is not lost by saving something else."""
    for name in ("country", "inc_type"):
        known = {choice.value for choice in form[name].choices}
        if entity[name] and entity[name] not in known:
            form[name].choices = [*form[name].choices, SelectChoice(entity[name], entity[name])]


@bp.route("/admin/businesses/<entity_id>/closing", methods=["GET", "POST"])
@allow("admin")
def close_a_business(entity_id: str) -> Answer:
    """Close it for good, at a balance of zero."""
    form, entity = CloseBusinessForm(), parts().directory.entity(entity_id)
    if not (form.sent and form.validate()):
        return _closing(entity, form)
    if form.name.data != entity["name"]:
        form.blame("name", gettext("Type the name as it is: %(name)s", name=entity["name"]))
        return _closing(entity, form)
    try:
        close_business(parts(), entity_id, entity["account"], form.reason.data or "", form.key.data)
    except Refused as refused:
        return _closing(entity, form, blame(form, refused), refused.status)
    except PartDown as down:
        return _closing(entity, form, words_for_unknown_outcome(down), 503)
    flash(
        gettext("%(name)s is closed. What is known of it is deleted when its account is settled.", name=entity["name"]),
        "done",
    )
    return redirect(url_for("web.admin_businesses"))


def _closing(entity: Document, form: CloseBusinessForm, problem: str = "", status: int = 0) -> Answer:
    account = card(lambda: parts().ledger.account(entity["account"]))
    page = render_template("admin_business_close.html", entity=entity, account=account, form=form, problem=problem)
    return page, status or (422 if form.errors else 200)
