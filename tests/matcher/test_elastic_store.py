"""An index that an older version of the matcher made."""

import json

import pytest
from elasticsearch import Elasticsearch

from services.matcher.handlers import matches_of
from services.matcher.query import MAPPING, document_of
from services.matcher.store.elastic import Store
from tests.matcher import given

pytestmark = pytest.mark.integration

NEW = ("stem", "stems", "stem_count")


def as_before(document: dict) -> dict:
    old: dict = json.loads(json.dumps(document))
    for side in ("offers", "wants"):
        for tag in old[side]:
            for name in NEW:
                del tag[name]
    return old


def test_migrate_folds_an_index_of_before_the_stems_anew(elasticsearch_url, index_prefix, monkeypatch):
    monkeypatch.setattr("services.matcher.store.elastic._PAGE", 2)
    me = given.an_entity(offers=["plumber"])
    others = [given.an_entity(name=f"wants {n}", wants=["plumbing"]) for n in range(4)]
    mapping = json.loads(json.dumps(MAPPING))
    for side in ("offers", "wants"):
        for name in NEW:
            del mapping["properties"][side]["properties"][name]
    name = f"{index_prefix}-entities-1"
    with Elasticsearch(elasticsearch_url) as client:
        client.options(request_timeout=60).indices.create(
            index=name, mappings=mapping, aliases={f"{index_prefix}-entities": {}}
        )
        for each in (me, *others):
            client.index(index=name, id=each.entity_id, document=as_before(document_of(each)), refresh=True)
    store = Store(elasticsearch_url, index_prefix)
    store.migrate()
    store.migrate()
    found = matches_of(store, me.entity_id, since=None, limit=10)
    assert sorted(match.entity.name for match in found.leads) == ["wants 0", "wants 1", "wants 2", "wants 3"]
    assert {match.how for match in found.leads} == {"stem"}
    assert store.current() == name
    store.close()
