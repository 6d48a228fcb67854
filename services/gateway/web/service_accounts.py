"""Service accounts, for administrators: what integrations act as. The secret of a new token is on one page, once."""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms_service_accounts import SERVICE_WORDS, ServiceAccountForm, ServiceTokenForm
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card
from services.gateway.web.refusals import blame, then, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]
_NAME_TAKEN = {"service_account.name_taken": "name"}
_ONE = "/admin/service-accounts/<service_account_id>"


@bp.get("/admin/service-accounts")
@allow("admin")
def service_accounts() -> Answer:
    """All of them, and a form for a new one."""
    return _all(ServiceAccountForm(formdata=None, data={"scopes": ["read"]}))


@bp.post("/admin/service-accounts")
@allow("admin")
def create_service_account() -> Answer:
    """Make one; its page has the form for its first token."""
    form = ServiceAccountForm()
    if not form.validate():
        return _all(form, status=422)
    try:
        made = parts().directory.create_service_account(form.wanted, key=form.key.data)
    except Refused as refused:
        return _all(form, blame(form, refused, _NAME_TAKEN), refused.status)
    except PartDown as down:
        return _all(form, words_for_unknown_outcome(down), 503)
    flash(gettext("The service account is made. Now make a token that its program acts by."), "done")
    return _to(made["service_account_id"])


@bp.get(_ONE)
@allow("admin")
def service_account(service_account_id: str) -> Answer:
    """One, with its tokens and what may be changed."""
    return _one(service_account_id)


@bp.post(_ONE)
@allow("admin")
def change_service_account(service_account_id: str) -> Answer:
    """Another name, purpose, or other things that it may do."""
    form = ServiceAccountForm()
    if not form.validate():
        return _one(service_account_id, changing=form, status=422)
    try:
        parts().directory.change_service_account(service_account_id, form.wanted, key=form.key.data)
    except Refused as refused:
        problem = blame(form, refused, _NAME_TAKEN)
        return _one(service_account_id, changing=form, problem=problem, status=refused.status)
    except PartDown as down:
        return _one(service_account_id, changing=form, problem=words_for_unknown_outcome(down), status=503)
    flash(gettext("Saved: this holds for all its tokens at once."), "done")
    return _to(service_account_id)


@bp.post(f"{_ONE}/<any(disable, enable, delete):action>")
@allow("admin")
def switch_service_account(service_account_id: str, action: str) -> Answer:
    """Disable it, which revokes its tokens; enable it; delete it."""
    directory = parts().directory
    works: dict[str, tuple[Callable[[], object], str]] = {
        "disable": (
            lambda: directory.change_service_account(service_account_id, {"disabled": True}),
            gettext("The service account is disabled, and its tokens are revoked."),
        ),
        "enable": (
            lambda: directory.change_service_account(service_account_id, {"disabled": False}),
            gettext("The service account is enabled. Make a token for its program."),
        ),
        "delete": (
            lambda: directory.remove_service_account(service_account_id),
            gettext("The service account is deleted, and its tokens are revoked."),
        ),
    }
    back = url_for("web.service_accounts") if action == "delete" else _address(service_account_id)
    return then(*works[action], back)


@bp.post(f"{_ONE}/tokens")
@allow("admin")
def create_service_account_token(service_account_id: str) -> Answer:
    """Make a token and show it: this page alone has it, and no cache keeps it."""
    form = ServiceTokenForm()
    if not form.validate():
        return _one(service_account_id, tokening=form, status=422)
    directory = parts().directory
    try:
        made = directory.create_service_account_token(service_account_id, form.wanted, key=form.key.data)
    except Refused as refused:
        problem = blame(form, refused, {"name": "token_name"})
        return _one(service_account_id, tokening=form, problem=problem, status=refused.status)
    except PartDown as down:
        return _one(service_account_id, tokening=form, problem=words_for_unknown_outcome(down), status=503)
    return render_template("service_account_token.html", made=made, back=_address(service_account_id))


@bp.post(f"{_ONE}/tokens/<token_id>/revoke")
@allow("admin")
def revoke_service_account_token(service_account_id: str, token_id: str) -> Answer:
    """End one, at once."""
    work = lambda: parts().directory.revoke_service_account_token(service_account_id, token_id)  # noqa: E731
    done = gettext("The token is revoked: programs that have it are refused from now on.")
    return then(work, done, _address(service_account_id))


def _all(form: ServiceAccountForm, problem: str = "", status: int = 200) -> Answer:
    found = card(parts().directory.service_accounts)
    return render_template("service_accounts.html", found=found, form=form, problem=problem), status


def _one(
    service_account_id: str,
    *,
    changing: ServiceAccountForm | None = None,
    tokening: ServiceTokenForm | None = None,
    problem: str = "",
    status: int = 200,
) -> Answer:
    account: Document = parts().directory.service_account(service_account_id)
    page = render_template(
        "service_account.html",
        account=account,
        changing=changing or ServiceAccountForm(formdata=None, data=account),
        tokening=tokening or ServiceTokenForm(formdata=None),
        problem=problem,
        about_token=tokening is not None,
        scope_words=SERVICE_WORDS,
    )
    return page, status


def _address(service_account_id: str) -> str:
    return url_for("web.service_account", service_account_id=service_account_id)


def _to(service_account_id: str) -> Response:
    return redirect(_address(service_account_id))
