"""Addresses that are not written to any more: SendGrid tells of them, administrators look and let go."""

import base64
import binascii

import orjson
from flask import Response, current_app

from services.chassis.clock import rfc3339
from services.chassis.logs import log
from services.chassis.web import Problem, allow, answer, body, caller
from services.notifier.api.blueprint import bp, nothing_there, the_store, the_time
from services.notifier.api.commands import Told, once
from services.notifier.schemas import SignedEvents, SuppressionQuery
from services.notifier.signatures import is_signed
from services.notifier.store import Session
from services.notifier.suppressing import suppressed_by
from services.notifier.unsubscribing import digest_of

_EVENTS, _QUERY = SignedEvents(), SuppressionQuery()


@bp.post("/sendgrid/events")
@allow("public")
def sendgrid_events() -> Response:
    """What SendGrid tells of mails; without its key, or not signed by it, it is nobody's."""
    asked, now = body(_EVENTS), the_time()
    key: str = current_app.extensions["sendgrid_events_key"]
    payload = _decoded(asked["payload"])
    if not key or not is_signed(key, payload, asked["signature"], asked["timestamp"], now):
        raise Problem(403, "hook.not_signed", "This is not signed by whom it should be, or was signed long ago.")
    try:
        events = orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise Problem(400, "hook.not_json", "These are no events.") from None
    found = suppressed_by(events if isinstance(events, list) else [], now)
    the_store().suppressions.add(found)
    log.info("sendgrid.events", count=len(found))
    return answer({"suppressed": len(found)})


@bp.post("/suppressions/search")
@allow("admin")
def suppressions() -> Response:
    """Those that are not written to, newest first; with an address, whether it is one. In a body: it is personal."""
    asked = body(_QUERY)
    size, digest = asked["page_size"], digest_of(asked["address"]) if asked["address"] else None
    found, total = the_store().suppressions.page(digest, skip=(asked["page"] - 1) * size, limit=size)
    views = [{"digest": each.digest, "reason": each.reason, "at": rfc3339(each.at)} for each in found]
    return answer({"suppressions": views, "total": total})


@bp.delete("/suppressions/<digest>")
@allow("admin")
def remove_suppression(digest: str) -> Response:
    """It is written to again."""

    def work(session: Session) -> Told:
        if not the_store().suppressions.remove(digest, session):
            raise nothing_there()
        return Told()

    removed = once({}, lambda: work)
    log.info("suppression.removed", by=caller().subject)
    return removed


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Problem(400, "hook.not_json", "These are no events.") from None
