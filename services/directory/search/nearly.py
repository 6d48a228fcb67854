"""The words of the tags in the index, to find those that are nearly what somebody typed. Pure.

Elasticsearch finds them too, but builds automata of all misspellings for each search, which took half of its work. Here
the few words that are near are looked up, and asked for by name; and what no word has is not asked for at all.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from zlib import crc32

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.directory.words import edits_allowed

FIELDS = ("offers.words", "wants.words")
"""The fields whose words are known here: of the tags, and of nothing that is longer."""
MARK = "near_mark"
"""The number in each document that its words of `FIELDS` make: while the sum of all is the same, so are the words."""
EXPANSIONS = 50
"""So many words are taken for nearly the same at most, the nearest first."""
MOST_WORDS = 30_000
"""Of a field: Elasticsearch counts up to 65,536 things at once. Of more it finds the near ones itself."""
MOST_DOCUMENTS = 50_000
"""Of more Elasticsearch finds the near ones itself: to read their words would take too long (docs/adr/0021)."""
_REMEMBERED = 2_048
_ByLength = dict[str, dict[int, list[str]]]


def mark_of(fields: Iterable[Iterable[str]]) -> int:
    """32 bits, so that the sum over two million documents is still exact in a double."""
    return crc32("\n".join("\t".join(sorted(words)) for words in fields).encode())


class Vocabulary:
    """Every word in `FIELDS`, at least, of an index whose documents have the sum `mark`."""

    def __init__(self, mark: int, words: Mapping[str, Iterable[str]]) -> None:
        self.mark = mark
        self._by_length: _ByLength = {field: {} for field in words}
        self._text: dict[str, str] = {}
        for field, known in words.items():
            listed = list(known)
            self._text[field] = "\n".join(listed)
            for word in listed:
                self._by_length[field].setdefault(len(word), []).append(word)
        # The same words are looked for again and again. No method: it would hold what holds it, and all the words
        # would wait for a collection of garbage.
        self.near = lru_cache(maxsize=_REMEMBERED)(partial(_near, self._by_length))
        """The words of a field at most as far from a term as its length allows: what a `fuzzy` query expands to."""

    def __contains__(self, field: str) -> bool:
        return field in self._by_length

    def within(self, field: str, term: str) -> bool:
        """Whether a word of a field contains a term."""
        return term in self._text[field]


def _near(by_length: _ByLength, field: str, term: str) -> tuple[str, ...]:
    allowed, lengths = edits_allowed(term), by_length[field]
    found: list[tuple[float, str]] = []
    for length in range(len(term) - allowed, len(term) + allowed + 1):
        some = lengths.get(length, ())
        near = process.extract(term, some, scorer=OSA.distance, score_cutoff=allowed, limit=None, processor=None)
        found += [(distance / min(length, len(term)), word) for word, distance, _ in near]
    return tuple(word for _, word in sorted(found)[:EXPANSIONS])
