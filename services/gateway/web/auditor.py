"""What an auditor sees: the state of the book, its signed head, any account; files to take away. Changes nothing."""

import re

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from services.chassis.web import allow
from services.gateway import auditing, streaming
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.presenting import count_figure
from services.gateway.schemas_proofs import ViewQuery
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card, names_of
from services.gateway.web.refusals import words, words_for_down

FILES = {
    "trial-balance": lazy_gettext("Trial balance: every account"),
    "near-limits": lazy_gettext("Accounts near or past a limit, and since when"),
    "system-cancellations": lazy_gettext("Transfers that the system cancelled"),
    "reversals": lazy_gettext("Reversals"),
    "limit-changes": lazy_gettext("Changes of limits, with reasons"),
    "rings": lazy_gettext("Money that goes round among few accounts"),
    "changes": lazy_gettext("Every event"),
}
"""Views that need nothing to be asked for; the page has forms for the others."""


@bp.get("/auditor")
@allow("auditor", "admin")
def audit() -> str:
    """The head of the book, the sum of all balances, and one account by its number."""
    asked = request.args.get("account", "").strip()[:24]
    account, problem = _look_up(asked) if asked else (None, "")
    return render_template(
        "audit.html",
        head=card(parts().ledger.head),
        signed=card(lambda: parts().ledger.heads(limit=1)),
        files=FILES,
        asked=asked,
        account=account,
        problem=problem,
        names=names_of([account["account"]]) if account else {},
    )


@bp.post("/auditor/head")
@allow("auditor", "admin")
def sign_head() -> WerkzeugResponse:
    """Have everything up to now signed."""
    try:
        head = parts().ledger.sign_head()
    except PartDown as down:
        flash(words_for_down(down), "bad")
    except Refused as refused:
        flash(words(refused), "bad")
    else:
        number, size = count_figure(head["number"]), count_figure(head["size"])
        flash(gettext("Head number %(number)s is signed. It covers %(size)s events.", number=number, size=size), "done")
    return redirect(url_for("web.audit"))


@bp.get("/auditor/<view>.csv")
@allow("auditor", "admin")
def audit_csv(view: str) -> Response:
    """A view to its last row; nothing is held, so it may be long."""
    if view not in auditing.VIEWS:
        raise NotFound
    given = {name: value for name, value in request.args.items() if value}
    query = ViewQuery(only=auditing.VIEWS[view].asked).load(given)
    return streaming.csv_file(auditing.csv_of(parts().ledger, view, auditing.question(query)), f"{view}.csv")


@bp.get("/auditor/export")
@allow("auditor", "admin")
def audit_export() -> Response:
    """All events as one compressed file, which `mccs-audit` checks."""
    return streaming.passed_on(parts().ledger.export(gzip="true"))


def _look_up(asked: str) -> tuple[Document | None, str]:
    number = re.sub(r"[\s-]", "", asked)
    if not re.fullmatch(r"[0-9]{16}", number):
        return None, gettext("An account number has 16 digits.")
    try:
        return parts().ledger.account(number), ""
    except Refused as refused:
        return None, words(refused)
    except PartDown as down:
        return None, words_for_down(down)
