"""How one term is asked of one field: every way in which it may match, the best one giving the score. Pure.

The ways and their order are those of words.way_matched, which explains a hit; a test holds the two together.
"""

from collections.abc import Iterable, Mapping, Sequence

from services.directory.search.document import Query
from services.directory.search.nearly import EXPANSIONS, Vocabulary
from services.directory.words import WAYS, Folded, Way, edits_allowed, runs, term_of

DECAY = 0.9
"""What each further term counts of the one before (behaviour.md 3.8)."""

WEIGHTS: Mapping[Way, float] = {
    "exact": 8.0,
    "stem": 6.0,
    "prefix": 4.0,
    "word": 3.0,
    "word_stem": 2.6,
    "contains": 2.0,
    "part": 1.5,
    "fuzzy": 1.0,
}
NOT_FUZZY: tuple[Way, ...] = tuple(way for way in WAYS if way != "fuzzy")
IN_WORDS: tuple[Way, ...] = ("word", "word_stem", "fuzzy")
"""The ways of a text that is no tag or name: a description."""

NAME_BETWEEN = "|"


def term_query(
    field: str,
    whole: str,
    *,
    boost: float = 1.0,
    ways: Sequence[Way] = WAYS,
    endings: bool = True,
    named: str = "",
    known: Vocabulary | None = None,
) -> list[Query]:
    """The scored ways of one term in one field. With `named` a hit tells which of them it matched.

    `known` are the words of the index: ways that none of them has are left out. Without them, or of another field,
    Elasticsearch finds what is near itself.
    """
    term = term_of(whole)
    found = [(way, query) for way, query in _asked(field, term, endings=endings, known=known) if way in ways]
    return [
        _scored(query, WEIGHTS[way] * boost, f"{named}{NAME_BETWEEN}{way}" if named else "") for way, query in found
    ]


def best_of(queries: Sequence[Query], tie: float = 0.0) -> Query:
    """The best score of some."""
    return {"dis_max": {"queries": list(queries), **({"tie_breaker": tie} if tie else {})}}


def any_of(queries: Sequence[Query]) -> Query:
    """At least one of some; of none: nothing."""
    return {"bool": {"should": list(queries), "minimum_should_match": 1}} if queries else {"match_none": {}}


def _scored(query: Query, boost: float, name: str) -> Query:
    told = {"_name": name} if name else {}
    return {"constant_score": {"filter": query, "boost": round(boost, 4), **told}}


def _asked(field: str, term: Folded, *, endings: bool, known: Vocabulary | None) -> Iterable[tuple[Way, Query]]:
    whole, edits = term.whole, edits_allowed(term.whole)
    typed = _may_be_there(field, term, known)
    if typed:
        yield "exact", {"term": {f"{field}.whole": whole}}
    yield "stem", {"term": {f"{field}.stem": term.stem}}
    if typed:
        yield "prefix", {"prefix": {f"{field}.whole": whole}}
        yield "word", {"term": {f"{field}.words": whole}}
    yield "word_stem", {"term": {f"{field}.stems": term.stem}}
    if typed:
        yield "contains", _contains(field, whole, endings=endings)
    if pieces := runs(term):
        yield "part", {"terms": {f"{field}.whole": list(pieces)}}
    if edits:
        yield "fuzzy", _nearly(f"{field}.words", whole, edits, known)


def _may_be_there(field: str, term: Folded, known: Vocabulary | None) -> bool:
    """False when no tag contains a term: one of a single word could only be within a single word."""
    words = f"{field}.words"
    return known is None or words not in known or len(term.words) != 1 or known.within(words, term.whole)


def _nearly(field: str, whole: str, edits: int, known: Vocabulary | None) -> Query:
    if known is not None and field in known:
        return {"terms": {field: list(known.near(field, whole))}}
    near = {"value": whole, "fuzziness": edits, "max_expansions": EXPANSIONS, "transpositions": True}
    return {"fuzzy": {field: near}}


def _contains(field: str, whole: str, *, endings: bool) -> Query:
    if endings:
        return {"prefix": {f"{field}.endings": whole}}
    # Among the tags of a date alone, where there are no endings.
    return {"wildcard": {f"{field}.whole": {"value": f"*{literal(whole)}*"}}}


def literal(text: str) -> str:
    """A text for a wildcard query in which nothing is a wildcard."""
    return "".join(f"\\{sign}" if sign in "*?\\" else sign for sign in text)
