"""Which other sites' pages may call the REST API from a browser (CORS): those that GATEWAY_CORS_ORIGINS lists.

Never with credentials: a program's bearer token is all that counts here, and a browser adds none by itself. So a page
that is let in can do what its own token may, and one that is not could do no more than any program.

OPTIONS runs no view and needs no login: browsers ask before they have shown who asks.
"""

from flask import Flask, Response, request

from services.gateway.session import is_api

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_TAKEN = ", ".join(
    (
        *("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID"),
        *("Min-Position", "X-Request-Id"),
    )
)
_SHOWN = ", ".join(
    (
        *("Content-Disposition", "ETag", "Link", "Position", "RateLimit", "RateLimit-Limit", "RateLimit-Policy"),
        *("RateLimit-Remaining", "RateLimit-Reset", "Retry-After", "X-Request-Id"),
    )
)
_PREFLIGHT_SECONDS = 7200
"""The longest that browsers remember it."""


def init_app(app: Flask, origins: frozenset[str]) -> None:
    """Answer the questions of browsers. Without origins no answer says anything to other sites."""

    @app.after_request
    def let_in(response: Response) -> Response:
        if not is_api():
            return response
        if request.method == "OPTIONS" and response.status_code == 200:
            # Nothing but headers: which methods there are, and below who may use them from where.
            response.status_code, response.data = 204, b""
            response.headers.pop("Content-Type", None)
        if not origins or "Access-Control-Allow-Origin" in response.headers:
            return response
        response.vary.add("Origin")
        if (origin := request.headers.get("Origin", "")) in origins:
            _invite(response, origin)
        return response


def _invite(response: Response, origin: str) -> None:
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = origin
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        headers["Access-Control-Allow-Methods"] = _METHODS
        headers["Access-Control-Allow-Headers"] = _TAKEN
        headers["Access-Control-Max-Age"] = str(_PREFLIGHT_SECONDS)
    else:
        headers["Access-Control-Expose-Headers"] = _SHOWN
