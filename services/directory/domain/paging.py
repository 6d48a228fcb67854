"""Where a page of a list ended, as a text that only this list takes back: the next one goes on behind it. Pure.

Going on behind an entry costs the same on every page and neither repeats nor loses one when others come or go
meanwhile, the entry itself included. Counting from the first (`page`) promises neither.
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

Item = TypeVar("Item")
ENTITIES, FAVOURITES, USERS = "entities", "favourites", "users"
"""The lists that there are places of."""


class Place(NamedTuple):
    """An entry's place in a list: what the list is sorted by, then the id."""

    value: str
    entry_id: str


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list: so many behind `after`, or behind the first `skip`."""

    skip: int = 0
    limit: int = 10
    after: Place | None = None


def encoded(of: str, place: Place) -> str:
    """The text for a place in the list named `of`. Not readable at a glance: people are sorted by their names."""
    return base64.urlsafe_b64encode(f"{of}\n{place.entry_id}\n{place.value}".encode()).decode().rstrip("=")


def decoded(of: str, text: str) -> Place:
    """The place that `text` is for. Raises ValueError when it is none of the list `of`."""
    listed, _, rest = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("\n")
    entry_id, between, value = rest.partition("\n")
    place = Place(value, entry_id)
    if listed != of or not (entry_id and between) or encoded(of, place) != text:
        raise ValueError("not a place of this list")
    return place


def following(of: str, found: Sequence[Item], limit: int, place: Callable[[Item], Place]) -> str | None:
    """The text for where a page of `limit` ends, when more than that was found; None on the last page."""
    return encoded(of, place(found[limit - 1])) if len(found) > limit else None
