"""What the matcher announces on `matcher.events`: who could trade with whom, each thing once.

Ids and tags alone: no name, no address, and of a saved search not the words that were typed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

__all__ = ["EVENTS", "How", "LoopAgreed", "LoopFound", "LoopGive", "MatchFound", "SearchHit", "Side"]

How = Literal["exact", "prefix", "contains", "stem", "synonym", "fuzzy", "category", "related"]
"""Why two tags fit."""
Side = Literal["offers", "wants"]
"""In which of others' lists a tag stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchFound:
    """The receiver wants what the giver offers, since one of the two tags is new. Once per giver, receiver and tags."""

    TYPE: ClassVar[str] = "matcher.match-found.v1"
    match_id: str
    """Always the same for the same two entities and the same two tags."""
    giver: str
    receiver: str
    offer: str
    want: str
    how: How
    score: int
    """0–100."""
    distance_km: int | None = None
    """Absent when a place is not known."""

    @property
    def subject(self) -> str:
        return f"match/{self.match_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """Something new fits a saved search. Once per search, entity and tag."""

    TYPE: ClassVar[str] = "matcher.search-hit.v1"
    search_id: str
    entity_id: str
    """Whose search it is."""
    found: str
    """The entity that was found."""
    tag: str
    side: Side

    @property
    def subject(self) -> str:
        return f"search/{self.search_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopGive:
    """`giver` offers what `receiver` wants."""

    giver: str
    receiver: str
    offer: str
    want: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopFound:
    """Two to five trading members each of whom wants what the next offers. Once per loop."""

    TYPE: ClassVar[str] = "matcher.loop-found.v1"
    loop_id: str
    """Always the same for the same members in the same order."""
    members: Sequence[str]
    """Each wants what the next offers; the smallest id first."""
    gives: Sequence[LoopGive]
    """In the order of `members`: what each of them receives."""
    score: int
    """0–100."""

    @property
    def subject(self) -> str:
        return f"loop/{self.loop_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopAgreed:
    """All members of a loop said that they are interested. Once per loop."""

    TYPE: ClassVar[str] = "matcher.loop-agreed.v1"
    loop_id: str
    members: Sequence[str]
    gives: Sequence[LoopGive]

    @property
    def subject(self) -> str:
        return f"loop/{self.loop_id}"


EVENTS = (MatchFound, SearchHit, LoopFound, LoopAgreed)
