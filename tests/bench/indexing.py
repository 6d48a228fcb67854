"""The search index: how fast it is built, and how soon a change is found.

`python -m tests.bench.indexing [businesses changes]`, on servers of its own or at MONGO_URL, ELASTICSEARCH_URL and
KAFKA_BOOTSTRAP: a database, indices and a topic of its own are made in them, and removed.

The change goes the whole way in the service: transaction, outbox, relay (a process), Kafka, consumer (a process),
index; then we ask the search until it is found.
"""

import os
import secrets
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

from cryptography.fernet import Fernet
from elasticsearch import Elasticsearch
from kafka import KafkaAdminClient

from services.directory import app, building
from services.directory.config import Config
from services.directory.domain import EntityChange
from services.directory.handlers import members
from services.directory.handlers.writing import By, Directory
from services.directory.store import EntityIndex, migrate
from services.directory.store.entities import _document
from tests.backends import MEASURED, Backends
from tests.bench.businesses import businesses
from tests.directory.process import running
from tests.waiting import wait_until

BY = By(actor="system:bench", correlation_id="bench")


def main(count: int, changes: int) -> None:
    """Measure and print."""
    found = Backends(os.environ, MEASURED)
    try:
        _measure(_config(found), count, changes)
    finally:
        found.close()


def _measure(config: Config, count: int, changes: int) -> None:
    directory, index = app.directory_of(config, app.store_of(config)), app.index_of(config)
    migrate(directory.store.database)
    with _cleaned(directory, index, config):
        ids = _fill(directory, count)
        building.prepare(directory.store, index)
        print(f"{count} businesses, 2 cores, others at work on them: load {os.getloadavg()[0]:.1f}")
        _rebuild(directory, index)
        _freshness(config, directory, index, ids, changes)


def _rebuild(directory: Directory, index: EntityIndex) -> None:
    for number in range(3):
        wall, cpu = time.monotonic(), time.process_time()
        written = building.rebuild(directory.store, index, f"bench{number}")
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
        print(f"rebuilt {written} in {wall:.1f} s: {written / wall:,.0f} a second; {written / cpu:,.0f} a CPU second")


def _freshness(config: Config, directory: Directory, index: EntityIndex, ids: list[str], changes: int) -> None:
    topic, kafka = f"bench.{secrets.token_hex(6)}", config.kafka_bootstrap
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}})
    taken: list[float] = []
    with ExitStack() as stack:
        stack.callback(admin.close)
        stack.callback(admin.delete_topics, [topic])
        for what in ("relay", "consume"):
            stack.enter_context(running(what, config, kafka, topic))
        for number in range(changes + 5):
            offer = f"offer-{secrets.token_hex(5)}"
            members.change_entity(directory, BY, ids[number % len(ids)], EntityChange(offers=(offer,)))
            began = time.monotonic()
            wait_until(lambda o=offer: _found(index, o), 60)  # type: ignore[misc]
            taken.append(time.monotonic() - began)
    cuts = statistics.quantiles(taken[5:], n=100, method="inclusive")
    print(f"change to found, {changes} changes: p50 {cuts[49] * 1e3:.0f} ms, p99 {cuts[98] * 1e3:.0f} ms")


def _found(index: EntityIndex, offer: str) -> bool:
    return bool(index.search({"query": {"term": {"offers.whole": offer}}, "size": 1}).total)


def _fill(directory: Directory, count: int) -> list[str]:
    """Generated businesses, straight into MongoDB: signing them up would cost a password hash each."""
    ids: list[str] = []
    made = businesses(count)
    while batch := list(islice(made, 1_000)):
        directory.store.database["entities"].insert_many({**_document(each), "revision": 1} for each in batch)
        ids += [each.entity_id for each in batch]
    return ids


@contextmanager
def _cleaned(directory: Directory, index: EntityIndex, config: Config) -> Iterator[None]:
    try:
        yield
    finally:
        client = directory.store.database.client
        client.drop_database(config.mongo_database)
        client.close()
        index.close()
        with Elasticsearch(config.elasticsearch_url) as elasticsearch:
            for name in elasticsearch.indices.get(index=f"{config.index_prefix}*", expand_wildcards="all"):
                elasticsearch.indices.delete(index=name)


def _config(found: Backends) -> Config:
    name = f"bench-{secrets.token_hex(4)}"
    return Config(
        mongo_url=found.address("mongo"),
        mongo_database=name,
        elasticsearch_url=found.address("elasticsearch"),
        index_prefix=name,
        kafka_bootstrap=found.address("kafka"),
        internal_public_key_file=str(Path(os.devnull)),
        messages_key=Fernet.generate_key().decode(),
        secrets_key=Fernet.generate_key().decode(),
        port=0,
    )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]) if len(sys.argv) > 2 else (20_000, 200))
