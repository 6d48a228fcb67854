"""Browsing categories A–Z, and the administrators' pages for tags and categories."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms_keeping import ConfirmForm, NameForm
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card, page_asked, paging
from services.gateway.web.refusals import blame, words, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]

PAGE_SIZE = 50
LETTERS = (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "#")
MERGED_AT_ONCE = 50
_KIND = "/admin/<any(tags, categories):kind>"


@bp.get("/categories")
@allow("public")
def browse() -> str:
    """Categories by their first letter."""
    asked = request.args.get("letter", "")
    letters = card(parts().directory.letters)
    known = letters.value or {}
    letter = asked if asked in LETTERS else next((each for each in LETTERS if each in known), "A")
    found = card(lambda: parts().directory.terms("categories", letter=letter, page=page_asked(), page_size=PAGE_SIZE))
    total = found.value["total"] if found.value else 0
    more = paging(total, PAGE_SIZE)
    return render_template("browse.html", all=LETTERS, letters=letters, letter=letter, found=found, **more)


@bp.get(_KIND)
@allow("admin", "coordinator")
def catalogue(kind: str) -> Answer:
    """Tags or categories with how many have them."""
    return _list(kind)


def _list(kind: str, form: NameForm | None = None, problem: str = "", status: int = 200) -> Answer:
    fragment, unused = request.args.get("q", "").strip()[:50], request.args.get("unused") == "1"
    asked: dict[str, Any] = {"fragment": fragment or None, "unused": "true" if unused else None}
    found = card(lambda: parts().directory.terms(kind, **asked, page=page_asked(), page_size=PAGE_SIZE))
    near = card(parts().directory.tag_suggestions) if kind == "tags" else None
    page = render_template(
        "admin_catalogue.html",
        kind=kind,
        found=found,
        near=near,
        fragment=fragment,
        unused=unused,
        form=form or NameForm(formdata=None),
        problem=problem,
        **paging(found.value["total"] if found.value else 0, PAGE_SIZE),
    )
    return page, status


@bp.post(_KIND)
@allow("admin", "coordinator")
def create_term(kind: str) -> Answer:
    """A new tag or category."""
    form = NameForm()
    if not form.validate():
        return _list(kind, form, status=422)
    try:
        made = parts().directory.create_term(kind, form.name.data or "", key=form.key.data)
    except Refused as refused:
        return _list(kind, form, blame(form, refused, {"term.taken": "name"}), refused.status)
    except PartDown as down:
        return _list(kind, form, words_for_unknown_outcome(down), 503)
    flash(gettext("“%(name)s” is there now.", name=made["label"]), "done")
    return redirect(url_for("web.catalogue", kind=kind))


@bp.get(f"{_KIND}/<term_id>")
@allow("admin", "coordinator")
def catalogue_term(kind: str, term_id: str) -> Answer:
    """One tag or category, to rename or remove."""
    return _term(kind, parts().directory.term(kind, term_id))


def _term(
    kind: str, term: Document, form: NameForm | None = None, problem: str = "", status: int = 200, **step: Any
) -> Answer:
    form = form or NameForm(formdata=None, data={"name": term["label"]})
    page = render_template("admin_term.html", kind=kind, term=term, form=form, problem=problem, **step)
    return page, status


@bp.post(f"{_KIND}/<term_id>")
@allow("admin", "coordinator")
def rename_term(kind: str, term_id: str) -> Answer:
    """Say first what will happen; then do it."""
    directory, form = parts().directory, NameForm()
    term = directory.term(kind, term_id)
    if not form.validate():
        return _term(kind, term, form, status=422)
    name = form.name.data or ""
    if not form.confirmed.data:
        return _term(kind, term, form, step="rename", other=_of_name(kind, name, term_id))
    try:
        done = directory.rename_term(kind, term_id, name, key=form.key.data)
    except Refused as refused:
        return _term(kind, term, form, blame(form, refused), refused.status)
    except PartDown as down:
        return _term(kind, term, form, words_for_unknown_outcome(down), 503)
    _tell(gettext("“%(old)s” is “%(new)s” now.", old=term["label"], new=done["label"]), done)
    return redirect(url_for("web.catalogue_term", kind=kind, term_id=done["term_id"]))


def _of_name(kind: str, name: str, term_id: str) -> Document | None:
    """The other one that has this name already: both will become one."""
    found = parts().directory.terms(kind, prefix=name, page_size=100)["terms"]
    wanted = name.casefold().replace(" ", "-")
    same = [each for each in found if each["term_id"] != term_id and wanted in (each["name"], each["label"].casefold())]
    return same[0] if same else None


@bp.post(f"{_KIND}/<term_id>/removal")
@allow("admin", "coordinator")
def remove_term(kind: str, term_id: str) -> Answer:
    """Say first from how many it goes; then remove it."""
    directory, form = parts().directory, ConfirmForm()
    term = directory.term(kind, term_id)
    if not form.validate() or not form.confirmed.data:
        return _term(kind, term, step="remove", confirm=form)
    try:
        done = directory.remove_term(kind, term_id, key=form.key.data)
    except Refused as refused:
        return _term(kind, term, problem=words(refused), status=refused.status)
    except PartDown as down:
        return _term(kind, term, problem=words_for_unknown_outcome(down), status=503)
    _tell(gettext("“%(name)s” is removed.", name=term["label"]), done)
    return redirect(url_for("web.catalogue", kind=kind))


@bp.post(f"{_KIND}/merge")
@allow("admin", "coordinator")
def merge_terms(kind: str) -> Answer:
    """Say first which become which; then merge them."""
    directory, form = parts().directory, ConfirmForm()
    chosen = list(dict.fromkeys(request.form.getlist("term")))[:MERGED_AT_ONCE]
    if len(chosen) < 2:
        flash(gettext("Choose at least two."), "bad")
        return redirect(url_for("web.catalogue", kind=kind))
    into = request.form.get("into", "")
    if not (form.validate() and form.confirmed.data and into in chosen):
        return _merging(kind, [directory.term(kind, each) for each in chosen], form)
    sources = [each for each in chosen if each != into]
    try:
        done = directory.merge_terms(kind, sources, into, key=form.key.data)
    except Refused as refused:
        return _merging(kind, [directory.term(kind, each) for each in chosen], form, blame(form, refused))
    except PartDown as down:
        terms = [directory.term(kind, each) for each in chosen]
        return _merging(kind, terms, form, words_for_unknown_outcome(down))
    merged = ngettext("%(num)s became “%(name)s”.", "%(num)s became “%(name)s”.", done["merged"], name=done["label"])
    _tell(merged, done)
    return redirect(url_for("web.catalogue_term", kind=kind, term_id=into))


def _merging(kind: str, terms: list[Document], form: ConfirmForm, problem: str = "") -> Answer:
    most = max(terms, key=lambda term: term["holders"])["term_id"]
    page = render_template("admin_merge.html", kind=kind, terms=terms, keep=most, form=form, problem=problem)
    return page, 409 if problem else 200


@bp.post("/admin/tags/apart")
@allow("admin", "coordinator")
def tell_tags_apart() -> Response:
    """These two are not the same thing: don't suggest it again."""
    try:
        parts().directory.tell_tags_apart(request.form.getlist("name")[:2])
    except Refused as refused:
        flash(words(refused), "bad")
    return redirect(url_for("web.catalogue", kind="tags") + "#near")


def _tell(what: str, done: Document) -> None:
    touched = ngettext("%(num)s business was touched.", "%(num)s businesses were touched.", done["touched"])
    flash(f"{what} {touched}", "done")
