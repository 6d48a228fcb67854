"""The search: what is asked, as an Elasticsearch query, and why something was found. Pure.

Semantics (behaviour.md 3.8): exact before prefix before contains before fuzzy; each further term counts 0.9 of the one
before; any one term suffices; offers, wants and name must all match where they are given; trading members first.
Core features of Elasticsearch alone: folding happens in words.py, on both sides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from services.directory.domain import Entity
from services.directory.words import Folded, How, edits_allowed, folded, folded_name, how_matched, search_terms

Side = Literal["offers", "wants", "name"]
Query = dict[str, Any]

INDEX_VERSION = 1
MAX_WINDOW = 10_000
"""Elasticsearch pages no further than this."""

_WEIGHTS: Mapping[How, float] = {"exact": 8.0, "prefix": 4.0, "contains": 2.0, "fuzzy": 1.0}
_DECAY = 0.9
_BEST_FIRST: tuple[How, ...] = ("exact", "prefix", "contains", "fuzzy")

_FOLDED = {"whole": {"type": "keyword"}, "words": {"type": "keyword"}}
_TAGS = {"type": "nested", "properties": {**_FOLDED, "name": {"type": "keyword"}, "added_at": {"type": "date_nanos"}}}

MAPPING: Query = {
    "dynamic": "strict",
    "properties": {
        "entity_id": {"type": "keyword"},
        "status": {"type": "keyword"},
        "trading": {"type": "byte"},
        "categories": {"type": "keyword"},
        "name": {"properties": _FOLDED},
        "offers": _TAGS,
        "wants": _TAGS,
        "view": {"type": "object", "enabled": False},
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What somebody looks for. The texts are as typed."""

    statuses: Sequence[str]
    offers: str = ""
    wants: str = ""
    name: str = ""
    category: str = ""
    tagged_since: str | None = None
    skip: int = 0
    limit: int = 10


def first_of(search: Search) -> Search:
    """The same search with nothing but its total."""
    return replace(search, skip=0, limit=0)


def indexed(entity: Entity, view: Mapping[str, Any]) -> Query:
    """The document of an entity. `view` is answered as it is; nobody can search in it."""
    return {
        "entity_id": entity.entity_id,
        "status": entity.status,
        "trading": int(entity.status == "tradingAccepted"),
        "categories": list(entity.categories),
        "name": _document(folded_name(entity.profile.name)),
        "offers": [
            {**_document(folded(tag.name)), "name": tag.name, "added_at": tag.added_at} for tag in entity.offers
        ],
        "wants": [{**_document(folded(tag.name)), "name": tag.name, "added_at": tag.added_at} for tag in entity.wants],
        "view": dict(view),
    }


def _document(text: Folded) -> Query:
    return {"whole": text.whole, "words": list(text.words)}


def request(search: Search) -> Query:
    """The body of the search: query, order, page."""
    filters: list[Query] = [{"terms": {"status": list(search.statuses)}}]
    if search.category:
        filters.append({"term": {"categories": search.category}})
    musts = [_any_term("name", terms) for terms in _asked(search.name)]
    for side, text in (("offers", search.offers), ("wants", search.wants)):
        musts += [_tagged(side, terms, search.tagged_since) for terms in _asked(text)]
    return {
        "query": {"bool": {"filter": filters, "must": musts}},
        "sort": [{"trading": "desc"}, {"_score": "desc"}, {"name.whole": "asc"}, {"entity_id": "asc"}],
        "from": search.skip,
        "size": search.limit,
        "track_total_hits": True,
        "_source": ["view"],
    }


def _asked(text: str) -> list[tuple[str, ...]]:
    # Text of which nothing is left ("?!") was still asked for: it finds nothing.
    return [search_terms(text)] if text.strip() else []


def _tagged(side: str, terms: Sequence[str], since: str | None) -> Query:
    """Each term finds the entity by its best tag; `since` must hold of that same tag."""
    clauses = [_by_tag(side, _weighed(f"{side}.", term, index), since) for index, term in enumerate(terms)]
    return _at_least_one(clauses)


def _by_tag(side: str, match: Query, since: str | None) -> Query:
    newer = [{"range": {f"{side}.added_at": {"gte": since}}}] if since else []
    return {"nested": {"path": side, "score_mode": "max", "query": {"bool": {"must": [match], "filter": newer}}}}


def _any_term(field: str, terms: Sequence[str]) -> Query:
    return _at_least_one([_weighed(f"{field}.", term, index) for index, term in enumerate(terms)])


def _at_least_one(clauses: list[Query]) -> Query:
    return {"bool": {"should": clauses, "minimum_should_match": 1}} if clauses else {"match_none": {}}


def _weighed(prefix: str, term: str, index: int) -> Query:
    """The best way in which a term matches, and no other, gives the score."""
    ways: list[tuple[How, Query]] = [
        ("exact", {"term": {f"{prefix}whole": term}}),
        ("prefix", {"prefix": {f"{prefix}whole": term}}),
        ("contains", {"wildcard": {f"{prefix}whole": {"value": f"*{_literal(term)}*"}}}),
    ]
    if edits := edits_allowed(term):
        near = {"value": term, "fuzziness": edits, "max_expansions": 50, "transpositions": True}
        ways += [("fuzzy", {"fuzzy": {f"{prefix}{part}": near}}) for part in ("words", "whole")]
    weight = _DECAY**index
    scored = [{"constant_score": {"filter": query, "boost": _WEIGHTS[how] * weight}} for how, query in ways]
    return {"dis_max": {"queries": scored}}


def _literal(term: str) -> str:
    """A term for a wildcard query in which nothing is a wildcard."""
    return "".join(f"\\{sign}" if sign in "*?\\" else sign for sign in term)


def why(search: Search, view: Mapping[str, Any]) -> list[dict[str, str]]:
    """For each term that matched, where and how best: `{side, term, matched, how}`."""
    texts: list[tuple[str, str, Sequence[str]]] = [
        ("offers", search.offers, view["offers"]),
        ("wants", search.wants, view["wants"]),
        ("name", search.name, [view["name"]]),
    ]
    return [
        {"side": side, "term": term, "matched": matched, "how": how}
        for side, text, candidates in texts
        for term in search_terms(text)
        for matched, how in _best(term, side, candidates)
    ]


def _best(term: str, side: str, candidates: Sequence[str]) -> list[tuple[str, How]]:
    fold_text = folded_name if side == "name" else folded
    ways = [(how_matched(term, fold_text(each)), each) for each in candidates]
    ranked = sorted((_BEST_FIRST.index(how), each) for how, each in ways if how)
    return [(each, _BEST_FIRST[rank]) for rank, each in ranked[:1]]
