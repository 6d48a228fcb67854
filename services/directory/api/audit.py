"""The audit log: for administrators and auditors all of it, for members what is about them."""

from typing import Any

from flask import Response, current_app

from services.chassis.web import allow, answer, caller, query
from services.directory.api.blueprint import bp, only_own, only_self, the_directory, window
from services.directory.domain.audit_search import AuditQuery
from services.directory.handlers import audit_checks, auditing
from services.directory.schemas.audit import AuditExport, AuditSearch, OwnAudit

_SEARCH, _EXPORT, _OWN = AuditSearch(), AuditExport(), OwnAudit()
_TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


@bp.get("/audit")
@allow("admin", "auditor")
def audit() -> Response:
    """Entries by any of their fields, newest first."""
    asked = query(_SEARCH)
    return answer(auditing.search(the_directory().store, _wanted(asked), asked["before"], *window(asked)))


@bp.get("/followed")
@allow("admin")
def followed() -> Response:
    """The newest event, and how far the search index follows: the directory's own events, the ledger's balances."""
    found = {name: read() for name, read in current_app.extensions["followed"].items()}
    return answer({"head": the_directory().store.events.head(), "followed": found})


@bp.get("/audit/state")
@allow("admin", "auditor")
def audit_state() -> Response:
    """Where the log stands, and what the last check came to."""
    return answer(audit_checks.state(the_directory().store))


@bp.get("/audit/heads")
@allow("admin", "auditor")
def audit_heads() -> Response:
    """The signed heads and their keys: to be kept elsewhere."""
    return answer(audit_checks.signed_heads(the_directory().store))


@bp.get("/audit/export")
@allow("admin", "auditor")
def audit_export() -> Response:
    """Entries as a file, oldest first, streamed."""
    asked = query(_EXPORT)
    kind = asked["format"]
    response = Response(auditing.lines(the_directory().store, _wanted(asked), kind), content_type=_TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="audit-log.{kind}"'
    return response


@bp.get("/users/<user_id>/audit")
@allow("member", "admin")
def user_audit(user_id: str) -> Response:
    """What was done by or about oneself."""
    only_self(user_id)
    asked = query(_OWN)
    return answer(auditing.of_user(the_directory().store, user_id, asked["before"], asked["limit"]))


@bp.get("/entities/<entity_id>/audit")
@allow("member", "admin")
def entity_audit(entity_id: str) -> Response:
    """What was done about one's business."""
    only_own(entity_id)
    asked = query(_OWN)
    store = the_directory().store
    return answer(auditing.of_entity(store, caller().subject, entity_id, asked["before"], asked["limit"]))


def _wanted(asked: dict[str, Any]) -> AuditQuery:
    names = ("actor", "subject", "concerns", "action", "correlation_id", "since", "until", "text")
    email = asked.get("email")
    return AuditQuery(
        **{name: asked[name] for name in names if asked.get(name)},
        categories=tuple(asked["category"]),
        person=auditing.person_of(the_directory().store, email) if email else None,
    )
