"""Paying and asking for payment: the form, and the question "is this right?"."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms import TransferForm
from services.gateway.network import unit_name
from services.gateway.permissions import acts
from services.gateway.presenting import money
from services.gateway.session import parts
from services.gateway.web.blueprint import bp, new_key
from services.gateway.web.cards import card
from services.gateway.web.choosing import counterparty, find_by_name
from services.gateway.web.foreseeing import foresee
from services.gateway.web.members import my_business, trades
from services.gateway.web.naming import digits
from services.gateway.web.refusals import blame, words, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]

BLAMED = {
    "account.unknown": "counterparty",
    "transfer.same_account": "counterparty",
    "transfer.counterparty_limit": "amount",
    "transfer.fee_exceeds_amount": "amount",
}


@bp.route("/transfers/new", methods=["GET", "POST"])
@allow("member")
@acts("operator")
def new_transfer() -> Answer:
    """The form; when it is sent, the question whether it is right. Nothing is written yet."""
    if not trades(my_business()):
        flash(gettext("Only trading members pay in %(unit)s. Below is where you stand.", unit=unit_name()), "bad")
        return redirect(url_for("web.dashboard"))
    form = TransferForm()
    if request.method == "GET":
        return _begin(form)
    if "other" in request.form:
        form.counterparty.data = ""
        return _form(form)
    chosen = counterparty(form, request.form.get("chosen", ""))
    if "change" in request.form:
        return _form(form, chosen)
    if not form.validate():
        return _form(form, chosen)
    choices: list[Document] = []
    if chosen is None:
        chosen, choices = find_by_name(form)
    if chosen is None:
        return _form(form, chosen, choices)
    try:
        seen = foresee(form, chosen)
    except Refused as refused:
        return _form(form, chosen, problem=_blame(form, refused), status=refused.status)
    return render_template("transfer_confirm.html", form=form, chosen=chosen, seen=seen)


@bp.post("/transfers/preview")
@allow("member")
@acts("operator")
def preview_transfer() -> str:
    """What the form means as it is typed so far, a piece of its page; empty while that can't be told."""
    form = TransferForm()
    chosen = counterparty(form, request.form.get("chosen", ""))
    if not form.validate() or not (chosen := chosen or find_by_name(form)[0]):
        return ""
    try:
        return render_template("transfer_outlook.html", seen=foresee(form, chosen))
    except Refused as refused:
        return render_template("transfer_outlook.html", problem=_why(refused, form))


@bp.post("/transfers")
@allow("member")
@acts("operator")
def create_transfer() -> Answer:
    """Propose the transfer that was confirmed."""
    form = TransferForm()
    chosen = counterparty(form, "")
    if not form.validate():
        return _form(form, chosen)
    try:
        made = parts().ledger.initiate(
            initiator=my_business().account,
            counterparty=digits(form.counterparty.data),
            direction=form.direction.data,
            amount=form.amount.minor,
            description=form.description.data or None,
            key=form.key.data,
        )
    except Refused as refused:
        return _form(form, chosen, problem=_blame(form, refused), status=refused.status)
    except PartDown as down:
        return _form(form, chosen, problem=words_for_unknown_outcome(down), status=503)
    flash(_sent(made, form.direction.data == "pay"), "done")
    return redirect(url_for("web.transfer", transfer_id=made["transfer_id"]))


def _sent(made: Document, pays: bool) -> str:
    """What became of the proposal."""
    if made["status"] == "completed":
        return gettext("Paid: %(sum)s, at once, as the other side has agreed to before.", sum=money(made["amount"]))
    return gettext("Your payment waits for an answer.") if pays else gettext("Your request waits for an answer.")


def _begin(form: TransferForm) -> Answer:
    if request.args.get("direction") == "request":
        form.direction.data = "request"
    form.counterparty.data = request.args.get("to", "")[:100]
    form.amount.data = request.args.get("amount", "")[:16]
    form.description.data = request.args.get("text", "")[:500]
    return _form(form, counterparty(form, ""))


def _form(
    form: TransferForm,
    chosen: Document | None = None,
    choices: list[Document] | None = None,
    problem: str = "",
    status: int = 0,
) -> Answer:
    account = card(lambda: parts().ledger.account(my_business().account)).value
    page = render_template(
        "transfer_new.html", form=form, chosen=chosen, choices=choices, account=account, problem=problem
    )
    return page, status or (422 if form.errors else 200)


def _blame(form: TransferForm, refused: Refused) -> str:
    """A refusal beside the field concerned. Answers the sentence for the whole form; empty when a field has it."""
    theirs = {"account.not_trading": "counterparty"} if "initiator" not in refused.errors else {}
    if refused.code == "transfer.limit_exceeded":
        form.key.data = new_key()
        form.blame("amount", _why(refused, form))
        return ""
    return blame(form, refused, BLAMED | theirs)


def _why(refused: Refused, form: TransferForm) -> str:
    """The sentence of a refusal; of one's own limit with what would be possible, which depends on the direction."""
    most = refused.extra.get("max_possible")
    if refused.code != "transfer.limit_exceeded" or not isinstance(most, int):
        return words(refused)
    if form.direction.data == "pay":
        return gettext("That is more than you can pay: at most %(most)s.", most=money(most))
    return gettext("That is more than you can receive: at most %(most)s. Spend something first.", most=money(most))
