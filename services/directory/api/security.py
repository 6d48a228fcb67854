"""One's own login: verification, password, sessions, second factor."""

from flask import Response

from services.chassis.web import allow, answer, body, caller
from services.directory.api.blueprint import bp, by, done, recently_verified, the_directory
from services.directory.domain import UnknownSession, UnknownUser
from services.directory.handlers import factors, security
from services.directory.schemas.fields import Nothing
from services.directory.schemas.security import CodeBody, PasswordBody, ReasonBody, VerificationBody

_VERIFICATION, _CODE, _PASSWORD, _REASON, _NOTHING = (
    VerificationBody(), CodeBody(), PasswordBody(), ReasonBody(), Nothing(),
)  # fmt: skip


def _myself(user_id: str) -> None:
    """Raises UnknownUser for everybody else, administrators too: a login is its owner's alone."""
    if user_id != caller().subject:
        raise UnknownUser("There is no such user.")


@bp.post("/sessions/<session_id>/verification")
@allow("member", "admin", "coordinator", "auditor")
def verify(session_id: str) -> Response:
    """Show that it is still the same person who uses this session: the own one."""
    if not session_id or session_id != caller().session:
        raise UnknownSession("This session has ended, or is not yours.")
    security.verify(the_directory(), by(), session_id, caller().subject, **body(_VERIFICATION))
    return answer({})


@bp.post("/users/<user_id>/password")
@allow("member", "admin", "coordinator", "auditor")
def change_password(user_id: str) -> Response:
    """Another password; all other sessions end."""
    _myself(user_id)
    return done(security.change_password(the_directory(), by(), caller().session, user_id, **body(_PASSWORD)))


@bp.get("/users/<user_id>/sessions")
@allow("member", "admin", "coordinator", "auditor")
def sessions(user_id: str) -> Response:
    """Where one is logged in."""
    _myself(user_id)
    return answer({"sessions": security.sessions(the_directory(), user_id, caller().session)})


@bp.delete("/users/<user_id>/sessions")
@allow("member", "admin", "coordinator", "auditor")
def end_other_sessions(user_id: str) -> Response:
    """Log out everywhere else."""
    _myself(user_id)
    return answer({"ended": security.end_other_sessions(the_directory(), by(), user_id, caller().session)})


@bp.delete("/users/<user_id>/sessions/<handle>")
@allow("member", "admin", "coordinator", "auditor")
def end_session(user_id: str, handle: str) -> Response:
    """Log out somewhere."""
    _myself(user_id)
    security.end_session(the_directory(), by(), user_id, handle)
    return answer({})


@bp.get("/users/<user_id>/two-factor")
@allow("member", "admin", "coordinator", "auditor")
def two_factor(user_id: str) -> Response:
    """Whether a second factor is on."""
    _myself(user_id)
    return answer(factors.state(the_directory(), user_id))


@bp.post("/users/<user_id>/two-factor")
@allow("member", "admin", "coordinator", "auditor")
def begin_two_factor(user_id: str) -> Response:
    """A secret for an app; it counts when it is confirmed."""
    _myself(user_id)
    body(_NOTHING)
    recently_verified()
    return answer(factors.begin(the_directory(), by(), user_id))


@bp.post("/users/<user_id>/two-factor/confirmation")
@allow("member", "admin", "coordinator", "auditor")
def confirm_two_factor(user_id: str) -> Response:
    """The app shows this code."""
    _myself(user_id)
    return done(factors.confirm(the_directory(), by(), user_id, body(_CODE)["code"]))


@bp.delete("/users/<user_id>/two-factor")
@allow("member", "admin", "coordinator", "auditor")
def switch_two_factor_off(user_id: str) -> Response:
    """No second factor any more."""
    _myself(user_id)
    recently_verified()
    return done(factors.switch_off(the_directory(), by(), user_id))


@bp.post("/users/<user_id>/two-factor/reset")
@allow("admin")
def reset_two_factor(user_id: str) -> Response:
    """Somebody lost telephone and recovery codes."""
    asked = body(_REASON)
    recently_verified()
    return done(factors.reset(the_directory(), by(), user_id, asked["reason"]))


@bp.post("/users/<user_id>/recovery-codes")
@allow("member", "admin", "coordinator", "auditor")
def renew_recovery_codes(user_id: str) -> Response:
    """Ten new ones."""
    _myself(user_id)
    body(_NOTHING)
    recently_verified()
    return done(factors.renew_recovery_codes(the_directory(), by(), user_id))
