"""Tags and search terms: how text is normalised, folded and compared. Pure.

`fold` is the one function that both indexing and queries use, so that Elasticsearch needs no analyser.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

TAG_MAX_LENGTH = 50
TAGS_MAX = 10

How = Literal["exact", "prefix", "contains", "fuzzy"]

_KEPT_SIGNS = frozenset("-&+")
_SHORT = 2
_MIDDLE = 5


class TagsInvalid(Exception):
    """A list of tags has too many, or one that is too long."""


def normal_tag(text: str) -> str:
    """One tag: lower case, NFC, spaces to `-`; letters of any script, digits, `-`, `&`, `+` kept; may be empty.

    behaviour.md, decisions: tags. "Dog Walking" → dog-walking, "R&D" → r&d, "café" → café.
    """
    kept: list[str] = []
    for sign in unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower()):
        if sign.isspace():
            kept.append("-")
        elif _is_kept(sign, kept):
            kept.append(sign)
    # Again: what vanished may have stood between a letter and its accent.
    joined = unicodedata.normalize("NFC", "".join(kept))
    return re.sub("-{2,}", "-", joined).strip("-")


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
    """A text as it is indexed: `organic-vegetable` and its words `organic`, `vegetable`."""

    whole: str
    words: tuple[str, ...]


def folded(tag: str) -> Folded:
    """A normalised tag, folded word by word."""
    words = tuple(fold(word) for word in tag.split("-") if word)
    return Folded("-".join(words), words)


def folded_name(name: str) -> Folded:
    """A business's name, folded as if it were one tag."""
    return folded(normal_tag(name))


def search_terms(text: str, most: int = TAGS_MAX) -> tuple[str, ...]:
    """What somebody typed, split on commas and spaces, each term folded; at most `most` of them."""
    terms = (folded(normal_tag(part)).whole[:TAG_MAX_LENGTH] for part in re.split(r"[,\s]+", text))
    return tuple(dict.fromkeys(term for term in terms if term))[:most]


def edits_allowed(term: str) -> int:
    """How many typing errors a term may have: 0 up to 2 characters, 1 up to 5, else 2 (behaviour.md 3.8)."""
    return 0 if len(term) <= _SHORT else 1 if len(term) <= _MIDDLE else 2


def how_matched(term: str, text: Folded) -> How | None:
    """How a folded term matches a folded text, the best way first; None if not at all."""
    if term == text.whole:
        return "exact"
    if text.whole.startswith(term):
        return "prefix"
    if term in text.whole:
        return "contains"
    allowed = edits_allowed(term)
    near = any(within(term, word, allowed) for word in (text.whole, *text.words))
    return "fuzzy" if allowed and near else None


def within(first: str, second: str, allowed: int) -> bool:
    """Whether at most `allowed` insertions, deletions, changes or swaps of neighbours lie between two words."""
    if abs(len(first) - len(second)) > allowed:
        return False
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, one in enumerate(first, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (one != other))
            if i > 1 and j > 1 and one == second[j - 2] and first[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1] <= allowed
