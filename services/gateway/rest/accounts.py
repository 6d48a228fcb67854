"""Signing up, logging in and out, renewing tokens, lost passwords: for members and for administrators."""

from typing import Any

from services.chassis.web import allow
from services.gateway import devices, session
from services.gateway.clients import Document
from services.gateway.permissions import before_two_factor
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import operation
from services.gateway.rest.refusals import Codes
from services.gateway.rest.views import last_login, preferences_of
from services.gateway.schemas import Credentials, Email, LoggedIn, NewPassword, SignedUp, SignUp
from services.gateway.schemas_security import LoginCode
from services.gateway.scopes import LOGIN
from services.gateway.tokens import LIFETIME_SECONDS

_LOGGING_IN: Codes = {
    401: ("login.failed", "login.code_needed"),
    403: ("login.expired",),
    429: ("login.locked",),
}

_USER = {"user_email": "email", "password": "password", "first_name": "first_name", "last_name": "last_name",
         "user_phone": "telephone"}  # fmt: skip
_ENTITY = {"entity_name": "name", "entity_email": "email", "entity_phone": "telephone"} | {
    name: name
    for name in (
        *("inc_type", "company_number", "website", "declared_turnover", "description"),
        *("address", "city", "region", "postal_code", "country", "offers", "wants", "place", "visibility"),
    )
}


@bp.post("/signup")
@allow("public")
@operation(
    "Sign up a person and their business",
    body=SignUp(),
    data=SignedUp(),
    keyed=True,
    codes={409: ("user.email_taken",)},
)
def sign_up(body: Document, key: str | None) -> Document:
    """The business waits for review; the login works at once."""
    made = session.visitor_parts().directory.sign_up(
        user=_renamed(body, _USER),
        entity=_renamed(body, _ENTITY),
        preferences=preferences_of(body) or None,
        terms_version=body.get("terms_version", ""),
        visit=devices.program_visit(),
        key=key,
    )
    return {**made, **_logged_in(made["session"])}


@bp.post("/login")
@allow("public")
@operation("Log in as a member", body=Credentials(), data=LoggedIn(), codes=_LOGGING_IN)
def log_in(body: Document) -> Document:
    """Three failures lock for 15 minutes."""
    return _log_in(body, "member")


@bp.post("/admin/login")
@allow("public")
@operation("Log in as an administrator or auditor", body=Credentials(), data=LoggedIn(), codes=_LOGGING_IN)
def log_in_admin(body: Document) -> Document:
    """The same for administrators."""
    return _log_in(body, "admin")


@bp.post("/login/code")
@allow("public")
@operation(
    "The second step of a login, when the first one answered `login.code_needed` with a `ticket`",
    body=LoginCode(),
    data=LoggedIn(),
    codes={401: ("login.code_failed",), 403: ("login.expired",), 429: ("login.locked",)},
)
def enter_code(body: Document) -> Document:
    """For members and administrators; within five minutes. A code works once."""
    opened = session.visitor_parts().directory.enter_code(body["ticket"], body["code"], devices.program_visit())
    return {**_logged_in(opened), **last_login(opened.get("previous_login"))}


@bp.post("/logout")
@allow("member")
@before_two_factor
@operation("Log out: the session ends and its tokens are refused from now on")
def log_out() -> None:
    """Ends the session itself, not only this token."""
    session.end()


@bp.post("/admin/logout")
@allow("admin", "coordinator", "auditor")
@before_two_factor
@operation("Log out as an administrator or auditor", scope=LOGIN)
def log_out_admin() -> None:
    """The same for administrators."""
    session.end()


@bp.post("/token/renew")
@allow("public")
@before_two_factor
@operation(
    "Exchange a token, expired at most a day ago, for a fresh one while its session lives",
    data=LoggedIn(),
    codes={401: ("auth.missing",)},
)
def renew_token() -> Document:
    """The bearer token in the header is the credential."""
    session.renew()
    return {"token": session.token(), "expires_in": LIFETIME_SECONDS}


@bp.post("/password-reset")
@allow("public")
@operation("Have a reset link mailed; the answer is the same for unknown addresses", body=Email())
def request_reset(body: Document) -> None:
    """Tells nobody who is a member."""
    session.visitor_parts().directory.request_reset(email=body["email"], kind="member")


@bp.post("/admin/password-reset")
@allow("public")
@operation("The same for administrators", body=Email())
def request_admin_reset(body: Document) -> None:
    """Tells nobody who is an administrator."""
    session.visitor_parts().directory.request_reset(email=body["email"], kind="admin")


@bp.post("/password-reset/<token>")
@allow("public")
@operation(
    "Set a new password by the mailed token; all sessions of the user end",
    body=NewPassword(),
    codes={404: ("reset.invalid",)},
)
def reset_password(token: str, body: Document) -> None:
    """A token works once."""
    session.visitor_parts().directory.reset_password(token, password=body["password"])


@bp.post("/admin/password-reset/<token>")
@allow("public")
@operation("The same for administrators", body=NewPassword(), codes={404: ("reset.invalid",)})
def reset_admin_password(token: str, body: Document) -> None:
    """A token works once."""
    session.visitor_parts().directory.reset_password(token, password=body["password"])


def _log_in(body: Document, kind: str) -> Document:
    opened = session.visitor_parts().directory.open_session(
        email=body["email"], password=body["password"], kind=kind, visit=devices.program_visit()
    )
    return {**_logged_in(opened), **last_login(opened.get("previous_login"))}


def _logged_in(opened: Document) -> Document:
    session.start(opened)
    return {"token": session.token(), "expires_in": LIFETIME_SECONDS}


def _renamed(body: Document, names: dict[str, str]) -> dict[str, Any]:
    return {theirs: body[ours] for ours, theirs in names.items() if ours in body}
