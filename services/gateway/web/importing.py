"""Files of members, for administrators: look at every error first, then import; and the export of all."""

from collections.abc import Iterator

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms_importing import ImportFileForm, ImportStartForm
from services.gateway.paper.spreadsheet import harmless, lines
from services.gateway.schemas_importing import MOST_SIGNS
from services.gateway.session import parts
from services.gateway.streaming import csv_file, passed_on
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card
from services.gateway.web.refusals import blame, words, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]

ERRORS_SHOWN = 50
_PAGE = 500


@bp.get("/admin/imports")
@allow("admin")
def imports() -> Answer:
    """The last ones, and a form for a new one."""
    return _imports(ImportFileForm(formdata=None))


@bp.post("/admin/imports")
@allow("admin")
def check_import() -> Answer:
    """Check a file, which changes nothing."""
    form = ImportFileForm()
    content, problem = _content(form)
    if problem or not form.validate():
        return _imports(form, problem, 422)
    try:
        name = str(form.file.data.filename or "")[:200]
        found = parts().directory.check_import(content, name=name, key=form.key.data)
    except Refused as refused:
        return _imports(form, blame(form, refused), refused.status)
    except PartDown as down:
        return _imports(form, words_for_unknown_outcome(down), 503)
    return redirect(url_for("web.import_", import_id=found["import_id"]))


def _content(form: ImportFileForm) -> tuple[str, str]:
    """The text of the file, or what is wrong with it as a whole."""
    sent = form.file.data
    content = sent.read(MOST_SIGNS + 1) if sent else b""
    if sent:
        # A large one lies in a temporary file until then.
        sent.close()
    if not content:
        return "", gettext("Choose a file with members in it.")
    if len(content) > MOST_SIGNS:
        return "", gettext("At most 900 kB by this page. Split it, or ask the operator: a command takes larger ones.")
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return "", gettext("The file is not UTF-8: save it as “CSV UTF-8”, and try again.")


@bp.get("/admin/imports/<import_id>")
@allow("admin")
def import_(import_id: str) -> Answer:
    """How far it is, and what is wrong with which rows."""
    return _import(import_id, ImportStartForm(formdata=None))


@bp.post("/admin/imports/<import_id>/start")
@allow("admin")
def start_import(import_id: str) -> Answer:
    """Import it."""
    form = ImportStartForm()
    if not form.validate():
        return _import(import_id, form, status=422)
    try:
        key = form.key.data
        parts().directory.start_import(import_id, mode=form.mode.data, invite=bool(form.invite.data), key=key)
    except Refused as refused:
        return _import(import_id, form, blame(form, refused), refused.status)
    except PartDown as down:
        return _import(import_id, form, words_for_unknown_outcome(down), 503)
    return redirect(url_for("web.import_", import_id=import_id))


@bp.post("/admin/imports/<import_id>/stop")
@allow("admin")
def stop_import(import_id: str) -> Answer:
    """Let the rest be."""
    try:
        parts().directory.stop_import(import_id)
        flash(gettext("Stopped. Who became a member stays one; what the other rows said is deleted."), "done")
    except Refused as refused:
        flash(words(refused), "bad")
    return redirect(url_for("web.import_", import_id=import_id))


@bp.get("/admin/imports/<import_id>/errors.csv")
@allow("admin")
def import_errors_file(import_id: str) -> FlaskResponse:
    """All errors as a file, to correct them beside the sheet."""
    directory = parts().directory
    first = directory.import_errors(import_id, limit=_PAGE)

    def rows() -> Iterator[str]:
        yield lines([("row", "field", "what", "next")])
        page: Document = first
        while True:
            yield lines(
                [row["number"], *(harmless(error[name]) for name in ("field", "what", "next"))]
                for row in page["rows"]
                for error in row["errors"]
            )
            if page["next"] is None:
                return
            page = directory.import_errors(import_id, after=page["next"], limit=_PAGE)

    return csv_file(rows(), "errors.csv")


@bp.get("/admin/community-export")
@allow("admin")
def community_export() -> FlaskResponse:
    """The community as a zip of CSVs."""
    return passed_on(parts().directory.community_export())


def _imports(form: ImportFileForm, problem: str = "", status: int = 200) -> Answer:
    listed = card(parts().directory.imports)
    return render_template("admin_imports.html", form=form, problem=problem, imports=listed), status


def _import(import_id: str, form: ImportStartForm, problem: str = "", status: int = 200) -> Answer:
    directory = parts().directory
    found = directory.import_(import_id)
    errors = directory.import_errors(import_id, limit=ERRORS_SHOWN)
    page = render_template("admin_import.html", form=form, problem=problem, found=found, errors=errors)
    return page, status
