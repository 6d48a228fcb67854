"""The matcher's Elasticsearch: one document an entity, in generations behind an alias, and the positions applied.

Documents are written with the sequence number that they were read with, so two writers never overwrite each other.
A position belongs to a generation and is written after its effect; the effect may be repeated, because a document
knows its version.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from elastic_transport import TransportError
from elasticsearch import ApiError, BadRequestError, ConflictError, Elasticsearch, NotFoundError

from services.matcher.domain import Entity
from services.matcher.query import MAPPING, document_of, entity_of, tagged_before

SCHEMA_VERSION = "2"
"""In each generation's mapping. 2: the stems of tags."""
_SECONDS = 5
_CREATE_SECONDS = 60
_PAGE = 500
_CONFLICT = 409
_AWAY = frozenset({408, 429, 502, 503, 504})
_SETTINGS = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
_MAPPING = {**MAPPING, "_meta": {"version": SCHEMA_VERSION}}
_POSITIONS_MAPPING = {
    "dynamic": "strict",
    "properties": {
        "generation": {"type": "keyword"},
        "source": {"type": "keyword"},
        "position": {"type": "long"},
    },
}


class StoreAway(Exception):
    """Elasticsearch doesn't answer, or asks to come back later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """An entity and where it was read; `seq_no` is None when there was no document."""

    entity: Entity
    seq_no: int | None
    primary_term: int | None


class Store:
    """All that the matcher keeps. Every method may raise StoreAway."""

    def __init__(self, url: str, prefix: str) -> None:
        self._client = Elasticsearch(url, request_timeout=_SECONDS, max_retries=0)
        # A server that has just started takes its time for its first index.
        self._patient = self._client.options(request_timeout=_CREATE_SECONDS)
        self._prefix = prefix
        self._alias = f"{prefix}-entities"
        self._positions = f"{prefix}-positions"

    def close(self) -> None:
        self._client.close()

    def ping(self) -> None:
        """Raises StoreAway."""
        with _answering():
            self._client.cluster.health(timeout="1s")

    def migrate(self) -> None:
        """Create the first generation and the index of positions, or bring what is read now up to date.

        May be repeated. No consumer of an older version may run beside it: it would write documents of before.
        """
        with _answering():
            self._create(self._positions, _POSITIONS_MAPPING)
            if not self._patient.indices.exists_alias(name=self._alias):
                self._create(self._name(1), _MAPPING)
                self._patient.indices.put_alias(index=self._name(1), name=self._alias)
        self._bring_up_to_date(self.current())

    def _bring_up_to_date(self, generation: str) -> None:
        """Write every document again in its place: it has all that a newer mapping is made from."""
        with _answering():
            mapping = self._patient.indices.get_mapping(index=generation)[generation]["mappings"]
            if mapping.get("_meta") == _MAPPING["_meta"]:
                return
            self._patient.indices.put_mapping(index=generation, properties=MAPPING["properties"])
        after: str | None = None
        while page := self._page(generation, after):
            after = page[-1].entity.entity_id
            while clashed := self.save(generation, page):
                page = list(self.load(generation, clashed).values())
        with _answering():
            self._patient.indices.put_mapping(index=generation, meta=_MAPPING["_meta"])

    def _page(self, generation: str, after: str | None) -> list[Loaded]:
        with _answering():
            found = self._patient.search(
                index=generation,
                sort=[{"entity_id": "asc"}],
                search_after=[after] if after else None,
                size=_PAGE,
                seq_no_primary_term=True,
            )
        return _loaded(found["hits"]["hits"])

    def current(self) -> str:
        """The generation that is read now."""
        with _answering():
            try:
                return next(iter(self._client.indices.get_alias(name=self._alias)))
            except NotFoundError as error:
                raise StoreAway(f"{self._alias} is not there yet: run `migrate`") from error

    def new_generation(self) -> str:
        """Create an empty generation that nobody reads yet; its name."""
        with _answering():
            numbers = [_number(name) for name in self._client.indices.get(index=f"{self._alias}-*")]
            name = self._name(max(numbers, default=0) + 1)
            self._patient.indices.create(index=name, mappings=_MAPPING, settings=_SETTINGS)
            return name

    def switch(self, old: str, new: str) -> None:
        """Let the alias point to `new` instead of `old`, in one step.

        `old` is kept: a consumer may be half-way through a batch. Generations before it are deleted.
        """
        moves = [{"remove": {"index": old, "alias": self._alias}}, {"add": {"index": new, "alias": self._alias}}]
        with _answering():
            self._client.indices.update_aliases(actions=moves)
            for name in self._client.indices.get(index=f"{self._alias}-*"):
                if _number(name) < _number(old):
                    self._client.indices.delete(index=name)

    def position(self, generation: str, source: str) -> int:
        """The last position of `source` applied in `generation`; 0 at first."""
        with _answering():
            try:
                found = self._client.get(index=self._positions, id=f"{generation}|{source}")
            except NotFoundError:
                return 0
            return int(found["_source"]["position"])

    def positions(self, generation: str) -> dict[str, int]:
        """The positions of all sources applied in `generation`."""
        with _answering():
            self._client.indices.refresh(index=self._positions)
            query = {"term": {"generation": generation}}
            found = self._client.search(index=self._positions, query=query, size=1_000)
        return {hit["_source"]["source"]: hit["_source"]["position"] for hit in found["hits"]["hits"]}

    def advance(self, generation: str, source: str, position: int) -> None:
        """Store that `position` is applied; never goes back."""
        document = {"generation": generation, "source": source, "position": position}
        with _answering():
            try:
                self._client.index(
                    index=self._positions,
                    id=f"{generation}|{source}",
                    document=document,
                    version=position,
                    version_type="external",
                )
            except ConflictError:
                # Another consumer was further already.
                return

    def load(self, generation: str, ids: Iterable[str]) -> dict[str, Loaded]:
        """The entities of these ids that are there."""
        with _answering():
            found = self._client.mget(index=generation, ids=list(ids))
        return {
            each["_id"]: Loaded(
                entity=entity_of(each["_source"]), seq_no=each["_seq_no"], primary_term=each["_primary_term"]
            )
            for each in found["docs"]
            if each.get("found")
        }

    def tagged(self, generation: str, tag: str, before: int, limit: int) -> list[Loaded]:
        """Some of the entities with a tag, as offer or want, whose version is smaller than `before`."""
        with _answering():
            found = self._client.search(
                index=generation, query=tagged_before(tag, before), size=limit, seq_no_primary_term=True
            )
        return _loaded(found["hits"]["hits"])

    def save(self, generation: str, changed: Sequence[Loaded]) -> set[str]:
        """Write entities and make them searchable; the ids of those that somebody changed since they were read."""
        if not changed:
            return set()
        operations = [line for each in changed for line in _operation(generation, each)]
        with _answering():
            answer = self._client.bulk(operations=operations, refresh=True)
        results = [next(iter(item.values())) for item in answer["items"]]
        statuses = {result["status"] for result in results}
        if statuses & _AWAY:
            raise StoreAway("some documents were turned away")
        if broken := [result["error"]["type"] for result in results if "error" in result and not _conflicts(result)]:
            raise RuntimeError(f"Elasticsearch refuses documents: {sorted(set(broken))}")
        return {result["_id"] for result in results if _conflicts(result)}

    def entity(self, entity_id: str) -> Entity | None:
        """The entity, as last written."""
        with _answering():
            try:
                return entity_of(self._client.get(index=self._alias, id=entity_id)["_source"])
            except NotFoundError:
                return None

    def search(self, searches: Sequence[Mapping[str, Any]]) -> list[list[Entity]]:
        """The entities that each search finds, best first; one round trip."""
        lines: list[Mapping[str, Any]] = []
        for each in searches:
            lines += [{"index": self._alias}, each]
        with _answering():
            answers = self._client.msearch(searches=lines)["responses"]
        for answer in answers:
            if "error" in answer:
                if answer["status"] in _AWAY:
                    raise StoreAway(answer["error"]["type"])
                raise RuntimeError(f"Elasticsearch refuses a search: {answer['error']['type']}")
        return [[entity_of(hit["_source"]) for hit in answer["hits"]["hits"]] for answer in answers]

    def _name(self, number: int) -> str:
        return f"{self._alias}-{number}"

    def _create(self, name: str, mapping: Mapping[str, Any]) -> None:
        try:
            self._patient.indices.create(index=name, mappings=mapping, settings=_SETTINGS)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise


def _loaded(hits: Iterable[Mapping[str, Any]]) -> list[Loaded]:
    return [
        Loaded(entity=entity_of(hit["_source"]), seq_no=hit["_seq_no"], primary_term=hit["_primary_term"])
        for hit in hits
    ]


def _number(generation: str) -> int:
    return int(generation.rpartition("-")[2])


def _operation(generation: str, loaded: Loaded) -> tuple[dict[str, Any], dict[str, Any]]:
    target: dict[str, Any] = {"_index": generation, "_id": loaded.entity.entity_id}
    document = document_of(loaded.entity)
    if loaded.seq_no is None:
        return {"create": target}, document
    return {"index": {**target, "if_seq_no": loaded.seq_no, "if_primary_term": loaded.primary_term}}, document


def _conflicts(result: Mapping[str, Any]) -> bool:
    return bool(result["status"] == _CONFLICT)


@contextmanager
def _answering() -> Iterator[None]:
    """Turns what means "come back later" into StoreAway."""
    try:
        yield
    except TransportError as error:
        raise StoreAway(type(error).__name__) from error
    except ApiError as error:
        if error.status_code in _AWAY:
            raise StoreAway(str(error.status_code)) from error
        raise
