"""All tags that a network ever had, as folded keys, and which of them fit one another. Pure; only ever grows.

A new key is compared with those alone that the indices name: those that are the same written together (exact), the
sorted keys (prefix), the keys of each word that is like one of its words (contains, fuzzy), of each stem (stem) and of
each whole stem (synonym). What fits is exactly what `words.fit` says; a test holds that.
"""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.matcher.synonyms import Synonyms, of_groups
from services.matcher.words import (
    SHORTEST_PREFIX,
    Folded,
    How,
    alike,
    edits_allowed,
    fit,
    fold,
    names,
    our_synonyms,
    prefixes,
)

_AFTER_ALL = "\U0010ffff"
_NO_SYNONYMS = Synonyms({})


class Vocabulary:
    """Keys and what fits them. Categories are kept beside: tags name them (`words.names`)."""

    def __init__(self) -> None:
        self._synonyms = our_synonyms()
        self._folded: dict[str, Folded] = {}
        self._sorted: list[str] = []
        self._by_word: dict[str, list[str]] = defaultdict(list)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        self._by_together: dict[str, list[str]] = defaultdict(list)
        self._by_whole_stem: dict[str, list[str]] = defaultdict(list)
        self._words_by_start: dict[tuple[str, int], list[str]] = defaultdict(list)
        """By first letter and length."""
        self._close: dict[str, dict[str, How]] = {}
        self._fitting: dict[str, Mapping[str, How]] = {}
        self._categories: dict[str, Folded] = {}
        self._named_by: dict[str, list[str]] = defaultdict(list)
        self._naming: dict[str, list[str]] = defaultdict(list)

    def add(self, tag: str) -> str:
        """Take a tag up; its key."""
        folded = fold(tag)
        key = folded.key
        if key and key not in self._folded:
            close = self._close_to(folded)
            for other, how in close.items():
                self._close[other][key] = how
            self._close[key] = close | {key: "exact"}
            self._forget(close, self._synonymous(folded))
            self._index(folded)
        return key

    def add_category(self, name: str) -> str:
        """Take a category up; its key."""
        folded = fold(name)
        if folded.key and folded.key not in self._categories:
            self._categories[folded.key] = folded
            for key, tag in self._folded.items():
                if names(folded, tag):
                    self._name(folded.key, key)
        return folded.key

    def put_groups(self, groups: Iterable[Iterable[str]]) -> None:
        """Take a complete list of synonyms instead of the one so far."""
        self._synonyms = of_groups([fold(tag).stem for tag in group] for group in groups)
        self._fitting.clear()

    def fitting(self, key: str) -> Mapping[str, How]:
        """The keys that fit one that is taken up, itself too, and how."""
        found = self._fitting.get(key)
        if found is None:
            found = self._fitting[key] = self._with_synonyms(self._folded[key], self._close[key])
        return found

    def fitting_tag(self, tag: str) -> Mapping[str, How]:
        """The same for any text, which is not taken up."""
        folded = fold(tag)
        if folded.key in self._folded:
            return self.fitting(folded.key)
        return self._with_synonyms(folded, self._close_to(folded))

    def categories_of(self, key: str) -> Sequence[str]:
        """The keys of the categories that a tag names."""
        return self._named_by.get(key, ())

    def naming(self, category: str) -> Sequence[str]:
        """The keys of the tags that name a category."""
        return self._naming.get(category, ())

    def _index(self, folded: Folded) -> None:
        self._folded[folded.key] = folded
        insort(self._sorted, folded.key)
        for word in folded.words:
            if word not in self._by_word:
                self._words_by_start[word[:1], len(word)].append(word)
            self._by_word[word].append(folded.key)
        for stem in folded.stems:
            self._by_stem[stem].append(folded.key)
        self._by_together[folded.together].append(folded.key)
        self._by_whole_stem[folded.stem].append(folded.key)
        for category, of_it in self._categories.items():
            if names(of_it, folded):
                self._name(category, folded.key)

    def _name(self, category: str, key: str) -> None:
        self._named_by[key].append(category)
        self._naming[category].append(key)

    def _forget(self, *changed: Iterable[str]) -> None:
        for keys in changed:
            for key in keys:
                self._fitting.pop(key, None)

    def _with_synonyms(self, folded: Folded, close: Mapping[str, How]) -> Mapping[str, How]:
        # Weaker than all but fuzzy: synonyms come and go without a comparison of words.
        same: dict[str, How] = dict.fromkeys(self._synonymous(folded), "synonym")
        if not same:
            return close
        return {**close, **{key: how for key, how in same.items() if close.get(key, "fuzzy") == "fuzzy"}}

    def _synonymous(self, folded: Folded) -> list[str]:
        return [key for stem in self._synonyms.of(folded.stem) for key in self._by_whole_stem.get(stem, ())]

    def _close_to(self, folded: Folded) -> dict[str, How]:
        candidates = self._beginning(folded.key) | set(self._by_together.get(folded.together, ()))
        candidates |= _covering([self._alike(word) for word in folded.words], self._by_word, self._words_of)
        candidates |= _covering([[stem] for stem in folded.stems], self._by_stem, self._stems_of)
        candidates.discard(folded.key)
        found = ((key, fit(folded, self._folded[key], _NO_SYNONYMS)) for key in candidates)
        return {key: how for key, how in found if how}

    def _words_of(self, key: str) -> int:
        return len(self._folded[key].words)

    def _stems_of(self, key: str) -> int:
        return len(self._folded[key].stems)

    def _beginning(self, key: str) -> set[str]:
        """Those that begin with the key, and those that it begins with."""
        found = {begin for begin in prefixes(key) if begin in self._folded}
        if len(key) >= SHORTEST_PREFIX:
            first, last = bisect_left(self._sorted, key), bisect_left(self._sorted, key + _AFTER_ALL)
            found.update(self._sorted[first:last])
        return found

    def _alike(self, word: str) -> list[str]:
        """The known words that are like `word`, itself too when it is known."""
        found = [word] if word in self._by_word else []
        for length in range(len(word) - 2, len(word) + 3):
            # All of one beginning and length at once: the comparing is done in C.
            near = process.extract(
                word,
                self._words_by_start.get((word[:1], length), ()),
                scorer=OSA.distance,
                score_cutoff=edits_allowed(max(word, "x" * length, key=len)),
                limit=None,
            )
            found += [other for other, _, _ in near if other != word and alike(word, other)]
        return found


def _covering(
    alike: Sequence[Sequence[str]], index: Mapping[str, Sequence[str]], size: Callable[[str], int]
) -> set[str]:
    """The keys that have something like each word of mine, or nothing that is like none of mine.

    `alike`: of each word of mine the words like it. Never fewer keys than those; the rule is asked again.
    """
    of_each = [{key for word in words for key in index.get(word, ())} for words in alike]
    all_of_mine = set.intersection(*of_each) if of_each else set()
    hits = Counter(key for word in {word for words in alike for word in words} for key in index.get(word, ()))
    return all_of_mine | {key for key, hit in hits.items() if hit >= size(key)}
