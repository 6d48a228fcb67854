"""What the network lacks: wants nobody meets, offers nobody uses, what is wanted most by town and month."""

from collections.abc import Iterator

from flask import render_template
from werkzeug.wrappers import Response

from services.chassis.web import allow
from services.gateway.clients import Document
from services.gateway.paper.spreadsheet import harmless, lines
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
    text = lines([("list", "month", "town", "tag", "members"), *_rows(parts().matcher.insight())])
    headers = {"Content-Disposition": "attachment; filename=insight.csv"}
    return Response(text, content_type="text/csv; charset=utf-8", headers=headers)


def _rows(found: Document) -> Iterator[tuple[object, ...]]:
    for kind in ("unmet", "unused"):
        for each in found[kind]:
            yield (kind, each["newest_at"][:7], "", harmless(each["tag"]), each["members"])
    for each in found["months"]:
        yield ("wanted", each["month"], harmless(each["area"]), harmless(each["tag"]), each["members"])
