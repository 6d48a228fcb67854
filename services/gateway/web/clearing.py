"""Trades that administrators may suggest, so that balances near a limit come back towards zero."""

from flask import render_template

from services.chassis.web import allow
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card


@bp.get("/admin/clearing")
@allow("admin")
def clearing() -> str:
    """Who is far from zero, and which real offers and wants would help."""
    return render_template("admin_clearing.html", found=card(parts().matcher.clearing))
