"""What became of the messages. No addresses, no texts."""

from collections.abc import Callable

from flask import Response, current_app

from services.chassis.logs import log
from services.chassis.web import Problem, allow, answer, caller, follows, query
from services.notifier.api.blueprint import bp, nothing_there, the_store, the_time
from services.notifier.api.commands import Told, once
from services.notifier.api.preferences import view_of
from services.notifier.api.webhooks import webhooks_of
from services.notifier.domain import NothingLeftToSay, NotWaiting, UnknownMessage
from services.notifier.schemas import Listing, following, message_view, told_view, window
from services.notifier.store import Session

_LISTING = Listing()
_NOT_WAITING = "The message is on its way or has ended. Look at its state again."
_NOTHING_LEFT = "What the message said is deleted when it is given up. Who asked for it can ask again."


@bp.get("/messages")
@allow("admin")
@follows("directory", "ledger")
def messages() -> Response:
    """Message records, newest first."""
    asked = query(_LISTING)
    size = asked["page_size"]
    records, total = the_store().records.messages(asked["state"], **window(asked))
    views = [message_view(record) for record in records[:size]]
    return answer({"messages": views, "total": total, "next": following(records, size, "created_at")})


@bp.get("/messages/summary")
@allow("admin")
@follows("directory", "ledger")
def summary() -> Response:
    """How many messages are in each state."""
    return answer(the_store().records.summary())


@bp.get("/followed")
@allow("admin")
def followed() -> Response:
    """How far the directory and the ledger are followed."""
    found = {name: read() for name, read in current_app.extensions["followed"].items()}
    return answer({"head": None, "followed": found})


@bp.post("/messages/<message_id>/retry")
@allow("admin")
def retry(message_id: str) -> Response:
    """A message that failed or was given up is due now."""
    return _done("retried", message_id, lambda session: the_store().queue.try_again(message_id, the_time(), session))


@bp.post("/messages/<message_id>/discard")
@allow("admin")
def discard(message_id: str) -> Response:
    """A message that waits, or was given up, is never sent."""
    return _done("discarded", message_id, lambda session: the_store().queue.discard(message_id, session))


def _done(outcome: str, message_id: str, decide: Callable[[Session], None]) -> Response:
    def work(session: Session) -> Told:
        _decide(decide, session)
        return Told()

    decided = once({}, lambda: work)
    log.info("message.decided", message_id=message_id, outcome=outcome, by=caller().subject)
    return decided


def _decide(decide: Callable[[Session], None], session: Session) -> None:
    """Raises Problem."""
    try:
        decide(session)
    except UnknownMessage:
        raise nothing_there() from None
    except NotWaiting as error:
        raise Problem(409, "notifier.not_waiting", _NOT_WAITING, extra={"state": str(error)}) from None
    except NothingLeftToSay:
        raise Problem(409, "notifier.nothing_left", _NOTHING_LEFT) from None


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
