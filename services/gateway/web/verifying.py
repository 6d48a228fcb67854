"""Is it still you? The page that what is sensitive leads to, and back from it with everything that was typed."""

from collections.abc import Iterator

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import PartDown, Refused
from services.gateway.failures import Forbidden
from services.gateway.forms_security import VerifyForm
from services.gateway.permissions import before_two_factor
from services.gateway.session import current, parts, safe_next
from services.gateway.web.blueprint import bp
from services.gateway.web.refusals import blame, words_for_down

Answer = str | Response | tuple[str, int]
Fields = list[tuple[str, str]]

_KEPT = "kept-"
_KEPT_FIELDS, _KEPT_SIGNS = 200, 100_000
_NEVER_KEPT = frozenset({"csrf_token", "password", "current", "new", "again", "code"})
"""Of a form that has to wait: secrets are typed again."""


def ask_to_verify() -> Response:
    """The way to the page and back: for a form that was sent, the page itself, which keeps what was typed."""
    here = request.full_path.rstrip("?")
    if request.method == "GET":
        return redirect(url_for("web.verify", next=here))
    form = VerifyForm(formdata=None, data={"next": here})
    page = render_template("verify.html", form=form, problem="", kept=list(typed_fields()), lost=bool(request.files))
    return make_response(page, 403)


@bp.route("/verify", methods=["GET", "POST"])
@allow("member", "admin", "coordinator", "auditor")
@before_two_factor
def verify() -> Answer:
    """Ask for the password again; then on to where it was wanted."""
    form = VerifyForm(data={"next": request.args.get("next", "")})
    kept = list(kept_fields())
    if not (form.sent and form.validate()):
        return _page(form, kept, "", 422 if form.sent else 200)
    login = current()
    if login is None:
        raise Forbidden
    try:
        parts().directory.verify_session(login.session_id, **form.shown)
    except Refused as refused:
        return _page(form, kept, blame(form, refused, {"auth.wrong": "password"}), refused.status)
    except PartDown as down:
        return _page(form, kept, words_for_down(down), 503)
    target = safe_next(form.next.data)
    if kept:
        return render_template("verified.html", target=target, kept=kept)
    return redirect(target)


def _page(form: VerifyForm, kept: Fields, problem: str, status: int) -> Answer:
    return render_template("verify.html", form=form, problem=problem, kept=kept, lost=False), status


def typed_fields() -> Iterator[tuple[str, str]]:
    """The form that has to wait, without its secrets."""
    return _bounded((name, value) for name, value in request.form.items(multi=True) if _may_keep(name))


def kept_fields() -> Iterator[tuple[str, str]]:
    """The same, as it comes back from this page."""
    sent = request.form.items(multi=True) if request.method == "POST" else iter(())
    named = ((name.removeprefix(_KEPT), value) for name, value in sent if name.startswith(_KEPT))
    return _bounded((name, value) for name, value in named if _may_keep(name))


def _may_keep(name: str) -> bool:
    return name.rpartition("-")[2] not in _NEVER_KEPT


def _bounded(fields: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    signs = 0
    for count, (name, value) in enumerate(fields):
        signs += len(name) + len(value)
        if count >= _KEPT_FIELDS or signs > _KEPT_SIGNS:
            return
        yield name, value
