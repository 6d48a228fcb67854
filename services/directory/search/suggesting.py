"""Suggestions while somebody types, as Elasticsearch queries: tags, names, towns, categories of listed entities. Pure.

What begins with the typed text, or has a word that does, comes from the columns `starts.*`, the most used first. When
nothing begins so, beginnings of words are compared with what was mistyped.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.directory.domain import LISTED
from services.directory.search.document import BETWEEN, GRAMS, Query
from services.directory.words import Folded, folded, folded_name, normal_tag, within

MOST = 10
KINDS = ("tags", "categories", "cities")
_LOOKED_AT = 5_000
"""Entities that are counted at most: who types doesn't wait for exact numbers."""
_MISTYPED_LOOKED_AT = 60
_SPECIAL = re.compile(r'([.?+*|{}\[\]()"\\#@&<>~^$-])')


def start_of(text: str) -> str:
    """What was typed so far, as it is compared. Not folded like a whole word: "potatoes" may still become longer."""
    return folded_name(text).whole


def requests(start: str) -> tuple[Query, Query]:
    """Names with their ids; and the counts of what begins with a text."""
    return _names(start), _counts(start)


def _listed() -> Query:
    return {"terms": {"status": sorted(LISTED)}}


def _names(start: str) -> Query:
    begins = {"constant_score": {"filter": {"prefix": {"name.whole": start}}, "boost": 2.0}}
    within_it = {"constant_score": {"filter": {"prefix": {"starts.names": start}}}}
    return {
        "query": {"bool": {"filter": [_listed()], "must": [{"dis_max": {"queries": [begins, within_it]}}]}},
        "sort": [{"_score": "desc"}, {"trading": "desc"}, {"name.whole": "asc"}, {"entity_id": "asc"}],
        "size": MOST,
        "track_total_hits": False,
        "terminate_after": _LOOKED_AT,
        "_source": ["view.entity_id", "view.name"],
    }


def _counts(start: str) -> Query:
    begins = [{"prefix": {f"starts.{kind}": start}} for kind in KINDS]
    # The pattern is made of letters alone: whatever has a meaning in one is escaped.
    include = _SPECIAL.sub(r"\\\1", start) + ".*"
    return {
        "query": {"bool": {"filter": [_listed(), {"bool": {"should": begins, "minimum_should_match": 1}}]}},
        "aggs": {kind: {"terms": {"field": f"starts.{kind}", "include": include, "size": 3 * MOST}} for kind in KINDS},
        "size": 0,
        "track_total_hits": False,
        "terminate_after": _LOOKED_AT,
    }


def shown(start: str, buckets: Iterable[Mapping[str, Any]]) -> list[str]:
    """The texts to show: those that begin with the typed text first, then those with such a word, by use."""
    counts: Counter[str] = Counter()
    begins: set[str] = set()
    for bucket in buckets:
        _, _, text = bucket["key"].partition(BETWEEN)
        counts[text] = max(counts[text], bucket["doc_count"])
        if folded_name(text).whole.startswith(start):
            begins.add(text)
    ranked = sorted(counts, key=lambda text: (text not in begins, -counts[text], text))
    return list({folded_name(text).whole: text for text in reversed(ranked)}.values())[::-1][:MOST]


def mistyped_request(start: str) -> Query | None:
    """Entities of which a word begins nearly as typed; None for what is too short to be mistyped."""
    length = max((length for length in GRAMS if length <= len(start)), default=0)
    if not length:
        return None
    near = {"value": start[:length], "fuzziness": 1, "prefix_length": 1, "max_expansions": 30, "transpositions": True}
    return {
        "query": {"bool": {"filter": [_listed(), {"fuzzy": {"starts.grams": near}}]}},
        "sort": [{"trading": "desc"}, {"entity_id": "asc"}],
        "size": _MISTYPED_LOOKED_AT,
        "track_total_hits": False,
        "terminate_after": _LOOKED_AT,
        "_source": [f"view.{name}" for name in ("entity_id", "name", "offers", "wants", "categories", "city")],
    }


def nearly(start: str, texts: Iterable[str], *, tags: bool) -> list[str]:
    """Of some texts those of which a word begins nearly as typed, the most frequent first."""
    counts = Counter(text for text in texts if text and _begins_nearly(start, folded(text) if tags else _name(text)))
    return [text for text, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:MOST]]


def _name(text: str) -> Folded:
    return folded(normal_tag(text))


def _begins_nearly(start: str, text: Folded) -> bool:
    """One slip in the beginning, two in a long one; the cut may be one letter off, as the slip was."""
    allowed = 1 if len(start) < 6 else 2
    cuts: Sequence[int] = (len(start) - 1, len(start), len(start) + 1)
    return any(within(start, word[:cut], allowed) for word in text.words for cut in cuts)
