"""The list of words for the same trade: a plumber is a heating engineer. Administrators edit it."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import PartDown, Refused
from services.gateway.forms_words import WordsForm, parted
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card, page_asked, paging
from services.gateway.web.refusals import words, words_for_down

Answer = str | Response | tuple[str, int]

PAGE_SIZE = 50


@bp.get("/admin/words")
@allow("admin")
def admin_words() -> Answer:
    """All groups, and what the network itself would add."""
    return _page(WordsForm(formdata=None))


def _page(form: WordsForm, problem: str = "", status: int = 200) -> Answer:
    found, near = card(parts().matcher.words), card(parts().matcher.word_suggestions)
    fragment = request.args.get("q", "").strip()[:50]
    groups = found.value["groups"] if found.value else []
    listed = [group for group in groups if any(fragment.casefold() in tag.casefold() for tag in group)]
    first = (page_asked() - 1) * PAGE_SIZE
    page = render_template(
        "admin_words.html",
        found=found,
        near=near,
        groups=listed[first : first + PAGE_SIZE],
        fragment=fragment,
        form=form,
        problem=problem,
        **paging(len(listed), PAGE_SIZE),
    )
    return page, status


@bp.post("/admin/words")
@allow("admin")
def edit_words() -> Answer:
    """Add, change or take away one group of the list that was looked at."""
    form = WordsForm()
    if not form.validate():
        return _page(form, status=422)
    try:
        groups = parts().matcher.words()["groups"]
        before = parted(form.before.data or "")
        kept = [group for group in groups if not before or parted(",".join(group)) != before]
        parts().matcher.put_words([*([form.group] if form.group else []), *kept], int(form.version.data or 0))
    except Refused as refused:
        return _page(form, words(refused), refused.status)
    except PartDown as down:
        return _page(form, words_for_down(down), 503)
    flash(gettext("The list is changed; matches follow at once."), "done")
    return redirect(url_for("web.admin_words"))
