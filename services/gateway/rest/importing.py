"""Files of members, for administrators: in as CSV, out as a zip of CSVs."""

from flask import Response

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import STEP_UP
from services.gateway.schemas_importing import ErrorsQuery, Import, ImportErrors, ImportStart, NewImport
from services.gateway.scopes import LOGIN
from services.gateway.streaming import passed_on


@bp.post("/admin/imports")
@allow("admin")
@operation(
    "Check a CSV file of members: a dry run that changes nothing",
    body=NewImport(),
    data=Import(),
    keyed=True,
    codes={400: ("import.unreadable",), 422: ("import.too_large",)},
)
def check_import(body: Document, key: str | None) -> Document:
    """Its errors are under /admin/imports/{id}/errors."""
    return session.parts().directory.check_import(body["csv"], name=body["name"], key=key)


@bp.get("/admin/imports")
@allow("admin")
@operation("The last files of members, newest first", data=Import(), listed=True)
def imports() -> Listed:
    """At most fifty."""
    return Listed.whole(session.parts().directory.imports())


@bp.get("/admin/imports/<import_id>")
@allow("admin")
@operation("How far an import is", data=Import())
def import_(import_id: str) -> Document:
    """Ask again while it is running."""
    return session.parts().directory.import_(import_id)


@bp.get("/admin/imports/<import_id>/errors")
@allow("admin")
@operation("What is wrong with which rows, and what to do about it", query=ErrorsQuery(), data=ImportErrors())
def import_errors(import_id: str, query: Document) -> Document:
    """In the order of rows."""
    return session.parts().directory.import_errors(import_id, **query)


@bp.post("/admin/imports/<import_id>/start")
@allow("admin")
@operation(
    "Let a checked file become members: all or nothing, or row by row",
    body=ImportStart(),
    data=Import(),
    keyed=True,
    notes="All or nothing (`file`) takes at most 200 rows, all of them good. Row by row leaves bad ones out.",
    codes={409: ("import.started_already",), 422: ("import.has_errors", "import.too_large")},
)
def start_import(import_id: str, body: Document, key: str | None) -> Document:
    """Worked off within seconds, 25 rows at a time."""
    return session.parts().directory.start_import(import_id, mode=body["mode"], invite=body["invite"], key=key)


@bp.delete("/admin/imports/<import_id>")
@allow("admin")
@operation("Let the rest of an import be; who became a member stays one", data=Import(), keyed=True, matched="etag")
def stop_import(import_id: str, key: str | None) -> Document:
    """What the rows say is deleted."""
    return session.parts().directory.stop_import(import_id, key=key)


@bp.get("/admin/community-export")
@allow("admin")
@operation(
    "The community as a zip of CSVs, without secrets and private marks",
    media=("application/zip",),
    scope=LOGIN,
    notes="Needs a session that was verified in the last ten minutes (POST /session/verification).",
    codes=STEP_UP,
)
def community_export() -> Response:
    """members.csv can be imported again."""
    return passed_on(session.parts().directory.community_export())
