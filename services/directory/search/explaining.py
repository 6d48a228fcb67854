"""Why something was found, and how far away it is. Pure; agrees with what Elasticsearch matched (a test)."""

from collections.abc import Mapping, Sequence
from math import asin, cos, radians, sin, sqrt
from typing import Any

from services.directory.search.asking import Near, Search, text_terms
from services.directory.search.matching import WEIGHTS
from services.directory.words import HOW, WAYS, Folded, Way, folded, folded_name, search_terms, way_matched

Why = dict[str, Any]

_EARTH_KM = 6371.0088
_WORDS_ONLY = ("word", "word_stem", "fuzzy")
_FREE_TEXT: Mapping[str, tuple[str, float]] = {
    # Side: the field of the view, and what it counts (asking._TEXT_FIELDS).
    "offers": ("offers", 1.0),
    "name": ("name", 0.9),
    "category": ("categories", 0.8),
    "description": ("description", 0.7),
    "wants": ("wants", 0.25),
    "city": ("city", 0.5),
}


def why(search: Search, view: Mapping[str, Any]) -> list[Why]:
    """For each term that matched, where and how best: `{side, term, matched, how}`; then category and place."""
    sides = (("offers", search.offers), ("wants", search.wants), ("name", search.name))
    found = [
        {"side": side, "term": term, "matched": matched, "how": HOW[way]}
        for side, text in sides
        for term in search_terms(text)
        for way, matched in _best(term, side, _candidates(side, view))
    ]
    found += [each for terms in text_terms(search) for term in terms for each in _anywhere(term, view)]
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


def _candidates(side: str, view: Mapping[str, Any]) -> list[str]:
    value = view.get(_FREE_TEXT[side][0]) or ""
    return list(value) if isinstance(value, list | tuple) else [value]


def _anywhere(term: str, view: Mapping[str, Any]) -> list[Why]:
    """The best of all sides for a word of free text."""
    ways = [
        (WEIGHTS[way] * weight, side, matched, way)
        for side, (_, weight) in _FREE_TEXT.items()
        for way, matched in _best(term, side, _candidates(side, view))
    ]
    best = max(ways, key=lambda each: each[0], default=None)
    return [{"side": best[1], "term": term, "matched": best[2], "how": HOW[best[3]]}] if best else []


def _best(term: str, side: str, candidates: Sequence[str]) -> list[tuple[Way, str]]:
    if side == "description":
        return _best_word(term, candidates)
    fold_text = folded_name if side in ("name", "city") else folded
    ways = [(way, each) for each in candidates if (way := way_matched(term, fold_text(each)))]
    return _first(ways)


def _best_word(term: str, candidates: Sequence[str]) -> list[tuple[Way, str]]:
    """A word of a text that is no tag: only words that are equal, of one stem, or nearly so."""
    words = [word for text in candidates for word in text.split()]
    ways = [(_as_word(way), word) for word in words if (way := way_matched(term, _whole_word(word)))]
    return _first([(way, word.strip(".,;:!?()\"'")) for way, word in ways if way in _WORDS_ONLY])


def _whole_word(word: str) -> Folded:
    return folded_name(word)


def _as_word(way: Way) -> Way:
    return {"exact": "word", "stem": "word_stem"}.get(way, way)  # type: ignore[return-value]


def _first(ways: Sequence[tuple[Way, str]]) -> list[tuple[Way, str]]:
    return sorted(ways, key=lambda each: (WAYS.index(each[0]), each[1]))[:1]
