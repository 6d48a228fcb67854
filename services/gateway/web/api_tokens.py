"""One's own API tokens: what programs log in with. The secret of a new one is on one page, once."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import PartDown, Refused
from services.gateway.failures import Unauthenticated
from services.gateway.forms_tokens import SCOPE_WORDS, ApiTokenForm
from services.gateway.session import Login, current, parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card
from services.gateway.web.refusals import blame, words, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]


@bp.get("/api-tokens")
@allow("member", "admin", "coordinator", "auditor")
def api_tokens() -> Answer:
    """All of them, and a form for a new one."""
    return _page(ApiTokenForm(_me().roles, formdata=None, data={"scopes": ["read"]}))


@bp.post("/api-tokens")
@allow("member", "admin", "coordinator", "auditor")
def create_api_token() -> Answer:
    """Make one and show it: this page alone has it, and no cache keeps it."""
    form = ApiTokenForm(_me().roles)
    if not form.validate():
        return _page(form, status=422)
    try:
        made = parts().directory.create_api_token(_me().user_id, form.wanted, key=form.key.data)
    except Refused as refused:
        return _page(form, blame(form, refused), refused.status)
    except PartDown as down:
        return _page(form, words_for_unknown_outcome(down), 503)
    return render_template("api_token_created.html", made=made, scope_words=SCOPE_WORDS)


@bp.post("/api-tokens/<token_id>/revoke")
@allow("member", "admin", "coordinator", "auditor")
def revoke_api_token(token_id: str) -> Answer:
    """End one, at once."""
    try:
        parts().directory.revoke_api_token(_me().user_id, token_id)
        flash(gettext("The token is revoked: programs that have it are refused from now on."), "done")
    except Refused as refused:
        flash(words(refused), "bad")
    return redirect(url_for("web.api_tokens"))


def _page(form: ApiTokenForm, problem: str = "", status: int = 200) -> Answer:
    listed = card(lambda: parts().directory.api_tokens(_me().user_id))
    page = render_template("api_tokens.html", form=form, problem=problem, tokens=listed, scope_words=SCOPE_WORDS)
    return page, status


def _me() -> Login:
    login = current()
    if login is None:
        raise Unauthenticated
    return login
