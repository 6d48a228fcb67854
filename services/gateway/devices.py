"""The browser that somebody logs in from: a cookie of its own, by which the directory knows it again.

Strangers who fail on purpose lock a login for devices that are new to it; one that it was used from before still gets
in. The cookie is set by a login, a sign-up or a new password, says nothing about the person, and opens nothing.
"""

import secrets

from flask import Flask, Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer

from services.gateway.session import client_address

COOKIE = "mccsDevice"
SECONDS = 400 * 24 * 60 * 60
"""As long as browsers keep any."""
_AGENT_SIGNS = 400


def init_app(app: Flask, *, secure: bool) -> None:
    """Answers to a login bear the cookie."""

    @app.after_request
    def keep(response: Response) -> Response:
        if g.get("device_kept"):
            value = _signer().dumps(g.device)
            response.set_cookie(COOKIE, value, max_age=SECONDS, path="/", secure=secure, httponly=True, samesite="Lax")
        return response


def page_visit() -> dict[str, str]:
    """From where somebody logs in by a page."""
    return {**program_visit(), "device": device()}


def program_visit() -> dict[str, str]:
    """From where a program logs in: it keeps no cookies."""
    agent = "".join(sign for sign in request.headers.get("User-Agent", "") if sign.isprintable())
    return {"address": client_address(), "agent": agent[:_AGENT_SIGNS]}


def device() -> str:
    """The secret of this browser; a new one when it has none of ours."""
    if "device" not in g:
        try:
            g.device = str(_signer().loads(request.cookies.get(COOKIE, "")))
        except BadSignature:
            g.device = secrets.token_urlsafe(32)
    found: str = g.device
    return found


def keep_device() -> None:
    """The login succeeded: the browser is to be known again."""
    device()
    g.device_kept = True


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="mccs-device")
