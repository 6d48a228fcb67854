"""Sign-up, sessions, new passwords."""

from flask import Response

from services.chassis.web import allow, answer, body
from services.directory.api.blueprint import bp, by, done, the_directory
from services.directory.domain import Device, Preferences
from services.directory.handlers import logins, members
from services.directory.handlers.writing import Done
from services.directory.schemas.entities import profile_of
from services.directory.schemas.logins import LoginBody, ResetBody, ResetRequestBody, SignUpBody
from services.directory.schemas.security import LoginCodeBody

_SIGN_UP, _LOGIN, _RESET_REQUEST, _RESET = SignUpBody(), LoginBody(), ResetRequestBody(), ResetBody()
_CODE = LoginCodeBody()


@bp.post("/signup")
@allow("public")
def sign_up() -> Response:
    """Register a user with an entity, and log in."""
    asked = body(_SIGN_UP)
    user, entity = asked["user"], asked["entity"]
    form = members.SignUp(
        **user,
        profile=profile_of(entity["profile"], user["email"]),
        offers=entity.get("offers", ()),
        wants=entity.get("wants", ()),
        terms_version=asked["terms_version"],
        visibility=entity.get("visibility", {}),
        preferences=Preferences(**(asked["preferences"] | entity.get("preferences", {}))),
    )
    registered = members.sign_up(the_directory(), by("visitor"), form)
    device = Device(device_id=asked["device"], agent=asked["agent"], address=asked["address"])
    session = logins.open_session(
        the_directory(), by("visitor"), registered.document["user_id"], device, signed_up=True
    )
    return done(Done({**registered.document, "session": session}, registered.position))


@bp.post("/sessions")
@allow("public")
def log_in() -> Response:
    """Begin a session."""
    return answer(logins.log_in(the_directory(), by("visitor"), **body(_LOGIN)))


@bp.post("/sessions/codes")
@allow("public")
def enter_code() -> Response:
    """The second step of a login."""
    return answer(logins.enter_code(the_directory(), by("visitor"), **body(_CODE)))


@bp.get("/sessions/<session_id>")
@allow("service")
def session(session_id: str) -> Response:
    """A session that lives, and now lives longer."""
    return answer(logins.session(the_directory(), session_id))


@bp.delete("/sessions/<session_id>")
@allow("service")
def log_out(session_id: str) -> Response:
    """End a session."""
    logins.log_out(the_directory(), by(), session_id)
    return answer({})


@bp.post("/password-resets")
@allow("public")
def request_reset() -> Response:
    """Send a one-time link; the same answer whoever asks."""
    logins.request_reset(the_directory(), by("visitor"), **body(_RESET_REQUEST))
    return answer({})


@bp.get("/password-resets/<token>")
@allow("public")
def reset_kind(token: str) -> Response:
    """Whether a token can be used, and for which login."""
    return answer({"kind": logins.reset_kind(the_directory(), token)})


@bp.post("/password-resets/<token>")
@allow("public")
def reset_password(token: str) -> Response:
    """Set a new password, once."""
    kind, position = logins.reset_password(the_directory(), by("visitor"), token, **body(_RESET))
    return done(Done({"kind": kind}, position))
