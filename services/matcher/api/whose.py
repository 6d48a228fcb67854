"""Whose business is asked about, and the network that answers."""

from flask import current_app

from services.chassis.clock import rfc3339, system_clock
from services.chassis.web import Problem, caller
from services.matcher.follower import Follower
from services.matcher.network import Network
from services.matcher.store import Store


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
