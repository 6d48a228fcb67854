"""Carrying renames and removals of tags and categories to every business that has them, a batch at a time.

Each batch is a transaction of its own and bears being repeated, so it does not matter who carries on: the request of
the command, or the schedule after a crash. The one event of the command is what other services apply.
"""

from collections.abc import Callable
from dataclasses import replace

from services.directory.domain.catalogue import Kind, settled
from services.directory.handlers.writing import By, Directory, Done, once
from services.directory.store import Store

BATCH = 200
IN_A_REQUEST = 10
"""Batches that the request of a command carries out itself: a small network sees the change at once."""


def rewrite_next(directory: Directory, by: By, batch: int = BATCH) -> int:
    """Rewrite one batch of the oldest propagation; how many are still going on."""

    if not directory.store.propagations.running():
        return 0

    def work(store: Store) -> Done:
        running = store.propagations.running()
        if not running:
            return Done({"running": 0}, 0)
        current = running[0]
        names: dict[Kind, dict[str, str | None]] = {"tags": {}, "categories": {}}
        names[current.kind][current.name] = current.to
        found = store.propagations.left(current, batch)
        store.propagations.rewrite([settled(each, names) for each in found])
        over = len(found) < batch
        store.propagations.advance(current, len(found), done=over, now=directory.clock())
        return Done({"running": len(running) - over}, 0)

    return int(once(directory, replace(by, key=None), None, work).document["running"])


def rewrite_all(directory: Directory, by: By, step: Callable[[], None], batches: int | None = None) -> bool:
    """Rewrite batches until nothing goes on, or so many of them; whether nothing goes on. `step` comes before each."""
    while batches is None or batches > 0:
        step()
        if rewrite_next(directory, by) == 0:
            return True
        batches = None if batches is None else batches - 1
    return False


def index_all(directory: Directory, put: Callable[[list[str]], None], step: Callable[[], None]) -> None:
    """Have the index see the businesses that were rewritten. Raises what `put` raises; what is left stays marked."""
    while marks := directory.store.propagations.unindexed(BATCH):
        step()
        put(list(marks))
        directory.store.propagations.indexed(marks)
