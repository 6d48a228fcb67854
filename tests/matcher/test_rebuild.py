"""Another generation, filled while everything goes on, and the switch to it."""

import pytest

from events import directory
from services.chassis.process import Stop
from services.matcher.consumer import Projection
from services.matcher.rebuild import NotRebuilt, rebuild
from tests.eventlog import EventLog, deliver
from tests.matcher import given
from tests.matcher.reading import derived_in, to_announce_in
from tests.matcher.stories import a_ledgers_story, a_story, clean, of_directory

pytestmark = pytest.mark.integration


class Replay:
    """Stands where the loop does: hands logs to a projection until asked to stop."""

    def __init__(self, projection: Projection, logs: list[EventLog], stop: Stop, meanwhile=lambda: None) -> None:
        self.projection, self.logs, self.stop, self.meanwhile = projection, logs, stop, meanwhile

    def run(self) -> None:
        for log in self.logs:
            start = 0
            while start < len(log.records) and not self.stop.requested:
                self.meanwhile()
                deliver(self.projection, log.records[start : start + 5])
                start += 5


def test_a_rebuilt_generation_is_the_same_and_announces_nothing(store, projection):
    logs = [a_story(), a_ledgers_story()]
    expected, old = clean(store, *logs), store.state().generation
    new = rebuild(projection, lambda p, _, stop: Replay(p, logs, stop), Stop)
    assert (store.state().generation, new) == (new, old + 1)
    assert derived_in(store) == expected
    assert to_announce_in(store) == []


def test_rebuilding_while_events_arrive_loses_none(store, other_store, projection):
    log, extra = a_story(), iter(range(100))
    assert deliver(projection, log.records)

    def more_arrives() -> None:
        if next(extra) < 3:
            assert deliver(projection, [log.tell(given.registered(["late"]))])

    rebuild(projection, lambda p, _, stop: Replay(p, [log], stop, more_arrives), Stop)
    assert deliver(projection, log.records)
    assert derived_in(store) == clean(other_store, log)


def test_what_the_rebuild_takes_before_the_consumer_is_announced_after_the_switch(store, projection):
    log = a_story(3)
    assert deliver(projection, log.records)
    store.transaction(lambda tx: tx.delete_all("to_announce", [each["_id"] for each in tx.find("to_announce", {})]))
    late = given.registered(["late"])
    log.tell(late)
    rebuild(projection, lambda p, _, stop: Replay(p, [log], stop), Stop)
    # The replay ends at the switch: with what the consumer had, or with more.
    assert deliver(projection, log.records)
    assert [entity_id for entity_id, _ in to_announce_in(store)] == [late.entity_id]


def test_who_is_forgotten_while_the_rebuild_is_ahead_leaves_nothing(store, projection):
    log = of_directory()
    entity = given.registered(["zebrafinch"], name="zebrafinch ltd")
    log.tell(entity)
    assert deliver(projection, log.records)
    store.transaction(lambda tx: tx.put("searches", "s", {"entity_id": entity.entity_id, "text": "zebrafinch"}))
    before = store.state().revision
    log.tell(directory.EntityClosed(entity_id=entity.entity_id, account=entity.account))
    log.tell(directory.EntityForgotten(entity_id=entity.entity_id, account=entity.account))
    rebuild(projection, lambda p, _, stop: Replay(p, [log], stop), Stop)
    assert deliver(projection, log.records)
    everything = {name: list(store.database[name].find()) for name in store.database.list_collection_names()}
    assert "zebrafinch" not in repr(everything)
    (tombstone,) = everything["searches"]
    assert tombstone["gone"]
    assert tombstone["revision"] > before, "who follows searches hears of it"


def test_a_rebuild_that_is_stopped_leaves_what_is_read(store, projection):
    log = a_story()
    assert deliver(projection, log.records)
    before = (store.state(), derived_in(store))
    stop = Stop()
    stop.request()
    with pytest.raises(NotRebuilt):
        rebuild(projection, lambda p, _, s: Replay(p, [log], s), lambda: stop)
    assert (store.state(), derived_in(store)) == before


def test_no_other_generation_is_left(store, projection):
    log = a_story(2)
    assert deliver(projection, log.records)
    store.new_generation()
    rebuild(projection, lambda p, _, stop: Replay(p, [log], stop), Stop)
    names = {name for name in store.database.list_collection_names() if name.startswith("entities-")}
    assert names == {"entities-3"}


def test_of_two_rebuilds_at_once_the_second_wins_and_the_first_halts(store, projection):
    log = a_story()
    expected, another = clean(store, log), iter([False, True])

    def another_begins() -> None:
        if next(another, False):
            rebuild(projection, lambda p, _, stop: Replay(p, [log], stop), Stop)

    with pytest.raises((SystemExit, NotRebuilt)):
        rebuild(projection, lambda p, _, stop: Replay(p, [log], stop, another_begins), Stop)
    assert derived_in(store) == expected
    assert store.state().generation == 3
