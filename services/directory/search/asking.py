"""The search: what is asked, as an Elasticsearch query. Pure.

Semantics (behaviour.md 3.8): exact before stem before prefix before contains before fuzzy; each further term counts 0.9
of the one before; any one term of offers, of wants suffices; offers, wants and name must all match where
they are given; trading members first. Free text and names are stricter at first: each word must be found, as
typed; only when nothing has all of them is a slip of spelling forgiven, and then a missing word (`EFFORTS`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from services.directory.search.document import Query
from services.directory.search.matching import (
    DECAY,
    IN_WORDS,
    NOT_FUZZY,
    any_of,
    best_of,
    literal,
    term_query,
)
from services.directory.search.nearly import Vocabulary
from services.directory.words import WAYS, Way, search_terms

Side = Literal["offers", "wants", "name"]
Sort = Literal["relevance", "newest", "name", "distance", "balance"]
Effort = Literal["as_typed", "spelling", "any_word"]

EFFORTS: tuple[Effort, ...] = ("as_typed", "spelling", "any_word")
"""How hard to look: the next one when the one before found nothing."""
MAX_WINDOW = 10_000
"""Elasticsearch pages no further than this by numbers; a cursor goes on."""
FACETS_MAX = 20

SMALL_WORDS = frozenset(
    {"a", "an", "and", "at", "by", "for", "from", "in", "near", "of", "on", "or", "the", "to", "with", "&"}
)
"""Words that say nothing: nobody must have them."""

_TEXT_FIELDS: Mapping[str, tuple[float, Sequence[Way]]] = {
    "offers": (1.0, WAYS),
    "name": (0.9, WAYS),
    "category": (0.8, tuple(way for way in WAYS if way != "contains")),
    "wants": (0.25, WAYS),
    "city": (0.5, ("exact", "stem", "word", "fuzzy")),
    "about": (0.7, IN_WORDS),
}
_MISTYPED = ("offers", "anything")
"""Where free text is compared with slips of spelling: each further field costs as much as all other ways together."""
_ANYTHING = 0.6
_PHRASE = 16.0
"""More than both words apart: "dog walking" is rather `dog-walking` than `dogs` and `walking`."""
_TIE = 0.15
_TOWN_WAYS: tuple[Way, ...] = ("exact", "stem", "prefix", "word", "word_stem")
_TAGS = {"offers": "offer_tags", "wants": "want_tags"}
_HAS = {"offers": "offers.whole", "wants": "wants.whole", "place": "place", "category": "categories"}


@dataclass(frozen=True, slots=True)
class Near:
    """Within so many kilometres of a point; degrees as text."""

    latitude: str
    longitude: str
    km: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """At least, or at most, so much: of balance, max_negative or max_positive, in minor units."""

    figure: str
    sign: Literal["gte", "lte"]
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What somebody looks for. The texts are as typed; whether it may be asked was decided before."""

    statuses: Sequence[str]
    text: str = ""
    offers: str = ""
    wants: str = ""
    name: str = ""
    categories: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    country: str = ""
    near: Near | None = None
    has: tuple[str, ...] = ()
    email: str = ""
    account: str = ""
    bounds: tuple[Bound, ...] = ()
    only: tuple[str, ...] | None = None
    """Among these entities alone: somebody's favourites."""
    tagged_since: str | None = None
    sort: Sort = "relevance"
    facets: bool = False
    skip: int = 0
    limit: int = 10
    after: Sequence[Any] | None = None
    """The sort values of the last hit before this page."""


def first_of(search: Search) -> Search:
    """The same search with nothing but its total and facets."""
    return replace(search, skip=0, limit=0)


def efforts(search: Search) -> tuple[Effort, ...]:
    """How hard a search may be tried."""
    if search.text or search.name:
        return EFFORTS
    return EFFORTS[:2] if search.city or search.region or search.country else EFFORTS[:1]


def asks_nearly(search: Search) -> bool:
    """Whether it asks for words that a Vocabulary has: then `request` takes one."""
    return bool(search.offers or search.wants) and search.tagged_since is None


def request(
    search: Search, effort: Effort = "as_typed", *, named: bool = False, known: Vocabulary | None = None
) -> Query:
    """The body of the search: query, order, page. With `named` each hit tells how it matched, for tests.

    What is found by `known` words is what is found without them, if they are those of the index.
    """
    scored, filters = _scored(search, effort, named=named, known=known), _filters(search, effort)
    if search.sort != "relevance":
        # Nobody reads the score then.
        scored, filters = [], [*filters, *scored]
    page = {"search_after": list(search.after)} if search.after is not None else {"from": search.skip}
    return {
        "query": {"bool": {"filter": filters, "must": scored}},
        "sort": _order(search, scores=bool(scored)),
        **page,
        "size": search.limit,
        "track_total_hits": True,
        **({"aggs": _facets()} if search.facets else {}),
    }


def _scored(search: Search, effort: Effort, *, named: bool, known: Vocabulary | None) -> list[Query]:
    """What must match, and counts."""
    musts = [_name(terms, effort, named=named) for terms in _asked(search.name)]
    for side, text in (("offers", search.offers), ("wants", search.wants)):
        musts += [_tagged(side, terms, search.tagged_since, named=named, known=known) for terms in _asked(text)]
    return musts + [_anywhere(terms, effort, named=named) for terms in text_terms(search)]


def _asked(text: str) -> list[tuple[str, ...]]:
    # Text of which nothing is left ("?!") was still asked for: it finds nothing.
    return [search_terms(text)] if text.strip() else []


def text_terms(search: Search) -> list[tuple[str, ...]]:
    """The words of the free text that say something; of nothing but small words all of them."""
    return [tuple(term for term in terms if term not in SMALL_WORDS) or terms for terms in _asked(search.text)]


def _any_term(field: str, terms: Sequence[str], *, named: bool, known: Vocabulary | None = None) -> Query:
    clauses = [
        best_of(term_query(field, term, boost=DECAY**index, named=_named(named, field, term), known=known))
        for index, term in enumerate(terms)
    ]
    return any_of([*clauses, *_phrases(field, terms)])


def _name(terms: Sequence[str], effort: Effort, *, named: bool) -> Query:
    """A name: all of its words as typed, then nearly, then any of them; small words only among others."""
    telling = [term for term in terms if term not in SMALL_WORDS] or list(terms)
    if effort == "any_word":
        return _any_term("name", telling, named=named)
    ways = NOT_FUZZY if effort == "as_typed" else WAYS
    clauses = [
        best_of(term_query("name", term, boost=DECAY**index, ways=ways, named=_named(named, "name", term)))
        for index, term in enumerate(telling)
    ]
    return {"bool": {"must": clauses, "should": _phrases("name", terms)}} if clauses else {"match_none": {}}


def _phrases(field: str, terms: Sequence[str]) -> list[Query]:
    """Terms that stand side by side may be one tag: "dog walking" is exactly `dog-walking`."""
    joined = dict.fromkeys(
        "-".join(terms[start:end]) for start in range(len(terms)) for end in range(start + 2, len(terms) + 1)
    )
    return (
        [{"constant_score": {"filter": {"terms": {f"{field}.whole": list(joined)}}, "boost": _PHRASE}}]
        if joined
        else []
    )


def _named(named: bool, field: str, term: str) -> str:
    return f"{field}|{term}" if named else ""


def _tagged(side: str, terms: Sequence[str], since: str | None, *, named: bool, known: Vocabulary | None) -> Query:
    """Each term finds the entity by its best tag; `since` must hold of that same tag."""
    if since is None:
        return _any_term(side, terms, named=named, known=known)
    path = _TAGS[side]
    newer = {"range": {f"{path}.added_at": {"gte": since}}}
    return any_of([_newer_tag(path, term, DECAY**index, newer) for index, term in enumerate(terms)])


def _newer_tag(path: str, term: str, boost: float, newer: Query) -> Query:
    match = best_of(term_query(path, term, boost=boost, endings=False))
    inner = {"bool": {"must": [match], "filter": [newer]}}
    return {"nested": {"path": path, "score_mode": "max", "query": inner}}


def _anywhere(terms: Sequence[str], effort: Effort, *, named: bool) -> Query:
    """Free text: its words, each in whatever field has it best."""
    clauses = [_word(term, DECAY**index, effort, named=named) for index, term in enumerate(terms)]
    if effort == "any_word":
        return any_of([*clauses, *_phrases("offers", terms)])
    extra = [query for field in ("offers", "name") for query in _phrases(field, terms)]
    return {"bool": {"must": clauses, "should": extra}} if clauses else {"match_none": {}}


@lru_cache(maxsize=4_096)
def _word(term: str, decay: float, effort: Effort, *, named: bool) -> Query:
    # People look for the same words again and again; nobody changes a query that is made.
    queries: list[Query] = []
    for field, (weight, ways) in _TEXT_FIELDS.items():
        usable = tuple(way for way in ways if way in NOT_FUZZY)
        queries += term_query(field, term, boost=weight * decay, ways=usable, named=_named(named, field, term))
    if effort != "as_typed":
        for field in _MISTYPED:
            weight = _TEXT_FIELDS.get(field, (_ANYTHING,))[0]
            queries += term_query(field, term, boost=weight * decay, ways=("fuzzy",), named=_named(named, field, term))
    return best_of(queries, _TIE)


def _filters(search: Search, effort: Effort) -> list[Query]:
    """What must hold, and doesn't count."""
    filters: list[Query] = [{"terms": {"status": list(search.statuses)}}]
    if search.categories:
        filters.append({"terms": {"categories": list(search.categories)}})
    for name in ("city", "region", "country"):
        filters += [_somewhere(name, terms, effort) for terms in _asked(getattr(search, name))]
    filters += [{"exists": {"field": _HAS[what]}} for what in search.has]
    filters += [{"range": {bound.figure: {bound.sign: bound.amount}}} for bound in search.bounds]
    if search.near:
        filters.append(_around(search.near))
    if search.email:
        filters.append({"wildcard": {"email": {"value": f"*{literal(search.email)}*"}}})
    if search.account:
        filters.append({"prefix": {"account": search.account}})
    if search.only is not None:
        filters.append({"terms": {"entity_id": list(search.only)}})
    return filters


def _somewhere(field: str, terms: Sequence[str], effort: Effort) -> Query:
    """A town, region or country: all of its words, from the beginning of one of them; Derby is not Derry."""
    whole = "-".join(terms)
    ways = WAYS if effort != "as_typed" else _TOWN_WAYS
    usable = [way for way in ways if way not in ("contains", "part")]
    within = {"prefix": {f"{field}.whole": whole}} if whole else {"match_none": {}}
    return any_of([within, *term_query(field, whole, ways=usable)])


def _around(near: Near) -> Query:
    return {"geo_distance": {"distance": f"{near.km}km", "place": f"{near.latitude},{near.longitude}"}}


def _order(search: Search, *, scores: bool) -> list[Query]:
    """Ends in the id, so that two pages never show one entity twice."""
    by_id: Query = {"entity_id": "asc"}
    by_name: Query = {"name.whole": {"order": "asc", "missing": "_last"}}
    if search.sort == "newest":
        return [{"created_at": "desc"}, by_id]
    if search.sort == "name":
        return [by_name, by_id]
    if search.sort == "balance":
        return [{"balance": {"order": "desc", "missing": "_last"}}, by_id]
    if search.sort == "distance" and search.near:
        point = f"{search.near.latitude},{search.near.longitude}"
        return [{"_geo_distance": {"place": point, "order": "asc", "unit": "km"}}, by_id]
    best: list[Query] = [{"_score": {"order": "desc"}}] if scores else []
    return [{"trading": "desc"}, *best, by_name, by_id]


def _facets() -> Query:
    fields = {"categories": "categories", "city": "city.label", "region": "region.label", "country": "country.label"}
    return {
        name: {"terms": {"field": field, "size": FACETS_MAX}} for name, field in {**fields, "status": "status"}.items()
    }
