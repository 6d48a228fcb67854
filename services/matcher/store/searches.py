"""Saved searches in MongoDB, and a book of them that follows."""

from dataclasses import asdict, dataclass, field

import pymongo

from services.matcher.searching import MOST_SEARCHES, SavedSearch, SearchBook, TooManySearches
from services.matcher.store import derived
from services.matcher.store.documents import Document
from services.matcher.store.failures import answering
from services.matcher.store.mongo import Store
from services.matcher.store.transaction import Tx

SEARCHES = "searches"
_SECONDS = 5.0
_THERE = {"gone": {"$ne": True}}


def save(tx: Tx, search: SavedSearch) -> SavedSearch:
    """Keep a search; one that is there already stays as it is, and is answered.

    Raises TooManySearches, UnknownEntity.
    """
    derived.refuse_forgotten(tx, (search.entity_id,))
    of_owner = [search_of(each) for each in tx.find(SEARCHES, {"entity_id": search.entity_id, **_THERE})]
    known = next((each for each in of_owner if each.search_id == search.search_id), None)
    if known is not None:
        return known
    if len(of_owner) >= MOST_SEARCHES:
        raise TooManySearches(f"There are {MOST_SEARCHES} saved searches already: delete one first.")
    document = asdict(search)
    tx.put(SEARCHES, document.pop("search_id"), document)
    return search


def delete(tx: Tx, entity_id: str, search_id: str) -> bool:
    """Forget a search of a member; False if it has none of this id."""
    there = any(True for _ in tx.find(SEARCHES, {"_id": search_id, "entity_id": entity_id, **_THERE}))
    if there:
        tx.drop(SEARCHES, search_id)
    return there


def of_entity(store: Store, entity_id: str) -> list[SavedSearch]:
    """A member's searches, the newest first."""
    with answering(), pymongo.timeout(_SECONDS):
        found = [search_of(each) for each in store.database[SEARCHES].find({"entity_id": entity_id, **_THERE})]
    return sorted(found, key=lambda each: (each.created_at, each.search_id), reverse=True)


def search_of(document: Document) -> SavedSearch:
    """The search in a stored document."""
    names = ("entity_id", "text", "side", "max_km", "category", "created_at")
    return SavedSearch(search_id=document["_id"], **{name: document[name] for name in names})


@dataclass(slots=True)
class BookFollower:
    """Follows the saved searches of `store` by their revisions. For one thread."""

    store: Store
    _book: SearchBook = field(default_factory=SearchBook, init=False)
    _revision: int | None = field(default=None, init=False)

    def book(self) -> SearchBook:
        """All searches as they are now. Raises StoreAway."""
        with self.store.snapshot() as seen:
            revision = seen.state.revision
            changed = list(seen.all(SEARCHES, self._revision)) if revision != self._revision else []
        for each in changed:
            if each.get("gone"):
                self._book.drop(each["_id"])
            else:
                self._book.put(search_of(each))
        self._revision = revision
        return self._book
