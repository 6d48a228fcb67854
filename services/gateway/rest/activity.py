"""The activity log (behaviour.md 2.4, #39), and what was done about oneself."""

from typing import Any

from flask import Response

from services.chassis.web import allow
from services.gateway import session, streaming
from services.gateway.clients import Document
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import login, must_own
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import OF_ENTITIES
from services.gateway.schemas_activity import (
    ActivityQuery,
    LogEntry,
    LogFileQuery,
    LogHeads,
    LogQuery,
    LogState,
    OwnActivity,
)
from services.gateway.telling import changes_of

_READERS = ("admin", "auditor")
_NAMES = {"date_from": "from", "date_to": "to", "detail": "text"}


@bp.get("/admin/logs")
@allow(*_READERS)
@operation("Who did what, newest first", query=LogQuery(), data=LogEntry(), listed=True, cursor="before")
def logs(query: Document) -> Listed:
    """Totals count to 10 000; further back by `before`, or by a filter."""
    found = session.parts().directory.audit(**_asked(query))
    views = [_view(entry, found["names"]) for entry in found["entries"]]
    size = query["page_size"]
    seen = (query["page"] - 1) * size + len(views) + (1 if found["next"] else 0)
    following = str(found["next"]) if found["next"] else None
    return Listed(views, seen if found["total"] is None else found["total"], size, following)


@bp.get("/admin/logs/state")
@allow(*_READERS)
@operation("The head of the log, and what its last check came to", data=LogState())
def logs_state() -> Document:
    """The chain is checked once a day."""
    return session.parts().directory.audit_state()


@bp.get("/admin/logs/heads")
@allow(*_READERS)
@operation("The signed heads of the log, and their keys", data=LogHeads())
def logs_heads() -> Document:
    """One a day, when there is something new. Keep them elsewhere: with one it shows when the log was written anew."""
    return session.parts().directory.audit_heads()


def _file_of(kind: str, media: str) -> Any:
    @operation(
        f"The same as {kind.upper()}, oldest first",
        query=LogFileQuery(),
        media=(media,),
        notes="At most 200 000 entries. Every line of NDJSON has what its hash is made of (docs/audit.md)."
        if kind == "ndjson"
        else "At most 200 000 entries.",
    )
    def file(query: Document) -> Response:
        return streaming.passed_on(session.parts().directory.audit_export(**_asked(query), format=kind))

    return allow(*_READERS)(file)


for _kind, _media in (("csv", "text/csv"), ("ndjson", "application/x-ndjson")):
    bp.add_url_rule(f"/admin/logs.{_kind}", f"logs_{_kind}", _file_of(_kind, _media))


@bp.get("/user/activity")
@allow("member")
@operation(
    "What was done by or about oneself, or about one's business",
    query=ActivityQuery(),
    data=OwnActivity(),
    codes=OF_ENTITIES,
)
def own_activity(query: Document) -> Document:
    """Which administrator it was is not told."""
    directory, entity_id = session.parts().directory, query.pop("entity_id", None)
    if entity_id is None:
        return directory.user_audit(login().user_id, **query)
    must_own(entity_id)
    return directory.entity_audit(entity_id, **query)


def _asked(query: Document) -> dict[str, Any]:
    return {_NAMES.get(name, name): value for name, value in query.items() if value not in (None, "")}


def _view(entry: Document, names: Document) -> Document:
    user_id = entry["actor"].partition(":")[2] if entry["category"] in ("user", "admin") else ""
    told = [f"{change.name}: {change.before} -> {change.after}" for change in changes_of(entry)]
    return {
        **entry,
        "user_id": user_id,
        "email": names.get(f"user/{user_id}", {}).get("email", ""),
        "detail": "; ".join([entry["subject"], *told]),
        "created_at": entry["time"],
    }
