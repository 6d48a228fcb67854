"""The corpus in Elasticsearch, searched by ours and by a plain multi_match."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch

from events.directory import Profile
from services.directory import search
from services.directory.domain import LISTED, Entity, Tag
from services.directory.handlers import finding
from services.directory.handlers.reading import Reader
from services.directory.store import EntityIndex
from services.directory.store.elastic import Indexed
from services.directory.views import entity_view
from services.directory.words import normal_tag
from tests.relevance.ndcg import ndcg

_HERE = Path(__file__).parent
_DAY = "2026-01-31T12:00:00.000000+00:00"
_PLAIN_FIELDS = {
    "any": ["offers", "wants", "name", "categories", "description"],
    "offers": ["offers"],
    "wants": ["wants"],
    "name": ["name"],
}

Finder = Callable[[str, str], list[str]]
"""From a query and its side to the ids of the first ten."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A query, where it is asked, and the grades of what answers it."""

    query: str
    side: str
    grades: Mapping[str, int]


def judgements() -> list[Judgement]:
    return [Judgement(**each) for each in json.loads((_HERE / "judgements.json").read_text(encoding="utf-8"))]


def corpus() -> list[Entity]:
    return [_entity(number, each) for number, each in enumerate(_businesses(), 1)]


def _businesses() -> list[dict[str, Any]]:
    businesses: list[dict[str, Any]] = json.loads((_HERE / "corpus.json").read_text(encoding="utf-8"))
    return businesses


def _entity(number: int, said: Mapping[str, Any]) -> Entity:
    return Entity(
        entity_id=said["id"],
        account=f"{number:016d}",
        status=said["status"],
        profile=Profile(name=said["name"], city=said["city"], description=said["description"]),
        offers=tuple(Tag(name, _DAY) for name in said["offers"]),
        wants=tuple(Tag(name, _DAY) for name in said["wants"]),
        categories=(normal_tag(said["category"]),),
        created_at=_DAY,
    )


def ours(index: EntityIndex) -> Finder:
    """Fills an empty index of ours with the corpus, and searches as a visitor does."""
    entities = corpus()
    documents = [Indexed(each.entity_id, 1, search.indexed(each, entity_view(each))) for each in entities]
    for start in range(0, len(documents), 100):
        index.put(documents[start : start + 100])

    def find(query: str, side: str) -> list[str]:
        asked = {"text" if side == "any" else side: query}
        page = finding.find(index, Reader(), search.Search(statuses=sorted(LISTED), **asked))
        return [entity["entity_id"] for entity in page.entities]

    return find


def plain(client: Elasticsearch, name: str) -> Finder:
    """The same texts under the standard analyser, searched by multi_match with fuzziness, best score first."""
    fields = {field: {"type": "text"} for field in _PLAIN_FIELDS["any"]}
    client.indices.create(index=name, mappings={"properties": fields}, settings={"number_of_replicas": 0})
    lines: list[dict[str, Any]] = []
    for said in _businesses():
        told = {field: said[field] for field in ("offers", "wants", "name", "description")}
        lines += [{"index": {"_id": said["id"]}}, {**told, "categories": [said["category"]]}]
    client.bulk(index=name, operations=lines, refresh=True)

    def find(query: str, side: str) -> list[str]:
        match = {"multi_match": {"query": query, "fields": _PLAIN_FIELDS[side], "fuzziness": "AUTO"}}
        hits = client.search(index=name, query=match, size=10).body["hits"]["hits"]
        return [hit["_id"] for hit in hits]

    return find


def scores(find: Finder) -> dict[tuple[str, str], float]:
    """nDCG@10 by query and side."""
    return {(each.query, each.side): ndcg(find(each.query, each.side), each.grades) for each in judgements()}


def mean(scored: Mapping[Any, float]) -> float:
    return sum(scored.values()) / len(scored)
