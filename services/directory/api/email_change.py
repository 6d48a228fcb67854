"""A change of one's mail address, and the links that confirm or stop it."""

from flask import Response

from services.chassis.web import allow, answer, body, caller
from services.directory.api.blueprint import bp, by, done, recently_verified, the_directory
from services.directory.domain import UnknownUser
from services.directory.handlers import email_change
from services.directory.schemas.email_change import EmailChangeBody
from services.directory.schemas.fields import Nothing

_CHANGE, _NOTHING = EmailChangeBody(), Nothing()


@bp.get("/users/<user_id>/email-change")
@allow("member", "admin", "coordinator", "auditor")
def email_change_under_way(user_id: str) -> Response:
    """One's own change that waits for confirmations."""
    _only_oneself(user_id)
    return answer(email_change.under_way(the_directory(), user_id))


@bp.post("/users/<user_id>/email-change")
@allow("member", "admin", "coordinator", "auditor")
def request_email_change(user_id: str) -> Response:
    """Ask for another address: the same answer whether somebody else has it."""
    _only_oneself(user_id)
    recently_verified()
    asked, session = body(_CHANGE), caller().session
    return done(email_change.request(the_directory(), by(), user_id, email=asked["email"], session=session))


@bp.delete("/users/<user_id>/email-change")
@allow("member", "admin", "coordinator", "auditor")
def cancel_email_change(user_id: str) -> Response:
    """Let it be."""
    _only_oneself(user_id)
    email_change.cancel(the_directory(), by(), user_id)
    return answer({})


@bp.get("/email-confirmations/<token>")
@allow("public")
def look_at_email_link(token: str) -> Response:
    """What a link is for. Looking uses nothing up."""
    return answer(email_change.look(the_directory(), token))


@bp.post("/email-confirmations/<token>")
@allow("public")
def confirm_email(token: str) -> Response:
    """Confirm, once."""
    body(_NOTHING)
    return done(email_change.confirm(the_directory(), by("visitor"), token))


@bp.post("/email-confirmations/<token>/stop")
@allow("public")
def stop_email_change(token: str) -> Response:
    """It was somebody else: by the link to the old address."""
    body(_NOTHING)
    email_change.stop(the_directory(), by("visitor"), token)
    return answer({})


def _only_oneself(user_id: str) -> None:
    """Raises UnknownUser: an administrator changes the address of others by PATCH /users/{id}."""
    if user_id != caller().subject:
        raise UnknownUser("There is no such user.")
