"""Another mail address: asked for here, confirmed by links that are mailed to the address so far and to the new one.

Opening a link changes nothing, for mail scanners open links too: only the button does.
"""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.failures import Unauthenticated
from services.gateway.forms import PageForm
from services.gateway.forms_tokens import EmailChangeForm
from services.gateway.session import current, parts, visitor_parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card
from services.gateway.web.refusals import blame, words_for_down, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]


@bp.get("/email-change")
@allow("member", "admin", "coordinator", "auditor")
def email_change() -> Answer:
    """What is under way, and a form to ask for another address."""
    return _page(EmailChangeForm(formdata=None))


@bp.post("/email-change")
@allow("member", "admin", "coordinator", "auditor")
def request_email_change() -> Answer:
    """Have the links mailed."""
    form = EmailChangeForm()
    if not form.validate():
        return _page(form, status=422)
    try:
        parts().directory.request_email_change(_me(), str(form.email.data), key=form.key.data)
    except Refused as refused:
        return _page(form, blame(form, refused), refused.status)
    except PartDown as down:
        return _page(form, words_for_unknown_outcome(down), 503)
    flash(gettext("Two mails are on their way. The address changes when both links have been confirmed."), "done")
    return redirect(url_for("web.email_change"))


@bp.post("/email-change/cancel")
@allow("member", "admin", "coordinator", "auditor")
def cancel_email_change() -> Answer:
    """Let it be."""
    parts().directory.cancel_email_change(_me())
    flash(gettext("Your address stays as it is. The links don't work any more."), "done")
    return redirect(url_for("web.email_change"))


@bp.get("/email-confirm/<token>")
@allow("public")
def email_link(token: str) -> Answer:
    """What a link is for, with the buttons. Uses nothing up."""
    try:
        return _link(token, visitor_parts().directory.email_link(token))
    except Refused as refused:
        return _link(token, None, status=refused.status)
    except PartDown as down:
        return _link(token, None, words_for_down(down), 503)


@bp.post("/email-confirm/<token>")
@allow("public")
def confirm_email(token: str) -> Answer:
    """Confirm, once."""
    try:
        done = visitor_parts().directory.confirm_email(token)
    except Refused as refused:
        return _link(token, None, status=refused.status, taken=refused.code == "user.email_taken")
    except PartDown as down:
        return _link(token, None, words_for_unknown_outcome(down), 503)
    return render_template("email_confirmed.html", done=done, stopped=False)


@bp.post("/email-confirm/<token>/stop")
@allow("public")
def stop_email_change(token: str) -> Answer:
    """It was somebody else."""
    try:
        visitor_parts().directory.stop_email_change(token)
    except Refused as refused:
        return _link(token, None, status=refused.status)
    except PartDown as down:
        return _link(token, None, words_for_unknown_outcome(down), 503)
    return render_template("email_confirmed.html", done=None, stopped=True)


def _page(form: EmailChangeForm, problem: str = "", status: int = 200) -> Answer:
    under_way = card(_under_way)
    return render_template("email_change.html", form=form, problem=problem, under_way=under_way), status


def _under_way() -> Document | None:
    try:
        return parts().directory.email_change(_me())
    except Refused as refused:
        if refused.code == "email_change.none":
            return None
        raise


def _link(token: str, link: Document | None, problem: str = "", status: int = 200, *, taken: bool = False) -> Answer:
    form = PageForm(formdata=None)
    page = render_template("email_confirm.html", form=form, token=token, link=link, problem=problem, taken=taken)
    return page, status


def _me() -> str:
    login = current()
    if login is None:
        raise Unauthenticated
    return login.user_id
