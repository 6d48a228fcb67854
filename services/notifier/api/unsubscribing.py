"""Stopping mails by the link in one of them: whoever has the mail needs no login."""

from flask import Response, current_app

from services.chassis.web import Problem, allow, answer, body
from services.notifier.api.blueprint import bp, the_store, the_time
from services.notifier.preferences import preference_of
from services.notifier.rules import OFFERED
from services.notifier.schemas import Stopping
from services.notifier.suppressing import Suppressed
from services.notifier.unsubscribing import BadLink, Links, Wish

_STOPPING = Stopping()


@bp.get("/unsubscriptions/<token>")
@allow("public")
def unsubscription(token: str) -> Response:
    """What the link stops, and whether it is stopped already."""
    return answer(_view(_wish(token)))


@bp.post("/unsubscriptions/<token>")
@allow("public")
def unsubscribe(token: str) -> Response:
    """Stop it; again changes nothing. `all`: everything but security, for the address that the mail went to."""
    wish, store = _wish(token), the_store()
    if body(_STOPPING)["all"]:
        store.suppressions.add([Suppressed(digest=wish.address, reason="asked", at=the_time())])
    else:
        store.preferences.switch_off(wish.entity_id, wish.group)
    return answer(_view(wish))


def _wish(token: str) -> Wish:
    """Raises Problem."""
    links: Links | None = current_app.extensions["links"]
    try:
        wish = links.read(token) if links else None
    except BadLink:
        wish = None
    if wish is None or wish.group not in OFFERED:
        raise Problem(404, "unsubscription.invalid", "This link is not one of ours, or not all of it arrived.")
    return wish


def _view(wish: Wish) -> dict[str, object]:
    store, entity = the_store(), the_store().memory.entity(wish.entity_id) or {}
    preference = preference_of(store.preferences.of(wish.entity_id), current_app.extensions["time_zone"])
    return {
        "group": wish.group,
        "name": entity.get("name", ""),
        "stopped": any(each == ("mail", wish.group) for each in preference.off),
        "all_stopped": bool(store.suppressions.among({wish.address})),
    }
