"""Trading loops of a member: which there are, who of them is interested, and saying so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from events.matcher import LoopGive
from services.matcher.announcing import loop_found, told_give
from services.matcher.domain import Entity, MatcherError, UnknownEntity
from services.matcher.loops import Loop, loop_along, loops_through
from services.matcher.market import EVERYBODY, NetworkMarket
from services.matcher.network import Network
from services.matcher.store import Store, Tx, interests
from services.matcher.store.interests import Interest

MOST = 20
_LOOKED_AT = 200


class UnknownLoop(MatcherError):
    """There is no such loop of this member."""


class LoopGone(MatcherError):
    """The loop does not close any more: somebody's offers, wants, room or status changed."""


class NotTrading(MatcherError):
    """Only trading members are in loops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A loop as its members see it. `open`: it closes at the moment."""

    loop_id: str
    members: Sequence[Entity]
    gives: Sequence[LoopGive]
    score: int | None
    """None while it does not close."""
    interested: Mapping[str, str]
    """Member to when it said so."""
    agreed_at: str | None

    @property
    def open(self) -> bool:
        return self.score is not None


def loops_of(network: Network, store: Store, entity_id: str, limit: int) -> list[Seen]:
    """A member's loops, the best first; after them those that it was interested in and that don't close any more.

    Raises UnknownEntity, NotTrading, StoreAway.
    """
    _trading(network, entity_id)
    found = loops_through(NetworkMarket(network), entity_id, most=limit)
    kept = interests.of_entity(store, entity_id, limit)
    known = interests.find(store, [loop.loop_id for loop in found])
    seen = [_seen(network, loop, known.get(loop.loop_id)) for loop in found]
    there = {loop.loop_id for loop in found}
    seen += [_again(network, each) for each in kept if each.loop_id not in there]
    return [each for each in seen if each.members]


def loop_of(network: Network, store: Store, entity_id: str, loop_id: str) -> Seen:
    """One of a member's loops. Raises UnknownEntity, NotTrading, UnknownLoop, StoreAway."""
    _trading(network, entity_id)
    known = interests.find(store, [loop_id]).get(loop_id)
    if known is not None:
        seen = _again(network, known) if entity_id in known.members else None
    else:
        loop = _found(network, entity_id, loop_id)
        seen = _seen(network, loop, None) if loop else None
    if seen is None or not seen.members:
        raise UnknownLoop("There is no such loop of your business.")
    return seen


def be_interested(
    network: Network, store: Store, entity_id: str, loop_id: str, *, by: str, correlation_id: str, now: str
) -> Callable[[Tx], Seen]:
    """Say for a member that it is interested, in the transaction that what this returns is given.

    Raises UnknownEntity, NotTrading, UnknownLoop, LoopGone, StoreAway.
    """
    seen = loop_of(network, store, entity_id, loop_id)
    loop = loop_along(NetworkMarket(network, EVERYBODY), [each.entity_id for each in seen.members])
    if loop is None:
        raise LoopGone("The loop does not close any more: somebody's offers, wants or limits have changed.")
    found = loop_found(loop)

    def say(tx: Tx) -> Seen:
        said = interests.say(tx, found, entity_id, by=by, correlation_id=correlation_id, now=now)
        return _seen(network, loop, said)

    return say


def be_interested_no_more(network: Network, store: Store, entity_id: str, loop_id: str) -> Callable[[Tx], Seen]:
    """Take it back, in the same way. Raises UnknownEntity, NotTrading, UnknownLoop, StoreAway."""
    seen = loop_of(network, store, entity_id, loop_id)

    def withdraw(tx: Tx) -> Seen:
        left = interests.withdraw(tx, loop_id, entity_id, [each.entity_id for each in seen.members])
        return _again(network, left) if left else seen

    return withdraw


def _trading(network: Network, entity_id: str) -> None:
    entity = network.entity(entity_id)
    if entity is None or entity.closed:
        raise UnknownEntity(entity_id)
    if not entity.trading:
        raise NotTrading("Only trading members are in loops.")


def _found(network: Network, entity_id: str, loop_id: str) -> Loop | None:
    loops = loops_through(NetworkMarket(network), entity_id, most=_LOOKED_AT)
    return next((loop for loop in loops if loop.loop_id == loop_id), None)


def _again(network: Network, known: Interest) -> Seen:
    """A loop that is kept, as it is now."""
    entities = [network.entity(name) for name in known.members]
    if any(each is None or each.closed for each in entities):
        loop = None
    else:
        loop = loop_along(NetworkMarket(network, EVERYBODY), known.members)
    if loop is not None:
        return _seen(network, loop, known)
    return Seen(
        loop_id=known.loop_id,
        members=[each for each in entities if each is not None],
        gives=known.gives,
        score=None,
        interested=_interested(known),
        agreed_at=known.agreed_at,
    )


def _seen(network: Network, loop: Loop, known: Interest | None) -> Seen:
    entities = [network.entity(name) for name in loop.members]
    return Seen(
        loop_id=loop.loop_id,
        members=[each for each in entities if each is not None],
        gives=[told_give(give) for give in loop.gives],
        score=loop.score,
        interested=_interested(known) if known else {},
        agreed_at=known.agreed_at if known else None,
    )


def _interested(known: Interest) -> dict[str, str]:
    return {name: said["at"] for name, said in known.said.items()}
