"""One's own login: password, where one is logged in, second factor. For members and staff alike."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import PartDown, Refused
from services.gateway.failures import Forbidden
from services.gateway.forms_security import ButtonForm, ConfirmForm, PasswordForm, ResetTwoFactorForm
from services.gateway.permissions import before_terms, before_two_factor
from services.gateway.session import Login, current, parts
from services.gateway.squares import app_uri, grouped, square_of
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card
from services.gateway.web.refusals import blame, words, words_for_down

Answer = str | Response | tuple[str, int]

EVERYBODY = ("member", "admin", "coordinator", "auditor")


def _me() -> Login:
    login = current()
    if login is None:
        raise Forbidden
    return login


@bp.get("/security")
@allow(*EVERYBODY)
def security() -> Answer:
    """Password, where one is logged in, second factor."""
    return _page()


def _page(password: PasswordForm | None = None, problem: str = "", status: int = 200) -> Answer:
    me, directory = _me().user_id, parts().directory
    values: dict[str, Any] = {
        "sessions": card(lambda: directory.sessions(me)),
        "factor": card(lambda: directory.two_factor(me)),
        "password": password or PasswordForm(formdata=None),
        "button": ButtonForm(formdata=None),
        "problem": problem,
    }
    return render_template("security.html", **values), status


@bp.post("/security/password")
@allow(*EVERYBODY)
@before_terms
def change_password() -> Answer:
    """Another password; all other sessions end."""
    form = PasswordForm()
    if not form.validate():
        return _page(form, status=422)
    try:
        parts().directory.change_password(_me().user_id, current=form.current.data, new=form.new.data)
    except Refused as refused:
        return _page(form, blame(form, refused, {"auth.wrong": "current"}), refused.status)
    except PartDown as down:
        return _page(form, words_for_down(down), 503)
    flash(gettext("Your new password is set, and you are logged out everywhere else."), "done")
    return redirect(url_for("web.security"))


@bp.post("/security/sessions/end")
@allow(*EVERYBODY)
@before_terms
def end_session() -> Answer:
    """Log out somewhere."""
    form = ButtonForm()
    try:
        parts().directory.end_one_session(_me().user_id, form.handle.data or "")
    except Refused as refused:
        if refused.status != 404:
            raise
    flash(gettext("That session has ended."), "done")
    return redirect(url_for("web.security"))


@bp.post("/security/sessions/end-others")
@allow(*EVERYBODY)
@before_terms
def end_other_sessions() -> Answer:
    """Log out everywhere else."""
    ended = parts().directory.end_other_sessions(_me().user_id)
    flash(ngettext("%(num)s other session has ended.", "%(num)s other sessions have ended.", ended), "done")
    return redirect(url_for("web.security"))


@bp.get("/security/two-factor")
@allow(*EVERYBODY)
@before_two_factor
def two_factor() -> Answer:
    """What it is, and a button to begin."""
    state = parts().directory.two_factor(_me().user_id)
    if state["on"]:
        return redirect(url_for("web.security"))
    return render_template("two_factor.html", state=state, form=ButtonForm(formdata=None))


@bp.post("/security/two-factor")
@allow(*EVERYBODY)
@before_two_factor
def begin_two_factor() -> Answer:
    """The square code for an app, and the field for the first code that it shows."""
    try:
        secret = parts().directory.begin_two_factor(_me().user_id)
    except Refused as refused:
        flash(words(refused), "bad")
        return redirect(url_for("web.security"))
    return _setup(ConfirmForm(formdata=None, data={"secret": secret}), "", 200)


def _setup(form: ConfirmForm, problem: str, status: int) -> Answer:
    uri = app_uri(form.secret.data, _me().email)
    told = {"square": square_of(uri), "uri": uri, "secret": grouped(form.secret.data)}
    return render_template("two_factor_setup.html", form=form, problem=problem, **told), status


@bp.post("/security/two-factor/confirm")
@allow(*EVERYBODY)
@before_two_factor
def confirm_two_factor() -> Answer:
    """On, if the app shows the right code; with the recovery codes, shown this once."""
    form = ConfirmForm()
    if not form.validate() and (form.secret.errors or not form.secret.data):
        return redirect(url_for("web.two_factor"))
    if form.errors:
        return _setup(form, "", 422)
    try:
        codes = parts().directory.confirm_two_factor(_me().user_id, form.code.data)
    except Refused as refused:
        if refused.code == "two_factor.state":
            flash(words(refused), "bad")
            return redirect(url_for("web.security"))
        return _setup(form, blame(form, refused, {"auth.wrong": "code"}), refused.status)
    return render_template("recovery_codes.html", codes=codes, fresh=True)


@bp.post("/security/recovery-codes")
@allow(*EVERYBODY)
@before_terms
def renew_recovery_codes() -> Answer:
    """Ten new ones, shown this once."""
    try:
        codes = parts().directory.renew_recovery_codes(_me().user_id)
    except Refused as refused:
        flash(words(refused), "bad")
        return redirect(url_for("web.security"))
    return render_template("recovery_codes.html", codes=codes, fresh=False)


@bp.post("/security/two-factor/off")
@allow(*EVERYBODY)
@before_terms
def switch_two_factor_off() -> Answer:
    """The password alone is enough from now on."""
    try:
        parts().directory.switch_two_factor_off(_me().user_id)
    except Refused as refused:
        flash(words(refused), "bad")
    else:
        flash(gettext("Your login asks for no code any more."), "done")
    return redirect(url_for("web.security"))


@bp.route("/admin/users/<user_id>/two-factor-reset", methods=["GET", "POST"])
@allow("admin")
def reset_two_factor(user_id: str) -> Answer:
    """Somebody lost telephone and recovery codes."""
    form = ResetTwoFactorForm()
    user = parts().directory.user(user_id)
    if not (form.sent and form.validate()):
        status = 422 if form.errors else 200
        return render_template("two_factor_reset.html", form=form, user=user, problem=""), status
    try:
        parts().directory.reset_two_factor(user_id, form.reason.data)
    except Refused as refused:
        problem = blame(form, refused)
        return render_template("two_factor_reset.html", form=form, user=user, problem=problem), refused.status
    flash(
        gettext("The second factor of %(email)s is removed, and their sessions have ended.", email=user["email"]),
        "done",
    )
    return redirect(url_for("web.admin_overview"))
