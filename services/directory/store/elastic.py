"""The index of entities in Elasticsearch: an alias on a versioned index, so that it can be rebuilt beside the old one.

Documents carry the entity's position as external version: an older one never replaces a newer one, and writing the
same again changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, TransportError

BATCH = 500
_LOOKS = 5

_GONE = 404
_STALE = 409
_BUSY = frozenset({408, 429, 500, 502, 503, 504})


class SearchUnavailable(Exception):
    """Elasticsearch doesn't answer, is overloaded, or has no index yet."""


class IndexRefused(Exception):
    """Elasticsearch does not take a document as it is: a defect, not trouble."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A document with its id and external version."""

    entity_id: str
    version: int
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found: what is kept of it, where it stands in the order, and the names of what matched."""

    source: Mapping[str, Any]
    sort: Sequence[Any]
    matched: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits, how many there are in all, and what was counted."""

    hits: Sequence[Hit]
    total: int
    aggregations: Mapping[str, Any]


class EntityIndex:
    """All entities, searchable. Raises SearchUnavailable from every method."""

    def __init__(self, client: Elasticsearch, prefix: str, mapping: Mapping[str, Any], version: int) -> None:
        self._client, self._mapping = client, dict(mapping)
        self._version = version
        self.alias = f"{prefix}-entities"

    def ping(self) -> None:
        """Raises SearchUnavailable."""
        with _reaching():
            self._client.cluster.health()

    def close(self) -> None:
        """Give up the connections."""
        self._client.close()

    def ensure(self) -> bool:
        """Make the first index behind the alias; False if there is one."""
        with _reaching():
            if self._client.indices.exists_alias(name=self.alias):
                return False
            return self._create(f"{self.alias}-v{self._version}-first", aliases=[self.alias])

    def create(self, label: str) -> str:
        """An empty index beside the one in use; from now on `put` fills both. Its name."""
        name = f"{self.alias}-v{self._version}-{label}"
        with _reaching():
            self._create(name, aliases=[])
        return name

    def indices(self) -> list[str]:
        """Every index of ours: the one behind the alias, and those being built."""
        with _reaching():
            return sorted(self._client.indices.get(index=f"{self.alias}-*", expand_wildcards="open").keys())

    def put(self, documents: Sequence[Indexed]) -> None:
        """Write documents into every index of ours, findable when this returns."""
        # One may be deleted by a swap in between: then look again which there are.
        for _ in range(_LOOKS):
            if all(self._write(name, documents) for name in self.indices()):
                return
        raise SearchUnavailable("the indices change faster than they can be written")

    def fill(self, name: str, documents: Iterable[Indexed]) -> int:
        """Write many documents into one index; how many. Raises IndexRefused if the index is gone."""
        written = 0
        for batch in _batches(documents):
            if not self._write(name, batch):
                raise IndexRefused(f"index {name} was deleted while it was filled")
            written += len(batch)
        return written

    def swap(self, name: str) -> list[str]:
        """Put the alias on `name` alone, in one step, and delete the other indices; their names."""
        others = [index for index in self.indices() if index != name]
        actions: list[dict[str, Any]] = [{"add": {"index": name, "alias": self.alias}}]
        actions += [{"remove_index": {"index": index}} for index in others]
        with _reaching():
            self._client.indices.update_aliases(actions=actions)
        return others

    def search(self, body: Mapping[str, Any]) -> Found:
        """A page of hits."""
        with _reaching():
            return _found(self._client.search(index=self.alias, body=dict(body)).body)

    def search_all(self, bodies: Sequence[Mapping[str, Any]]) -> list[Found]:
        """Several searches in one call."""
        lines: list[Mapping[str, Any]] = [line for body in bodies for line in ({"index": self.alias}, body)]
        with _reaching():
            answered = self._client.msearch(searches=lines).body["responses"]
        if any("error" in each for each in answered):
            raise SearchUnavailable("Elasticsearch answered a part of the searches alone")
        return [_found(each) for each in answered]

    def _create(self, name: str, aliases: list[str]) -> bool:
        settings = {"number_of_shards": 1, "number_of_replicas": 0, "auto_expand_replicas": "0-1"}
        try:
            self._client.indices.create(
                index=name,
                mappings=self._mapping,
                settings=settings,
                aliases={alias: {} for alias in (*aliases, _writing(name))},
            )
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
            return False
        return True

    def _write(self, name: str, documents: Sequence[Indexed]) -> bool:
        """One bulk request; False if the index is gone."""
        with _reaching():
            # By an alias that must exist: a bulk request to a deleted index would make a new one without our mapping.
            answered = self._client.bulk(operations=_operations(_writing(name), documents), refresh=True)
        states = {item["index"]["status"] for item in answered.body["items"]}
        if states & _BUSY:
            raise SearchUnavailable("Elasticsearch took a part of the documents alone")
        if _GONE in states:
            return False
        if any(state >= 400 and state != _STALE for state in states):
            raise IndexRefused(f"Elasticsearch refused documents: {sorted(states)}")
        return True


def _found(body: Mapping[str, Any]) -> Found:
    hits = [
        Hit(hit.get("_source", {}), hit.get("sort", ()), hit.get("matched_queries", ())) for hit in body["hits"]["hits"]
    ]
    total = int(body["hits"].get("total", {}).get("value", 0))
    return Found(hits, total, body.get("aggregations", {}))


def _operations(alias: str, documents: Sequence[Indexed]) -> list[Mapping[str, Any]]:
    lines: list[Mapping[str, Any]] = []
    for each in documents:
        target = {"_index": alias, "_id": each.entity_id, "require_alias": True}
        target |= {"version": each.version, "version_type": "external_gte"}
        lines += [{"index": target}, each.document]
    return lines


def _writing(name: str) -> str:
    return f"write-{name}"


def _batches(documents: Iterable[Indexed]) -> Iterator[list[Indexed]]:
    rest = iter(documents)
    while batch := list(islice(rest, BATCH)):
        yield batch


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except TransportError as error:
        raise SearchUnavailable(type(error).__name__) from error
    except NotFoundError as error:
        raise SearchUnavailable("the index is not there: migrate makes it") from error
    except ApiError as error:
        if error.meta.status not in _BUSY:
            raise
        raise SearchUnavailable(f"Elasticsearch answered {error.meta.status}") from error


def new_index(url: str, prefix: str, mapping: Mapping[str, Any], version: int) -> EntityIndex:
    """The index at an Elasticsearch URL; connects when it is first used."""
    client = Elasticsearch(url, request_timeout=5, max_retries=1, retry_on_timeout=False)
    return EntityIndex(client, prefix, mapping, version)
