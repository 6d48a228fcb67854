"""What checks our signatures, under the addresses that programs know: session tokens, and heads of the ledger."""

from flask import Blueprint, Response, current_app, url_for

from events.topics import DEFAULT_BOOK
from services.chassis.web import allow, answer
from services.gateway.clients import Document, Ledger, Refused
from services.gateway.session import sessions_of, visitor_parts

bp = Blueprint("keys", __name__, url_prefix="/.well-known")

HEAD_SECONDS = 15
"""A head may be shown for so long after a newer one was signed."""


@bp.get("/jwks.json")
@allow("public")
def jwks() -> Response:
    """Whoever trusts our session tokens can check them by this (RFC 7517)."""
    response = answer({"keys": sessions_of(current_app).tokens.keys.jwks})
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@bp.get("/mccs-ledger")
@allow("public")
def mccs_ledger() -> Response:
    """The ledger's newest signed head and all keys that ever signed one: whoever keeps this can hold us to it.

    Also a JWKS (RFC 7517), and what `mccs-audit --heads` and `--keys` read.
    """
    settings = current_app.config["GATEWAY"]
    site = settings.public_url.rstrip("/")
    # Nobody's login matters here, and no cookie may be in what caches keep.
    ledger = visitor_parts().ledger
    head = _newest_head(ledger)
    response = answer(
        {
            "books": [{"book": head["book"] if head else DEFAULT_BOOK, "unit": settings.unit, "head": head}],
            "keys": ledger.head_keys(),
            "heads": site + url_for("rest.ledger_heads"),
            "inclusion": site + url_for("rest.ledger_inclusion"),
            "consistency": site + url_for("rest.ledger_consistency"),
            "documentation": site + url_for("web.ledger"),
        }
    )
    response.headers["Cache-Control"] = f"public, max-age={HEAD_SECONDS}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _newest_head(ledger: Ledger) -> Document | None:
    try:
        return ledger.tree_head()
    except Refused as refused:
        if refused.code == "head.none":
            return None
        raise
