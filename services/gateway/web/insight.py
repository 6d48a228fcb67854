"""What the network lacks: wants nobody meets, offers nobody uses, what is wanted most by town and month."""

from flask import render_template
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.lacking import csv_of
from services.gateway.session import parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card


@bp.get("/admin/insight")
@allow("admin")
def insight() -> str:
    """Whom to look for, and what to tell members of."""
    return render_template("admin_insight.html", found=card(parts().matcher.insight))


@bp.get("/admin/insight.csv")
@allow("admin")
def insight_file() -> Response:
    """The same as a file."""
    headers = {"Content-Disposition": "attachment; filename=insight.csv"}
    return Response(csv_of(parts().matcher.insight()), content_type="text/csv; charset=utf-8", headers=headers)
