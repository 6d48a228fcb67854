"""Lists that go on behind an entry: nothing is told twice or left out when something comes or goes meanwhile."""

from collections.abc import Sequence
from typing import Any

from services.mongo.lease import Document

Ended = tuple[Any, str]
"""Where a page ended: what its last entry is sorted by, and its id."""


def behind(wanted: Document, order: Sequence[tuple[str, int]], ended: Ended | None) -> Document:
    """Those of `wanted` that follow in `order` (a field, then `_id`) where a page ended; all of them for None.

    The first bound alone would do for an index: it begins to read there. The second is for entries with the same value.
    """
    if ended is None:
        return wanted
    (field, direction), (_, by_id) = order
    further, beyond = ("$gt" if up > 0 else "$lt" for up in (direction, by_id))
    value, entry_id = ended
    strictly: Document = {"$or": [{field: {further: value}}, {"_id": {beyond: entry_id}}]}
    return {"$and": [wanted, {field: {f"{further}e": value}}, strictly]}
