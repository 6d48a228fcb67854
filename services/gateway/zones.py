"""In which time zone a reader's times are written: the one in a cookie, which the browser or the member chose.

A zone is no secret and says nothing of a login, so the cookie is readable by the page's own script: it writes it where
there is none yet. Who switches JavaScript off has the zone that was saved among the notifications, or the network's.
"""

from functools import cache
from zoneinfo import available_timezones

from flask import has_request_context, request
from werkzeug.wrappers import Response

COOKIE = "zone"
_SECONDS = 365 * 24 * 60 * 60


def chosen() -> str | None:
    """The zone of whoever asks for a page; None for programs, and where the cookie holds no zone."""
    if not has_request_context() or request.path.startswith("/api/"):
        return None
    zone = request.cookies.get(COOKIE, "")
    return zone if zone in _known() else None


def keep(response: Response, zone: str, *, secure: bool) -> None:
    """Times are written in that zone from now on, in this browser."""
    response.set_cookie(COOKIE, zone, max_age=_SECONDS, path="/", secure=secure, samesite="Lax")


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())
