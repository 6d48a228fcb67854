"""The notifier's HTTP interface: what became of the messages. No addresses, no texts."""

from flask import Blueprint, Response, current_app

from services.chassis.web import Unavailable, allow, answer, follows, query
from services.notifier.schemas import Listing, message_view
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
    records, total = _store().messages(asked["state"], skip=(asked["page"] - 1) * size, limit=size)
    return answer({"messages": [message_view(record) for record in records], "total": total})


@bp.get("/messages/summary")
@allow("admin")
@follows("directory", "ledger")
def summary() -> Response:
    """How many messages are in each state."""
    return answer(_store().summary())
