"""What became of the messages. No addresses, no texts."""

from flask import Response

from services.chassis.web import allow, answer, caller, follows, query
from services.notifier.api.blueprint import bp, nothing_there, the_store
from services.notifier.api.preferences import view_of
from services.notifier.api.webhooks import webhooks_of
from services.notifier.schemas import Listing, message_view, told_view

_LISTING = Listing()


@bp.get("/messages")
@allow("admin")
@follows("directory", "ledger")
def messages() -> Response:
    """Message records, newest first."""
    asked = query(_LISTING)
    size = asked["page_size"]
    records, total = the_store().records.messages(asked["state"], skip=(asked["page"] - 1) * size, limit=size)
    return answer({"messages": [message_view(record) for record in records], "total": total})


@bp.get("/messages/summary")
@allow("admin")
@follows("directory", "ledger")
def summary() -> Response:
    """How many messages are in each state."""
    return answer(the_store().records.summary())


@bp.get("/entities/<entity_id>/personal-data")
@allow("member", "admin")
@follows("directory", "ledger")
def entity_data(entity_id: str) -> Response:
    """The messages to a business and about it: for its owners and administrators."""
    asking = caller()
    _only(entity_id in asking.entities - asking.operated)
    told = [told_view(record) for record in the_store().records.about_entity(entity_id)]
    return answer({"messages": told, "preferences": view_of(entity_id), "webhooks": webhooks_of(entity_id)})


@bp.get("/users/<user_id>/personal-data")
@allow("member", "admin")
@follows("directory", "ledger")
def user_data(user_id: str) -> Response:
    """The messages to a person and about them: for themselves and administrators."""
    _only(user_id == caller().subject)
    return answer({"messages": [told_view(record) for record in the_store().records.about_user(user_id)]})


def _only(own: bool) -> None:
    """Raises Problem."""
    if not own and "admin" not in caller().roles:
        raise nothing_there()
