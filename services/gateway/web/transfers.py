"""One transfer: where it stands, and its answer. What waits for one."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.amounts import text as plain_figure
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms import AnswerForm
from services.gateway.legs import parties_of
from services.gateway.permissions import acts
from services.gateway.presenting import money
from services.gateway.session import current, parts, safe_next
from services.gateway.squares import square_of
from services.gateway.web.blueprint import bp, mine
from services.gateway.web.cards import card, names_of, page_asked, paging, parties
from services.gateway.web.live import count_waiting
from services.gateway.web.members import my_business
from services.gateway.web.refusals import words, words_for_unknown_outcome
from services.gateway.web.requesting import absolute

Answer = str | Response | tuple[str, int]

PAGE_SIZE = 10


@bp.get("/transfers/<transfer_id>")
@allow("member", "admin", "auditor")
def transfer(transfer_id: str) -> Answer:
    """One transfer: where it stands, what happened, what one may do."""
    return _transfer(parts().ledger.transfer(transfer_id))


def _transfer(found: Document, problem: str = "", reason: str = "", status: int = 200) -> Answer:
    business, login = mine(), current()
    me = business.account if business and business.account in parties_of(found) else ""
    waits = found["status"] == "initiated"
    account = card(lambda: parts().ledger.account(me)).value if me and waits else None
    asks = waits and me and me == found["initiator"]
    page = render_template(
        "transfer.html",
        t=found,
        me=me,
        names=names_of(parties([found])),
        account=account,
        can_withdraw=login is not None and "admin" in login.roles,
        again=_again(found, me),
        square=square_of(absolute(url_for("web.transfer", transfer_id=found["transfer_id"]))) if asks else "",
        problem=problem,
        reason=reason,
    )
    return page, status


def _again(found: Document, me: str) -> str:
    """The form with the same side, amount and words; empty for what members do not make."""
    if found["kind"] != "transfer" or me not in (found["payer"], found["payee"]):
        return ""
    pays = me == found["payer"]
    return url_for(
        "web.new_transfer",
        to=found["payee"] if pays else found["payer"],
        direction=None if pays else "request",
        amount=plain_figure(found["amount"]),
        text=found["description"] or None,
    )


@bp.post("/transfers/<transfer_id>/<any(accept, decline, withdraw):action>")
@allow("member", "admin")
@acts("operator")
def answer_transfer(transfer_id: str, action: str) -> Answer:
    """Accept or decline what another proposed, withdraw one's own."""
    form = AnswerForm()
    reason = (form.reason.data or "")[:255]
    if not form.validate():
        return _transfer(parts().ledger.transfer(transfer_id), gettext("Please use a shorter reason."), reason, 422)
    try:
        ended = _answer(transfer_id, action, reason, form.key.data)
    except Refused as refused:
        known = refused.extra.get("transfer") or parts().ledger.transfer(transfer_id)
        return _transfer(known, words(refused), reason, refused.status)
    except PartDown as down:
        # The page can't be shown without the ledger: say at least that repeating is safe.
        flash(words_for_unknown_outcome(down), "bad")
        raise
    flash(_done(action, ended), "done")
    return redirect(safe_next(request.form.get("next"), url_for("web.transfer", transfer_id=transfer_id)))


def _answer(transfer_id: str, action: str, reason: str, key: str | None) -> Document:
    ledger = parts().ledger
    if action == "accept":
        return ledger.accept(transfer_id, key=key)
    if action == "decline":
        return ledger.reject(transfer_id, reason=reason or None, key=key)
    return ledger.cancel(transfer_id, reason=reason or None, key=key)


def _done(action: str, ended: Document) -> str:
    if action == "accept":
        return str(gettext("Done: %(sum)s are paid.", sum=money(ended["amount"])))
    return str(
        gettext("Declined. Nothing was paid.") if action == "decline" else gettext("Withdrawn. Nothing was paid.")
    )


@bp.get("/pending")
@allow("member")
def pending() -> str:
    """All that waits for an answer, mine or another's."""
    number = my_business().account
    found = card(
        lambda: parts().ledger.transfers(account=number, status="initiated", page=page_asked(), page_size=PAGE_SIZE)
    )
    count_waiting(found)
    transfers = found.value["transfers"] if found.value else []
    account = card(lambda: parts().ledger.account(number)) if transfers else None
    total = found.value["total"] if found.value else 0
    return render_template(
        "pending.html", found=found, account=account, names=names_of(parties(transfers)), **paging(total, PAGE_SIZE)
    )
