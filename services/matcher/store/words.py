"""The network's own list of words for the same trade, in MongoDB: one document with a version.

Until somebody edits it there is none, and ours is in force (version 0).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pymongo

from services.matcher.domain import MatcherError
from services.matcher.store.documents import Document
from services.matcher.store.failures import answering
from services.matcher.store.mongo import Store
from services.matcher.store.transaction import Tx
from services.matcher.synonyms import our_groups

WORDS, LIST = "words", "list"
_SECONDS = 5.0

Groups = Sequence[tuple[str, ...]]


class WordsChanged(MatcherError):
    """Somebody else has edited the list meanwhile."""


@dataclass(frozen=True, slots=True)
class WordList:
    """All groups, and which edition of them this is."""

    groups: Groups
    version: int
    edited_at: str | None


def read(store: Store) -> WordList:
    """The list in force."""
    with answering(), pymongo.timeout(_SECONDS):
        return _list(store.database[WORDS].find_one({"_id": LIST}))


def write(tx: Tx, groups: Groups, *, version: int, at: str) -> WordList:
    """Put a complete list in place of the one of `version`. Raises WordsChanged."""
    before = _list(next(tx.of_ids(WORDS, [LIST]), None))
    if before.version != version:
        raise WordsChanged("Somebody else has edited the list meanwhile: look at it again.")
    after = WordList(groups, version + 1, at)
    document = {"groups": [list(group) for group in groups], "version": after.version, "edited_at": at}
    tx.put(WORDS, LIST, document)
    return after


def groups_of(document: Document) -> list[tuple[str, ...]]:
    """The groups in a stored list."""
    return [tuple(group) for group in document["groups"]]


def _list(document: Document | None) -> WordList:
    if document is None:
        return WordList(our_groups(), 0, None)
    return WordList(groups_of(document), document["version"], document["edited_at"])
