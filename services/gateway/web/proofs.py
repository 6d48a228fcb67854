"""Pages by which anybody checks the ledger, without a login: its signed heads, and statements by their codes."""

from typing import Any

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from services.chassis.web import allow, answer
from services.gateway.clients import Document, Refused
from services.gateway.codes import normal
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card

HEADS_SHOWN = 10
MOST_TYPED = 60
SHOWN_ON_PAPER = (
    *("code", "book", "unit", "account", "from", "to", "from_position", "to_position", "opening_balance"),
    *("closing_balance", "entries", "paid", "received", "made_at", "holds", "head", "path", "leaf"),
)
"""What `/check/<code>.json` tells: the paper's own facts, and the proof that the ledger holds them."""


@bp.get("/ledger")
@allow("public")
def ledger() -> str:
    """What is signed, by which keys, and how to check it."""
    before = request.args.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    return render_template(
        "ledger.html",
        heads=card(lambda: parts().ledger.heads(before=number, limit=HEADS_SHOWN)),
        keys=card(parts().ledger.head_keys),
        before=number,
        site=current_app.config["GATEWAY"].public_url.rstrip("/"),
    )


@bp.get("/check")
@allow("public")
def check() -> WerkzeugResponse | tuple[Response, int]:
    """Where a statement's code is typed."""
    typed = request.args.get("code", "").strip()[:MOST_TYPED]
    code = normal(typed)
    if code:
        return redirect(url_for("web.check_code", code=code))
    return _unlisted("check.html", typed=typed, malformed=bool(typed), unknown=False), 422 if typed else 200


@bp.get("/check/<code>")
@allow("public")
def check_code(code: str) -> WerkzeugResponse | tuple[Response, int]:
    """What the statement with this code says, to compare with the paper."""
    known = normal(code)
    if known and known != code:
        return redirect(url_for("web.check_code", code=known))
    try:
        return _unlisted("checked.html", facts=_facts(known)), 200
    except Refused as refused:
        if refused.status != 404:
            raise
    typed = code[:MOST_TYPED]
    return _unlisted("check.html", typed=typed, malformed=not known, unknown=bool(known)), 404


@bp.get("/check/<code>.json")
@allow("public")
def check_code_json(code: str) -> Response:
    """The same for programs; balances in the smallest unit, as in the signed head."""
    response = answer({**_facts(normal(code)), "decimals": 2})
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _facts(code: str) -> Document:
    if not code:
        raise Refused(404, "code.unknown", "There is no statement with this code.")
    facts = parts().ledger.statement_facts(code)
    return {name: facts[name] for name in SHOWN_ON_PAPER}


def _unlisted(template: str, **values: Any) -> Response:
    """A page that is somebody's business alone: no search engine keeps it (and nobody, by `Cache-Control`)."""
    response = make_response(render_template(template, **values))
    response.headers["X-Robots-Tag"] = "noindex"
    return response
