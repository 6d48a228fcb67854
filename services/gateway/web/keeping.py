"""Pages about other businesses: one as others see it, favourites, a private note, a message, reports of messages."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms_keeping import ConfirmForm, MessageForm, NoteForm
from services.gateway.network import unit_name
from services.gateway.permissions import acts
from services.gateway.session import current, parts, safe_next
from services.gateway.web.blueprint import bp, mine
from services.gateway.web.cards import card, page_asked, paging
from services.gateway.web.members import my_business
from services.gateway.web.refusals import blame, words, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]

PAGE_SIZE = 20
WRITERS = ("accepted", "tradingPending", "tradingAccepted", "tradingRejected", "")
"""Statuses whose members may write to others; empty while it can't be known: the directory decides then."""


@bp.get("/businesses/<entity_id>")
@allow("public")
def business(entity_id: str) -> Answer:
    """One business as others see it."""
    return _business(entity_id)


def _business(
    entity_id: str,
    note_form: NoteForm | None = None,
    message_form: MessageForm | None = None,
    status: int = 0,
    **problems: str,
) -> Answer:
    me = mine()
    others, login = me is not None and me.entity_id != entity_id, current()
    entity = parts().directory.entity(entity_id, me.entity_id if me and others else None)
    # What a business keeps to itself is not for an administrator who acts for it.
    note = (
        card(lambda: parts().directory.note(me.entity_id, entity_id))
        if me and others and not (login and login.on_behalf)
        else None
    )
    page = render_template(
        "business.html",
        entity=entity,
        note=note,
        note_form=note_form or NoteForm(formdata=None, data=(note.value if note else None) or {}),
        message_form=message_form or MessageForm(formdata=None, data={"body": _asked_to_trade(entity)}),
        may_write=me is not None and me.status in WRITERS and me.may("operator"),
        may_act=me is not None and me.may("operator"),
        **problems,
    )
    return page, status or (422 if note_form or message_form else 200)


def _asked_to_trade(entity: Document) -> str:
    """Words for a business that does not trade yet (behaviour.md P11), to be changed and sent as any message."""
    if request.args.get("ask") != "trade" or entity["status"] == "tradingAccepted":
        return ""
    return gettext(
        "We would like to trade with %(name)s in %(unit)s. For that you have to be a trading member of the network: "
        "log in, and apply for it from your home page. Then we can pay you, and you us.",
        name=entity["name"],
        unit=unit_name(),
    )


@bp.post("/businesses/<entity_id>/favourite")
@allow("member")
@acts("operator")
def set_favourite(entity_id: str) -> Response:
    """Mark a business or take the mark away; back to where one was."""
    wanted = request.form.get("favourite") == "1"
    back = safe_next(request.form.get("next"), url_for("web.business", entity_id=entity_id))
    try:
        parts().directory.set_favourite(my_business().entity_id, entity_id, favourite=wanted)
    except Refused as refused:
        flash(words(refused), "bad")
    return redirect(back)


@bp.get("/favourites")
@allow("member")
def favourites() -> str:
    """What my business has marked."""
    number = page_asked()
    found = card(lambda: parts().directory.favourites(my_business().entity_id, page=number, page_size=PAGE_SIZE))
    total = found.value["total"] if found.value else 0
    return render_template("favourites.html", found=found, **paging(total, PAGE_SIZE))


@bp.post("/businesses/<entity_id>/note")
@allow("member")
@acts("operator")
def keep_note(entity_id: str) -> Answer:
    """Keep a note that only the people of my business see."""
    form = NoteForm()
    if not form.validate():
        return _business(entity_id, note_form=form)
    try:
        parts().directory.keep_note(my_business().entity_id, entity_id, form.text.data or "")
    except Refused as refused:
        return _business(entity_id, note_form=form, note_problem=blame(form, refused), status=refused.status)
    except PartDown as down:
        return _business(entity_id, note_form=form, note_problem=words_for_unknown_outcome(down), status=503)
    flash(gettext("Your note is kept.") if form.text.data else gettext("There is no note any more."), "done")
    return redirect(url_for("web.business", entity_id=entity_id) + "#note")


@bp.post("/businesses/<entity_id>/message")
@allow("member")
@acts("operator")
def write_to_business(entity_id: str) -> Answer:
    """Mail a message; the other side's address stays hidden."""
    form = MessageForm()
    if not form.validate():
        return _business(entity_id, message_form=form)
    asked = {"body": form.body.data, "copy_to_me": form.copy_to_me.data, "key": form.key.data}
    try:
        parts().directory.contact(my_business().entity_id, receiver=entity_id, **asked)
    except Refused as refused:
        problem = blame(form, refused)
        return _business(entity_id, message_form=form, message_problem=problem, status=refused.status)
    except PartDown as down:
        problem = words_for_unknown_outcome(down)
        return _business(entity_id, message_form=form, message_problem=problem, status=503)
    flash(gettext("Your message is on its way. If they answer, it comes to your mail."), "done")
    return redirect(url_for("web.business", entity_id=entity_id))


@bp.route("/contact-reports/<token>", methods=["GET", "POST"])
@allow("public")
def report_contact(token: str) -> Answer:
    """By the link in a message: say that it should not have been sent."""
    form = ConfirmForm()
    if not form.sent:
        return render_template("contact_report.html", form=form, done=False)
    try:
        parts().directory.report_contact(token)
    except Refused as refused:
        page = render_template("contact_report.html", form=form, done=False, problem=words(refused))
        return page, refused.status
    return render_template("contact_report.html", form=form, done=True)
