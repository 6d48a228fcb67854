"""For administrators: who works for the network, members' logins, acting for a member; and who may do what."""

from collections.abc import Callable
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.failures import Unauthenticated
from services.gateway.forms_people import KINDS, InvitationForm, ReasonForm, StaffForm
from services.gateway.permissions import ON_BEHALF, WHO, ends_acting, matrix
from services.gateway.session import Login, current, parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card, page_asked, paging
from services.gateway.web.refusals import blame, then, words_for_unknown_outcome
from services.gateway.web.user_editing import businesses_of

Answer = str | Response | tuple[str, int]
PAGE_SIZE = 20


@bp.get("/permissions")
@allow("member", "admin", "coordinator", "auditor")
def permissions() -> str:
    """Who may do what: the areas, and all of one that was chosen. Together they would be 100 kB."""
    rights = sorted(matrix().values(), key=lambda right: (right.area, right.path))
    areas = {area: list(found) for area, found in groupby(rights, key=lambda right: right.area)}
    chosen = request.args.get("area", "")
    return render_template(
        "permissions.html", areas=areas, chosen=chosen, rights=areas.get(chosen), who=(*WHO, ON_BEHALF)
    )


@bp.get("/admin/staff")
@allow("admin")
def staff() -> Answer:
    """Administrators, coordinators, auditors."""
    return _staff(StaffForm(formdata=None, data={"kind": "coordinator"}))


def _staff(form: StaffForm, problem: str = "", status: int = 0) -> Answer:
    found = card(parts().directory.staff)
    page = render_template("admin_staff.html", found=found, form=form, problem=problem, kinds=KINDS, me=_me().user_id)
    return page, status or (422 if form.errors else 200)


@bp.post("/admin/staff")
@allow("admin")
def create_staff() -> Answer:
    """Invite somebody to work for the network."""
    form = StaffForm()
    if not form.validate():
        return _staff(form)
    wanted = {name: form[name].data or "" for name in ("email", "first_name", "last_name", "kind")}
    until = form.until.data.isoformat() if form.until.data else None
    try:
        made = parts().directory.create_staff({**wanted, "until": until}, key=form.key.data)
    except Refused as refused:
        return _staff(form, blame(form, refused, {"user.email_taken": "email"}), refused.status)
    except PartDown as down:
        return _staff(form, words_for_unknown_outcome(down), 503)
    flash(gettext("A link to set the password is on its way to %(email)s.", email=made["email"]), "done")
    return redirect(url_for("web.staff"))


@bp.post("/admin/staff/<user_id>/<any(suspend, resume, invite, remove):action>")
@allow("admin")
def change_staff(user_id: str, action: str) -> Answer:
    """Stop a login, let it go on, mail a fresh link, or remove it."""
    directory = parts().directory
    works: dict[str, tuple[Callable[[], object], str]] = {
        "suspend": (
            lambda: directory.change_staff(user_id, {"suspended": True}),
            gettext("The login is stopped: they are out at once."),
        ),
        "resume": (
            lambda: directory.change_staff(user_id, {"suspended": False}),
            gettext("The login goes on."),
        ),
        "invite": (lambda: directory.invite_staff_again(user_id), gettext("A fresh link is on its way.")),
        "remove": (lambda: directory.remove_staff(user_id), gettext("The login is removed.")),
    }
    return then(*works[action], url_for("web.staff"))


@bp.post("/admin/staff/<user_id>/access")
@allow("admin")
def set_staff_access(user_id: str) -> Answer:
    """Another last day; empty: without end."""
    until = request.form.get("until", "").strip() or None
    work = lambda: parts().directory.change_staff(user_id, {"until": until})  # noqa: E731
    return then(work, gettext("The last day is changed."), url_for("web.staff"))


@bp.get("/admin/users")
@allow("admin", "coordinator")
def users() -> Answer:
    """Members' logins, found by last name or address."""
    filters = users_asked()
    found = card(lambda: parts().directory.users(**filters, page=page_asked(), page_size=PAGE_SIZE))
    total = found.value["total"] if found.value else 0
    given = {name: text for name, text in filters.items() if text}
    return render_template("admin_users.html", found=found, filters=filters, given=given, **paging(total, PAGE_SIZE))


def users_asked() -> dict[str, str]:
    """What the address narrows the list of logins down to."""
    return {name: request.args.get(name, "").strip()[:100] for name in ("last_name", "email", "email_part")}


@bp.get("/admin/users/<user_id>")
@allow("admin", "coordinator")
def user(user_id: str) -> Answer:
    """One login."""
    return _user(parts().directory.user(user_id), ReasonForm(formdata=None))


def _user(found: Document, form: ReasonForm, problem: str = "", status: int = 0) -> Answer:
    own = businesses_of(found["user_id"])
    page = render_template("admin_user.html", user=found, own=own, form=form, problem=problem)
    return page, status or (422 if form.errors else 200)


@bp.post("/admin/users/<user_id>/<any(suspend, resume):action>")
@allow("admin")
def suspend_user(user_id: str, action: str) -> Answer:
    """Stop a member's login, or let it go on."""
    form, directory, stop = ReasonForm(), parts().directory, action == "suspend"
    if not form.validate():
        return _user(directory.user(user_id), form)
    try:
        directory.suspend_user(user_id, suspended=stop, reason=form.reason.data or "", key=form.key.data)
    except Refused as refused:
        return _user(directory.user(user_id), form, blame(form, refused), refused.status)
    flash(gettext("The login is stopped.") if stop else gettext("The login goes on."), "done")
    return redirect(url_for("web.user", user_id=user_id))


@bp.get("/admin/businesses/<entity_id>/people")
@allow("admin", "coordinator")
def business_people(entity_id: str) -> Answer:
    """Who belongs to a business, and a form that makes somebody with a login belong to it."""
    return _people(entity_id, InvitationForm(formdata=None, data={"part": "operator"}))


def _people(entity_id: str, form: InvitationForm, problem: str = "", status: int = 0) -> Answer:
    directory = parts().directory
    page = render_template(
        "admin_people.html",
        entity=directory.entity(entity_id),
        found=card(lambda: directory.members(entity_id)),
        form=form,
        problem=problem,
    )
    return page, status or (422 if form.errors else 200)


@bp.post("/admin/businesses/<entity_id>/people")
@allow("admin", "coordinator")
def link_person(entity_id: str) -> Answer:
    """Make somebody with a login belong to a business; they get a mail."""
    form, directory = InvitationForm(), parts().directory
    if not form.validate():
        return _people(entity_id, form)
    try:
        user_id = _user_with(form.email.data or "")
        if user_id is None:
            form.blame("email", gettext("No member's login has this address. Ask an owner to invite them by mail."))
            return _people(entity_id, form)
        directory.link_member(entity_id, user_id, form.chosen, key=form.key.data)
    except Refused as refused:
        return _people(entity_id, form, blame(form, refused, {"membership.exists": "email"}), refused.status)
    except PartDown as down:
        return _people(entity_id, form, words_for_unknown_outcome(down), 503)
    flash(gettext("%(email)s belongs to the business now, and gets a mail.", email=form.email.data), "done")
    return redirect(url_for("web.business_people", entity_id=entity_id))


def _user_with(email: str) -> str | None:
    found = parts().directory.users(email=email, page_size=1)["users"]
    return str(found[0]["user_id"]) if found else None


@bp.post("/admin/businesses/<entity_id>/people/<user_id>/remove")
@allow("admin", "coordinator")
def unlink_person(entity_id: str, user_id: str) -> Answer:
    """Somebody does not belong to a business any more."""
    work = lambda: parts().directory.remove_member(entity_id, user_id)  # noqa: E731
    done = gettext("They don't belong to it now, and get a mail.")
    return then(work, done, url_for("web.business_people", entity_id=entity_id))


@bp.route("/admin/businesses/<entity_id>/act", methods=["GET", "POST"])
@allow("admin")
def act_for(entity_id: str) -> Answer:
    """Act for a member, with a reason, for an hour at most."""
    form, entity = ReasonForm(), parts().directory.entity(entity_id)
    if not (form.sent and form.validate()):
        return render_template("admin_act.html", entity=entity, form=form, problem=""), 422 if form.errors else 200
    try:
        parts().directory.act_for(entity_id, form.reason.data or "", key=form.key.data)
    except Refused as refused:
        page = render_template("admin_act.html", entity=entity, form=form, problem=blame(form, refused))
        return page, refused.status
    flash(gettext("You act for %(name)s now. They get a mail.", name=entity["name"]), "done")
    return redirect(url_for("web.dashboard"))


@bp.post("/acting/stop")
@allow("admin")
@ends_acting
def stop_acting() -> Response:
    """Be an administrator again."""
    login = _me()
    parts().directory.act_for_nobody(login.own_caller)
    flash(gettext("You act for nobody now."), "done")
    return redirect(url_for("web.admin_overview"))


def _me() -> Login:
    login = current()
    if login is None:
        raise Unauthenticated
    return login
