"""The consumer: who follows which topic, and how far each has come.

Every follower keeps a position of its own for each source, so that one that is added later reads everything from the
start while the others pass over what they know. An effect may be repeated after a crash: effect first, position after.
"""

from collections.abc import Mapping, Sequence

from events import codec
from events.envelope import Envelope
from events.topics import DEFAULT_BOOK, DIRECTORY_EVENTS, DIRECTORY_KEY, LEDGER_EVENTS
from services.chassis.consuming import Loop, Received
from services.chassis.process import Stop
from services.directory.following import FiguresFollower, Follower, IndexFollower, News
from services.directory.handlers.writing import Directory
from services.directory.store import AWAY, EntityIndex, SearchUnavailable, Store

GROUP = "directory"
DIRECTORY_SOURCE = f"{DIRECTORY_EVENTS}/{DIRECTORY_KEY}"
LEDGER_SOURCE = f"{LEDGER_EVENTS}/{DEFAULT_BOOK}"


Followers = Mapping[str, Sequence[Follower]]
"""Source (`<topic>/<key>`) to those who follow it, in their order. Other sources are passed over."""


def followers_of(directory: Directory, index: EntityIndex) -> Followers:
    """The table of the service: a further projection of the same topics is a further entry."""
    return {
        DIRECTORY_SOURCE: (IndexFollower(directory.store, index),),
        LEDGER_SOURCE: (FiguresFollower(directory, index),),
    }


class Projections:
    """All followers together, as the loop sees them (chassis.consuming.Projection)."""

    transient: tuple[type[Exception], ...] = (SearchUnavailable, *AWAY)
    parks = False

    def __init__(self, store: Store, followers: Followers) -> None:
        self._store, self._followers = store, followers

    def decode(self, raw: bytes) -> Envelope:
        """Raises MalformedEvent."""
        return codec.decode(raw)

    def position(self, source: str) -> int:
        """The last position that everybody has applied."""
        followers = self._followers.get(source, ())
        names = [_kept(follower.name, source) for follower in followers] or [_kept("unfollowed", source)]
        return min(self._store.projections.position(name) for name in names)

    def apply(self, source: str, received: Sequence[Received]) -> None:
        """Give each follower what it has not had yet. Raises MalformedEvent."""
        news = [_understood(record) for record in received]
        last = received[-1].position
        for follower in self._followers.get(source, ()):
            name = _kept(follower.name, source)
            known = self._store.projections.position(name)
            if fresh := [each for each in news if each.position > known]:
                follower.take(fresh)
                self._store.projections.reached(name, last)
        if source not in self._followers:
            self._store.projections.reached(_kept("unfollowed", source), last)

    def skip(self, source: str, received: Received) -> None:
        """Nothing is ever parked: the loop halts instead."""
        raise NotImplementedError


def applied(store: Store) -> int:
    """The position of `directory.events` up to which the index is current."""
    return store.projections.position(_kept(IndexFollower.name, DIRECTORY_SOURCE))


def figures_applied(store: Store) -> int:
    """The position of `ledger.events` up to which balances, limits and standings are known, and in the index."""
    return store.projections.position(_kept(FiguresFollower.name, LEDGER_SOURCE))


def _kept(name: str, source: str) -> str:
    return f"{name}/{source}"


def _understood(record: Received) -> News:
    if record.envelope is None:
        raise codec.MalformedEvent(f"{record.source} at {record.position} is no event of ours")
    return News(record.position, record.envelope, codec.event_of(record.envelope))


def consume(followers: Followers, store: Store, bootstrap: str, stop: Stop, group: str = GROUP) -> None:
    """Follow until asked to stop."""
    subscribed = sorted({source.partition("/")[0] for source in followers})
    Loop(Projections(store, followers), bootstrap, group, subscribed, stop).run()
