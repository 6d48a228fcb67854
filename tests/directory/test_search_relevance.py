"""How good the search is, on the judged queries of tests/relevance."""

from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from services.directory.store import EntityIndex
from tests.relevance.measuring import corpus, judgements, mean, ours, plain, scores
from tests.relevance.ndcg import ndcg

RECORDED, MARGIN = 0.92, 0.02
"""nDCG@10 when it was last measured (docs/performance.md), and what may be lost before somebody must look."""
CLEARLY = 0.05


@pytest.fixture
def plain_index(elasticsearch_url: str, index_prefix: str) -> Iterator[tuple[Elasticsearch, str]]:
    client, name = Elasticsearch(elasticsearch_url, request_timeout=30), f"{index_prefix}plain"
    yield client, name
    client.indices.delete(index=name, ignore_unavailable=True)
    client.close()


def test_the_measure_itself() -> None:
    grades = {"a": 3, "b": 2, "c": 1}
    assert ndcg(["a", "b", "c"], grades) == 1.0
    assert ndcg([], grades) == ndcg(["x", "y"], grades) == 0.0
    assert ndcg(["a"], {"a": 3, "b": 3}) == pytest.approx(1 / (1 + 0.63093), rel=1e-4)
    assert ndcg(["x", "a"], {"a": 1}) == pytest.approx(0.63093, rel=1e-4)
    assert ndcg(["c", "b", "a"], grades) < ndcg(["b", "a", "c"], grades) < 1.0


def test_the_judged_set_is_sound() -> None:
    ids = {entity.entity_id for entity in corpus()}
    judged = judgements()
    assert len(judged) >= 60
    assert len(ids) >= 300
    assert len({(each.query, each.side) for each in judged}) == len(judged)
    assert all(each.grades.keys() <= ids and set(each.grades.values()) <= {1, 2, 3} for each in judged)


@pytest.mark.integration
def test_ours_beats_plain_multi_match_and_what_it_was(
    prepared_index: EntityIndex, plain_index: tuple[Elasticsearch, str]
) -> None:
    mine, theirs = scores(ours(prepared_index)), scores(plain(*plain_index))
    worst = sorted(mine, key=lambda query: mine[query])[:10]
    told = f"ours {mean(mine):.3f}, plain {mean(theirs):.3f}; worst: {[(each, round(mine[each], 2)) for each in worst]}"
    assert mean(mine) >= RECORDED - MARGIN, told
    assert mean(mine) >= mean(theirs) + CLEARLY, told
