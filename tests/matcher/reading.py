"""What a matcher's store has, to compare with another."""

from typing import Any

from services.matcher.store import Store
from services.matcher.store.schema import DERIVED

Documents = dict[str, list[dict[str, Any]]]


def derived_in(store: Store) -> Documents:
    """All that is derived in the generation that is read, without the revisions, which tell the order of arrival."""
    # A snapshot is of what is safe, which may be a moment behind what a position says that was read without one.
    store.settle()
    with store.snapshot() as seen:
        found = {name: sorted(seen.all(name), key=lambda each: each["_id"]) for name in DERIVED}
    for documents in found.values():
        for each in documents:
            each.pop("revision", None)
    return found


def to_announce_in(store: Store) -> list[tuple[str, str]]:
    """Who is to be looked at, in order: entity, since when."""
    store.settle()
    with store.snapshot() as seen:
        waiting = sorted(seen.all("to_announce"), key=lambda each: (each["revision"], each["_id"]))
    return [(each["entity_id"], each["at"]) for each in waiting]
