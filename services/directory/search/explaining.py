"""Why something was found, and how far away it is. Pure; agrees with what Elasticsearch matched (a test)."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Any

from services.directory.search.asking import Effort, Near, Search, text_terms
from services.directory.search.matching import IN_WORDS, WEIGHTS
from services.directory.words import HOW, WAYS, Way, folded, folded_name, nearly_matched, search_terms, way_matched

Why = dict[str, Any]

_EARTH_KM = 6371.0088
_AS_WORD: Mapping[Way, Way] = {"exact": "word", "stem": "word_stem"}
_FREE_TEXT: Mapping[str, tuple[str, float]] = {
    # Side: the field of the view, and what it counts (asking._TEXT_FIELDS). What can count most comes first.
    "offers": ("offers", 1.0),
    "name": ("name", 0.9),
    "category": ("categories", 0.8),
    "city": ("city", 0.5),
    "description": ("description", 0.7),
    "wants": ("wants", 0.25),
}
_MOST: Mapping[str, float] = {
    side: weight * (WEIGHTS["word"] if side == "description" else WEIGHTS["exact"])
    for side, (_, weight) in _FREE_TEXT.items()
}


def why(search: Search, view: Mapping[str, Any], effort: Effort = "any_word") -> list[Why]:
    """For each term that matched, where and how best: `{side, term, matched, how}`; then category and place.

    A slip of spelling is a reason only where `effort` forgave it; tags of offers and wants are always forgiven.
    """
    forgiven = effort != "as_typed"
    sides = (("offers", search.offers, True), ("wants", search.wants, True), ("name", search.name, forgiven))
    found = [
        {"side": side, "term": term, "matched": matched, "how": HOW[way]}
        for side, text, nearly in sides
        for term in search_terms(text)
        for way, matched in _best(term, side, view, nearly=nearly)
    ]
    found += [
        each for terms in text_terms(search) for term in terms for each in _anywhere(term, view, forgiven=forgiven)
    ]
    found += [
        {"side": "category", "term": name, "matched": name, "how": "exact"}
        for name in search.categories
        if name in view["categories"]
    ]
    return found


def place_why(near: Near, city: str, distance_km: str) -> Why:
    """The reason that is a distance."""
    term = near.label or f"{near.latitude},{near.longitude}"
    return {"side": "place", "term": term, "matched": city, "how": "distance", "distance_km": distance_km}


def distance_km(near: Near, place: str) -> str:
    """From a point to an indexed place, as the crow flies: `12.3`."""
    latitude, longitude = (float(degrees) for degrees in place.split(","))
    here = (radians(float(near.latitude)), radians(float(near.longitude)))
    there = (radians(latitude), radians(longitude))
    across = sin((there[0] - here[0]) / 2) ** 2
    along = cos(here[0]) * cos(there[0]) * sin((there[1] - here[1]) / 2) ** 2
    return f"{2 * _EARTH_KM * asin(min(1.0, sqrt(across + along))):.1f}"


def _anywhere(term: str, view: Mapping[str, Any], *, forgiven: bool) -> list[Why]:
    """The best of all sides for a word of free text, as typed if it is there so."""
    for nearly in (False, True) if forgiven else (False,):
        best: tuple[float, str, Way, str] | None = None
        for side, most in _MOST.items():
            if best and best[0] >= most:
                continue
            for way, matched in _best(term, side, view, nearly=nearly):
                counts = WEIGHTS[way] * _FREE_TEXT[side][1]
                if best is None or counts > best[0]:
                    best = counts, side, way, matched
        if best:
            return [{"side": best[1], "term": term, "matched": best[3], "how": HOW[best[2]]}]
    return []


def _best(term: str, side: str, view: Mapping[str, Any], *, nearly: bool) -> list[tuple[Way, str]]:
    """The best way of one side, and the text that matched so; of equal ones the first in the alphabet."""
    value = view.get(_FREE_TEXT[side][0])
    if not value:
        return []
    if side == "description":
        return _best_word(term, value, nearly=nearly)
    texts = (value,) if isinstance(value, str) else tuple(value)
    return _best_text(term, texts, named=side in ("name", "city"), nearly=nearly)


@lru_cache(maxsize=8_192)
def _best_text(term: str, texts: tuple[str, ...], *, named: bool, nearly: bool) -> list[tuple[Way, str]]:
    # The same businesses are found by the same words again and again; nobody changes what was found.
    fold_text = folded_name if named else folded
    known = [(each, fold_text(each)) for each in texts]
    ways = [(way, each) for each, text in known if (way := way_matched(term, text, nearly=False))]
    if not ways and nearly:
        ways = [("fuzzy", each) for each, text in known if nearly_matched(term, text)]
    return _first(ways)


def _best_word(term: str, text: str, *, nearly: bool) -> list[tuple[Way, str]]:
    """A word of a text that is no tag: only words that are equal, of one stem, or nearly so."""
    ways = [
        (_AS_WORD.get(way, way), word)
        for word in text.split()
        if (way := way_matched(term, folded_name(word), nearly=nearly))
    ]
    return _first([(way, word.strip(".,;:!?()\"'")) for way, word in ways if way in IN_WORDS])


def _first(ways: Sequence[tuple[Way, str]]) -> list[tuple[Way, str]]:
    return sorted(ways, key=lambda each: (WAYS.index(each[0]), each[1]))[:1]
