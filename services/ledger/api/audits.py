"""The route of audit views: one shape for all of them."""

from flask import Response

from services.chassis.web import Problem, allow, answer, follows, query
from services.ledger.api.blueprint import bp, reader
from services.ledger.schemas.audits import QUESTIONS, cursor_of
from services.ledger.store import NotYet


@bp.get("/audit/<view>")
@allow("admin", "auditor")
@follows("directory")
def get_audit(view: str) -> Response:
    """A page of rows, where the next one begins, and facts of the view."""
    if view not in QUESTIONS:
        raise Problem(404, "audit.unknown_view", f"There is no such view. There are: {', '.join(QUESTIONS)}.")
    asked = query(QUESTIONS[view])
    if "percent" in asked and asked["percent"] is None:
        asked["percent"] = 100 - reader().policy().warning_percent
    try:
        found = reader().audit(view, asked)
    except NotYet as error:
        raise Problem(400, "request.invalid", "Some fields need correcting.", {_later(asked): [str(error)]}) from error
    return answer({"rows": found.rows, "next": cursor_of(found.next) if found.next else None, **found.facts})


def _later(asked: dict[str, object]) -> str:
    """The field that names a position which the book has not come to."""
    if asked["after"]:
        return "after"
    period = asked.get("period")
    if period is None:
        return "position"
    return "from_position" if getattr(period, "to_position", None) is None else "to_position"
