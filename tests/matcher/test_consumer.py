"""Events into the index: redelivery, rivals and rebuilding all end in the same documents."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from events import codec, directory, ledger
from services.chassis.process import Stop
from services.matcher.consumer import Index
from services.matcher.handlers import take
from services.matcher.rebuild import NotRebuilt, rebuild
from services.matcher.store.elastic import Store
from tests.eventlog import EventLog, deliver
from tests.matcher import elastic, given

pytestmark = pytest.mark.integration
store, projection = elastic.store, elastic.projection


def documents(store: Store) -> list[dict]:
    found = store._client.search(index=store.current(), query={"match_all": {}}, size=1000)
    return sorted((hit["_source"] for hit in found["hits"]["hits"]), key=lambda source: source["entity_id"])


def understood(record):
    return record.envelope, codec.event_of(record.envelope)


def a_story(entities: int = 12) -> EventLog:
    log = EventLog("directory.events", "directory")
    told = [given.registered(["bread"], ["flour"], name=f"n{i}", status="pending") for i in range(entities)]
    for entity in told:
        log.tell(entity)
    for index, entity in enumerate(told):
        log.tell(given.status_changed(entity, "accepted", "pending"))
        log.tell(given.offers_wants_changed(entity, ["bread", f"cake-{index}"]))
        changed = {"before": {"name": f"n{index}"}, "after": {"name": f"new{index}"}}
        log.tell(directory.EntityProfileChanged(entity_id=entity.entity_id, **changed))
        log.tell(directory.UserRegistered(user_id=str(index), kind="member", email="x@y.test"))
        if index % 5 == 0:
            log.tell(directory.EntityClosed(entity_id=entity.entity_id, account=entity.account))
    return log


def clean_documents(log: EventLog, store: Store) -> list[dict]:
    assert deliver(Index(store=store), log.records)
    return documents(store)


@pytest.fixture
def other_store(elasticsearch_url, index_prefix):
    made = Store(elasticsearch_url, f"{index_prefix}other")
    made.migrate()
    yield made
    made.close()


def test_redelivered_ranges_end_in_the_same_index(store, other_store, projection):
    log = a_story()
    clean = clean_documents(log, other_store)
    assert len(clean) == 12
    dice = random.Random(3)
    reached = 0
    while reached < len(log.records):
        start = dice.randint(0, reached)
        end = dice.randint(start + 1, min(len(log.records), start + 8))
        # As after a crash between effect and position: applied, and the position not stored.
        if dice.random() < 0.3 and start <= reached < end:
            take(store, store.current(), [understood(record) for record in log.records[reached:end]])
        assert deliver(projection, log.records[start:end])
        reached = max(reached, end)
    assert documents(store) == clean
    assert store.position(store.current(), log.source) == len(log.records)


def test_a_hole_is_not_stepped_over(store, projection):
    assert not deliver(projection, a_story().records[2:])
    assert documents(store) == []


def test_rivals_never_overwrite_each_other(store, other_store):
    log = a_story()
    clean = clean_documents(log, other_store)

    def apply(size: int) -> None:
        rival = Index(store=store)
        for start in range(0, len(log.records), size):
            rival.position(log.source)
            rival.apply(log.source, log.records[start : start + size])

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(apply, (1, 2, 7)))
    assert documents(store) == clean
    assert store.position(store.current(), log.source) == len(log.records)


def test_ledger_is_followed_by_position(store, projection):
    log = EventLog("ledger.events", "main")
    log.tell(ledger.AccountOpened(account="1", entity_id="e", max_negative=0, max_positive=5, standing="frozen"))
    assert deliver(projection, log.records)
    assert store.position(store.current(), log.source) == 1
    assert documents(store) == []


def test_event_of_an_unknown_entity_halts(store, projection):
    log = EventLog("directory.events", "directory")
    log.tell(given.status_changed(given.registered(), "accepted", "pending"))
    with pytest.raises(SystemExit) as halted:
        deliver(projection, log.records)
    assert halted.value.code == 3
    assert store.position(store.current(), log.source) == 0


def test_what_is_applied_can_be_found_at_once(store, projection):
    log = EventLog("directory.events", "directory")
    log.tell(given.registered(["bread"]))
    assert deliver(projection, log.records)
    assert len(documents(store)) == 1


def test_migrating_again_keeps_everything(store, projection):
    assert deliver(projection, a_story().records)
    before = (store.current(), documents(store))
    store.migrate()
    assert (store.current(), documents(store)) == before


class Replay:
    """Stands where the loop does: hands a log to a projection until asked to stop."""

    def __init__(self, projection: Index, log: EventLog, stop: Stop, meanwhile=lambda: None) -> None:
        self.projection, self.log, self.stop, self.meanwhile = projection, log, stop, meanwhile

    def run(self) -> None:
        start = 0
        while start < len(self.log.records) and not self.stop.requested:
            self.meanwhile()
            deliver(self.projection, self.log.records[start : start + 5])
            start += 5


def test_rebuilt_index_is_the_same_in_a_new_generation(store, projection):
    log = a_story()
    assert deliver(projection, log.records)
    clean, old = documents(store), store.current()
    new = rebuild(store, lambda p, _, stop: Replay(p, log, stop), Stop)
    assert (store.current(), new != old) == (new, True)
    assert documents(store) == clean
    assert store.positions(new) == {log.source: len(log.records)}


def test_rebuilding_while_events_arrive_loses_none(store, projection):
    log, extra = a_story(), iter(range(100))
    assert deliver(projection, log.records)

    def more_arrives() -> None:
        if next(extra) < 3:
            assert deliver(projection, [log.tell(given.registered(["late"]))])

    new = rebuild(store, lambda p, _, stop: Replay(p, log, stop, more_arrives), Stop)
    deliver(projection, log.records)
    assert store.position(new, log.source) == len(log.records)
    assert len(documents(store)) == 15
    assert len([each for each in documents(store) if each["offers"][0]["tag"] == "late"]) == 3


def test_rebuild_that_is_stopped_leaves_the_old_index(store, projection):
    log = a_story()
    assert deliver(projection, log.records)
    old = store.current()
    stop = Stop()
    stop.request()
    with pytest.raises(NotRebuilt):
        rebuild(store, lambda p, _, s: Replay(p, log, s), lambda: stop)
    assert store.current() == old


def test_rebuild_deletes_generations_before_the_last(store, projection):
    log = a_story(2)
    assert deliver(projection, log.records)
    first = store.current()
    for _ in range(2):
        rebuild(store, lambda p, _, stop: Replay(p, log, stop), Stop)
    assert not store._client.indices.exists(index=first)


def renaming_story() -> EventLog:
    """A tag is renamed, merged into another, removed, and taken up again, among other changes."""
    log = EventLog("directory.events", "directory")
    told = [given.registered(["bread", f"cake-{i % 3}"], ["flour", "cake-0"], name=f"n{i}") for i in range(30)]
    for index, entity in enumerate(told):
        log.tell(entity)
        if index == 20:
            log.tell(directory.TagRenamed(name="bread", to="loaves"))
    log.tell(directory.TagRenamed(name="cake-0", to="cake-1"))
    log.tell(given.offers_wants_changed(told[3], ["cake-0", "loaves"], ["flour"]))
    log.tell(directory.TagRemoved(name="flour"))
    log.tell(given.offers_wants_changed(told[4], ["tea"], ["flour"]))
    log.tell(directory.TagRenamed(name="bread", to="loaves"))
    return log


def test_a_renamed_tag_has_its_new_name_everywhere_and_once(store):
    found = clean_documents(renaming_story(), store)
    tags = {each["name"]: [[tag["tag"] for tag in each[side]] for side in ("offers", "wants")] for each in found}
    assert tags["n0"] == [["loaves", "cake-1"], ["cake-1"]]
    assert tags["n1"] == [["loaves", "cake-1"], ["cake-1"]], "two that fall together are one"
    assert tags["n25"] == [["loaves", "cake-1"], ["cake-1"]]
    assert tags["n3"] == [["cake-0", "loaves"], []], "who takes a name up later keeps it"
    assert tags["n4"] == [["tea"], ["flour"]]


def test_a_merge_keeps_the_earlier_time(store):
    log = EventLog("directory.events", "directory")
    entity = given.registered(["veg"])
    log.tell(entity)
    log.tell(given.offers_wants_changed(entity, ["vegetables", "veg"]))
    log.tell(directory.TagRenamed(name="veg", to="vegetables"))
    (found,) = clean_documents(log, store)
    assert [(tag["tag"], tag["added_at"]) for tag in found["offers"]] == [
        ("vegetables", log.records[0].envelope.time),
    ]


def test_redelivered_renames_end_in_the_same_index(store, other_store, projection):
    log = renaming_story()
    clean = clean_documents(log, other_store)
    for first in range(0, len(log.records), 7):
        run = [understood(record) for record in log.records[first : first + 11]]
        for _ in range(2):
            take(store, store.current(), run)
    assert documents(store) == clean


def test_rivals_with_renames_end_in_the_same_index(store, other_store):
    log = renaming_story()
    clean = clean_documents(log, other_store)
    run = [understood(record) for record in log.records]

    def follow(seed: int) -> None:
        sizes = random.Random(seed)
        at = 0
        while at < len(run):
            size = sizes.randint(1, 9)
            take(store, store.current(), run[at : at + size])
            at += size

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(follow, range(3)))
    assert documents(store) == clean


def test_a_forgotten_entity_leaves_nothing_but_its_ids(store, projection):
    log = EventLog("directory.events", "directory")
    entity = given.registered(["zebrafinch"], ["flour"], name="zebrafinch ltd", status="accepted")
    log.tell(entity)
    log.tell(directory.EntityClosed(entity_id=entity.entity_id, account=entity.account))
    log.tell(directory.EntityForgotten(entity_id=entity.entity_id, account=entity.account))
    assert deliver(projection, log.records)
    found = documents(store)
    assert [document["entity_id"] for document in found] == [entity.entity_id]
    assert "zebrafinch" not in repr(found)
