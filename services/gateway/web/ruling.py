"""Credits moved by administrators: on behalf of two businesses, and back again. Looked at first, then done once."""

from collections.abc import Iterable, Mapping

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms_ruling import OnBehalfForm, WhyForm
from services.gateway.legs import is_reversible, parties_of
from services.gateway.presenting import account_number, money
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import Card, names_of
from services.gateway.web.naming import Meant, digits, meant
from services.gateway.web.refusals import blame, words, words_for_down, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]
Names = Mapping[str, Document]

SIDES = ("payer", "payee")


@bp.route("/admin/transfers/new", methods=["GET", "POST"])
@allow("admin")
def move_on_behalf() -> Answer:
    """Between two businesses; when the form is sent, what it would do to both. Nothing is written yet."""
    form = OnBehalfForm()
    if request.method == "GET":
        for side in SIDES:
            form[side].data = request.args.get(side, "").strip()[:100]
        return _form(form)
    choices = _resolve(form)
    if "change" in request.form or not _is_clear(form, choices):
        return _form(form, choices)
    names = _met(form[side].data for side in SIDES)
    try:
        seen = parts().ledger.preview(_wanted(form))
    except Refused as refused:
        return _form(form, problem=_blame(form, refused, names), status=refused.status)
    except PartDown as down:
        return _form(form, problem=words_for_down(down), status=503)
    return render_template("admin_transfer_confirm.html", form=form, seen=seen, names=names)


@bp.post("/admin/transfers")
@allow("admin")
def create_on_behalf() -> Answer:
    """Move what was confirmed, at once; both sides are told."""
    form = OnBehalfForm()
    choices = _resolve(form)
    if not _is_clear(form, choices):
        return _form(form, choices)
    names = _met(form[side].data for side in SIDES)
    try:
        made = parts().ledger.administer(_wanted(form), key=form.key.data)
    except Refused as refused:
        return _form(form, problem=_blame(form, refused, names), status=refused.status)
    except PartDown as down:
        return _form(form, problem=words_for_unknown_outcome(down), status=503)
    flash(gettext("Done: %(sum)s are moved. Both sides are told.", sum=money(made["amount"])), "done")
    return redirect(url_for("web.admin_transfer", transfer_id=made["transfer_id"]))


def _form(form: OnBehalfForm, choices: Mapping[str, Meant] | None = None, problem: str = "", status: int = 0) -> Answer:
    known = names_of(number for side in SIDES if (number := digits(form[side].data or "")))
    page = render_template(
        "admin_transfer_new.html", form=form, choices=choices or {}, known=known, sides=SIDES, problem=problem
    )
    return page, status or (422 if form.errors else 200)


def _resolve(form: OnBehalfForm) -> Mapping[str, Meant]:
    """Account numbers put in the place of names; what each name could mean where that is not clear."""
    found: dict[str, Meant] = {}
    for side in SIDES:
        text = digits(request.form.get(f"{side}_chosen", "")) or (form[side].data or "").strip()
        if text:
            found[side] = meant(text)
            form[side].data = found[side].account or text
    return found


def _is_clear(form: OnBehalfForm, choices: Mapping[str, Meant]) -> bool:
    """Whether all will do, and whose accounts are meant; else it is said beside the fields."""
    form.validate()
    for side, of in choices.items():
        if not of.account:
            form.blame(side, of.problem)
    if len(choices) == len(SIDES) and form.payer.data == form.payee.data:
        form.blame("payee", gettext("That is the same account twice. Choose another one."))
    return not form.errors


def _wanted(form: OnBehalfForm) -> Document:
    amount = form.amount.minor
    legs = [{"account": form.payer.data, "amount": -amount}, {"account": form.payee.data, "amount": amount}]
    return {"legs": legs, "description": form.description.data, "settle": bool(form.settle.data)}


def _met(numbers: Iterable[str]) -> Names:
    """Names of the parties; the ledger waits for the newest news of them, as they may trade since a moment ago."""
    names = names_of(numbers)
    parts().asker.saw({"directory": max((entity["version"] for entity in names.values()), default=0)})
    return names


def _blame(form: OnBehalfForm, refused: Refused, names: Names) -> str:
    """Beside the account, or the amount, that stands in the way."""
    sentence = why(refused, names)
    if not blame(form, refused):
        return ""
    stopped = [side for side in SIDES if str(form[side].data) in str(refused.errors)]
    fields = {"account.not_trading": stopped, "transfer.limit_exceeded": ["amount"]}.get(refused.code, [])
    for name in fields:
        form.blame(name, sentence)
    return "" if fields else sentence


def why(refused: Refused, names: Names) -> str:
    """A refusal of what an administrator would move, about the account concerned."""
    number, most = str(refused.extra.get("account", "")), refused.extra.get("max_possible")
    if refused.code == "transfer.limit_exceeded" and isinstance(most, int):
        return gettext(
            "The limits of %(who)s leave room for %(most)s. Move less, or change its limits first.",
            who=_name(number, names),
            most=money(most),
        )
    if refused.code == "account.not_trading":
        stopped = [_name(number, names) for number in names if number in str(refused.errors)]
        return gettext(
            "Not trading at the moment: %(who)s. A frozen account can be brought to zero: tick “Frozen accounts may "
            "take part”.",
            who=", ".join(stopped) or gettext("one of them"),
        )
    if refused.code == "account.unknown":
        return gettext("There is no such account. Compare the numbers with the list of businesses.")
    return words(refused)


def _name(number: str, names: Names) -> str:
    return str(names[number]["name"]) if number in names else account_number(number)


@bp.route("/admin/transfers/<transfer_id>/reversal", methods=["GET", "POST"])
@allow("admin")
def reverse_transfer(transfer_id: str) -> Answer:
    """What undoing a completed transfer would do; then undo it, whole and once."""
    original, form = parts().ledger.transfer(transfer_id), WhyForm()
    if not is_reversible(original):
        flash(_not_reversible(original), "bad")
        return redirect(url_for("web.admin_transfer", transfer_id=transfer_id))
    if not form.sent:
        return _reversal(original, form)
    if not form.validate():
        return _reversal(original, form)
    try:
        made = parts().ledger.reverse(transfer_id, reason=form.reason.data or "", key=form.key.data)
    except Refused as refused:
        blame(form, refused)
        return _reversal(original, form, why(refused, names_of(parties_of(original))), refused.status)
    except PartDown as down:
        return _reversal(original, form, words_for_unknown_outcome(down), 503)
    flash(gettext("Reversed: %(sum)s went back. Those who took part are told why.", sum=money(made["amount"])), "done")
    return redirect(url_for("web.admin_transfer", transfer_id=made["transfer_id"]))


def _reversal(original: Document, form: WhyForm, problem: str = "", status: int = 0) -> Answer:
    names = _met(parties_of(original))
    page = render_template(
        "admin_transfer_reversal.html",
        t=original,
        form=form,
        seen=_seen_back(original, names),
        names=names,
        problem=problem,
    )
    return page, status or (422 if form.errors else 200)


def _seen_back(original: Document, names: Names) -> Card:
    """What a reversal would do: the ledger judges its legs as those of an administrator's own transfer."""
    back = [{"account": leg["account"], "amount": -leg["amount"]} for leg in original["legs"]]
    try:
        return Card(parts().ledger.preview({"legs": back, "description": "", "settle": True}))
    except Refused as refused:
        return Card(trouble=why(refused, names))
    except PartDown as down:
        return Card(trouble=words_for_down(down))


def _not_reversible(original: Document) -> str:
    if original["kind"] == "reversal":
        return str(gettext("A reversal can't be reversed. Make a new transfer instead."))
    if original.get("reversed_by"):
        return str(gettext("This transfer was reversed before; this page shows by which."))
    return str(gettext("Nothing was paid by this transfer, so there is nothing to reverse."))
