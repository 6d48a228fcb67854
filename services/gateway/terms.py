"""Terms that have changed: a member agrees to the new version before changing anything. Reading goes on.

Views that never wait for it say so: agreeing itself, leaving, and what keeps a login safe.
"""

from typing import Any

from flask import current_app, request

from services.gateway.failures import TermsNeeded
from services.gateway.login import Login
from services.gateway.permissions import is_before_terms

_READING = {"GET", "HEAD", "OPTIONS"}


def asked_version(login: Login | None) -> str:
    """The version that this session has yet to agree to; empty when there is none.

    Tokens for programs and administrators who act for a member are not asked: neither can agree for somebody. Nor is
    anybody while the directory is away, and nothing is known of what was agreed to.
    """
    version: str = getattr(current_app.config.get("GATEWAY"), "terms_version", "")
    if login is None or not login.confirmed or login.on_behalf or login.scopes is not None:
        return ""
    return version if "member" in login.roles and login.terms_version != version else ""


def hold(login: Login, view: Any, *, pages: bool) -> None:
    """Raises TermsNeeded for what changes something, and on pages for the form that would, before it is filled in."""
    if is_before_terms(view) or not asked_version(login):
        return
    writes = request.method not in _READING
    form = pages and request.url_rule is not None and "POST" in (request.url_rule.methods or ())
    if writes or form:
        settings = current_app.config["GATEWAY"]
        raise TermsNeeded(settings.terms_version, settings.terms_url)
