"""SIGKILL in the middle: nothing is lost, nothing counts twice. Real processes, broker and databases."""

import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
from kafka import KafkaConsumer, TopicPartition

from events import codec
from events.directory import CategoriesChanged, Profile, SecurityNotice
from services.chassis.process import Stop
from services.directory import building, indexing, search
from services.directory.config import Config
from services.directory.domain import Entity, EntityChange, Membership, Tag
from services.directory.following import IndexFollower, News
from services.directory.handlers import members
from services.directory.handlers.writing import By, Directory, append
from services.directory.relay import relay_all
from services.directory.store import EntityIndex, Store, StreamOutbox
from services.directory.store.elastic import _puts
from services.directory.store.outbox import EVENTS
from tests.directory.process import freeze, running
from tests.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.long]

BY = By(actor="system:test", correlation_id="test-correlation")
MANY = 20_000
SECONDS = 90


def positions_in(kafka: str, topic: str, until: int) -> list[int]:
    """The positions on a topic in their order there, duplicates too, until `until` was seen."""
    reader = KafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    partition = TopicPartition(topic, 0)
    reader.assign([partition])
    reader.seek_to_beginning(partition)
    seen: list[int] = []

    def complete() -> bool:
        for records in reader.poll(timeout_ms=200).values():
            seen.extend(int(dict(record.headers)["position"]) for record in records)
        return until in seen

    try:
        wait_until(complete, SECONDS)
    finally:
        reader.close()
    return seen


def write_many(directory: Directory, store: Store, count: int) -> None:
    for _ in range(0, count, 2_000):
        notices = [SecurityNotice(user_id="u1", what="locked")] * 2_000
        store.transact(lambda inside, n=notices: append(directory, inside, BY, n, directory.clock()))


def cursor(store: Store) -> int:
    lease = store.database["leases"].find_one({"_id": f"relay.{EVENTS}"})
    return int(lease.get("cursor", 0)) if lease else 0


def test_a_relay_killed_midway_loses_no_position(
    config: Config, directory: Directory, store: Store, kafka_bootstrap: str, fresh_topic: str
) -> None:
    write_many(directory, store, MANY)
    with running("relay", config, kafka_bootstrap, fresh_topic) as first:
        wait_until(lambda: cursor(store) > 0, SECONDS)
        freeze(first)
        assert 0 < cursor(store) < MANY, "the relay was too fast to be killed midway"
        first.send_signal(signal.SIGKILL)

    with running("relay", config, kafka_bootstrap, fresh_topic):
        wait_until(lambda: cursor(store) == MANY, SECONDS)

    seen = positions_in(kafka_bootstrap, fresh_topic, MANY)
    assert sorted(set(seen)) == list(range(1, MANY + 1))
    firsts = list(dict.fromkeys(seen))
    assert firsts == sorted(firsts), "first appearances are in order"


def publish(store: Store, kafka: str, topic: str) -> None:
    """Let a relay publish everything that there is."""
    stop = Stop()
    thread = threading.Thread(
        target=relay_all, args=([StreamOutbox(store.database, EVENTS, topic)], kafka, stop), daemon=True
    )
    thread.start()
    wait_until(lambda: cursor(store) == store.events.head(), SECONDS)
    stop.request()
    thread.join(20)
    assert not thread.is_alive()


def add_entities(directory: Directory, store: Store, count: int) -> None:
    """Many entities with an event each, without the cost of sign-ups."""
    for first in range(0, count, 50):
        numbers = range(first, min(first + 50, count))
        store.transact(lambda inside, numbers=numbers: _add(directory, inside, numbers))


def _add(directory: Directory, inside: Store, numbers: range) -> None:
    entities = [an_entity(number, directory.clock()) for number in numbers]
    events = [CategoriesChanged(entity_id=entity.entity_id, categories=()) for entity in entities]
    last = append(directory, inside, BY, events, directory.clock())
    for position, entity in enumerate(entities, last - len(entities) + 1):
        inside.entities.add(replace(entity, version=position), Membership(entity.entity_id, "u1", "owner"))


def an_entity(number: int, now: str) -> Entity:
    return Entity(
        entity_id=f"e{number}",
        account=str(number),
        status="accepted",
        profile=Profile(name=f"Entity {number}"),
        offers=(Tag("tea", now), Tag(f"tag{number}", now)),
        wants=(),
        created_at=now,
    )


def indexed(index: EntityIndex) -> dict[str, int]:
    """Entity id to version, as Elasticsearch has them."""
    found = index._client.search(index=index.alias, size=10_000, version=True, source=False)
    return {hit["_id"]: hit["_version"] for hit in found["hits"]["hits"]}


def in_truth(store: Store) -> dict[str, int]:
    return {entity.entity_id: entity.revision for entity in store.entities.every()}


def test_a_consumer_killed_midway_loses_nothing_and_repeats_nothing(
    config: Config,
    directory: Directory,
    store: Store,
    prepared_index: EntityIndex,
    kafka_bootstrap: str,
    fresh_topic: str,
) -> None:
    add_entities(directory, store, 3_000)
    publish(store, kafka_bootstrap, fresh_topic)
    source = f"index/{fresh_topic}/directory"
    with running("consume", config, kafka_bootstrap, fresh_topic) as first:
        wait_until(lambda: indexed(prepared_index), SECONDS)
        freeze(first)
        assert 0 < len(indexed(prepared_index)) < 3_000, "the consumer was too fast to be killed midway"
        first.send_signal(signal.SIGKILL)

    with running("consume", config, kafka_bootstrap, fresh_topic):
        wait_until(lambda: store.projections.position(source) == store.events.head(), SECONDS)

    assert indexed(prepared_index) == in_truth(store)
    assert len(in_truth(store)) == 3_000


def test_a_rebuild_while_writing_misses_nothing(
    config: Config,
    directory: Directory,
    store: Store,
    prepared_index: EntityIndex,
    kafka_bootstrap: str,
    fresh_topic: str,
) -> None:
    add_entities(directory, store, 1_000)
    done, written = threading.Event(), []

    def write() -> None:
        number = 0
        while not done.is_set():
            change = EntityChange(profile={"city": f"City {number}"})
            written.append(members.change_entity(directory, BY, f"e{number % 1_000}", change).position)
            number += 1

    source = f"index/{fresh_topic}/directory"
    stop = Stop()
    outboxes = [StreamOutbox(store.database, EVENTS, fresh_topic)]
    relaying = threading.Thread(target=relay_all, args=(outboxes, kafka_bootstrap, stop), daemon=True)
    writing = threading.Thread(target=write, daemon=True)
    with running("consume", config, kafka_bootstrap, fresh_topic):
        relaying.start()
        writing.start()
        try:
            before = prepared_index.indices()
            for label in ("one", "two"):
                rebuilding_from = len(written)
                assert building.rebuild(store, prepared_index, label) == 1_000
                # Fast as it is, the rebuild must not outrun the writer, or this would show nothing.
                wait_until(lambda start=rebuilding_from: len(written) > start, SECONDS)
        finally:
            done.set()
            writing.join(30)
        wait_until(lambda: store.projections.position(source) == store.events.head(), SECONDS)
    stop.request()
    relaying.join(20)

    assert prepared_index.indices() == [f"{prepared_index.alias}-v{search.INDEX_VERSION}-two"] != before
    assert indexed(prepared_index) == in_truth(store)


def test_a_change_between_copy_and_swap_reaches_the_new_index(
    directory: Directory, store: Store, prepared_index: EntityIndex
) -> None:
    add_entities(directory, store, 50)
    follower = IndexFollower(store, prepared_index)

    class Copied:
        count = store.entities.count

        def every(self) -> Iterator[Entity]:
            """All entities; when the last one is copied, one changes and the consumer hears of it."""
            yield from store.entities.every()
            done = members.change_entity(directory, BY, "e1", EntityChange(profile={"city": "Hull"}))
            record = store.database[EVENTS].find_one({"_id": done.position})
            assert record
            raw = record["value"]
            follower.take([News(done.position, codec.decode(raw), None)])

    assert building.rebuild(SimpleNamespace(entities=Copied(), database=store.database), prepared_index, "one") == 50
    assert indexed(prepared_index) == in_truth(store)


def test_writing_to_an_index_that_a_swap_deleted_does_not_bring_it_back(
    directory: Directory, store: Store, prepared_index: EntityIndex
) -> None:
    add_entities(directory, store, 50)
    (old,) = prepared_index.indices()
    building.rebuild(store, prepared_index, "one")
    documents = list(indexing.indexed(store.entities.of_ids(["e1"])))
    assert prepared_index._write(old, _puts(documents), refresh=True) is False
    assert prepared_index.indices() == [f"{prepared_index.alias}-v{search.INDEX_VERSION}-one"]


def test_an_index_that_was_lost_is_made_again_with_everything(
    directory: Directory, store: Store, prepared_index: EntityIndex
) -> None:
    add_entities(directory, store, 1_000)
    for name in prepared_index.indices():
        prepared_index._client.indices.delete(index=name)

    assert building.prepare(store, prepared_index) == 1_000
    assert building.prepare(store, prepared_index) == 0
    assert indexed(prepared_index) == in_truth(store)


def test_an_older_document_never_replaces_a_newer_one(
    directory: Directory, store: Store, prepared_index: EntityIndex
) -> None:
    add_entities(directory, store, 50)
    old = list(indexing.indexed(store.entities.of_ids(["e1"])))
    members.change_entity(directory, BY, "e1", EntityChange(profile={"city": "Hull"}))
    prepared_index.put(list(indexing.indexed(store.entities.of_ids(["e1"]))))
    prepared_index.put(old)
    assert indexed(prepared_index)["e1"] == in_truth(store)["e1"] > old[0].version


def test_records_on_the_topic_are_the_bytes_of_the_outbox(
    directory: Directory, store: Store, kafka_bootstrap: str, fresh_topic: str
) -> None:
    write_many(directory, store, 2_000)
    publish(store, kafka_bootstrap, fresh_topic)
    seen = positions_in(kafka_bootstrap, fresh_topic, 2_000)
    assert seen == list(range(1, 2_001))
    record = store.database[EVENTS].find_one({"_id": 1})
    assert record
    assert codec.encode(codec.decode(record["value"])) == record["value"]
