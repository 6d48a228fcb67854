"""The blueprint of the pages, and what every template may use."""

import uuid
from typing import Any

from flask import Blueprint, Flask, current_app, g, request
from flask.blueprints import BlueprintSetupState
from flask_babel import Babel, get_locale
from markupsafe import Markup

from services.gateway import presenting, recaptcha, telling, zones
from services.gateway.acting import FIELD, business_of
from services.gateway.session import Login, Membership, current
from services.gateway.terms import asked_version

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"

bp = Blueprint("web", __name__)


@bp.record_once
def _prepare(state: BlueprintSetupState) -> None:
    app: Flask = state.app  # type: ignore[assignment]
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en_GB")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Europe/London")
    Babel(app, timezone_selector=zones.chosen)
    presenting.register(app)
    telling.register(app)
    app.add_template_global(new_key)
    app.add_template_global(business_mark)


@bp.app_context_processor
def _who_and_how() -> dict[str, Any]:
    login = _login()
    theme = request.cookies.get(THEME_COOKIE, "")
    settings = current_app.config.get("GATEWAY")
    return {
        "login": login,
        "mine": business_of(login),
        "terms_asked": asked_version(login),
        "theme": theme if theme in THEMES else "auto",
        "language": str(get_locale()).replace("_", "-"),
        "recaptcha_site_key": recaptcha.site_key(),
        "mail_page_url": getattr(settings, "mail_page_url", ""),
    }


def _login() -> Login | None:
    # A page about a failure must not ask again what may just have failed.
    found: Login | None = g.get("login") if g.get("failing") else current()
    return found


def mine() -> Membership | None:
    """The business that the person logged in acts for."""
    return business_of(current())


def business_mark() -> Markup:
    """In each form: the business that its page was made for. A form of another tab acts for that one, not for this."""
    business = None if g.get("failing") else mine()
    if business is None:
        return Markup("")
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, business.entity_id)


def new_key() -> str:
    """A fresh idempotency key for a form."""
    return uuid.uuid4().hex
