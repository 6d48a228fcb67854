"""Signing up, logging in and out, lost passwords. Passwords are never sent back to a page."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway import devices, recaptcha
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms import LoginForm, LostPasswordForm, ResetForm, SignUpForm
from services.gateway.forms_security import CodeForm
from services.gateway.permissions import before_two_factor
from services.gateway.session import client_address, current, end, safe_next, start, visitor_parts
from services.gateway.web.blueprint import bp
from services.gateway.web.refusals import blame, words, words_for_down, words_for_unknown_outcome
from services.gateway.web.visitors import first_page

Answer = str | Response | tuple[str, int]

_SECOND_STEP = "second-step"
"""In the page cookie: what the first step of a login gave, good for five minutes."""


@bp.route("/signup", methods=["GET", "POST"])
@allow("public")
def sign_up() -> Answer:
    """A new business and the person who speaks for it; logged in at once."""
    form = SignUpForm()
    if not (form.sent and form.validate()):
        return _form("sign_up.html", form)
    if robot := captcha_problem():
        return _form("sign_up.html", form, *robot)
    try:
        made = visitor_parts().directory.sign_up(
            user={"email": form.email.data, "password": form.password.data},
            entity={"name": form.name.data, "offers": form.offers.tags, "wants": form.wants.tags},
            terms_version=current_app.config["GATEWAY"].terms_version,
            visit=devices.page_visit(),
            key=form.key.data,
        )
    except Refused as refused:
        problem = blame(form, refused, {"user.email_taken": "email"})
        return _form("sign_up.html", form, problem, refused.status)
    except PartDown as down:
        return _form("sign_up.html", form, words_for_unknown_outcome(down), 503)
    devices.keep_device()
    start(made["session"])
    flash(gettext("Welcome! Your business is signed up."), "done")
    return redirect(url_for("web.dashboard"))


@bp.route("/login", methods=["GET", "POST"])
@allow("public")
def log_in() -> Answer:
    """For members."""
    return _log_in("member")


@bp.route("/admin/login", methods=["GET", "POST"])
@allow("public")
def admin_log_in() -> Answer:
    """For administrators and auditors."""
    return _log_in("admin")


def _log_in(kind: str) -> Answer:
    login = current()
    if login is not None and request.method == "GET":
        return redirect(first_page(login.roles))
    form = LoginForm(data={"next": request.args.get("next", "")})
    extra: dict[str, Any] = {"admin": kind == "admin"}
    if not (form.sent and form.validate()):
        return _form("log_in.html", form, **extra)
    if robot := captcha_problem():
        return _form("log_in.html", form, *robot, **extra)
    try:
        opened = visitor_parts().directory.open_session(
            email=form.email.data, password=form.password.data, kind=kind, visit=devices.page_visit()
        )
    except Refused as refused:
        if refused.code == "login.code_needed":
            session[_SECOND_STEP] = {"ticket": refused.extra["ticket"], "next": form.next.data or "", "kind": kind}
            return redirect(url_for("web.enter_code"))
        return _form("log_in.html", form, words(refused), refused.status, **extra)
    except PartDown as down:
        return _form("log_in.html", form, words_for_down(down), 503, **extra)
    return _in(opened, form.next.data)


def _in(opened: Document, target: str | None) -> Response:
    devices.keep_device()
    login = start(opened)
    return redirect(safe_next(target, first_page(login.roles)))


@bp.route("/login/code", methods=["GET", "POST"])
@allow("public")
def enter_code() -> Answer:
    """The second step: a code of the app, or for recovery."""
    step = session.get(_SECOND_STEP)
    if not isinstance(step, dict):
        return redirect(url_for("web.log_in"))
    form = CodeForm()
    extra: dict[str, Any] = {"door": url_for("web.admin_log_in" if step["kind"] == "admin" else "web.log_in")}
    if not (form.sent and form.validate()):
        return _form("log_in_code.html", form, **extra)
    try:
        opened = visitor_parts().directory.enter_code(step["ticket"], form.code.data, devices.page_visit())
    except Refused as refused:
        return _form("log_in_code.html", form, words(refused), refused.status, **extra)
    except PartDown as down:
        return _form("log_in_code.html", form, words_for_down(down), 503, **extra)
    return _in(opened, step["next"])


@bp.post("/logout")
@allow("public")
@before_two_factor
def log_out() -> Response:
    """End the session, here and in the directory."""
    end()
    flash(gettext("You are logged out."), "done")
    return redirect(url_for("web.home"))


@bp.route("/lost-password", methods=["GET", "POST"])
@allow("public")
def lost_password() -> Answer:
    """The same answer whether the address is known."""
    asked = request.args.get("kind", "member")
    form = LostPasswordForm(data={"kind": asked})
    if not (form.sent and form.validate()):
        sent = session.pop("reset_mailed", False) if request.method == "GET" else False
        return _form("lost_password.html", form, sent=sent)
    if robot := captcha_problem():
        return _form("lost_password.html", form, *robot, sent=False)
    kind = "admin" if form.kind.data == "admin" else "member"
    try:
        visitor_parts().directory.request_reset(email=form.email.data, kind=kind)
    except Refused as refused:
        return _form("lost_password.html", form, blame(form, refused), refused.status, sent=False)
    except PartDown as down:
        return _form("lost_password.html", form, words_for_down(down), 503, sent=False)
    session["reset_mailed"] = True
    return redirect(url_for("web.lost_password"))


@bp.route("/password-reset/<token>", methods=["GET", "POST"])
@allow("public")
def reset_password(token: str) -> Answer:
    """A new password by a mailed link, which works once."""
    form = ResetForm()
    try:
        if not (form.sent and form.validate()):
            visitor_parts().directory.reset_kind(token)
            return _form("reset.html", form, dead=False)
        kind = visitor_parts().directory.reset_password(token, password=form.password.data, device=devices.device())
    except Refused as refused:
        dead = refused.status == 404
        return _form("reset.html", form, "" if dead else blame(form, refused), refused.status, dead=dead)
    except PartDown as down:
        return _form("reset.html", form, words_for_down(down), 503, dead=False)
    devices.keep_device()
    flash(gettext("Your new password is set. Log in with it."), "done")
    return redirect(url_for("web.admin_log_in" if kind == "admin" else "web.log_in"))


def captcha_problem() -> tuple[str, int] | None:
    """Why the form of this request can't go on, and the status; None when it may."""
    try:
        if recaptcha.passes(client_address()):
            return None
    except recaptcha.CaptchaDown:
        return gettext("The check that you are no robot does not answer at the moment. Try again in a minute."), 503
    return gettext("Tick the box that says you are no robot, and send the form again."), 422


def _form(template: str, form: Any, problem: str = "", status: int = 0, **values: Any) -> tuple[str, int]:
    """A page with its form as it was typed; 422 when something in it wants correcting."""
    wrong = 422 if form.errors else 200
    return render_template(template, form=form, problem=problem, **values), status or wrong
