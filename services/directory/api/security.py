"""One's own login: verification."""

from flask import Response

from services.chassis.web import allow, answer, body, caller
from services.directory.api.blueprint import bp, by, the_directory
from services.directory.domain import UnknownSession
from services.directory.handlers import security
from services.directory.schemas.security import VerificationBody

_VERIFICATION = VerificationBody()


@bp.post("/sessions/<session_id>/verification")
@allow("member", "admin", "auditor")
def verify(session_id: str) -> Response:
    """Show that it is still the same person who uses this session: the own one."""
    if not session_id or session_id != caller().session:
        raise UnknownSession("This session has ended, or is not yours.")
    asked = body(_VERIFICATION)
    security.verify(the_directory(), by(), session_id, caller().subject, password=asked["password"])
    return answer({})
