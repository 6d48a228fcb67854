"""What changed of who may do what (`store.access_changes`), and the wait of whoever changed it."""

import time

from flask import Response, current_app, request
from marshmallow import Schema, fields, validate

from services.chassis.web import Problem, Unavailable, allow, answer, query
from services.directory.api.blueprint import bp, is_staff_of_members
from services.directory.store.access_changes import AccessChanges, Unwatched

ACCESS, BELIEVED = "access", "believed_ms"
"""Where app.py leaves the changes and how long gateways believe them, in `app.extensions`."""

ENDING = frozenset(
    f"directory.{view}"
    for view in (
        "log_out", "reset_password", "change_password", "end_other_sessions", "end_session", "confirm_two_factor",
        "switch_two_factor_off", "reset_two_factor", "change_member", "link_member", "remove_member",
        "accept_invitation", "change_staff", "remove_staff", "suspend_user", "act_for", "act_for_nobody",
        "register_business", "confirm_email", "stop_email_change", "agree", "close_entity", "close_user", "close_login",
        "apply_for_trading",
    )
)  # fmt: skip
"""Views after which a session may say something else, or nothing any more."""
_BY_STAFF = frozenset({"directory.change_entity", "directory.change_user"})
"""So after these, when staff changes status, password or businesses: a member's own changes are of what is shown."""


class _After(Schema):
    stream = fields.String(load_default="", validate=validate.Length(max=64))
    after = fields.Integer(load_default=0, validate=validate.Range(0, 2**53))


_AFTER = _After()


@bp.get("/access-changes")
@allow("service")
def access_changes() -> Response:
    """What changed after a position; waits a moment for it."""
    changes: AccessChanges | None = current_app.extensions.get(ACCESS)
    if changes is None:
        raise Problem(404, "access_changes.off", "Changes are not told here: ask for each session.")
    asked = query(_AFTER)
    try:
        told = changes.after(asked["stream"], asked["after"])
    except Unwatched as error:
        raise Unavailable("access_changes.unwatched", "Changes are not told for the moment.", 1) from error
    return answer(
        {
            "stream": told.stream,
            "position": told.position,
            "complete": told.complete,
            "changes": told.changes,
            "lag_ms": told.lag_ms,
            "believed_ms": current_app.extensions[BELIEVED],
        }
    )


@bp.after_request
def hold(response: Response) -> Response:
    """Answer an ending only when no gateway believes any more what was before it."""
    ending = request.endpoint in ENDING or (request.endpoint in _BY_STAFF and is_staff_of_members())
    if ending and response.status_code < 400 and (believed := current_app.extensions.get(BELIEVED, 0)):
        time.sleep(believed / 1000)
    return response
