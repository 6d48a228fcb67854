"""The directory, as far as it is searched."""

from collections.abc import Sequence
from typing import Any

from services.gateway.calling import Document
from services.gateway.part import Part


class Searching(Part):
    """The search, and suggestions while somebody types."""

    def search(self, *, page: int = 1, page_size: int = 10, **asked: Any) -> Document:
        """`{"entities": [EntityView + why], "total": n, "effort", "next", "facets"?}`, best first.

        `asked` are the parameters of GET /search; lists become comma lists, what is empty is not sent.
        PartDown: search.unavailable. Refused: request.invalid, whose `errors` name the parameter.
        """
        query = {name: _written(value) for name, value in asked.items() if value not in (None, "", (), [])}
        return self._get("/search", **query, page=page, page_size=page_size)

    def suggestions(self, text: str) -> Document:
        """`{"tags", "businesses": [{"entity_id", "name"}], "places", "categories"}`, at most ten of each."""
        return self._get("/suggestions", text=text)

    def tags(self, fragment: str) -> list[str]:
        """Suggestions for a tag."""
        found: list[str] = self._get("/tags", fragment=fragment)["tags"]
        return found


def _written(value: Any) -> Any:
    return ",".join(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
