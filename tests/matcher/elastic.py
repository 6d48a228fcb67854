"""A matcher's index in real Elasticsearch, until MongoDB has taken its place."""

from collections.abc import Iterator

import pytest

from services.matcher.consumer import Index
from services.matcher.store.elastic import Store


@pytest.fixture
def store(elasticsearch_url: str, index_prefix: str) -> Iterator[Store]:
    made = Store(elasticsearch_url, index_prefix)
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def projection(store: Store) -> Index:
    return Index(store=store)
