"""Who belongs to a business: its people, invitations, the way in, and which of several businesses one acts for."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.acting import choose, choose_new
from services.gateway.clients import PartDown, Refused
from services.gateway.failures import Unauthenticated
from services.gateway.forms_people import PARTS, InvitationForm, InvitedForm, NewBusinessForm, PartForm
from services.gateway.permissions import acts, before_terms
from services.gateway.session import Login, client_address, current, parts, safe_next, start, visitor_parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card
from services.gateway.web.members import my_business
from services.gateway.web.refusals import blame, then, words, words_for_down, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]


@bp.get("/members")
@allow("member")
def business_members() -> Answer:
    """Everybody who belongs to the business, and what they may do."""
    return _page(InvitationForm(formdata=None, data={"part": "operator"}))


def _page(form: InvitationForm, problem: str = "", status: int = 0) -> Answer:
    found = card(lambda: parts().directory.members(my_business().entity_id))
    page = render_template(
        "members.html",
        found=found,
        form=form,
        problem=problem,
        owns=my_business().may("owner"),
        me=_me().user_id,
        part_words=PARTS.items(),
    )
    return page, status or (422 if form.errors else 200)


@bp.post("/members/invitations")
@allow("member")
@acts("owner")
def invite_member() -> Answer:
    """Mail somebody a link to join by."""
    form = InvitationForm()
    if not form.validate():
        return _page(form)
    try:
        wanted = {"email": form.email.data, **form.chosen}
        sent = parts().directory.invite(my_business().entity_id, wanted, key=form.key.data)
    except Refused as refused:
        return _page(form, blame(form, refused, {"membership.exists": "email"}), refused.status)
    except PartDown as down:
        return _page(form, words_for_unknown_outcome(down), 503)
    flash(gettext("The invitation is on its way to %(email)s.", email=sent["email"]), "done")
    return redirect(url_for("web.business_members"))


@bp.post("/members/invitations/<invitation_id>/revoke")
@allow("member")
@acts("owner")
def revoke_invitation(invitation_id: str) -> Answer:
    """Take an invitation back."""
    entity_id = my_business().entity_id
    revoke = lambda: parts().directory.revoke_invitation(entity_id, invitation_id)  # noqa: E731
    return then(revoke, gettext("It is taken back."), url_for("web.business_members"))


@bp.post("/members/<user_id>/part")
@allow("member")
@acts("owner")
def change_member(user_id: str) -> Answer:
    """Let somebody do more, or less."""
    form, entity_id = PartForm(), my_business().entity_id
    if not form.validate():
        flash(gettext("Write the most of one transfer like 50.00, or leave it empty."), "bad")
        return redirect(url_for("web.business_members"))
    change = lambda: parts().directory.change_member(entity_id, user_id, form.chosen, key=form.key.data)  # noqa: E731
    return then(change, gettext("That is changed. They get a mail."), url_for("web.business_members"))


@bp.post("/members/<user_id>/remove")
@allow("member")
@acts("owner")
def remove_member(user_id: str) -> Answer:
    """Somebody does not belong to the business any more."""
    entity_id = my_business().entity_id
    remove = lambda: parts().directory.remove_member(entity_id, user_id)  # noqa: E731
    return then(remove, gettext("They don't belong to it now."), url_for("web.business_members"))


@bp.post("/members/leave")
@allow("member")
def leave_business() -> Answer:
    """Leave the business oneself."""
    business = my_business()
    done = gettext("You have left %(name)s.", name=business.name)
    leave = lambda: parts().directory.remove_member(business.entity_id, _me().user_id)  # noqa: E731
    return then(leave, done, url_for("web.home"), refused_to=url_for("web.business_members"))


@bp.post("/acting-for")
@allow("member")
@before_terms
def choose_business() -> Response:
    """Act for another of one's businesses from now on."""
    chosen = choose(_me(), request.form.get("entity", ""))
    flash(gettext("You act for %(name)s now.", name=chosen.name), "done")
    return redirect(safe_next(request.form.get("next"), url_for("web.dashboard")))


@bp.route("/businesses/new", methods=["GET", "POST"])
@allow("member")
def new_business() -> Answer:
    """Register another business of one's own; it is acted for at once."""
    form = NewBusinessForm()
    if not (form.sent and form.validate()):
        return render_template("business_new.html", form=form, problem=""), 422 if form.errors else 200
    wanted = {"name": form.name.data, "offers": form.offers.tags, "wants": form.wants.tags}
    try:
        made = parts().directory.register_business(wanted, key=form.key.data)
    except Refused as refused:
        problem = blame(form, refused)
        # The words for this code are about passwords.
        problem = refused.detail if refused.code == "login.locked" else problem
        return render_template("business_new.html", form=form, problem=problem), refused.status
    except PartDown as down:
        return render_template("business_new.html", form=form, problem=words_for_unknown_outcome(down)), 503
    choose_new(made["entity_id"])
    flash(gettext("%(name)s is registered, and you act for it now.", name=form.name.data), "done")
    return redirect(url_for("web.dashboard"))


@bp.get("/invitations/<token>")
@allow("public")
def invitation(token: str) -> Answer:
    """What a mailed link offers, and how to take it."""
    return _invitation(token, InvitedForm(formdata=None))


def _invitation(token: str, form: InvitedForm, problem: str = "", status: int = 0) -> Answer:
    offered, trouble = None, problem
    try:
        offered = visitor_parts().directory.invitation(token)
    except Refused as refused:
        trouble, status = words(refused), refused.status
    except PartDown as down:
        trouble, status = words_for_down(down), 503
    page = render_template("invitation.html", offered=offered, token=token, form=form, problem=trouble)
    return page, status or (422 if form.errors else 200)


@bp.post("/invitations/<token>/accept")
@allow("member")
def accept_invitation(token: str) -> Answer:
    """Join with the login that one has."""
    try:
        joined = parts().directory.accept_invitation(token)
    except Refused as refused:
        return _invitation(token, InvitedForm(formdata=None), words(refused), refused.status)
    except PartDown as down:
        return _invitation(token, InvitedForm(formdata=None), words_for_unknown_outcome(down), 503)
    flash(gettext("You belong to %(name)s now.", name=joined["entity_name"]), "done")
    return redirect(url_for("web.dashboard"))


@bp.post("/invitations/<token>/signup")
@allow("public")
def sign_up_by_invitation(token: str) -> Answer:
    """A login for who has none, without a business of their own."""
    form = InvitedForm()
    if not form.validate():
        return _invitation(token, form)
    person = {"first_name": form.first_name.data, "last_name": form.last_name.data, "password": form.password.data}
    try:
        made = visitor_parts().directory.sign_up_by_invitation(token, person, address=client_address())
    except Refused as refused:
        return _invitation(token, form, blame(form, refused), refused.status)
    except PartDown as down:
        return _invitation(token, form, words_for_unknown_outcome(down), 503)
    start(made["session"])
    flash(gettext("Welcome! You can act for the business now."), "done")
    return redirect(url_for("web.dashboard"))


def _me() -> Login:
    login = current()
    if login is None:
        raise Unauthenticated
    return login
