"""`/.well-known/jwks.json`: the public half of the key that signs session tokens (RFC 7517)."""

from flask import Blueprint, Response, current_app

from services.chassis.web import allow, answer
from services.gateway.session import sessions_of

bp = Blueprint("keys", __name__)


@bp.get("/.well-known/jwks.json")
@allow("public")
def jwks() -> Response:
    """Whoever trusts our session tokens can check them by this."""
    response = answer({"keys": [sessions_of(current_app).tokens.jwk]})
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
