"""Lists that go on behind an entry, newest first: nothing is told twice or left out when something comes meanwhile."""

from datetime import datetime
from typing import Any

Ended = tuple[datetime, str]
"""Where a page ended: when its last entry was, and its id."""


def behind(query: dict[str, Any], field: str, ended: Ended | None) -> dict[str, Any]:
    """Those of `query` that follow where a page ended, by `field` from new to old, then by `_id`.

    The first bound alone would do for an index: it begins to read there. The second is for entries of the same moment.
    """
    if ended is None:
        return query
    at, entry_id = ended
    strictly = {"$or": [{field: {"$lt": at}}, {"_id": {"$gt": entry_id}}]}
    return {"$and": [query, {field: {"$lte": at}}, strictly]}
