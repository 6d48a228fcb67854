"""Tags and search terms: how text is normalised, folded and compared. Pure.

`folded` is the one function that both indexing and queries use, so that Elasticsearch needs no analyser.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from rapidfuzz.distance import OSA
from snowballstemmer.english_stemmer import EnglishStemmer

TAG_MAX_LENGTH = 50
TAGS_MAX = 10

How = Literal["exact", "stem", "prefix", "contains", "part", "fuzzy"]
"""How a term matches, in the words of an answer. `part`: the term has more words than the tag that it names."""
Way = Literal["exact", "stem", "prefix", "word", "word_stem", "contains", "part", "fuzzy"]
"""The same more finely, as it is scored: a whole word of a tag is more than a piece of one."""

WAYS: tuple[Way, ...] = ("exact", "stem", "prefix", "word", "word_stem", "contains", "part", "fuzzy")
"""The best way first."""
HOW: dict[Way, How] = {
    "exact": "exact",
    "stem": "stem",
    "prefix": "prefix",
    "word": "contains",
    "word_stem": "stem",
    "contains": "contains",
    "part": "part",
    "fuzzy": "fuzzy",
}

_KEPT_SIGNS = frozenset("-&+")
_BLANK, _DROPPED, _DASHES = re.compile(r"\s"), re.compile("[^a-z0-9&+-]"), re.compile("-{2,}")
# From five letters on: corner is no corn, and flower no flow.
_TRADE = re.compile("([a-z]{5,})(?:er|eri)")
_STEMMED = re.compile("[a-z]{4,30}")
_PAIR = 2
_SHORT = 2
_MIDDLE = 5


class TagsInvalid(Exception):
    """A list of tags has too many, or one that is too long."""


def normal_tag(text: str) -> str:
    """One tag: lower case, NFC, spaces to `-`; letters of any script, digits, `-`, `&`, `+` kept; may be empty.

    behaviour.md, decisions: tags. "Dog Walking" → dog-walking, "R&D" → r&d, "café" → café.
    """
    if text.isascii():
        # The same, ten times as fast: most texts are, and a rebuild of the index reads all of them.
        return _DASHES.sub("-", _DROPPED.sub("", _BLANK.sub("-", text.lower()))).strip("-")
    return _normal_unicode(text)


def _normal_unicode(text: str) -> str:
    kept: list[str] = []
    for sign in unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower()):
        if sign.isspace():
            kept.append("-")
        elif _is_kept(sign, kept):
            kept.append(sign)
    # Again: what vanished may have stood between a letter and its accent.
    joined = unicodedata.normalize("NFC", "".join(kept))
    return _DASHES.sub("-", joined).strip("-")


def _is_kept(sign: str, before: Sequence[str]) -> bool:
    kind = unicodedata.category(sign)
    # The vowel signs of many scripts are marks: they belong to the letter before them.
    belongs = kind[0] == "M" and bool(before) and unicodedata.category(before[-1])[0] in "LM"
    return kind[0] in "LN" or belongs or sign in _KEPT_SIGNS


def normal_tags(given: str | Iterable[str]) -> tuple[str, ...]:
    """The tags in a comma list or array, de-duplicated, in order.

    Raises TagsInvalid for one of more than 50 characters or more than 10 of them.
    """
    texts = [given] if isinstance(given, str) else given
    tags = tuple(dict.fromkeys(tag for text in texts for part in text.split(",") if (tag := normal_tag(part))))
    if any(len(tag) > TAG_MAX_LENGTH for tag in tags):
        raise TagsInvalid(f"A tag has at most {TAG_MAX_LENGTH} characters.")
    if len(tags) > TAGS_MAX:
        raise TagsInvalid(f"At most {TAGS_MAX} tags fit in one list.")
    return tags


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """The form in which two words are compared: case and accents gone, English plural endings too."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return _singular(unicodedata.normalize("NFC", bare))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is indexed: `organic-vegetable`, its words `organic`, `vegetable`, and their stems."""

    whole: str
    words: tuple[str, ...]
    stems: tuple[str, ...]
    stem: str
    """The stems as one text: `organic-veget`."""


@lru_cache(maxsize=16_384)
def folded(tag: str) -> Folded:
    """A normalised tag, folded word by word."""
    return _folded_words(tag)


def _folded_words(tag: str) -> Folded:
    words = tuple(fold(word) for word in tag.split("-") if word)
    return _of_words("-".join(words), words)


def _of_words(whole: str, words: tuple[str, ...]) -> Folded:
    stems = tuple(map(stem, words))
    return Folded(whole, words, stems, "-".join(stems))


@lru_cache(maxsize=8_192)
def folded_name(name: str) -> Folded:
    """A business's name, folded as if it were one tag."""
    return _folded_words(normal_tag(name))


@lru_cache(maxsize=1_024)
def search_terms(text: str, most: int = TAGS_MAX) -> tuple[str, ...]:
    """What somebody typed, split on commas and spaces, each term folded; at most `most` of them."""
    terms = (folded(normal_tag(part)).whole[:TAG_MAX_LENGTH] for part in re.split(r"[,\s]+", text))
    return tuple(dict.fromkeys(term for term in terms if term))[:most]


def edits_allowed(term: str) -> int:
    """How many typing errors a term may have: 0 up to 2 characters, 1 up to 5, else 2 (behaviour.md 3.8)."""
    return 0 if len(term) <= _SHORT else 1 if len(term) <= _MIDDLE else 2


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """What the English forms of a folded word have in common (Porter's second algorithm): gardening → garden.

    Who does a thing counts as the thing: plumber → plumb, as plumbing. A word that is too short, or not of English
    letters alone, is its own stem.
    """
    if not _STEMMED.fullmatch(word):
        return word
    # A stemmer of its own for each call: it keeps the word in itself, and threads may be at work.
    stemmed = cast(str, EnglishStemmer().stemWord(word))
    trade = _TRADE.fullmatch(stemmed)
    return trade[1] if trade else stemmed


@lru_cache(maxsize=4_096)
def term_of(whole: str) -> Folded:
    """A term of `search_terms`, with its words."""
    return _of_words(whole, tuple(word for word in whole.split("-") if word))


@lru_cache(maxsize=4_096)
def runs(term: Folded) -> tuple[str, ...]:
    """What the words of a term name beside itself: `organic-dog-food` → organic, organic-dog, dog, ..."""
    count = len(term.words)
    pieces = [term.words[start:end] for start in range(count) for end in range(start + 1, count + 1)]
    return tuple(dict.fromkeys("-".join(piece) for piece in pieces if len(piece) < count))


def near_forms(text: Folded) -> tuple[str, ...]:
    """What a mistyped term is compared with: each word, and a text of two words as a whole."""
    return (*text.words, text.whole) if len(text.words) == _PAIR else text.words


@lru_cache(maxsize=16_384)
def endings(text: str) -> tuple[str, ...]:
    """Every ending of a text. What begins one of them is contained in the text: no wildcard is needed to find it."""
    return tuple(dict.fromkeys(text[start:] for start in range(len(text))))


def way_matched(term: str, text: Folded, *, nearly: bool = True) -> Way | None:
    """The best way in which a folded term matches a folded text; None if not at all, `nearly` only if asked for."""
    whole = text.whole
    if term == whole:
        return "exact"
    asked = term_of(term)
    if asked.stem == text.stem:
        return "stem"
    if whole.startswith(term):
        return "prefix"
    if term in text.words:
        return "word"
    if asked.stem in text.stems:
        return "word_stem"
    if term in whole:
        return "contains"
    if len(asked.words) > 1 and whole in runs(asked):
        return "part"
    return "fuzzy" if nearly and nearly_matched(term, text) else None


def nearly_matched(term: str, text: Folded) -> bool:
    """Whether a folded term is a word of a text, or the text, but for typing errors."""
    allowed = edits_allowed(term)
    return allowed > 0 and any(within(term, form, allowed) for form in near_forms(text))


def within(first: str, second: str, allowed: int) -> bool:
    """Whether at most `allowed` insertions, deletions, changes or swaps of neighbours lie between two words."""
    # Elasticsearch counts a swap as one slip too: optimal string alignment.
    return OSA.distance(first, second, score_cutoff=allowed) <= allowed
