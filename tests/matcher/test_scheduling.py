"""What is announced is announced once: whoever is killed wherever, and whoever else led meanwhile."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from kafka import KafkaConsumer, TopicPartition

from events import codec
from events.matcher import LoopFound, MatchFound, SearchHit
from services.chassis.clock import system_clock
from services.chassis.process import Stop
from services.matcher.accounts import Account
from services.matcher.announcing import News
from services.matcher.follower import Follower
from services.matcher.scheduling import Schedule
from services.matcher.searching import SavedSearch, search_id_of
from services.matcher.store import Store, Tx, derived, searches
from services.matcher.store.announcements import Announcements, Deposed
from services.matcher.store.documents import account_document
from services.matcher.store.searches import BookFollower
from tests.matcher import given
from tests.waiting import wait_until

pytestmark = pytest.mark.integration

AT = "2026-03-02T00:00:00.000000Z"


def put(store: Store, *entities, at: str | None = AT) -> None:
    """As the consumer does: members, and (with `at`) that they are to be looked at."""

    def work(tx: Tx) -> None:
        derived.put_entities(tx, {each.entity_id: (each, AT) for each in entities})
        if at:
            derived.put_to_announce(tx, {each.entity_id: at for each in entities})

    store.transaction(work)


def put_account(store: Store, entity, **changed) -> None:
    known = {"account": entity.account, "balance": 0, "max_negative": 100, "max_positive": 100}
    account = Account(**{**known, "standing": "trading", "version": 1, **changed})
    store.transaction(lambda tx: tx.put("accounts", account.account, account_document(account)))


def offering(*names, at=AT, **kw):
    """A member that offers what it did not before `at`."""
    return replace(given.an_entity(**kw), offers=given.tags(*names, at=at))


def schedule_of(store: Store, lease_seconds: int = 8) -> Schedule:
    return Schedule(Announcements(store, lease_seconds), Follower(store), BookFollower(store), system_clock, Stop())


def told(store: Store) -> list:
    return [codec.event_of(codec.decode(bytes(each["value"]))) for each in store.database["outbox"].find().sort("_id")]


def pairs(store: Store) -> list[tuple[str, str]]:
    return [(each.giver, each.receiver) for each in told(store) if isinstance(each, MatchFound)]


def test_a_change_is_announced_once_with_all_that_is_needed_to_tell_of_it(store):
    wanting, baker = given.an_entity(wants=["bread"]), offering("bread")
    put(store, wanting, at=None)
    put(store, baker)
    assert schedule_of(store).tick() == 1
    (event,) = told(store)
    assert (event.giver, event.receiver) == (baker.entity_id, wanting.entity_id)
    assert (event.offer, event.want, event.how, event.score) == ("bread", "bread", "exact", 100)
    assert not store.database["to_announce"].count_documents({})
    put(store, baker)
    schedule_of(store).tick()
    assert pairs(store) == [(baker.entity_id, wanting.entity_id)]


def test_a_business_that_is_accepted_later_is_announced_then(store):
    wanting = given.an_entity(wants=["bread"])
    put(store, wanting, offering("bread", status="pending"))
    schedule = schedule_of(store)
    assert schedule.tick() == 2
    assert told(store) == []
    later = offering("bread", at="2026-03-05T00:00:00.000000Z")
    put(store, later, at="2026-03-05T00:00:00.000000Z")
    assert schedule.tick() == 1
    assert pairs(store) == [(later.entity_id, wanting.entity_id)]


def test_who_leads_no_more_writes_nothing(store):
    put(store, given.an_entity(wants=["bread"]), at=None)
    put(store, offering("bread"))
    first, second = Announcements(store, lease_seconds=0), Announcements(store)
    epoch = first.lead()
    (waiting,) = first.waiting(10)
    wait_until(lambda: second.lead() == epoch + 1, seconds=5)
    with pytest.raises(Deposed):
        first.announce(waiting, epoch, [], lambda _: [News("k", SearchHit(**_hit()), ())], AT)
    assert told(store) == []
    assert store.database["to_announce"].count_documents({}) == 1
    assert schedule_of(store).tick() == 0, "another leads"


def _hit() -> dict:
    return {"search_id": "s", "entity_id": "e", "found": "f", "tag": "t", "side": "offers"}


def test_a_change_that_somebody_looked_at_is_passed_over(store):
    put(store, offering("bread"))
    announcements = Announcements(store)
    epoch = announcements.lead()
    (waiting,) = announcements.waiting(10)
    hit = SearchHit(**_hit())
    counts = [announcements.announce(waiting, epoch, ["k"], lambda _: [News("k", hit, ())], AT) for _ in range(2)]
    assert counts == [1, 0]
    assert told(store) == [hit]


def test_saved_searches_hear_of_what_is_new_and_not_after_they_were_deleted(store):
    owner, baker = given.an_entity(), offering("rye-bread")
    put(store, owner, at=None)
    search_id = search_id_of(owner.entity_id, "bread", "offers", None, None)
    search = SavedSearch(
        search_id=search_id, entity_id=owner.entity_id, text="bread", side="offers", created_at=given.LONG_AGO
    )
    store.transaction(lambda tx: searches.save(tx, search))
    assert store.transaction(lambda tx: searches.save(tx, search)) == search
    schedule = schedule_of(store)
    put(store, baker)
    schedule.tick()
    assert [(each.search_id, each.found, each.tag) for each in told(store)] == [
        (search_id, baker.entity_id, "rye-bread")
    ]
    assert store.transaction(lambda tx: searches.delete(tx, owner.entity_id, search_id))
    assert not store.transaction(lambda tx: searches.delete(tx, owner.entity_id, search_id))
    put(store, offering("brown-bread"))
    schedule.tick()
    assert len(told(store)) == 1


def test_a_loop_is_told_once_whoever_of_it_changes(store):
    names = ["wheat", "flour", "bread"]
    ring = [
        given.an_entity(offers=[names[index]], wants=[names[index - 1]], status="tradingAccepted") for index in range(3)
    ]
    for each in ring:
        put_account(store, each)
    put(store, *ring)
    assert schedule_of(store).tick() == 3
    (loop,) = [each for each in told(store) if isinstance(each, LoopFound)]
    assert set(loop.members) == {each.entity_id for each in ring}


@pytest.fixture
def start(store, mongo_url, kafka_bootstrap, fresh_topic, tmp_path) -> Iterator:
    environment = {
        **os.environ,
        "MATCHER_MONGO_URL": mongo_url,
        "MATCHER_MONGO_DATABASE": store.database.name,
        "KAFKA_BOOTSTRAP": kafka_bootstrap,
        "INTERNAL_PUBLIC_KEY_FILE": "unused",
        "MATCHER_PORT": "0",
    }
    processes: list[subprocess.Popen] = []

    def run(what: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "tests.matcher.scheduling", what, fresh_topic]
        with (tmp_path / f"{len(processes)}.log").open("w") as output:
            processes.append(subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT))
        return processes[-1]

    yield run
    for process in processes:
        process.kill()
        process.wait()


def published(kafka: str, topic: str, count: int) -> dict[int, MatchFound]:
    """What the topic has, by position: a relay that was killed may repeat a record, never with another position."""
    reader = KafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    partition = TopicPartition(topic, 0)
    reader.assign([partition])
    reader.seek_to_beginning(partition)
    seen: dict[int, MatchFound] = {}

    def complete() -> bool:
        for records in reader.poll(timeout_ms=200).values():
            for record in records:
                envelope = codec.decode(record.value)
                event = codec.event_of(envelope)
                assert seen.setdefault(envelope.sequence, event) == event
        return len(seen) >= count

    try:
        wait_until(complete, 60)
    finally:
        reader.close()
    return seen


def test_killed_anywhere_every_match_is_in_the_topic_once(start, store, kafka_bootstrap, fresh_topic):
    bakers = [offering("bread") for _ in range(150)]
    wanting = given.an_entity(wants=["bread"])
    put(store, wanting, at=None)
    put(store, *bakers)

    def left() -> int:
        return store.database["to_announce"].count_documents({})

    for share in (0.8, 0.4):
        schedule, relay = start("schedule"), start("relay")
        wait_until(lambda most=share: left() < most * len(bakers), seconds=60)
        for process in (schedule, relay):
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert left() > 0, "killed too late to mean anything"
    start("schedule")
    start("relay")
    seen = published(kafka_bootstrap, fresh_topic, len(bakers))
    wait_until(lambda: left() == 0, seconds=60)
    assert sorted(seen) == list(range(1, len(bakers) + 1))
    assert Counter(event.giver for event in seen.values()) == {each.entity_id: 1 for each in bakers}
    assert Counter(event.match_id for event in seen.values()).most_common(1)[0][1] == 1
