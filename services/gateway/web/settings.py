"""The network's own rules: limits of new accounts, times, fees; what if limits were others; what was changed."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.amounts import text as plain_figure
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.forms_ruling import FeeRow, FeesForm, PolicyForm, fee_on, rows_of, rows_showing
from services.gateway.presenting_ruling import (
    SETTING_WORDS,
    accounts_in,
    fee_words,
    fees_changed,
    setting,
    settings_changed,
)
from services.gateway.session import has_role, parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import Card, card, names_of
from services.gateway.web.histories import History, history_of
from services.gateway.web.naming import meant
from services.gateway.web.refusals import blame, words_for_unknown_outcome
from services.gateway.web.simulating import outside_of

Answer = str | Response | tuple[str, int]

EXAMPLE = 10_000
"""What fees are shown for: a payment of 100.00."""
CHANGES_SHOWN = 5
SPARE_ROWS = 2
WORST_SHOWN = 5


@bp.get("/admin/settings")
@allow("admin", "auditor")
def settings() -> Answer:
    """Limits of new accounts, times, and fees, as they hold now."""
    return _settings()


def _settings(
    policy_form: PolicyForm | None = None,
    fees_form: FeesForm | None = None,
    rows: Sequence[FeeRow] = (),
    problem: str = "",
    status: int = 0,
) -> Answer:
    ledger = parts().ledger
    policy, fees = card(ledger.policy), card(ledger.fees)
    rules = fees.value or []
    wrong = (
        422 if any(form and form.errors for form in (policy_form, fees_form)) or any(r.errors for r in rows) else 200
    )
    page = render_template(
        "admin_settings.html",
        policy=policy,
        words=SETTING_WORDS,
        setting=setting,
        policy_form=policy_form or (PolicyForm.showing(policy.value) if policy.value else None),
        is_policy_open=policy_form is not None,
        fees=fees,
        rules=[fee_words(rule, names_of(_takers(rules))) for rule in rules],
        example=_example(rules),
        fees_form=fees_form or FeesForm(formdata=None),
        is_fees_open=fees_form is not None,
        rows=_visible(rows or rows_showing(rules)),
        problem=problem,
        histories=_histories(),
        may_change=has_role("admin"),
    )
    return page, status or wrong


def _histories() -> Mapping[str, Card]:
    reads: dict[str, Callable[[], History]] = {
        "limits": lambda: history_of(lambda **asked: parts().ledger.changes("policy", **asked), CHANGES_SHOWN),
        "fees": lambda: history_of(lambda **asked: parts().ledger.changes("fee-rules", **asked), CHANGES_SHOWN),
    }
    return {what: card(read) for what, read in reads.items()}


def _takers(rules: Sequence[Mapping[str, Any]]) -> set[str]:
    return accounts_in([{"rules": rules}])


def _example(rules: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """What both sides of a payment of 100.00 have, fees included."""
    fees = {side: sum(fee_on(rule, EXAMPLE) for rule in rules if rule["side"] == side) for side in ("payer", "payee")}
    return {"amount": EXAMPLE, "paid": EXAMPLE + fees["payer"], "received": EXAMPLE - fees["payee"]}


def _visible(rows: Sequence[FeeRow]) -> Sequence[FeeRow]:
    """Those with something in them, and room for more."""
    last = max((number for number, row in enumerate(rows, 1) if not row.is_blank), default=0)
    return rows[: last + SPARE_ROWS]


@bp.post("/admin/settings/limits")
@allow("admin")
def change_policy() -> Answer:
    """Say first what would change, and who would be outside such limits; then change it."""
    form, before = PolicyForm(), parts().ledger.policy()
    if "change" in request.form or not form.validate():
        return _settings(form)
    changed = {name: value for name, value in form.wanted.items() if before[name] != value}
    if not changed:
        flash(gettext("Nothing is different, so nothing was changed."), "done")
        return _back()
    if not _has_seen(form, before):
        return _confirm_policy(form, before, changed)
    try:
        parts().ledger.set_policy({**changed, "reason": form.reason.data}, key=form.key.data)
    except Refused as refused:
        return _settings(form, problem=blame(form, refused), status=refused.status)
    except PartDown as down:
        return _settings(form, problem=words_for_unknown_outcome(down), status=503)
    flash(gettext("Changed. Accounts and proposals that are there already keep what they have."), "done")
    return _back()


def _confirm_policy(form: PolicyForm, before: Document, changed: Mapping[str, int]) -> Answer:
    limits = {
        name.removeprefix("default_"): form.wanted[name]
        for name in ("default_max_negative", "default_max_positive")
        if name in changed
    }
    outside = outside_of(limits) if limits else Card()
    worst = outside.value["outside"][:WORST_SHOWN] if outside.value else []
    return render_template(
        "admin_settings_limits.html",
        form=form,
        seen=_state(before),
        is_late=bool(form.confirmed.data),
        changes=settings_changed(before, {**before, **changed}),
        outside=outside,
        worst=worst,
        names=names_of(each["account"] for each in worst),
        limits=limits,
        simulated={name: plain_figure(value) for name, value in limits.items()},
    )


@bp.post("/admin/settings/fees")
@allow("admin")
def change_fees() -> Answer:
    """Say first what would cost what; then replace the fees."""
    form, rows, before = FeesForm(), rows_of(request.form), parts().ledger.fees()
    sound = [row.validate() and _find(row) for row in rows]
    if "change" in request.form or not form.validate() or not all(sound):
        return _settings(fees_form=form, rows=rows, problem="" if all(sound) else _marked())
    rules = [row.rule for row in rows if not row.is_blank]
    if rules == before:
        flash(gettext("Nothing is different, so nothing was changed."), "done")
        return _back()
    if not _has_seen(form, before):
        return _confirm_fees(form, rows, before, rules)
    try:
        parts().ledger.set_fees(rules, reason=form.reason.data or "", key=form.key.data)
    except Refused as refused:
        return _settings(fees_form=form, rows=rows, problem=_why(form, refused), status=refused.status)
    except PartDown as down:
        return _settings(fees_form=form, rows=rows, problem=words_for_unknown_outcome(down), status=503)
    flash(gettext("The fees are changed. Open proposals keep the fees they were made with."), "done")
    return _back()


def _confirm_fees(form: FeesForm, rows: Sequence[FeeRow], before: Sequence[Document], rules: list[Document]) -> Answer:
    names = names_of(_takers(before) | _takers(rules))
    return render_template(
        "admin_settings_fees.html",
        form=form,
        rows=[row for row in rows if not row.is_blank],
        seen=_state(before),
        is_late=bool(form.confirmed.data),
        changes=fees_changed(before, rules, names),
        before=_example(before),
        after=_example(rules),
    )


def _back() -> Response:
    # Forms send to where they stand on the page; what is said of them stands at its top.
    return redirect(url_for("web.settings", _anchor="main"))


def _marked() -> str:
    return gettext("Nothing is changed yet: correct the fees that are marked.")


def _find(row: FeeRow) -> bool:
    """Put the account's number in the place of a name; what is wrong is said beside it."""
    if row.is_blank:
        return True
    of = meant(row.account.data or "")
    if of.account:
        row.account.data = of.account
        return True
    offered = "; ".join(f"{entity['name']}: {entity['account']}" for entity in of.choices)
    row.account.errors = (*row.account.errors, f"{of.problem} {offered}".strip())
    return False


def _why(form: FeesForm, refused: Refused) -> str:
    problem = blame(form, refused)
    if refused.code == "account.not_trading":
        return gettext("Fees can go to trading members only. Choose another account.")
    return problem


def _state(document: Any) -> str:
    """A mark of what somebody has seen, so that a change by another meanwhile is noticed."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:32]


def _has_seen(form: PolicyForm | FeesForm, document: Any) -> bool:
    """Whether what would change was confirmed as it is now."""
    return bool(form.confirmed.data == _state(document))
