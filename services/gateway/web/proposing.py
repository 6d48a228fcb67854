"""Paying and asking for payment: the form, and the question "is this right?"."""

import re

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms import TransferForm
from services.gateway.network import unit_name
from services.gateway.permissions import acts
from services.gateway.presenting import figure, money
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card, names_of
from services.gateway.web.members import my_business, trades
from services.gateway.web.refusals import blame, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]

CHOICES = 6
BLAMED = {
    "account.unknown": "counterparty",
    "transfer.same_account": "counterparty",
    "transfer.counterparty_limit": "amount",
    "transfer.limit_exceeded": "amount",
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
    chosen = _counterparty(form, request.form.get("chosen", ""))
    if "change" in request.form:
        return _form(form, chosen)
    if not form.validate():
        return _form(form, chosen)
    choices: list[Document] = []
    if chosen is None:
        chosen, choices = _find_by_name(form)
    account = card(lambda: parts().ledger.account(my_business().account)).value
    if chosen is None or not _is_possible(form, account):
        return _form(form, chosen, choices)
    return render_template("transfer_confirm.html", form=form, chosen=chosen, sentence=_sentence(form, chosen, account))


@bp.post("/transfers")
@allow("member")
@acts("operator")
def create_transfer() -> Answer:
    """Propose the transfer that was confirmed."""
    form = TransferForm()
    chosen = _counterparty(form, "")
    if not form.validate():
        return _form(form, chosen)
    try:
        made = parts().ledger.initiate(
            initiator=my_business().account,
            counterparty=_digits(form.counterparty.data),
            direction=form.direction.data,
            amount=form.amount.minor,
            description=form.description.data or None,
            key=form.key.data,
        )
    except Refused as refused:
        theirs = {"account.not_trading": "counterparty"} if "initiator" not in refused.errors else {}
        return _form(form, chosen, problem=blame(form, refused, BLAMED | theirs), status=refused.status)
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
    return _form(form, _counterparty(form, ""))


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


def _counterparty(form: TransferForm, picked: str) -> Document | None:
    """The business of the account number that was typed or picked from a list, if that is a number."""
    number = _digits(picked) or _digits(form.counterparty.data or "")
    if not number:
        return None
    form.counterparty.data = number
    known = names_of([number]).get(number)
    # Without the directory a number is as good as its name; the ledger knows whether it exists.
    return known or {"account": number, "name": gettext("Account %(number)s", number=number)}


def _digits(text: str) -> str:
    """An account number without its blanks; empty when `text` is something else."""
    number = re.sub(r"[\s-]", "", text)
    return number if re.fullmatch(r"[0-9]{16}", number) else ""


def _find_by_name(form: TransferForm) -> tuple[Document | None, list[Document]]:
    """Who is meant by a name, or several to choose from; the reason beside the field when that is not clear."""
    name = (form.counterparty.data or "").strip()
    try:
        found: list[Document] = parts().directory.search(name=name, page_size=CHOICES)["entities"]
    except PartDown:
        form.blame("counterparty", gettext("Names can't be looked up at the moment: write the account number."))
        return None, []
    others = [entity for entity in found if entity["account"] != my_business().account]
    same = [entity for entity in others if entity["name"].casefold() == name.casefold()]
    if len(same) == 1:
        return same[0], []
    if others:
        # A near miss is offered, never assumed.
        form.blame("counterparty", gettext("Choose which one you mean."))
    else:
        form.blame("counterparty", gettext("No business of that name is listed. Try a part of it, or its number."))
    return None, others


def _is_possible(form: TransferForm, account: Document | None) -> bool:
    """Whether the caller's own limits allow it now. The ledger decides again; this only answers sooner."""
    if account is None:
        return True
    pays = form.direction.data == "pay"
    most = account["can_pay"] if pays else account["can_receive"]
    if form.amount.minor <= most:
        return True
    text = (
        _("That is more than you can pay: at most %(most)s.")
        if pays
        else _("That is more than you can receive: at most %(most)s. Spend something first.")
    )
    form.blame("amount", gettext(text, most=money(most)))
    return False


def _sentence(form: TransferForm, chosen: Document, account: Document | None) -> str:
    """What the transfer means, e.g. "You pay Green Farm 25.00 credits; your balance goes from 10.00 to ..."."""
    pays, amount = form.direction.data == "pay", form.amount.minor
    values = {"who": chosen["name"], "sum": money(amount)}
    if account is None:
        text = _("You pay %(who)s %(sum)s.") if pays else _("%(who)s pays you %(sum)s.")
        return gettext(text, **values)
    balance = account["balance"]
    values |= {
        "before": figure(balance),
        "after": figure(balance - amount if pays else balance + amount),
        "limit": figure(-account["max_negative"] if pays else account["max_positive"]),
    }
    return gettext(_PAYS if pays else _IS_PAID, **values)


def _(text: str) -> str:
    """Marks a text for translation; `gettext` looks it up where its values are known."""
    return text


_PAYS = _("You pay %(who)s %(sum)s; your balance goes from %(before)s to %(after)s; your limit is %(limit)s.")
_IS_PAID = _("%(who)s pays you %(sum)s; your balance goes from %(before)s to %(after)s; your limit is %(limit)s.")
