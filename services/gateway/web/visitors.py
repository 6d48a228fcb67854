"""Pages for everybody: start page, finding businesses, a business, colours."""

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from services.chassis.web import allow
from services.gateway.session import current, parts, safe_next
from services.gateway.web.blueprint import THEME_COOKIE, THEMES, bp
from services.gateway.web.cards import card

YEAR_SECONDS = 31_536_000


@bp.get("/")
@allow("public")
def home() -> str | WerkzeugResponse:
    """What this is; for those logged in their own first page."""
    login = current()
    if login is None:
        return render_template("home.html", listed=card(lambda: parts().directory.search(page_size=2)))
    return redirect(first_page(login.roles))


def first_page(roles: frozenset[str]) -> str:
    """Where somebody with these roles begins."""
    if "member" in roles:
        return url_for("web.dashboard")
    return url_for("web.admin_overview") if roles & {"admin", "coordinator"} else url_for("web.audit")


@bp.post("/theme")
@allow("public")
def set_theme() -> WerkzeugResponse:
    """Remember the colours that somebody likes; without JavaScript."""
    response: Response | WerkzeugResponse = redirect(safe_next(request.form.get("next")))
    theme = request.form.get("theme", "")
    if theme in THEMES:
        # Readable by the module, which switches without loading the page again.
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure)
    return response
