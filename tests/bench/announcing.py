"""How soon a change is announced: `python -m tests.bench.announcing [members [changes]]`.

The real `consume`, `schedule` and `relay` on topics and a database of their own, on servers of its own or at MONGO_URL
and KAFKA_BOOTSTRAP: members with ten tags each and accounts; then one after the other adds an offer that
others want, and we read `matcher.events` until a match of it is there.
"""

import os
import random
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from events import codec
from events.directory import OffersWantsChanged
from events.matcher import LoopFound, MatchFound
from services.matcher.domain import Entity
from services.matcher.store import Store, Tx, derived
from services.matcher.store.documents import account_document
from tests.backends import MEASURED, Backends
from tests.bench.matching import people
from tests.eventlog import EventLog
from tests.matcher import given
from tests.waiting import wait_until

AT_ONCE = 1_000


def main(members: int, changes: int) -> None:
    """Measure and print."""
    found = Backends(os.environ, MEASURED)
    try:
        with _running(found.address("mongo"), found.address("kafka"), members) as (log, everybody, reader):
            _measure(log, everybody, reader, found.address("kafka"), changes)
    finally:
        found.close()


def _measure(log: EventLog, everybody: Sequence[Entity], reader: Any, bootstrap: str, changes: int) -> None:
    dice, seconds, told, loops = random.Random(11), [], 0, 0
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    changing = dice.sample([each for each in everybody if each.trading], changes + 1)
    for number, entity in enumerate(changing):
        record = log.tell(_changed(entity, dice.choice(everybody).wants[0].tag))
        headers = [("position", str(record.position).encode())]
        begun = time.monotonic()
        producer.send(log.topic, key=log.key.encode(), value=record.raw, headers=headers).get(timeout=30)
        events = _until_told(reader, entity.entity_id)
        if number > 0:  # at the first one the leader reads the whole network
            seconds.append(time.monotonic() - begun)
            told += sum(isinstance(event, MatchFound) for event in events)
            loops += sum(isinstance(event, LoopFound) for event in events)
    producer.close()
    cuts = [round(cut * 1000) for cut in statistics.quantiles(seconds, n=100, method="inclusive")]
    print(f"{len(everybody)} members, {changes} changes one after the other; load {os.getloadavg()[0]:.1f}")
    print(f"change to MatchFound in the topic: p50 {cuts[49]} ms, p95 {cuts[94]} ms, p99 {cuts[98]} ms")
    print(f"read by then: {told / changes:.1f} matches and {loops / changes:.1f} loops a change")


def _changed(entity: Entity, offer: str) -> OffersWantsChanged:
    offers = [tag.tag for tag in entity.offers if tag.tag != offer]
    wants = [tag.tag for tag in entity.wants]
    return OffersWantsChanged(
        entity_id=entity.entity_id,
        offers=[*offers, f"{offer} now"],
        wants=wants,
        offers_added=[f"{offer} now"],
        offers_removed=[],
        wants_added=[],
        wants_removed=[],
    )


def _until_told(reader: Any, giver: str) -> list[Any]:
    """What the topic has until a match of a giver is there."""
    seen: list[Any] = []

    def there() -> bool:
        for records in reader.poll(timeout_ms=20).values():
            seen.extend(codec.event_of(codec.decode(record.value)) for record in records)
        return any(isinstance(event, MatchFound) and event.giver == giver for event in seen)

    wait_until(there, seconds=60)
    return seen


@contextmanager
def _running(mongo: str, kafka: str, members: int) -> Iterator[tuple[EventLog, list[Entity], Any]]:
    names = [f"bench.{secrets.token_hex(6)}" for _ in range(3)]
    store = Store(mongo, f"bench_{secrets.token_hex(6)}")
    store.migrate()
    with ExitStack() as endings:
        endings.callback(store.client.drop_database, store.database)
        admin = KafkaAdminClient(bootstrap_servers=kafka)
        admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1} for name in names})
        endings.callback(admin.delete_topics, names)
        everybody = [replace(each, version=0) for each in people(members, random.Random(7))]
        for first in range(0, len(everybody), AT_ONCE):
            put(store, everybody[first : first + AT_ONCE])
        for command in (
            ("consuming", *names[:2]),
            ("scheduling", "schedule", names[2]),
            ("scheduling", "relay", names[2]),
        ):
            endings.enter_context(_process(command, mongo, store.database.name, kafka))
        reader = KafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
        endings.callback(reader.close)
        reader.assign([TopicPartition(names[2], 0)])
        reader.seek_to_beginning(TopicPartition(names[2], 0))
        yield EventLog(names[0], "directory"), everybody, reader


def put(store: Store, members: Sequence[Entity]) -> None:
    """Members of a network, with accounts."""

    def work(tx: Tx) -> None:
        derived.put_entities(tx, {each.entity_id: (each, given.LONG_AGO) for each in members})
        accounts = {each.account: account_document(given.money(each.account, 100_00, 100_00)) for each in members}
        tx.put_all("accounts", accounts)

    store.transaction(work)


@contextmanager
def _process(command: Sequence[str], mongo: str, database: str, kafka: str) -> Iterator[None]:
    module, *arguments = command
    environment = {
        **os.environ,
        "MATCHER_MONGO_URL": mongo,
        "MATCHER_MONGO_DATABASE": database,
        "KAFKA_BOOTSTRAP": kafka,
        "INTERNAL_PUBLIC_KEY_FILE": "unused",
        "MATCHER_PORT": "0",
    }
    started = subprocess.Popen(
        [sys.executable, "-m", f"tests.matcher.{module}", *arguments], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        started.terminate()
        started.wait(timeout=20)


if __name__ == "__main__":
    asked = [int(argument) for argument in sys.argv[1:]]
    main(*(asked + [10_000, 200][len(asked) :]))
