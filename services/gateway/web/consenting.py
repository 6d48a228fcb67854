"""Standing consent: what completes at once, without an answer of one's business. Only owners change it."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms_consents import ConsentForm, RevokingForm
from services.gateway.permissions import acts
from services.gateway.session import current, parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card, names_of
from services.gateway.web.choosing import counterparty, find_by_name
from services.gateway.web.members import my_business
from services.gateway.web.refusals import blame, words, words_for_unknown_outcome

Answer = str | Response | tuple[str, int]

_ANYBODY = "any"
_BLAMED = {"account.unknown": "counterparty", "transfer.same_account": "counterparty"}


@bp.get("/consents")
@allow("member")
def consents() -> Answer:
    """What one's business agrees to beforehand, and a form for one more."""
    return _page(ConsentForm(formdata=None))


@bp.post("/consents")
@allow("member")
@acts("owner")
def add_consent() -> Answer:
    """Agree to one more thing beforehand; the same one again changes nothing."""
    form = ConsentForm()
    chosen = counterparty(form, request.form.get("chosen", ""))
    choices: list[Document] = []
    if form.validate() and chosen is None and form.counterparty.data:
        chosen, choices = find_by_name(form)
    if form.errors:
        return _page(form, choices=choices, status=422)
    party = chosen["account"] if chosen else _ANYBODY
    rule = {"party": party, "direction": form.direction.data, "max_amount": form.most.minor or None}
    try:
        rules = parts().ledger.consent(my_business().account)
        if rule not in rules:
            parts().ledger.set_consent(my_business().account, [*rules, rule], key=form.key.data)
    except Refused as refused:
        return _page(form, problem=blame(form, refused, _BLAMED), status=refused.status)
    except PartDown as down:
        return _page(form, problem=words_for_unknown_outcome(down), status=503)
    flash(gettext("Agreed from now on. You can take it back at any time."), "done")
    return redirect(url_for("web.consents"))


@bp.post("/consents/revocation")
@allow("member")
@acts("owner")
def revoke_consent() -> Answer:
    """Agree to one thing no more; what was paid stays paid."""
    form, number = RevokingForm(), my_business().account
    if not form.validate():
        return redirect(url_for("web.consents"))
    named = (form.party.data, form.direction.data, form.most.data or "")
    try:
        rules = parts().ledger.consent(number)
        kept = [rule for rule in rules if _named(rule) != named]
        if kept != rules:
            parts().ledger.set_consent(number, kept, key=form.key.data)
    except Refused as refused:
        flash(words(refused), "bad")
    except PartDown as down:
        return _page(ConsentForm(formdata=None), problem=words_for_unknown_outcome(down), status=503)
    else:
        flash(gettext("Taken back. From now on you are asked."), "done")
    return redirect(url_for("web.consents"))


def _named(rule: Document) -> tuple[str, str, str]:
    """What tells a rule from all others, as its form says it."""
    return rule["party"], rule["direction"], "" if rule["max_amount"] is None else str(rule["max_amount"])


def _page(
    form: ConsentForm, *, choices: list[Document] | None = None, problem: str = "", status: int = 200
) -> tuple[str, int]:
    found = card(lambda: parts().ledger.consent(my_business().account))
    named = {rule["party"] for rule in found.value or () if rule["party"] != _ANYBODY}
    login = current()
    page = render_template(
        "consents.html",
        form=form,
        found=found,
        names=names_of(named) if named else {},
        choices=choices,
        problem=problem,
        may_change=my_business().may("owner") and not (login and login.on_behalf),
    )
    return page, status
