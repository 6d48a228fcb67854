"""The notifier's HTTP interface: what became of the messages. No addresses, no texts."""

from flask import Blueprint, Response, current_app

from services.chassis.web import Problem, Unavailable, allow, answer, caller, follows, query
from services.notifier.schemas import Listing, message_view, told_view
from services.notifier.store import TRANSIENT, Store

bp = Blueprint("messages", __name__)

_LISTING = Listing()


def _store() -> Store:
    store: Store = current_app.extensions["store"]
    return store


def unavailable(_: Exception) -> Response:
    """503 with Retry-After."""
    return current_app.handle_user_exception(  # type: ignore[return-value]
        Unavailable("notifier.unavailable", "Messages can't be looked up at the moment. Try again in a moment.")
    )


for _error in TRANSIENT:
    bp.app_errorhandler(_error)(unavailable)


@bp.get("/messages")
@allow("admin")
@follows("directory", "ledger")
def messages() -> Response:
    """Message records, newest first."""
    asked = query(_LISTING)
    size = asked["page_size"]
    records, total = _store().records.messages(asked["state"], skip=(asked["page"] - 1) * size, limit=size)
    return answer({"messages": [message_view(record) for record in records], "total": total})


@bp.get("/messages/summary")
@allow("admin")
@follows("directory", "ledger")
def summary() -> Response:
    """How many messages are in each state."""
    return answer(_store().records.summary())


@bp.get("/entities/<entity_id>/personal-data")
@allow("member", "admin")
@follows("directory", "ledger")
def entity_data(entity_id: str) -> Response:
    """The messages to a business and about it: for its owners and administrators."""
    asking = caller()
    _only(entity_id in asking.entities - asking.operated)
    return answer({"messages": [told_view(record) for record in _store().records.about_entity(entity_id)]})


@bp.get("/users/<user_id>/personal-data")
@allow("member", "admin")
@follows("directory", "ledger")
def user_data(user_id: str) -> Response:
    """The messages to a person and about them: for themselves and administrators."""
    _only(user_id == caller().subject)
    return answer({"messages": [told_view(record) for record in _store().records.about_user(user_id)]})


def _only(own: bool) -> None:
    """Raises Problem: whether there is anything about somebody else is nobody's business."""
    if not own and "admin" not in caller().roles:
        raise Problem(404, "http.not_found", "There is nothing under this address.")
