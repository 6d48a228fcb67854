"""The texts that the network answers for: for everybody to read, for administrators to write."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms_network import NetworkForm
from services.gateway.network import TEXTS, learn, network
from services.gateway.session import parts
from services.gateway.web.blueprint import bp, new_key
from services.gateway.web.cards import card
from services.gateway.web.refusals import blame, words_for_down, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]

TITLES = {
    "terms": lazy_gettext("Terms"),
    "privacy": lazy_gettext("Privacy"),
    "imprint": lazy_gettext("Who runs this network"),
}
_CHANGED = "precondition.failed"
_SHOWN = 200
_MEANWHILE = lazy_gettext(
    "Somebody else changed this meanwhile. Compare what you typed with what it says now, and save again."
)


@bp.get("/legal/<any(terms, privacy, imprint):which>")
@allow("public")
def legal(which: str) -> str:
    """One of the legal texts of the network.

    Raises NotFound while nobody has written it.
    """
    text = getattr(network(), which)
    if not text:
        raise NotFound
    return render_template("legal.html", which=which, text=text, titles=TITLES)


@bp.get("/admin/settings/texts")
@allow("admin")
def network_texts() -> Answer:
    """Name, unit and texts, as they are."""
    try:
        found = parts().directory.network()
    except PartDown as down:
        return _page(None, words_for_down(down), 503)
    return _page(_form_of(found))


def _form_of(found: Document) -> NetworkForm:
    values = {name: found[name] for name in NetworkForm.NETWORK}
    return NetworkForm(formdata=None, data={**values, "version": str(found["version"])})


@bp.post("/admin/settings/texts")
@allow("admin")
def change_network_texts() -> Answer:
    """Change name, unit and texts, unless somebody else did meanwhile.

    What they are now is shown beside what was typed then.
    """
    form = NetworkForm()
    if not form.validate():
        return _page(form, status=422)
    try:
        expected = [int(form.version.data or 0)]
        learn(parts().directory.change_network(form.network, expected=expected, key=form.key.data))
    except Refused as refused:
        if refused.code == _CHANGED:
            return _changed_meanwhile(form)
        return _page(form, blame(form, refused), refused.status)
    except PartDown as down:
        return _page(form, words_for_unknown_outcome(down), 503)
    flash(gettext("That is saved. All pages show it within a few seconds."), "done")
    return redirect(url_for("web.network_texts"))


def _changed_meanwhile(form: NetworkForm) -> Answer:
    found = card(parts().directory.network)
    if found.value is None:
        return _page(form, found.trouble, 503)
    learn(found.value)
    # The refusal is remembered under the old key, and the old version is no more.
    form.key.data, form.version.data = new_key(), str(found.value["version"])
    for name, typed in form.network.items():
        now = found.value[name]
        if now != typed:
            shown = now if len(now) <= _SHOWN else f"{now[:_SHOWN]}…"
            form.blame(name, gettext("Now it says: %(now)s", now=shown or gettext("nothing")))
    return _page(form, str(_MEANWHILE), 409)


def _page(form: NetworkForm | None, problem: str = "", status: int = 200) -> Answer:
    return render_template("admin_texts.html", form=form, problem=problem, titles=TITLES, texts=TEXTS), status
