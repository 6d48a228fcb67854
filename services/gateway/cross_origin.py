"""Which other sites' pages may call the REST API from a browser (CORS): those that GATEWAY_CORS_ORIGINS lists.

Never with credentials: a program's bearer token is all that counts here, and a browser adds none by itself. So a page
that is let in can do what its own token may, and one that is not could do no more than any program.

OPTIONS runs no view and needs no login: browsers ask before they have shown who asks.
"""

from flask import Flask, Response, request

from services.gateway.rest.headers import (
    GIVEN_BY_ALL,
    GIVEN_BY_READS,
    KEY,
    LAST_EVENT_ID,
    MATCH,
    RETRY_AFTER,
    TAKEN_BY_ALL,
    TAKEN_BY_READS,
)
from services.gateway.session import is_api

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_TAKEN = ", ".join(
    (
        *("Authorization", "Content-Type"),
        *(header.name for header in (*TAKEN_BY_ALL, *TAKEN_BY_READS, KEY, MATCH, LAST_EVENT_ID)),
    )
)
_SHOWN = ", ".join(
    (
        *("Content-Disposition", "Link"),
        *(header.name for header in (*GIVEN_BY_ALL, *GIVEN_BY_READS, RETRY_AFTER)),
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
