"""What was done: the activity log of administrators and auditors, and for members what was done with their data."""

from typing import Any

from flask import Response, jsonify, render_template, request, url_for
from werkzeug.exceptions import NotFound

from services.chassis.web import allow
from services.gateway import streaming
from services.gateway.clients import Document
from services.gateway.failures import Forbidden
from services.gateway.login import Login
from services.gateway.session import current, parts
from services.gateway.web.blueprint import bp
from services.gateway.web.cards import card

PAGE_SIZE = 50
OWN_SIZE = 30
FILTERS = ("email", "action", "category", "concerns", "text", "from", "to", "actor", "subject", "correlation_id")
CATEGORIES = ("user", "admin", "system")
_LONGEST = 200


@bp.get("/admin/activity")
@allow("admin", "auditor")
def activity_log() -> str:
    """Every entry of the audit log, filtered, newest first."""
    filters = _filters()
    found = card(lambda: parts().directory.audit(**filters, before=_before(), page_size=PAGE_SIZE))
    return render_template(
        "activity_log.html",
        filters={name: filters.get(name, "") for name in FILTERS},
        categories=CATEGORIES,
        found=found,
        state=card(parts().directory.audit_state),
        older=_link("web.activity_log", filters, found.value),
        is_first=_before() is None,
        files={kind: url_for("web.activity_file", kind=kind, **filters) for kind in ("csv", "ndjson")},
    )


@bp.get("/admin/activity.<kind>")
@allow("admin", "auditor")
def activity_file(kind: str) -> Response:
    """The entries of the filters as a file, oldest first."""
    if kind not in ("csv", "ndjson"):
        raise NotFound
    return streaming.passed_on(parts().directory.audit_export(**_filters(), format=kind))


@bp.get("/admin/activity/heads.json")
@allow("admin", "auditor")
def activity_heads() -> Response:
    """The signed heads with their keys, as a file to be kept elsewhere."""
    response = jsonify(parts().directory.audit_heads())
    response.headers["Content-Disposition"] = 'attachment; filename="audit-log-heads.json"'
    return response


@bp.get("/activity")
@allow("member")
def activity() -> str:
    """What was done with the data of the person who is logged in, and of the business."""
    login, of = _login(), request.args.get("of", "")
    business = next((each for each in login.entities if each.entity_id == of), None)
    if business:
        found = card(lambda: parts().directory.entity_audit(business.entity_id, before=_before(), limit=OWN_SIZE))
    else:
        found = card(lambda: parts().directory.user_audit(login.user_id, before=_before(), limit=OWN_SIZE))
    asked = {"of": business.entity_id} if business else {}
    return render_template(
        "activity.html",
        found=found,
        businesses=login.entities,
        of=business,
        older=_link("web.activity", asked, found.value),
        is_first=_before() is None,
    )


def _login() -> Login:
    login = current()
    if login is None:
        raise Forbidden
    return login


def _filters() -> dict[str, Any]:
    given = {name: request.args.get(name, "").strip()[:_LONGEST] for name in FILTERS}
    return {name: value for name, value in given.items() if value}


def _before() -> int | None:
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 16 and int(text) else None


def _link(endpoint: str, asked: Document, page: Document | None) -> str:
    """To the entries before those of this page; empty when there are none."""
    following = page["next"] if page else None
    return url_for(endpoint, **asked, before=following) if following else ""
