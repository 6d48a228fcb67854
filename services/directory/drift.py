"""Holds the search index against MongoDB, page by page: ids and revisions. Repairs what differs.

What differs may only be on its way. It is looked at again when the consumer has passed the newest event of that moment,
and what is right by then is no drift.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from services.directory.indexing import indexed
from services.directory.store import EntityIndex, Store

PAGE = 1_000
_CONSUMER_SECONDS = 10.0
_ON_THE_WAY_SECONDS = 2.0
_LOOK_AGAIN_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Ids of entities of which the index is wrong."""

    missing: Sequence[str] = ()
    """Not in the index."""
    stale: Sequence[str] = ()
    """An older revision is in the index."""
    ahead: Sequence[str] = ()
    """A newer revision than MongoDB has: changed by hand, or MongoDB was restored from a backup."""
    orphans: Sequence[str] = ()
    """In the index alone."""

    def __bool__(self) -> bool:
        return any(self.ids())

    def ids(self) -> list[str]:
        """All of them."""
        return [*self.missing, *self.stale, *self.ahead, *self.orphans]

    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {name: len(ids) for name, ids in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Page:
    """What was found among some entities."""

    checked: int
    last: str | None
    """Where the next page begins; None after the last one."""
    differences: Differences = field(default_factory=Differences)
    consumer_behind: bool = False
    """It can't be judged yet what differs: the consumer is too far behind."""


class Checker:
    """`applied` says up to which event the index is current; a consumer that is behind has `patience` seconds."""

    def __init__(
        self,
        store: Store,
        index: EntityIndex,
        applied: Callable[[], int],
        *,
        size: int = PAGE,
        patience: float = _CONSUMER_SECONDS,
    ) -> None:
        self._store, self._index, self._applied = store, index, applied
        self._size, self._patience = size, patience

    def pages(self, after: str = "") -> Iterator[Page]:
        """All pages after an id. Raises SearchUnavailable, one of `AWAY`."""
        last: str | None = after
        while last is not None:
            page = self.page(last)
            yield page
            last = page.last

    def page(self, after: str) -> Page:
        """The page after an id, with the differences that are no matter of time."""
        truth = self._store.entities.revisions(after, self._size)
        last = max(truth) if len(truth) == self._size else None
        suspects = differences(truth, self._in_index(after, last))
        if not suspects:
            return Page(len(truth), last)
        if not self._consumer_passes():
            return Page(len(truth), last, suspects, consumer_behind=True)
        return Page(len(truth), last, self._lasting(suspects.ids()))

    def repair(self, found: Differences) -> None:
        """Index what is there as it is now, and delete what is not."""
        # Elasticsearch remembers the version of a deletion for a minute, and takes nothing older.
        deleted = {id_: known + 1 for id_, known in self._store.entities.revisions_of(found.missing).items()}
        self._store.entities.overtake({**deleted, **self._index.versions(found.ahead)})
        if entities := self._store.entities.of_ids([*found.missing, *found.stale, *found.ahead]):
            self._index.put(list(indexed(entities)))
        if found.orphans:
            self._index.remove(found.orphans)

    def _in_index(self, after: str, until: str | None) -> dict[str, int]:
        known: dict[str, int] = {}
        while page := self._index.page(after, until, self._size):
            known |= page
            after = max(page)
        return known

    def _consumer_passes(self) -> bool:
        head = self._store.events.head()
        return _within(self._patience, lambda: self._applied() >= head)

    def _lasting(self, ids: Sequence[str]) -> Differences:
        """What still differs after a while: a document is written a moment after its revision."""
        found: list[Differences] = []

        def settled() -> bool:
            found.append(differences(self._store.entities.revisions_of(ids), self._index.versions(ids)))
            return not found[-1]

        _within(_ON_THE_WAY_SECONDS, settled)
        return found[-1]


def differences(truth: Mapping[str, int], index: Mapping[str, int]) -> Differences:
    """Compare revisions by id. Pure."""
    both = truth.keys() & index.keys()
    return Differences(
        missing=sorted(truth.keys() - index.keys()),
        stale=sorted(id_ for id_ in both if index[id_] < truth[id_]),
        ahead=sorted(id_ for id_ in both if index[id_] > truth[id_]),
        orphans=sorted(index.keys() - truth.keys()),
    )


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_AGAIN_SECONDS)
    return True
