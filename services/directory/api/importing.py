"""Imports of members from a file, and the export of the community as one."""

from flask import Response

from services.chassis.web import allow, answer, body, query
from services.directory.api.blueprint import bp, by, done, recently_verified, the_directory
from services.directory.handlers import exporting, importing
from services.directory.schemas.importing import ErrorsQuery, ImportStart, NewImport

_NEW, _START, _ERRORS = NewImport(), ImportStart(), ErrorsQuery()


@bp.post("/imports")
@allow("admin")
def check_import() -> Response:
    """Read and check a file; changes nothing."""
    asked = body(_NEW)
    return done(importing.check(the_directory(), by(), name=asked["name"], content=asked["csv"].encode()))


@bp.get("/imports")
@allow("admin")
def imports() -> Response:
    """The last ones, newest first."""
    found = the_directory().store.imports.newest()
    return answer({"imports": [importing.import_view(each) for each in found]})


@bp.get("/imports/<import_id>")
@allow("admin")
def import_(import_id: str) -> Response:
    """How far one is."""
    return answer(importing.import_view(importing.known_import(the_directory().store, import_id)))


@bp.get("/imports/<import_id>/errors")
@allow("admin")
def import_errors(import_id: str) -> Response:
    """What is wrong with which rows."""
    store, asked = the_directory().store, query(_ERRORS)
    importing.known_import(store, import_id)
    rows = store.imports.errors(import_id, asked["after"], asked["limit"])
    following = rows[-1]["number"] if len(rows) == asked["limit"] else None
    return answer({"rows": rows, "next": following})


@bp.post("/imports/<import_id>/start")
@allow("admin")
def start_import(import_id: str) -> Response:
    """Let its rows become members; the schedule works it off."""
    return done(importing.start(the_directory(), by(), import_id, **body(_START)))


@bp.delete("/imports/<import_id>")
@allow("admin")
def stop_import(import_id: str) -> Response:
    """Let the rest be."""
    return done(importing.stop(the_directory(), by(), import_id))


@bp.get("/community-export")
@allow("admin")
def export_community() -> Response:
    """All members as a zip of CSVs, written while it is sent."""
    recently_verified()
    pieces = exporting.export(the_directory(), by())
    name = f"community-{the_directory().clock()[:10]}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pieces, content_type="application/zip", headers=headers)
