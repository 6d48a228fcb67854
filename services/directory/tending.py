"""The index's timed jobs: check it against MongoDB and repair it, keep it quick, delete what a build left behind."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Protocol

from services.chassis.clock import rfc3339
from services.chassis.logs import log
from services.directory import consumer
from services.directory.building import discard_unfinished
from services.directory.drift import Checker, Page
from services.directory.handlers.writing import Directory
from services.directory.store import EntityIndex

PAGES_A_RUN = 50
_COUNTED = ("checked", "missing", "stale", "ahead", "orphans")


class Turn(Protocol):
    """What these jobs need of a turn (`scheduling.Turn`)."""

    directory: Directory
    index: EntityIndex

    def step(self) -> None: ...

    def place(self) -> Mapping[str, Any]: ...

    def keep_place(self, place: Mapping[str, Any]) -> None: ...


def check_index(turn: Turn) -> None:
    """Check and repair some pages, from where the last run stopped; a pass over everything begins again at its end.

    What it found stands in the job's `place`: `pass` so far, and `last_pass`.
    """
    store = turn.directory.store
    checker = Checker(store, turn.index, lambda: consumer.applied(store))
    place = dict(turn.place())
    after, sums = str(place.get("after", "")), dict(place.get("pass") or _nothing(turn))
    for page in islice(checker.pages(after), PAGES_A_RUN):
        if page.consumer_behind:
            log.warning("drift.consumer_behind", suspects=len(page.differences.ids()))
            return
        tell(page)
        checker.repair(page.differences)
        counts = {"checked": page.checked, **page.differences.counts()}
        sums |= {name: sums[name] + counts[name] for name in _COUNTED}
        place = place | {"after": page.last or "", "pass": sums}
        if page.last is None:
            place |= {"pass": None, "last_pass": {**sums, "ended_at": rfc3339(turn.directory.now())}}
            log.info("drift.checked", **{name: sums[name] for name in _COUNTED})
        turn.keep_place(place)
        turn.step()


def _nothing(turn: Turn) -> dict[str, Any]:
    return {**dict.fromkeys(_COUNTED, 0), "began_at": rfc3339(turn.directory.now())}


def discard_unfinished_builds(turn: Turn) -> None:
    """An index that is not searched and not being built is filled by the consumer for nothing."""
    if left := discard_unfinished(turn.directory.store, turn.index):
        log.warning("rebuild.discarded", indices=left)


def merge_index(turn: Turn) -> None:
    """What was written since the last time stands in segments of its own, and what was replaced still takes room."""
    turn.index.merge()


def tell(page: Page) -> None:
    """A line for what was found: numbers, and the first few ids of each kind."""
    if page.differences:
        found = page.differences
        log.warning(
            "drift.found",
            **found.counts(),
            examples=[*found.missing[:5], *found.stale[:5], *found.ahead[:5], *found.orphans[:5]],
        )


def checked(checker: Checker, *, repair: bool) -> Iterator[Page]:
    """Every page of the whole index, repaired if wanted."""
    for page in checker.pages():
        tell(page)
        if repair and not page.consumer_behind:
            checker.repair(page.differences)
        yield page
