"""Administrators keep members' logins: names and address, a link for a new password, the end of a login."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms_bulk import EndLoginForm, LoginForm
from services.gateway.session import parts, visitor_parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import Card, card
from services.gateway.web.refusals import blame, then, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]
_FIELDS = ("first_name", "last_name", "telephone", "email")


def businesses_of(user_id: str) -> Card:
    """`[(EntityView, Membership)]` of a login."""
    return card(lambda: _belonging(user_id))


def _belonging(user_id: str) -> list[tuple[Document, Document]]:
    directory = parts().directory
    found = {each["entity_id"]: each for each in directory.belonging(users=[user_id])["memberships"]}
    entities = directory.entities(ids=list(found))["entities"]
    return [(entity, found[entity["entity_id"]]) for entity in entities]


@bp.route("/admin/users/<user_id>/profile", methods=["GET", "POST"])
@allow("admin")
def edit_user(user_id: str) -> Answer:
    """Names, telephone, address. For another address one's own password is asked for."""
    directory, user = parts().directory, parts().directory.user(user_id)
    form = LoginForm(data=user)
    if not (form.sent and form.validate()):
        return _form(user, form)
    # Alone what is another one: an address that stays needs no password.
    changes = {name: form[name].data or "" for name in _FIELDS if (form[name].data or "") != (user[name] or "")}
    if not changes:
        return redirect(url_for("web.user", user_id=user_id))
    try:
        directory.change_user(user_id, changes, key=form.key.data)
    except Refused as refused:
        return _form(user, form, blame(form, refused, {"user.email_taken": "email"}), refused.status)
    except PartDown as down:
        return _form(user, form, words_for_unknown_outcome(down), 503)
    flash(gettext("The login is saved."), "done")
    return redirect(url_for("web.user", user_id=user_id))


def _form(user: Document, form: LoginForm, problem: str = "", status: int = 0) -> Answer:
    page = render_template("admin_user_edit.html", user=user, form=form, problem=problem)
    return page, status or (422 if form.errors else 200)


@bp.post("/admin/users/<user_id>/password-link")
@allow("admin")
def mail_password_link(user_id: str) -> Answer:
    """Mail the person a link to set a new password by: nobody else learns it."""
    email = parts().directory.user(user_id)["email"]
    done = gettext("A link for a new password is on its way to %(email)s; at most three an hour.", email=email)
    work = lambda: visitor_parts().directory.request_reset(email=email, kind="member")  # noqa: E731
    return then(work, done, url_for("web.user", user_id=user_id))


@bp.route("/admin/users/<user_id>/closing", methods=["GET", "POST"])
@allow("admin")
def end_login(user_id: str) -> Answer:
    """End a login for good. Its businesses stay."""
    user, form = parts().directory.user(user_id), EndLoginForm()
    if not (form.sent and form.validate()):
        return _ending(user, form)
    try:
        parts().directory.close_login(user_id, reason=form.reason.data or "")
    except Refused as refused:
        return _ending(user, form, blame(form, refused), refused.status)
    except PartDown as down:
        return _ending(user, form, words_for_unknown_outcome(down), 503)
    flash(gettext("The login has ended, and what was known of the person is deleted."), "done")
    return redirect(url_for("web.users"))


def _ending(user: Document, form: EndLoginForm, problem: str = "", status: int = 0) -> Answer:
    own = businesses_of(user["user_id"])
    page = render_template("admin_user_end.html", user=user, own=own, form=form, problem=problem)
    return page, status or (422 if form.errors else 200)
