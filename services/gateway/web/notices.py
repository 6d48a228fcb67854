"""Notices: what happened while one was away, a bell with their number on each page, and the list of them."""

from collections.abc import Mapping

from flask import g, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import PartDown, Refused
from services.gateway.forms_notices import ReadAllForm, ReadForm
from services.gateway.session import current, parts, safe_next
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card, page_asked, paging
from services.gateway.web.refusals import words, words_for_down

Answer = str | Response | tuple[str, int]

PAGE_SIZE = 20


@bp.get("/notices")
@allow("member", "admin", "coordinator", "auditor")
def notices() -> Answer:
    """What somebody was told, newest first; marked are those that they have not read."""
    return _page()


@bp.post("/notices/<notice_id>/read")
@allow("member", "admin", "coordinator", "auditor")
def read_notice(notice_id: str) -> Answer:
    """One is read; then on to where it leads, when its words were pressed, else back to the list."""
    form = ReadForm()
    if not form.validate():
        return _page(422)
    try:
        notice = parts().notifier.read_notice(notice_id)
    except Refused as refused:
        return _page(refused.status, words(refused))
    except PartDown as down:
        return _page(503, words_for_down(down))
    back = url_for("web.notices", page=form.page.data or None)
    return redirect(safe_next(notice["path"], back) if form.open.data else back)


@bp.post("/notices/read-all")
@allow("member", "admin", "coordinator", "auditor")
def read_all_notices() -> Answer:
    """All are read that the page showed, or that are older."""
    form = ReadAllForm()
    if not form.validate():
        return _page(422)
    try:
        parts().notifier.read_all_notices(form.until.data or None)
    except Refused as refused:
        return _page(refused.status, words(refused))
    except PartDown as down:
        return _page(503, words_for_down(down))
    return redirect(url_for("web.notices"))


def _page(status: int = 200, problem: str = "") -> tuple[str, int]:
    found = card(lambda: parts().notifier.notices(page=page_asked(), page_size=PAGE_SIZE))
    total = found.value["total"] if found.value else 0
    if status == 422 and not problem:
        problem = gettext("The page was too old. Press the button again.")
    return render_template(
        "notices.html", found=found, total=total, problem=problem, businesses=_businesses(), **paging(total, PAGE_SIZE)
    ), status


def _businesses() -> Mapping[str, str]:
    """Id to name, when somebody acts for several: a notice says then to which it is."""
    login = current()
    entities = login.entities if login else ()
    return {entity.entity_id: entity.name for entity in entities} if len(entities) > 1 else {}


@bp.app_template_global("unread_notices")
def unread_notices() -> int | None:
    """How many somebody has not read; None when there is nobody, or it can't be known now. One call a page."""
    if "unread_notices" not in g:
        g.unread_notices = _unread()
    found: int | None = g.unread_notices
    return found


def _unread() -> int | None:
    # A page about a failure must not ask again what may just have failed.
    login = None if g.get("failing") else current()
    if login is None or login.must_set_up_two_factor:
        return None
    try:
        return int(parts().notifier.unread_notices())
    except (PartDown, Refused):
        return None
