"""Tags as the matcher compares them: one function folds for the index and for queries, so both always agree.

Pure. Accents, case and English plurals don't matter; a tag is its words.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from rapidfuzz.distance import OSA

from services.matcher.stems import stem
from services.matcher.synonyms import Synonyms, of_groups, our_groups

How = Literal["exact", "prefix", "contains", "stem", "synonym", "fuzzy", "related", "category"]

SHORTEST_PREFIX = 3
"""A shorter beginning says too little: `it` is no Italian food."""
WEIGHTS: dict[How, int] = {
    "exact": 100,
    "prefix": 75,
    "contains": 60,
    "stem": 50,
    "synonym": 45,
    "fuzzy": 40,
    "related": 35,
    "category": 30,
}
"""`how` tells of the first six, which two tags alone decide; the others need a network (`network.py`)."""
_LITTLE_WORDS = frozenset({"&", "+", "and", "for", "in", "of", "the"})

_BETWEEN_WORDS = re.compile(r"[^\w&+]+|_+")
_ONE_EDIT_FROM, _TWO_EDITS_FROM = 3, 6
_SIBILANTS = ("ches", "shes", "sses", "xes", "zes")


@dataclass(frozen=True, slots=True)
class Folded:
    """A tag in the form that is compared: its words, and the words joined; the same of their stems."""

    words: tuple[str, ...]
    key: str
    stems: tuple[str, ...]
    stem: str
    together: str
    """The words without anything between them: some write child care, some childcare."""


@lru_cache(maxsize=10_000)
def fold(tag: str) -> Folded:
    """`Organic Vegetables` and `organic-vegetable` → words `organic`, `vegetable`."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", tag) if not unicodedata.combining(char))
    words = tuple(dict.fromkeys(_singular(word) for word in _BETWEEN_WORDS.split(plain.casefold()) if word))
    stems = tuple(dict.fromkeys(map(stem, words)))
    return Folded(words=words, key="-".join(words), stems=stems, stem="-".join(stems), together="".join(words))


@cache
def our_synonyms() -> Synonyms:
    """The words for the same trade that every network has."""
    return of_groups([fold(tag).stem for tag in group] for group in our_groups())


def _singular(word: str) -> str:
    """The word without an English plural ending: berries → berry, boxes → box, eggs → egg."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(_SIBILANTS) and len(word) > 4:
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def prefixes(key: str) -> list[str]:
    """The beginnings of `key` that are long enough to mean something, itself left out."""
    return [key[:length] for length in range(SHORTEST_PREFIX, len(key))]


def how(mine: str, theirs: str, synonyms: Synonyms | None = None) -> How | None:
    """How two tags fit, the strongest way first; None when they don't. The same both ways (behaviour.md 3.8).

    Exact: the same words, written together or apart. Prefix: one begins with the other. Contains: one has all words of
    the other. Stem: the same of their stems. Synonym: they mean nearly the same (`synonyms`, ours by default). Fuzzy:
    every word of the one is nearly a word of the other.
    """
    return fit(fold(mine), fold(theirs), our_synonyms() if synonyms is None else synonyms)


def fit(a: Folded, b: Folded, synonyms: Synonyms) -> How | None:
    """The same of tags that are folded already."""
    if not a.key or not b.key:
        return None
    if a.together == b.together:
        return "exact"
    if _begins(a.key, b.key) or _begins(b.key, a.key):
        return "prefix"
    if _within(a.words, b.words):
        return "contains"
    if _within(a.stems, b.stems):
        return "stem"
    if b.stem in synonyms.of(a.stem):
        return "synonym"
    return "fuzzy" if _all_alike(a.words, b.words) or _all_alike(b.words, a.words) else None


def names(category: Folded, tag: Folded) -> bool:
    """Whether a tag's words name a category: one has all words of the other, in whatever English form."""
    some, others = set(category.stems) - _LITTLE_WORDS, set(tag.stems) - _LITTLE_WORDS
    return bool(some) and bool(others) and _within(some, others)


def _within(some: Iterable[str], others: Iterable[str]) -> bool:
    return set(some) <= set(others) or set(others) <= set(some)


def _all_alike(some: Iterable[str], others: Sequence[str]) -> bool:
    return all(any(alike(word, other) for other in others) for word in some)


def _begins(key: str, other: str) -> bool:
    return len(other) >= SHORTEST_PREFIX and key.startswith(other)


def edits_allowed(word: str) -> int:
    """Elasticsearch's AUTO: 0 up to 2 characters, 1 for 3 to 5, 2 from 6 on."""
    if len(word) < _ONE_EDIT_FROM:
        return 0
    return 1 if len(word) < _TWO_EDITS_FROM else 2


def alike(word: str, other: str) -> bool:
    """Whether two words are within the edits that the longer one allows: the same both ways.

    One of up to two letters is like none but itself: `it` is no `bit`. Who slips seldom does at the first letter, and
    `sausage` is no `massage`.
    """
    short, long = sorted((word, other), key=len)
    return word == other or (word[:1] == other[:1] and edits_allowed(short) > 0 and nearly(long, short))


def nearly(word: str, other: str) -> bool:
    """Whether `other` is within the edits that `word` allows; exchanging neighbours is one edit."""
    most = edits_allowed(word)
    return OSA.distance(word, other, score_cutoff=most) <= most
