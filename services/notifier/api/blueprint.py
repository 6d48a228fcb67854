"""The blueprint of the notifier's routes, and what they have in common."""

from datetime import datetime

from flask import Blueprint, Response, current_app

from services.chassis.clock import Clock
from services.chassis.web import Problem, Unavailable
from services.notifier.store import TRANSIENT, Store

bp = Blueprint("messages", __name__)


def the_store() -> Store:
    store: Store = current_app.extensions["store"]
    return store


def the_time() -> datetime:
    """The time by the service's clock."""
    clock: Clock = current_app.extensions["clock"]
    return clock()


def nothing_there() -> Problem:
    """Whether there is anything about somebody else is nobody's business."""
    return Problem(404, "http.not_found", "There is nothing under this address.")


def unavailable(_: Exception) -> Response:
    """503 with Retry-After."""
    return current_app.handle_user_exception(  # type: ignore[return-value]
        Unavailable("notifier.unavailable", "Messages can't be looked up at the moment. Try again in a moment.")
    )


for _error in TRANSIENT:
    bp.app_errorhandler(_error)(unavailable)
