"""Headers that every answer bears, and the id of each request."""

from collections.abc import Mapping

from flask import Flask, Response, request

from services.chassis.logs import correlate, correlation_id
from services.gateway import recaptcha
from services.gateway.session import is_api

_PAGE_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    # Bootstrap draws its little marks as data: pictures.
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def _policy(more: Mapping[str, str]) -> str:
    names = [*_PAGE_SOURCES, *(name for name in more if name not in _PAGE_SOURCES)]
    return "; ".join(
        f"{name} {_PAGE_SOURCES.get(name, '')} {more.get(name, '')}".replace("  ", " ").strip() for name in names
    )


_PAGE_POLICY = _policy({})
_CAPTCHA_POLICY = _policy(recaptcha.POLICY)
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_FRAMING = "web.mail_preview"
_FRAMED = "web.mail_preview_html"
_FRAMING_POLICY = _policy({"frame-src": "'self'"})
_FRAMED_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
"""A mail bears its style in itself. It is shown in a frame of ours, where it may do nothing at all."""
DOCS = "/api/v1/docs"
REQUEST_ID = "X-Request-Id"


def init_app(app: Flask, *, https: bool) -> None:
    """Set the headers on every answer, errors too."""

    @app.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        headers[REQUEST_ID] = correlation_id()
        headers["Content-Security-Policy"] = _policy_here(response)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "SAMEORIGIN" if _is_framed(response) else "DENY"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if not _is_static():
            headers.setdefault("Cache-Control", "no-store")
        if response.status_code == 401 and is_api():
            headers.setdefault("WWW-Authenticate", 'Bearer realm="MCCS"')
        return response


def take_request_id() -> None:
    """The same id in logs, events, errors and at the services: a caller can ask for what became of a call."""
    if (offered := request.headers.get(REQUEST_ID)) is not None:
        correlate(offered)


def _policy_here(response: Response) -> str:
    if _is_framed(response):
        return _FRAMED_POLICY
    if request.endpoint == _FRAMING:
        return _FRAMING_POLICY
    if is_api() and request.path != DOCS:
        return _API_POLICY
    return _CAPTCHA_POLICY if recaptcha.site_key() else _PAGE_POLICY


def _is_framed(response: Response) -> bool:
    """Pages of ours that are answered in its place, a refusal or the log-in page, are in no frame."""
    return request.endpoint == _FRAMED and response.status_code == 200


def _is_static() -> bool:
    return (request.endpoint or "").rpartition(".")[2] == "static"
