"""The matcher: who could trade with whom."""

from typing import ClassVar

from services.gateway.calling import Document
from services.gateway.part import Part, segment


class Matcher(Part):
    """Who could trade with whom."""

    SERVICE: ClassVar[str] = "matcher"

    def matches(self, entity_id: str, *, since: str | None = None, limit: int | None = None) -> Document:
        """`{leads: [Match], suppliers: [Match]}`; `since`: tags added after that time alone."""
        return self._get(f"/entities/{segment(entity_id)}/matches", since=since, limit=limit)
