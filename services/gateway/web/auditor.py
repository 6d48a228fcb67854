"""What an auditor sees: the state of the book, its signed head, any account; files to take away. Changes nothing."""

import re

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from services.chassis.web import allow
from services.gateway import auditing, proving, streaming
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.presenting import count_figure
from services.gateway.proven_events import Evidence
from services.gateway.schemas_proofs import ViewQuery
from services.gateway.session import parts
from services.gateway.web.audit_since import remembered
from services.gateway.web.audit_tables import SCREENS
from services.gateway.web.audit_words import Finding, findings
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import Card, card, names_of
from services.gateway.web.refusals import words, words_for_down


@bp.get("/auditor")
@allow("auditor", "admin")
def audit() -> str:
    """The state of the book and of its proof, an account by its number, and the way to all that can be looked at."""
    asked = request.args.get("account", "").strip()[:24]
    account, problem = _look_up(asked) if asked else (None, "")
    head = card(parts().ledger.head)
    signed = card(lambda: parts().ledger.heads(limit=1))
    return render_template(
        "audit.html",
        head=head,
        signed=signed,
        checks=_checked(head.value, signed.value),
        log=card(parts().directory.audit_state),
        remembered=remembered(),
        screens=SCREENS,
        asked=asked,
        account=account,
        problem=problem,
        names=names_of([account["account"]]) if account else {},
    )


def _checked(head: Document | None, signed: Document | None) -> Card:
    """What can be worked out about the newest signed head at once: findings, none while nothing is signed."""
    if not signed or not signed["heads"]:
        return Card([])
    newest = signed["heads"][0]

    def found() -> list[Finding]:
        holds = {"signature": proving.is_signed(newest, parts().ledger.head_keys()), "zero": newest["sum"] == 0}
        if head:
            holds["newest"] = newest["size"] <= head["position"]
        return findings(Evidence(holds))

    return card(found)


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
    event = request.form.get("event", "")
    if event.isascii() and event.isdigit() and len(event) < 16:
        return redirect(url_for("web.audit_event", position=int(event)))
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
