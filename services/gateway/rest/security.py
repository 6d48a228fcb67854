"""One's own login: verification, password, sessions, second factor."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.permissions import before_terms, before_two_factor
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import login
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import STEP_UP, WRONG, Codes, both
from services.gateway.schemas_security import (
    Code,
    Ended,
    LivingSession,
    PasswordChange,
    Reason,
    RecoveryCodes,
    TwoFactor,
    TwoFactorSecret,
    Verification,
)
from services.gateway.scopes import LOGIN
from services.gateway.squares import app_uri

_STATE: Codes = {409: ("two_factor.state",)}

EVERYBODY = ("member", "admin", "coordinator", "auditor")
STAFF = ("admin", "coordinator", "auditor")


@bp.post("/session/verification")
@allow(*EVERYBODY)
@before_two_factor
@operation(
    "Show that it is still you: for ten minutes this session may do what is sensitive",
    body=Verification(),
    scope=LOGIN,
    example={"password": "Correct-horse-9"},
    codes=WRONG,
)
def verify_session(body: Document) -> None:
    """Three wrong tries lock this for 15 minutes."""
    session.parts().directory.verify_session(login().session_id, **body)


@bp.post("/password-change")
@allow("member")
@before_terms
@operation(
    "Another password, by the current one; all other sessions end", body=PasswordChange(), scope=LOGIN, codes=WRONG
)
def change_password(body: Document) -> None:
    """Three wrong tries lock this for 15 minutes."""
    _change_password(body)


@bp.post("/admin/password-change")
@allow(*STAFF)
@operation("The same for administrators, coordinators and auditors", body=PasswordChange(), scope=LOGIN, codes=WRONG)
def change_admin_password(body: Document) -> None:
    """Three wrong tries lock this for 15 minutes."""
    _change_password(body)


def _change_password(body: Document) -> None:
    given = {"current": body["current_password"], "new": body["password"]}
    session.parts().directory.change_password(login().user_id, **given)


@bp.get("/sessions")
@allow(*EVERYBODY)
@operation("Where you are logged in, the one used last first", data=LivingSession(), listed=True, scope=LOGIN)
def sessions() -> Listed:
    """At most a hundred."""
    return Listed.whole(session.parts().directory.sessions(login().user_id))


@bp.delete("/sessions")
@allow(*EVERYBODY)
@before_terms
@operation("End all your sessions but this one", data=Ended(), scope=LOGIN)
def end_other_sessions() -> Document:
    """At once."""
    return {"ended": session.parts().directory.end_other_sessions(login().user_id)}


@bp.delete("/sessions/<handle>")
@allow(*EVERYBODY)
@before_terms
@operation("End one of your sessions", scope=LOGIN)
def end_session(handle: str) -> None:
    """At once."""
    session.parts().directory.end_one_session(login().user_id, handle)


@bp.get("/two-factor")
@allow(*EVERYBODY)
@before_two_factor
@operation("Whether your login asks for a code", data=TwoFactor(), scope=LOGIN)
def two_factor() -> Document:
    """Your own alone."""
    return session.parts().directory.two_factor(login().user_id)


@bp.post("/two-factor")
@allow(*EVERYBODY)
@before_two_factor
@operation(
    "A secret for an app; it counts when it is confirmed. Needs a verified session",
    data=TwoFactorSecret(),
    scope=LOGIN,
    codes=both(STEP_UP, _STATE),
)
def begin_two_factor() -> Document:
    """Within 30 minutes."""
    secret = session.parts().directory.begin_two_factor(login().user_id)
    return {"secret": secret, "uri": app_uri(secret, login().email)}


@bp.post("/two-factor/confirmation")
@allow(*EVERYBODY)
@before_two_factor
@operation(
    "The app shows this code: from now on your login asks for one",
    body=Code(),
    data=RecoveryCodes(),
    scope=LOGIN,
    codes=both(WRONG, _STATE),
)
def confirm_two_factor(body: Document) -> Document:
    """Keep the recovery codes in a safe place."""
    return {"recovery_codes": session.parts().directory.confirm_two_factor(login().user_id, body["code"])}


@bp.delete("/two-factor")
@allow(*EVERYBODY)
@before_terms
@operation("Your login asks for no code any more. Needs a verified session", scope=LOGIN, codes=both(STEP_UP, _STATE))
def switch_two_factor_off() -> None:
    """You get a mail."""
    session.parts().directory.switch_two_factor_off(login().user_id)


@bp.post("/recovery-codes")
@allow(*EVERYBODY)
@before_terms
@operation(
    "Ten new recovery codes; those before work no more. Needs a verified session",
    data=RecoveryCodes(),
    scope=LOGIN,
    codes=both(STEP_UP, _STATE),
)
def renew_recovery_codes() -> Document:
    """Told this once."""
    return {"recovery_codes": session.parts().directory.renew_recovery_codes(login().user_id)}


@bp.post("/admin/users/<user_id>/two-factor/reset")
@allow("admin")
@operation(
    "Remove the second factor of somebody who lost it; all their sessions end",
    body=Reason(),
    scope=LOGIN,
    codes=both(STEP_UP, _STATE),
    keyed=True,
)
def reset_two_factor(user_id: str, body: Document, key: str | None) -> None:
    """Needs a verified session. They get a mail."""
    session.parts().directory.reset_two_factor(user_id, body["reason"], key=key)
