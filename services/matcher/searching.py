"""Saved searches: what a member looks for, and which of them something new fits. Pure.

A search finds tags as matching does (words.py), in the offers or the wants of others, near enough and of one category
when it says so. It tells of what is added after it was made: what was there, its owner saw when making it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from events.matcher import SearchHit
from events.matcher import Side as TagSide
from services.matcher.domain import Entity, MatcherError, Tag, distance_km
from services.matcher.holders import Member
from services.matcher.network import Network
from services.matcher.vocabulary import Vocabulary
from services.matcher.words import fold

MOST_SEARCHES = 20
"""Of one member."""
SHORTEST, LONGEST = 2, 60
HITS = 1_000
"""So many alerts are sent for one change, the oldest searches first."""


class TooManySearches(MatcherError):
    """A member has all the searches that it may have."""


class NothingToSearch(MatcherError):
    """The text has no word in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """What a member looks for. `created_at` is RFC 3339 UTC."""

    search_id: str
    entity_id: str
    text: str
    side: TagSide
    max_km: int | None = None
    category: str | None = None
    created_at: str


def search_id_of(entity_id: str, text: str, side: TagSide, max_km: int | None, category: str | None) -> str:
    """The same for the same search of the same member: saving it again changes nothing. Raises NothingToSearch."""
    key = fold(text).key
    if not key:
        raise NothingToSearch("There is no word in it to look for.")
    parts = (entity_id, key, side, str(max_km or ""), fold(category or "").key)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


class SearchBook:
    """All saved searches, found by the tags that fit them."""

    def __init__(self) -> None:
        self._all: dict[str, SavedSearch] = {}
        self._by_key: dict[tuple[TagSide, str], set[str]] = defaultdict(set)
        self._words = Vocabulary()

    def put(self, search: SavedSearch) -> None:
        """Take a search up."""
        self._all[search.search_id] = search
        self._by_key[search.side, self._words.add(search.text)].add(search.search_id)

    def drop(self, search_id: str) -> None:
        """Forget a search; one that is not known changes nothing."""
        if search := self._all.pop(search_id, None):
            self._by_key[search.side, fold(search.text).key].discard(search_id)

    def put_groups(self, groups: Sequence[tuple[str, ...]]) -> None:
        """Take the complete list of groups of words for the same trade."""
        self._words.put_groups(groups)

    def fitting(self, tag: str, side: TagSide) -> list[SavedSearch]:
        """The searches on a side that a tag fits, the oldest first."""
        ids = {each for key in self._words.fitting_tag(tag) for each in self._by_key.get((side, key), ())}
        return sorted((self._all[each] for each in ids), key=lambda each: (each.created_at, each.search_id))


def hits_of(network: Network, book: SearchBook, member: Member, at: str) -> list[tuple[str, SearchHit]]:
    """Who hears of a member's tags that were added at `at` or later, each with a key that tells it from all others."""
    found: list[tuple[str, SearchHit]] = []
    sides: tuple[tuple[TagSide, Sequence[tuple[str, Tag]]], ...] = (("offers", member.offers), ("wants", member.wants))
    for side, tags in sides:
        for key, tag in tags:
            if tag.added_at < at:
                continue
            for search in book.fitting(tag.tag, side):
                if tag.added_at > search.created_at and _is_for(network, search, member.entity):
                    hit = SearchHit(
                        search_id=search.search_id,
                        entity_id=search.entity_id,
                        found=member.entity.entity_id,
                        tag=tag.tag,
                        side=side,
                    )
                    found.append((_hit_key(hit, key), hit))
    return found[:HITS]


def _hit_key(hit: SearchHit, key: str) -> str:
    return "search/" + hashlib.sha256("\n".join((hit.search_id, hit.found, key)).encode()).hexdigest()[:40]


def found_now(network: Network, search: SavedSearch) -> list[Entity]:
    """Everybody whom a search finds at this moment, by id."""
    keys = network.words.fitting_tag(search.text)
    ids = {
        each
        for key in keys
        for trading in (True, False)
        for each in network.holders.of(search.side, key, trading=trading)
    }
    return list(_shown(network, search, sorted(ids)))


def _shown(network: Network, search: SavedSearch, ids: Sequence[str]) -> Iterator[Entity]:
    for each in ids:
        other = network.entity(each)
        if other is not None and _is_for(network, search, other):
            yield other


def _is_for(network: Network, search: SavedSearch, other: Entity) -> bool:
    """Whether the owner of a search may hear of `other`, and wants to."""
    owner = network.entity(search.entity_id)
    if owner is None or not owner.listed or not other.listed or other.entity_id == owner.entity_id:
        return False
    if search.category and fold(search.category).key not in {fold(name).key for name in other.categories}:
        return False
    account = network.account_of(other.entity_id)
    if account is not None and (account.can_pay if search.side == "wants" else account.can_receive) == 0:
        return False
    if search.max_km is None:
        return True
    km = distance_km(owner.place, other.place)
    return km is not None and km <= search.max_km
