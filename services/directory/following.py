"""The followers of events that keep the search index current (`consumer.py` has the table).

A document is built from the entity as MongoDB has it now, not from the event: it is then at least as new as the event,
its version is the entity's revision, and a repeat or an older one changes nothing. A rebuild reads the same source.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from events.envelope import Envelope, Event
from events.ledger import AccountStandingChanged
from services.directory.domain.figures import folded_news
from services.directory.handlers.closing import forget_settled
from services.directory.handlers.writing import Directory
from services.directory.indexing import indexed
from services.directory.store import EntityIndex, Store

_SUBJECT = "entity/"


@dataclass(frozen=True, slots=True)
class News:
    """One event as followers get it."""

    position: int
    envelope: Envelope
    event: Event | None
    """None for a type that this version doesn't know."""


class Follower(Protocol):
    """A projection of one source. How far it has come is kept under its name."""

    name: str

    def take(self, news: Sequence[News]) -> None:
        """Take contiguous news, in order. It may come again after a crash: a repeat must change nothing."""


class IndexFollower:
    """Follows `directory.events`: indexes the entities that the events are about."""

    name = "index"

    def __init__(self, store: Store, index: EntityIndex) -> None:
        self._store, self._index = store, index

    def take(self, news: Sequence[News]) -> None:
        """Raises SearchUnavailable, one of `AWAY`."""
        subjects = dict.fromkeys(each.envelope.subject for each in news)
        touched = [subject.removeprefix(_SUBJECT) for subject in subjects if subject.startswith(_SUBJECT)]
        found = self._store.entities.of_ids(touched)
        if found:
            self._index.put(list(indexed(found)))
        if gone := set(touched) - {entity.entity_id for entity in found}:
            self._index.remove(sorted(gone))


Closed = Callable[[Directory, str, int], None]
"""What is to be done when an account was closed at a position of the ledger; it must bear being called again."""

ON_CLOSING: tuple[Closed, ...] = (forget_settled,)


class FiguresFollower:
    """Follows `ledger.events`: keeps balance, limits and standing in the entities, and indexes those entities.

    They are part of the entity's document, so that one atomic write changes them and the revision. News of an account
    that no entity has (fees, a book of its own) has no effect: an entity is in MongoDB before the ledger can know of
    it, and after a restore of an older MongoDB the positions, kept beside it, are older too.
    """

    name = "figures"

    def __init__(self, directory: Directory, index: EntityIndex, on_closing: Sequence[Closed] = ON_CLOSING) -> None:
        self._directory, self._index, self._on_closing = directory, index, on_closing

    def take(self, news: Sequence[News]) -> None:
        """Raises SearchUnavailable, one of `AWAY`."""
        events = [(each.position, each.event) for each in news if each.event is not None]
        changed, entities = folded_news(events), self._directory.store.entities
        entities.take_figures(changed)
        # Those that were known already too: a crash may have come between figures and index.
        if found := entities.of_accounts([each.account for each in changed]):
            self._index.put(list(indexed(found)))
        for position, event in events:
            if isinstance(event, AccountStandingChanged) and event.standing == "closed":
                for closed in self._on_closing:
                    closed(self._directory, event.account, position)
