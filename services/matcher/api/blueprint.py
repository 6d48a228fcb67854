"""What the routes have in common: refusals, whose business is asked about, and the network that answers."""

from flask import Blueprint, Response, current_app

from services.chassis.clock import rfc3339, system_clock
from services.chassis.web import ErrorTable, Problem, Unavailable, caller
from services.matcher.agreeing import LoopGone, NotTrading, UnknownLoop
from services.matcher.domain import UnknownEntity
from services.matcher.follower import Follower
from services.matcher.network import Network
from services.matcher.opinions import TooMuchFeedback
from services.matcher.searching import NothingToSearch, TooManySearches
from services.matcher.store import Store, StoreAway
from services.matcher.store.words import WordsChanged
from services.mongo import commands

bp = Blueprint("matches", __name__)

ERRORS: ErrorTable = {
    WordsChanged: (409, "words.changed"),
    TooMuchFeedback: (409, "feedback.too_much"),
    TooManySearches: (409, "search.too_many"),
    NothingToSearch: (422, "search.no_words"),
    UnknownLoop: (404, "loop.unknown"),
    LoopGone: (409, "loop.gone"),
    NotTrading: (403, "loop.not_trading"),
    **commands.ERRORS,
}


@bp.app_errorhandler(StoreAway)
def unavailable(_: StoreAway) -> Response:
    """503 with Retry-After."""
    return current_app.handle_user_exception(  # type: ignore[return-value]
        Unavailable("matches.unavailable", "Matches can't be looked up at the moment. Try again in a moment.")
    )


@bp.app_errorhandler(UnknownEntity)
def unknown(_: UnknownEntity) -> Response:
    """404."""
    return current_app.handle_user_exception(  # type: ignore[return-value]
        Problem(404, "entity.unknown", "There is no such business.")
    )


def only_of(entity_id: str) -> None:
    """Let through who looks at the own business, and administrators. Raises Problem."""
    if "admin" not in caller().roles and entity_id not in caller().entities | caller().viewed:
        raise Problem(403, "entity.not_yours", "This is another business's.")


def only_for(entity_id: str) -> None:
    """Let through who acts for the business. Raises Problem."""
    if entity_id not in caller().entities:
        raise Problem(403, "entity.not_yours", "Only the people of a business decide this for it.")


def network() -> Network:
    """As it is now. Raises StoreAway."""
    follower: Follower = current_app.extensions["follower"]
    return follower.network()


def the_store() -> Store:
    store: Store = current_app.extensions["store"]
    return store


def now() -> str:
    return rfc3339(system_clock())
