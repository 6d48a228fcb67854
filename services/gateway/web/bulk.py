"""One decision about many businesses: looked at first, then confirmed once, and done for each as if it were alone.

Each has a key of its own, made of that of the form: a form that is sent again does nothing twice.
"""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Directory, Document, PartDown, Refused
from services.gateway.forms_bulk import BulkForm
from services.gateway.presenting import STATUS_WORDS, status_words
from services.gateway.session import parts, safe_next, sessions_of
from services.gateway.web.blueprint import bp, new_key
from services.gateway.web.cards import Card, card
from services.gateway.web.deciding import mail_of
from services.gateway.web.refusals import words, words_for_down

Answer = str | Response | tuple[str, int]

MOST = 50
"""Businesses at once: a decision waits a second until no session believes what was before it."""
AT_ONCE = 8
ADD, TAKE = "add-category", "take-category"
STATUSES = tuple(STATUS_WORDS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done with each."""

    do: str
    """A status, ADD or TAKE."""
    category: str = ""

    @property
    def is_status(self) -> bool:
        """Whether it is about the status."""
        return self.do in STATUSES

    @property
    def said(self) -> str:
        """In words, for a heading."""
        if self.is_status:
            return gettext("New status: %(status)s", status=status_words(self.do))
        if self.do == ADD:
            return gettext("Put into the category “%(name)s”", name=self.category)
        return gettext("Take out of the category “%(name)s”", name=self.category)


@dataclass(frozen=True, slots=True)
class Row:
    """One business: what was seen of it, and what stands in the way or came of it."""

    entity_id: str
    entity: Document
    problem: str = ""
    needs_reason: bool = False
    outcome: str = ""
    """`done`, `already`, `refused` or `unknown`, afterwards."""

    @property
    def seen(self) -> str:
        """What the form says of it, so that nothing is decided that somebody else decided meanwhile."""
        return f"{self.entity_id}:{self.entity['status']}"


def _wanted(values: Any) -> Wanted | None:
    """None when that makes no sense."""
    category = "-".join(values.get("category", "").casefold().split())[:50]
    wanted = Wanted(values.get("do", ""), category)
    if wanted.is_status:
        return wanted
    return wanted if wanted.do in (ADD, TAKE) and wanted.category else None


@bp.get("/admin/bulk")
@allow("admin", "coordinator")
def bulk() -> Answer:
    """What will happen to which, and one button that does it."""
    back = safe_next(request.args.get("next"), url_for("web.admin_businesses"))
    wanted, ids = _wanted(request.args), list(dict.fromkeys(request.args.getlist("entity")))
    if wanted is None or not ids:
        flash(gettext("Tick whom it is about, and say what to do with them."), "bad")
        return redirect(back)
    if len(ids) > MOST:
        flash(gettext("At most %(most)s at once: here are the first of them.", most=MOST), "bad")
    form = BulkForm(formdata=None, data={"do": wanted.do, "category": wanted.category, "next": back})
    return _preview(wanted, _looked_at(wanted, ids[:MOST]), form)


@bp.post("/admin/bulk")
@allow("admin", "coordinator")
def do_in_bulk() -> Answer:
    """Do it for each, and say what came of each."""
    form, wanted = BulkForm(), _wanted(request.form)
    seen = [row for text in request.form.getlist("seen")[:MOST] if (row := _seen(text))]
    back = safe_next(form.next.data, url_for("web.admin_businesses"))
    if wanted is None or not seen:
        flash(gettext("Tick whom it is about, and say what to do with them."), "bad")
        return redirect(back)
    if not form.validate():
        return _preview(wanted, _looked_at(wanted, [row.entity_id for row in seen]), form, 422)
    if request.form.get("needs_reason") and not form.reason.data:
        form.blame("reason", gettext("The members read why: give a reason."))
        return _preview(wanted, _looked_at(wanted, [row.entity_id for row in seen]), form, 422)
    done = _for_each(seen, lambda directory, row: _do(directory, wanted, row, form))
    again = [row for row in done if row.outcome == "unknown"]
    found = card(lambda: parts().directory.entities(ids=[row.entity_id for row in done])["entities"])
    names = {entity["entity_id"]: entity["name"] for entity in found.value or ()}
    page = render_template(
        "admin_bulk_done.html", wanted=wanted, rows=done, names=names, again=again, form=form, back=back
    )
    return page, 503 if again and len(again) == len(done) else 200


def _preview(wanted: Wanted, rows: Sequence[Row], form: BulkForm, status: int = 200) -> Answer:
    form.key.data = form.key.data or new_key()
    able = [row for row in rows if not row.problem]
    previous = able[0].entity["status"] if able else ""
    needed = any(row.needs_reason for row in able)
    mail = mail_of(wanted.do, previous, with_reason=needed) if able and wanted.is_status else Card()
    page = render_template(
        "admin_bulk.html", wanted=wanted, able=able, unable=[row for row in rows if row.problem], form=form,
        needed=needed, mail=mail, back=form.next.data,
    )  # fmt: skip
    return page, status


def _looked_at(wanted: Wanted, ids: Sequence[str]) -> list[Row]:
    """Each as it is now, and why nothing can be done with it, if so."""
    return _for_each([Row(each, {}) for each in ids], lambda directory, row: _look(directory, wanted, row))


def _look(directory: Directory, wanted: Wanted, row: Row) -> Row:
    entity = directory.entity(row.entity_id)
    if not wanted.is_status:
        return Row(row.entity_id, entity, _no_need(wanted, wanted.category in entity["categories"]))
    ways = {way["status"]: bool(way["needs_reason"]) for way in entity.get("next_statuses", ())}
    if entity["status"] == wanted.do:
        return Row(row.entity_id, entity, gettext("It has it already."))
    if wanted.do not in ways:
        return Row(row.entity_id, entity, gettext("That step is not possible from here."))
    return Row(row.entity_id, entity, needs_reason=ways[wanted.do])


def _no_need(wanted: Wanted, has_it: bool) -> str:
    if wanted.do == ADD:
        return gettext("It is in it already.") if has_it else ""
    return "" if has_it else gettext("It is not in it.")


def _seen(text: str) -> Row | None:
    """A Row of what the form says; None when that makes no sense."""
    entity_id, _, status = text.partition(":")
    return Row(entity_id, {"status": status}) if entity_id and status in STATUSES else None


def _do(directory: Directory, wanted: Wanted, row: Row, form: BulkForm) -> Row:
    key = hashlib.sha256(f"{form.key.data}:{row.entity_id}".encode()).hexdigest()
    if wanted.is_status:
        changes = {"status": wanted.do, "expected_status": row.entity["status"]}
        given = {"reason": form.reason.data} if form.reason.data else {}
        changed = directory.change_entity(row.entity_id, {**changes, **given}, key=key)
        return Row(row.entity_id, changed, outcome="done")
    entity = directory.entity(row.entity_id)
    others = [each for each in entity["categories"] if each != wanted.category]
    target = [*others, wanted.category] if wanted.do == ADD else others
    if set(target) == set(entity["categories"]):
        return Row(row.entity_id, entity, outcome="already")
    # What is added or taken is worked out of what is there now: it must not have changed on the way.
    changed = directory.change_entity(
        row.entity_id, {"categories": target}, key=f"{key}-{entity['version']}", expected=[entity["version"]]
    )
    return Row(row.entity_id, changed, outcome="done")


def _for_each(rows: Sequence[Row], work: Callable[[Directory, Row], Row]) -> list[Row]:
    """`work` for each, several at once, in their order. What is refused or gets no answer is told by its row."""
    asker, lines = parts().asker, sessions_of(current_app).lines

    def alone(row: Row) -> tuple[Row, dict[str, int]]:
        own = lines.parts(asker.caller, asker.positions, asker.address)
        return _judged(own.directory, row, work), own.asker.positions

    with ThreadPoolExecutor(AT_ONCE) as pool:
        under_way = [pool.submit(copy_context().run, alone, row) for row in rows]
        found = [each.result() for each in under_way]
    for _, positions in found:
        asker.saw(positions)
    return [row for row, _ in found]


def _judged(directory: Directory, row: Row, work: Callable[[Directory, Row], Row]) -> Row:
    try:
        return work(directory, row)
    except Refused as refused:
        return Row(row.entity_id, row.entity, words(refused), outcome="refused")
    except PartDown as down:
        return Row(row.entity_id, row.entity, words_for_down(down), outcome="unknown")
