"""Pages for the network's administrators."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms import LimitsForm, StatusForm
from services.gateway.presenting import STATUS_WORDS, status_words
from services.gateway.session import has_role, parts, safe_next
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import Card, card, names_of, parties
from services.gateway.web.histories import account_history
from services.gateway.web.refusals import blame, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]

PENDING_SHOWN = 10
CHANGES_SHOWN = 5
STATUSES = tuple(STATUS_WORDS)


def _money(read: Callable[[], Any]) -> Card:
    """A card for administrators: coordinators have nothing to do with money and mail, and it is not asked for."""
    return card(read) if has_role("admin") else Card()


@bp.get("/admin/businesses/<entity_id>")
@allow("admin", "coordinator")
def admin_business(entity_id: str) -> Answer:
    """Everything about one business."""
    return _business(parts().directory.entity(entity_id))


def _business(
    entity: Document,
    status_form: StatusForm | None = None,
    limits_form: LimitsForm | None = None,
    status: int = 0,
    **problems: str,
) -> Answer:
    account = _money(lambda: parts().ledger.account(entity["account"]))
    pending = _money(
        lambda: parts().ledger.transfers(account=entity["account"], status="initiated", page_size=PENDING_SHOWN)
    )
    wrong = 422 if status_form or limits_form else 200
    status_form = status_form or StatusForm(formdata=None, data={"status": entity["status"]})
    offer(status_form, entity)
    page = render_template(
        "admin_business.html",
        entity=entity,
        account=account,
        pending=pending,
        history=_money(lambda: account_history(entity["account"], CHANGES_SHOWN)),
        names=names_of(parties(pending.value["transfers"])) if pending.value else {},
        status_form=status_form,
        limits_form=limits_form or LimitsForm(formdata=None, data=account.value or {}),
        # A decision that was refused goes on where it was begun: in a queue, say.
        back=safe_next(request.form.get("next"), url_for("web.admin_business", entity_id=entity["entity_id"])),
        **problems,
    )
    return page, status or wrong


def offer(form: StatusForm, entity: Document) -> None:
    """Only what the status may become, and what it is: that is also what whoever decides has seen."""
    possible = [each["status"] for each in entity.get("next_statuses", [])] or list(STATUSES)
    shown = dict.fromkeys([entity["status"], *possible])
    form.status.choices = [SelectChoice(status, status_words(status)) for status in shown]
    form.expected_status.data = entity["status"]


@bp.post("/admin/businesses/<entity_id>/status")
@allow("admin", "coordinator")
def set_status(entity_id: str) -> Answer:
    """Accept, decline, promote, demote; the member is told by mail."""
    directory, form = parts().directory, StatusForm()
    if not form.validate():
        return _business(directory.entity(entity_id), status_form=form)
    changes = {name: form[name].data for name in ("status", "reason", "expected_status") if form[name].data}
    try:
        entity = directory.change_entity(entity_id, changes, key=form.key.data)
    except Refused as refused:
        problem = blame(form, refused)
        return _business(directory.entity(entity_id), status_form=form, status_problem=problem, status=refused.status)
    except PartDown as down:
        flash(words_for_unknown_outcome(down), "bad")
        raise
    changed = gettext("%(name)s: %(status)s.", name=entity["name"], status=status_words(entity["status"]))
    flash(changed, "done")
    return redirect(safe_next(request.form.get("next"), url_for("web.admin_business", entity_id=entity_id)))


@bp.post("/admin/businesses/<entity_id>/limits")
@allow("admin")
def set_limits(entity_id: str) -> Answer:
    """How far an account may go below and above zero."""
    entity, form = parts().directory.entity(entity_id), LimitsForm()
    if not form.validate():
        return _business(entity, limits_form=form)
    try:
        account = parts().ledger.set_limits(
            entity["account"],
            max_negative=form.max_negative.minor,
            max_positive=form.max_positive.minor,
            reason=form.reason.data or None,
            key=form.key.data,
        )
    except Refused as refused:
        return _business(entity, limits_form=form, limits_problem=blame(form, refused), status=refused.status)
    except PartDown as down:
        problem = words_for_unknown_outcome(down)
        return _business(entity, limits_form=form, limits_problem=problem, status=503)
    flash(gettext("The limits of %(name)s are changed.", name=entity["name"]), "done")
    if account.get("outside_limits"):
        flash(gettext("Its balance is outside of them now: only transfers that bring it back will pass."), "bad")
    return redirect(url_for("web.admin_business", entity_id=entity_id))
