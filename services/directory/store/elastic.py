"""The index of entities in Elasticsearch: an alias on a versioned index, so that it can be rebuilt beside the old one.

Documents carry the entity's revision as external version: an older one never replaces a newer one, and writing the
same again changes nothing.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson
from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, OrjsonSerializer, TransportError

from services.directory.search.nearly import FIELDS, MARK, MOST_DOCUMENTS, MOST_WORDS, Vocabulary
from services.directory.store.elastic_node import Node
from services.directory.store.vocabulary import Words

BATCH = 500
_LOOKS = 5
_WRITERS = 2
_WRITE_SECONDS, _FILL_SECONDS = 15, 60
"""How long an Elasticsearch that is busy may take for documents; who searches waits less."""
_WAITS = (0.25, 0.5, 1.0, 2.0, 4.0)
_SERVING: Mapping[str, Any] = {
    "auto_expand_replicas": "0-1",
    "refresh_interval": None,
    "translog.durability": None,
}
# A build that was cut off begins anew: only at its end must everything be on the disk.
_BUILDING: Mapping[str, Any] = {
    "auto_expand_replicas": False,
    "refresh_interval": "-1",
    "translog.durability": "async",
}

_SUM: Mapping[str, Any] = {"sum": {"field": MARK}}

_Lines = list[Any]
"""Of a bulk request, encoded."""

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
        self.words = Words(self._vocabulary)
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
            return self._create(f"{self._own}first", aliases=[self.alias], **_SERVING)

    def is_current(self) -> bool:
        """Whether the index behind the alias has the mapping of this version of the program."""
        return all(name.startswith(self._own) for name in self.serving())

    def create(self, label: str) -> str:
        """An empty index beside the one in use; from now on `put` fills both. Its name."""
        name = f"{self._own}{label}"
        with _reaching():
            self._create(name, aliases=[], **_BUILDING)
        return name

    def indices(self) -> list[str]:
        """Every index that is written: the one behind the alias, and those being built, with today's mapping."""
        return [name for name in self._named() if name.startswith(self._own)]

    def serving(self) -> list[str]:
        """The index behind the alias; more than one never lasts."""
        with _reaching():
            return sorted(self._client.indices.get_alias(name=self.alias).body.keys())

    def put(self, documents: Sequence[Indexed]) -> None:
        """Write documents into every index of ours, findable when this returns."""
        # One may be deleted by a swap in between: then look again which there are.
        for _ in range(_LOOKS):
            if all(self._write(name, _puts(documents), refresh=True) for name in self.indices()):
                return
        raise SearchUnavailable("the indices change faster than they can be written")

    def refresh(self) -> None:
        """Let everything that was written be found."""
        with _reaching():
            self._client.indices.refresh(index=self.alias)

    def remove(self, entity_ids: Sequence[str]) -> None:
        """Delete documents from every index of ours, whatever their version; those that are not there are no fault."""
        for name in self.indices():
            self._write(name, _deletions(entity_ids), refresh=True)

    def fill(self, name: str, documents: Iterable[Indexed], written: Callable[[int], None] = lambda _: None) -> int:
        """Write many documents into one index, not findable yet; how many. `written` hears of every batch.

        Raises IndexRefused if the index is gone, and what `documents` and `written` raise.
        """
        count, waiting = 0, deque[tuple[int, Future[bool]]]()

        def settle() -> int:
            size, future = waiting.popleft()
            if not future.result():
                raise IndexRefused(f"index {name} was deleted while it was filled")
            written(size)
            return size

        # While Elasticsearch works on some batches the next one is read and folded.
        with ThreadPoolExecutor(_WRITERS, thread_name_prefix="fill") as threads:
            for batch in _batches(documents):
                waiting.append((len(batch), threads.submit(self._write_patiently, name, batch)))
                if len(waiting) > _WRITERS + 1:
                    count += settle()
            while waiting:
                count += settle()
        return count

    def swap(self, name: str) -> list[str]:
        """Put the alias on `name` alone, in one step, and delete the other indices; their names."""
        patient = self._client.options(request_timeout=_FILL_SECONDS)
        with _reaching():
            patient.indices.put_settings(index=name, settings=_SERVING)
            patient.indices.flush(index=name)
            patient.indices.refresh(index=name)
        others = [index for index in self._named() if index != name]
        actions: list[dict[str, Any]] = [{"add": {"index": name, "alias": self.alias}}]
        actions += [{"remove_index": {"index": index}} for index in others]
        with _reaching():
            patient.indices.update_aliases(actions=actions)
        # It serves already: a merge that takes its time makes the next searches no worse than they were.
        with suppress(SearchUnavailable):
            self.merge()
        return others

    def merge(self) -> None:
        """One segment of many: a search looks into each, for each of its clauses. Not for indices of several GB.

        One that takes longer than a minute raises SearchUnavailable, and goes on.
        """
        with _reaching():
            patient = self._client.options(request_timeout=_FILL_SECONDS)
            patient.indices.forcemerge(index=self.alias, max_num_segments=1)

    def discard_unfinished(self) -> list[str]:
        """Delete the indices that are not behind the alias; their names. Whoever builds one must not be at work."""
        serving = self.serving()
        unfinished = [name for name in self._named() if name not in serving]
        with _reaching():
            for name in unfinished:
                self._client.indices.delete(index=name, ignore_unavailable=True)
        return unfinished

    def page(self, after: str, until: str | None, limit: int) -> dict[str, int]:
        """Ids after one, up to another (None: to the end), in their order, with the version of each document."""
        upper = {} if until is None else {"lte": until}
        with _reaching():
            found = self._client.search(
                index=self.alias,
                query={"range": {"entity_id": {"gt": after, **upper}}},
                sort=[{"entity_id": "asc"}],
                size=limit,
                source=False,
                version=True,
                track_total_hits=False,
            ).body["hits"]["hits"]
        return {hit["_id"]: int(hit["_version"]) for hit in found}

    def versions(self, entity_ids: Sequence[str]) -> dict[str, int]:
        """The versions of those documents that there are at this moment, findable or not."""
        if not entity_ids:
            return {}
        with _reaching():
            found = self._client.mget(index=self.alias, ids=list(entity_ids), source=False).body["docs"]
        return {each["_id"]: int(each["_version"]) for each in found if each.get("found")}

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

    def _vocabulary(self, known: Vocabulary | None) -> Vocabulary | None:
        """All words, `known` ones if they are still the same. None if they can't be known, or are too many.

        Words and sum are of one moment. An index of an earlier version has no marks.
        """
        with _reaching():
            if self._client.count(index=self.alias)["count"] > MOST_DOCUMENTS:
                return None
        if known is not None and known.mark == int(self._counted({MARK: _SUM})[MARK]["value"]):
            return known
        found = self._counted(
            {MARK: _SUM, **{field: {"terms": {"field": field, "size": MOST_WORDS}} for field in FIELDS}}
        )
        mark = int(found[MARK]["value"])
        if not mark or any(found[field]["sum_other_doc_count"] for field in FIELDS):
            return None
        return Vocabulary(mark, {field: [each["key"] for each in found[field]["buckets"]] for field in FIELDS})

    def _counted(self, aggregations: Mapping[str, Any]) -> Mapping[str, Any]:
        asked = {"size": 0, "track_total_hits": False, "aggs": aggregations}
        with _reaching():
            counted: Mapping[str, Any] = self._client.search(index=self.alias, body=asked).body["aggregations"]
        return counted

    @property
    def _own(self) -> str:
        return f"{self.alias}-v{self._version}-"

    def _named(self) -> list[str]:
        with _reaching():
            return sorted(self._client.indices.get(index=f"{self.alias}-*", expand_wildcards="open").keys())

    def _create(self, name: str, aliases: list[str], **settings: Any) -> bool:
        try:
            self._client.options(request_timeout=_FILL_SECONDS).indices.create(
                index=name,
                mappings=self._mapping,
                settings={"number_of_shards": 1, "number_of_replicas": 0, **settings},
                aliases={alias: {} for alias in (*aliases, _writing(name))},
            )
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
            return False
        return True

    def _write_patiently(self, name: str, batch: Sequence[Indexed]) -> bool:
        """Like `_write`; an Elasticsearch that is overloaded gets time."""
        for wait in _WAITS:
            try:
                return self._write(name, _puts(batch), refresh=False)
            except SearchUnavailable:
                time.sleep(wait)
        return self._write(name, _puts(batch), refresh=False)

    def _write(self, name: str, lines: _Lines, *, refresh: bool) -> bool:
        """One bulk request; False if the index is gone."""
        with _reaching():
            answered = self._client.options(request_timeout=_WRITE_SECONDS if refresh else _FILL_SECONDS).bulk(
                # By an alias that must exist: a bulk request to a deleted index would make a new one without our
                # mapping.
                index=_writing(name),
                require_alias=True,
                operations=lines,
                refresh=refresh,
                filter_path=["items.*.status", "items.*.result"],
            )
        items = [outcome for item in answered.body["items"] for outcome in item.values()]
        states = {outcome["status"] for outcome in items if outcome.get("result") != "not_found"}
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


def _puts(documents: Sequence[Indexed]) -> _Lines:
    lines: _Lines = []
    for each in documents:
        target = {"_id": each.entity_id, "version": each.version, "version_type": "external_gte"}
        lines += [orjson.dumps({"index": target}), orjson.dumps(each.document)]
    return lines


def _deletions(entity_ids: Sequence[str]) -> _Lines:
    return [orjson.dumps({"delete": {"_id": each}}) for each in entity_ids]


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
    client = Elasticsearch(
        url,
        node_class=Node,
        request_timeout=5,
        max_retries=1,
        retry_on_timeout=False,
        serializer=OrjsonSerializer(),
    )
    return EntityIndex(client, prefix, mapping, version)
