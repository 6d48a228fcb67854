"""The Elasticsearch queries behind matches: the same rules as `words.how`, so that the best hits are the best matches.

Pure: plain dictionaries. Folding happens in Python alone, so no analyzer of the server is relied upon.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from services.matcher.domain import LISTED, Entity, Place, Tag
from services.matcher.synonyms import Synonyms
from services.matcher.words import SHORTEST_PREFIX, WEIGHTS, Folded, edits_allowed, fold, our_synonyms, prefixes

Side = Literal["offers", "wants"]
Clause = dict[str, Any]

_TRADING_BONUS = 0.5
"""Less than the smallest difference between two ways to match: it decides among equals alone."""
_MOST_EXPANSIONS = 1_000

_TAGS: Clause = {
    "type": "nested",
    "dynamic": "strict",
    "properties": {
        "tag": {"type": "keyword"},
        "added_at": {"type": "keyword"},
        "key": {"type": "keyword"},
        "words": {"type": "keyword"},
        "word_count": {"type": "integer"},
        "stem": {"type": "keyword"},
        "stems": {"type": "keyword"},
        "stem_count": {"type": "integer"},
    },
}
MAPPING: Clause = {
    "dynamic": "strict",
    "properties": {
        "entity_id": {"type": "keyword"},
        "account": {"type": "keyword"},
        "name": {"type": "keyword"},
        "status": {"type": "keyword"},
        "trading": {"type": "boolean"},
        "closed": {"type": "boolean"},
        "city": {"type": "keyword"},
        "place": {"type": "geo_point"},
        "version": {"type": "long"},
        "offers": _TAGS,
        "wants": _TAGS,
    },
}


def document_of(entity: Entity) -> dict[str, Any]:
    """An entity as it is indexed."""
    place = {"lat": entity.place.latitude, "lon": entity.place.longitude} if entity.place else None
    plain = ("entity_id", "account", "name", "status", "trading", "closed", "city", "version")
    return {
        **{name: getattr(entity, name) for name in plain},
        "place": place,
        "offers": [_tag_document(tag) for tag in entity.offers],
        "wants": [_tag_document(tag) for tag in entity.wants],
    }


def entity_of(document: Mapping[str, Any]) -> Entity:
    """The entity in an indexed document."""
    place = document.get("place")
    plain = ("entity_id", "account", "name", "status", "closed", "city", "version")
    return Entity(
        **{name: document[name] for name in plain},
        place=Place(latitude=place["lat"], longitude=place["lon"]) if place else None,
        offers=_tags_of(document["offers"]),
        wants=_tags_of(document["wants"]),
    )


def _tag_document(tag: Tag) -> dict[str, Any]:
    folded = fold(tag.tag)
    return {
        "tag": tag.tag,
        "added_at": tag.added_at,
        "key": folded.key,
        "words": list(folded.words),
        "word_count": len(folded.words),
        "stem": folded.stem,
        "stems": list(folded.stems),
        "stem_count": len(folded.stems),
    }


def _tags_of(documents: Iterable[Mapping[str, Any]]) -> tuple[Tag, ...]:
    return tuple(Tag(tag=each["tag"], added_at=each["added_at"]) for each in documents)


def tagged_before(tag: str, version: int) -> Clause:
    """Entities that have exactly this tag on either side, as they were before a position of the directory."""
    sides = [{"nested": {"path": side, "query": {"term": {f"{side}.tag": tag}}}} for side in ("offers", "wants")]
    return {"bool": {"filter": [{"range": {"version": {"lt": version}}}, _any(sides)]}}


def search_for(
    mine: Entity,
    tags: Sequence[Tag],
    theirs: Side,
    *,
    since: str | None,
    limit: int,
    synonyms: Synonyms | None = None,
) -> Clause:
    """The search for others whose tags of side `theirs` fit `tags` of `mine`; best first. Synonyms: ours by default."""
    known = our_synonyms() if synonyms is None else synonyms
    folded = [folded for tag in tags if (folded := fold(tag.tag)).key]
    listed: list[Clause] = [{"terms": {"status": sorted(LISTED)}}, {"term": {"closed": False}}]
    fits: Clause = {"match_none": {}} if not folded else _nested(theirs, folded, since, known)
    query = {
        "bool": {
            "filter": listed,
            "must_not": [{"term": {"entity_id": mine.entity_id}}],
            "must": [fits],
            "should": [_scored({"term": {"trading": True}}, _TRADING_BONUS)],
        }
    }
    return {"query": query, "sort": _order(mine.place), "size": limit, "track_total_hits": False}


def _order(place: Place | None) -> list[Clause | str]:
    near: list[Clause | str] = []
    if place:
        here = {"lat": place.latitude, "lon": place.longitude}
        near = [{"_geo_distance": {"place": here, "order": "asc", "unit": "km"}}]
    return ["_score", *near, {"entity_id": "asc"}]


def _nested(side: Side, tags: Sequence[Folded], since: str | None, synonyms: Synonyms) -> Clause:
    ways = [
        _scored({"terms": {f"{side}.key": [tag.key for tag in tags]}}, WEIGHTS["exact"]),
        _scored(_any(_prefix(side, tags)), WEIGHTS["prefix"]),
        _scored(_any(_contains(side, tags)), WEIGHTS["contains"]),
        _scored(_any(_same_stems(side, tags)), WEIGHTS["stem"]),
        _scored({"terms": {f"{side}.stem": _meaning_the_same(tags, synonyms)}}, WEIGHTS["synonym"]),
        _scored(_any(_fuzzy(side, tags)), WEIGHTS["fuzzy"]),
    ]
    new = [{"range": {f"{side}.added_at": {"gt": since}}}] if since else []
    query = {"bool": {"must": [{"dis_max": {"queries": ways}}], "filter": new}}
    return {"nested": {"path": side, "score_mode": "max", "query": query}}


def _prefix(side: Side, tags: Sequence[Folded]) -> list[Clause]:
    key = f"{side}.key"
    shorter = sorted({beginning for tag in tags for beginning in prefixes(tag.key)})
    longer = [{"prefix": {key: tag.key}} for tag in tags if len(tag.key) >= SHORTEST_PREFIX]
    return [*longer, {"terms": {key: shorter}}]


def _contains(side: Side, tags: Sequence[Folded]) -> list[Clause]:
    return _one_within_other(f"{side}.words", f"{side}.word_count", [tag.words for tag in tags])


def _same_stems(side: Side, tags: Sequence[Folded]) -> list[Clause]:
    return _one_within_other(f"{side}.stems", f"{side}.stem_count", [tag.stems for tag in tags])


def _one_within_other(field: str, count: str, mine: Sequence[Sequence[str]]) -> list[Clause]:
    all_mine = [_all([{"term": {field: word}} for word in words]) for words in mine]
    all_theirs = [{"terms_set": {field: {"terms": list(words), "minimum_should_match_field": count}}} for words in mine]
    return [*all_mine, *all_theirs]


def _meaning_the_same(tags: Sequence[Folded], synonyms: Synonyms) -> list[str]:
    return sorted({other for tag in tags for other in synonyms.of(tag.stem)})


def _fuzzy(side: Side, tags: Sequence[Folded]) -> list[Clause]:
    every_word = [_all([_near(side, word) for word in tag.words]) for tag in tags]
    their_only = _any([_near(side, word) for tag in tags for word in tag.words])
    return [*every_word, _all([{"term": {f"{side}.word_count": 1}}, their_only])]


def _near(side: Side, word: str) -> Clause:
    options = {"value": word, "fuzziness": edits_allowed(word), "max_expansions": _MOST_EXPANSIONS}
    return {"fuzzy": {f"{side}.words": options}}


def _all(clauses: list[Clause]) -> Clause:
    return {"bool": {"filter": clauses}}


def _any(clauses: list[Clause]) -> Clause:
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


def _scored(clause: Clause, score: float) -> Clause:
    return {"constant_score": {"filter": clause, "boost": score}}
