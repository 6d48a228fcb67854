"""New terms: the page that comes before whatever changes something, and on from it with everything that was typed."""

from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import PartDown, Refused
from services.gateway.forms_privacy import TermsForm
from services.gateway.network import network
from services.gateway.permissions import before_terms
from services.gateway.session import current, parts, safe_next
from services.gateway.terms import asked_version
from services.gateway.web.blueprint import bp
from services.gateway.web.refusals import blame, words_for_unknown_outcome
from services.gateway.web.verifying import Fields, kept_fields, typed_fields

Answer = str | Response | tuple[str, int]


def ask_for_terms() -> Response:
    """The way to the page and back: for a form that was sent, the page itself, which keeps what was typed."""
    here = request.full_path.rstrip("?")
    if request.method == "GET":
        return redirect(url_for("web.terms", next=here))
    form = TermsForm(formdata=None, data={"next": here, "version": asked_version(current())})
    # A button has nothing that was typed, and is pressed again by the same form.
    page, _ = _page(form, list(typed_fields()) or [("again", "1")], lost=bool(request.files))
    return make_response(page, 403)


@bp.route("/terms", methods=["GET", "POST"])
@allow("member")
@before_terms
def terms() -> Answer:
    """Agree to the terms as they are now; then on to where it was wanted."""
    version = asked_version(current())
    form = TermsForm(data={"next": request.args.get("next", ""), "version": version})
    kept = list(kept_fields())
    if not (form.sent and version):
        # Who has agreed, in another window perhaps, goes on.
        return _on(form, kept) if form.sent else _page(form, kept)
    if not form.validate() or form.version.data != version:
        form.version.data = version
        return _page(form, kept, gettext("The terms have changed once more: please look again."), 422)
    return _agree(form, kept)


def _agree(form: TermsForm, kept: Fields) -> Answer:
    login = current()
    if login is None:
        return redirect(url_for("web.log_in"))
    version = form.version.data or ""
    try:
        parts().directory.agree(login.user_id, document="terms", version=version, key=form.key.data)
    except Refused as refused:
        return _page(form, kept, blame(form, refused), refused.status)
    except PartDown as down:
        return _page(form, kept, words_for_unknown_outcome(down), 503)
    flash(gettext("Thank you. That you agreed is kept under “My data”."), "done")
    return _on(form, kept)


def _on(form: TermsForm, kept: Fields) -> Answer:
    target = safe_next(form.next.data)
    return render_template("verified.html", target=target, kept=kept, agreed=True) if kept else redirect(target)


def _page(
    form: TermsForm, kept: Fields, problem: str = "", status: int = 200, *, lost: bool = False
) -> tuple[str, int]:
    ours = url_for("web.legal", which="terms") if network().terms else ""
    told: dict[str, Any] = {"url": current_app.config["GATEWAY"].terms_url or ours, "version": asked_version(current())}
    return render_template("terms.html", form=form, problem=problem, kept=kept, lost=lost, **told), status
