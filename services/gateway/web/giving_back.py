"""What a business received, given back by it: whole, once and at once."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms_ruling import WhyForm
from services.gateway.legs import can_be_given_back
from services.gateway.permissions import acts
from services.gateway.presenting import money
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card, names_of, parties
from services.gateway.web.members import my_business
from services.gateway.web.refusals import blame, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]


@bp.route("/transfers/<transfer_id>/reversal", methods=["GET", "POST"])
@allow("member")
@acts("operator")
def give_back(transfer_id: str) -> Answer:
    """What giving it back would do to one's balance; then give it back."""
    original, form = parts().ledger.transfer(transfer_id), WhyForm()
    if not can_be_given_back(original, my_business().account):
        flash(gettext("This can't be given back here: an administrator of the network can reverse it."), "bad")
        return redirect(url_for("web.transfer", transfer_id=transfer_id))
    if not (form.sent and form.validate()):
        return _page(original, form)
    try:
        parts().ledger.reverse(transfer_id, reason=form.reason.data or "", key=form.key.data)
    except Refused as refused:
        return _page(original, form, blame(form, refused), refused.status)
    except PartDown as down:
        return _page(original, form, words_for_unknown_outcome(down), 503)
    flash(gettext("Done: %(sum)s are given back.", sum=money(original["amount"])), "done")
    return redirect(url_for("web.transfer", transfer_id=transfer_id))


def _page(original: Document, form: WhyForm, problem: str = "", status: int = 0) -> Answer:
    page = render_template(
        "transfer_give_back.html",
        t=original,
        form=form,
        names=names_of(parties([original])),
        account=card(lambda: parts().ledger.account(my_business().account)).value,
        problem=problem,
    )
    return page, status or (422 if form.errors else 200)
