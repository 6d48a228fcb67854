"""What a transfer will do, told before it is confirmed: as the ledger foresees it, fees included, never reckoned here.

The form, its live preview and the question "is this right?" all say it by this.
"""

from dataclasses import dataclass

from flask_babel import gettext

from services.gateway.clients import Document, PartDown
from services.gateway.forms import TransferForm
from services.gateway.legs import fee_of
from services.gateway.presenting import figure, money
from services.gateway.session import parts
from services.gateway.web.cards import card
from services.gateway.web.members import my_business


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is promised. Amounts in minor units."""

    sentence: str
    other: str
    pays: bool
    account: Document | None = None
    """Where one stands now; None when it could not be asked."""
    after: int | None = None
    """One's balance once it is paid; None when it could not be asked."""
    transfer: Document | None = None
    """The payer, payee, amount and legs that it would have; None when it could not be asked."""
    expires_at: str | None = None
    at_once: bool = False
    """By the standing consent of the other side."""


def foresee(form: TransferForm, chosen: Document) -> Outlook:
    """What the form's transfer with `chosen` would do. Raises Refused: what the ledger would refuse it with."""
    mine, pays, amount = my_business().account, form.direction.data == "pay", form.amount.minor
    wanted = {
        "initiator": mine,
        "counterparty": chosen["account"],
        "direction": form.direction.data,
        "amount": amount,
    }
    if form.description.data:
        wanted["description"] = form.description.data
    try:
        seen = parts().ledger.preview(wanted)
    except PartDown:
        # Without the ledger nothing is promised but what was typed; confirming it asks the ledger again.
        return Outlook(_bare(chosen["name"], amount, pays=pays), chosen["name"], pays)
    account = card(lambda: parts().ledger.account(mine)).value
    payer, payee = (mine, chosen["account"]) if pays else (chosen["account"], mine)
    transfer = {"payer": payer, "payee": payee, "amount": amount, "legs": seen["legs"]}
    side = next(side for side in seen["own"] if side["account"] == mine)
    return Outlook(
        _sentence(chosen["name"], transfer, side, account, pays=pays),
        chosen["name"],
        pays,
        account,
        side["balance_after"],
        transfer,
        seen["expires_at"],
        seen["completes_at_once"],
    )


def _bare(who: str, amount: int, *, pays: bool) -> str:
    text = _("You pay %(who)s %(sum)s.") if pays else _("%(who)s pays you %(sum)s.")
    return gettext(text, who=who, sum=money(amount))


def _sentence(who: str, transfer: Document, side: Document, account: Document | None, *, pays: bool) -> str:
    """E.g. "You pay Green Farm 25.00 credits; your balance goes from 10.00 to ...", and the fees of it if any."""
    values = {
        "who": who,
        "sum": money(transfer["amount"]),
        "before": figure(side["balance"]),
        "after": figure(side["balance_after"]),
    }
    if account is None:
        text = _PAYS_TO if pays else _IS_PAID_TO
    else:
        text = _PAYS if pays else _IS_PAID
        values["limit"] = figure(-account["max_negative"] if pays else account["max_positive"])
    told = gettext(text, **values)
    fee = fee_of(transfer, side["account"])
    return f"{told} {gettext('That is with fees of %(fee)s for you.', fee=money(fee))}" if fee else told


def _(text: str) -> str:
    """Marks a text for translation; `gettext` looks it up where its values are known."""
    return text


_PAYS = _("You pay %(who)s %(sum)s; your balance goes from %(before)s to %(after)s; your limit is %(limit)s.")
_IS_PAID = _("%(who)s pays you %(sum)s; your balance goes from %(before)s to %(after)s; your limit is %(limit)s.")
_PAYS_TO = _("You pay %(who)s %(sum)s; your balance goes from %(before)s to %(after)s.")
_IS_PAID_TO = _("%(who)s pays you %(sum)s; your balance goes from %(before)s to %(after)s.")
