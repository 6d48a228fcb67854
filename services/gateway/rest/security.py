"""One's own login."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import login
from services.gateway.rest.operations import operation
from services.gateway.schemas_security import Verification


@bp.post("/session/verification")
@allow("member", "admin", "coordinator", "auditor")
@operation("Show that it is still you: for ten minutes this session may do what is sensitive", body=Verification())
def verify_session(body: Document) -> None:
    """Three wrong tries lock this for 15 minutes."""
    session.parts().directory.verify_session(login().session_id, password=body["password"])
