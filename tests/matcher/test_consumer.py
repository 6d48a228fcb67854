"""Events into the store: redelivery, rivals and rebuilding all end in the same documents."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from events import directory, ledger
from services.chassis.clock import rfc3339
from services.chassis.process import Stop
from services.matcher import skipping
from services.matcher.consumer import DIRECTORY_SOURCE, Projection, told_since
from services.matcher.rebuild import NotRebuilt, rebuild
from services.matcher.store import Store, halts
from tests.eventlog import EventLog, deliver
from tests.matcher import given
from tests.matcher.reading import Documents, derived_in, to_announce_in
from tests.matcher.test_accounts import completed, initiated, opened

pytestmark = pytest.mark.integration


def of_directory() -> EventLog:
    return EventLog("directory.events", "directory")


def of_ledger() -> EventLog:
    return EventLog("ledger.events", "main")


def a_story(entities: int = 12) -> EventLog:
    log = of_directory()
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


def a_ledgers_story(accounts: int = 6) -> EventLog:
    log = of_ledger()
    numbers = [f"a{number}" for number in range(accounts)]
    for number in numbers:
        log.tell(opened(number))
    balances = dict.fromkeys(numbers, 0)
    for index in range(30):
        payer, payee = numbers[index % accounts], numbers[(index * index + 1) % accounts]
        if payer == payee:
            continue
        log.tell(initiated(f"t{index}", payer, payee, "admin" if index % 7 == 0 else "transfer"))
        if index % 5:
            balances[payer] -= 1
            balances[payee] += 1
            log.tell(completed(f"t{index}", **{payer: balances[payer], payee: balances[payee]}))
    return log


def clean(store: Store, *logs: EventLog) -> Documents:
    for log in logs:
        assert deliver(Projection(store, lambda _: False), log.records)
    return derived_in(store)


def test_redelivered_ranges_end_in_the_same_documents(store, other_store, projection):
    log = a_story()
    expected = clean(other_store, log)
    assert len(expected["entities"]) == 12
    dice = random.Random(3)
    reached = 0
    while reached < len(log.records):
        start = dice.randint(0, reached)
        end = dice.randint(start + 1, min(len(log.records), start + 8))
        assert deliver(projection, log.records[start:end])
        reached = max(reached, end)
    assert derived_in(store) == expected


def test_a_hole_is_not_stepped_over(store, projection):
    assert not deliver(projection, a_story().records[2:])
    assert derived_in(store)["entities"] == []


@pytest.mark.parametrize("story", ["a_story", "renaming_story", "a_ledgers_story"])
def test_rivals_take_each_record_once(store, other_store, story):
    log = globals()[story]()
    expected = clean(other_store, log)

    def follow(size: int) -> None:
        rival = Projection(store, lambda _: False)
        for start in range(0, len(log.records), size):
            assert deliver(rival, log.records[start : start + size])

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(follow, (1, 4, 7)))
    assert derived_in(store) == expected


def test_what_a_rival_has_taken_changes_nothing_not_even_the_revision(store, projection):
    log = a_story()
    assert deliver(projection, log.records)
    before = (store.state(), derived_in(store))
    projection.apply(log.source, log.records[-3:])
    assert (store.state(), derived_in(store)) == before


def test_a_store_that_was_set_back_is_not_given_a_hole(store, projection):
    log = a_story()
    with pytest.raises(Exception, match="0 is applied"):
        projection.apply(log.source, log.records[3:])
    assert store.position(log.source) == 0


def test_accounts_and_trades_are_derived_beside_entities(store, projection):
    log = a_ledgers_story()
    assert deliver(projection, log.records)
    found = derived_in(store)
    assert len(found["accounts"]) == 6
    assert sum(each["balance"] for each in found["accounts"]) == 0
    assert found["trades"]
    assert found["proposals"], "what is proposed and not yet accepted"
    assert {each["_id"]: each["position"] for each in found["positions"]} == {log.source: len(log.records)}


def test_another_book_has_a_position_alone(store, projection):
    log = EventLog("ledger.events", "other")
    log.tell(ledger.AccountOpened(account="1", entity_id="e", max_negative=0, max_positive=5, standing="frozen"))
    assert deliver(projection, log.records)
    assert store.position(log.source) == 1
    assert derived_in(store)["accounts"] == []


def test_what_is_changed_for_others_is_to_be_announced_in_order(store, projection):
    log, now = of_directory(), datetime.now(UTC)
    one, two = given.registered(["bread"]), given.registered(["flour"], status="pending")
    steps = [
        one,
        two,
        given.status_changed(two, "accepted", "pending"),
        directory.EntityProfileChanged(entity_id=one.entity_id, before={"name": "a"}, after={"name": "b"}),
        directory.CategoriesChanged(entity_id=one.entity_id, categories=["food"]),
        directory.TagRenamed(name="flour", to="wheat"),
        directory.CategoryRenamed(name="food", to="foods"),
        directory.EntityClosed(entity_id=one.entity_id, account=one.account),
    ]
    times = [now + timedelta(seconds=index) for index in range(len(steps))]
    for event, at in zip(steps, times, strict=True):
        assert deliver(projection, [log.tell(event, at)])
    looked_at = [(one, 0), (two, 2), (one, 4), (two, 5), (one, 6)]
    assert to_announce_in(store) == [(entity.entity_id, rfc3339(times[index])) for entity, index in looked_at]


def test_of_old_events_nothing_is_announced(store):
    now = datetime.now(UTC)
    projection = Projection(store, told_since(lambda: now, hours=48))
    log = of_directory()
    log.tell(given.registered(["old"]), now - timedelta(hours=49))
    new = given.registered(["new"])
    log.tell(new, now - timedelta(hours=47))
    assert deliver(projection, log.records)
    assert [entity_id for entity_id, _ in to_announce_in(store)] == [new.entity_id]


def broken() -> tuple[EventLog, EventLog]:
    """A record that can't be applied at position 3, and the same log without it."""
    logs = of_directory(), of_directory()
    first = given.registered(["bread"], entity_id="e1", account="1")
    for log in logs:
        log.tell(first, datetime(2026, 1, 1, tzinfo=UTC))
        log.tell(given.offers_wants_changed(first, ["cake"]), datetime(2026, 1, 2, tzinfo=UTC))
    logs[0].append(b"no event")
    logs[1].tell(directory.UserRegistered(user_id="u", kind="member", email="x@y.test"))
    for log in logs:
        log.tell(given.offers_wants_changed(first, ["tea"]), datetime(2026, 1, 3, tzinfo=UTC))
    return logs


def test_a_broken_record_halts_exactly_there_and_an_operator_may_pass_over_it(store, other_store, projection, capsys):
    log, without = broken()
    with pytest.raises(SystemExit) as halted:
        deliver(projection, log.records)
    assert halted.value.code == 3
    assert store.position(log.source) == 2, "those before it are taken"
    with pytest.raises(halts.Halted):
        halts.check(store)
    for source, position in ((log.source, 2), (log.source, 4), ("ledger.events/main", 1), ("nowhere", 3)):
        with pytest.raises(SystemExit) as refused:
            skipping.skip(store, ["--source", source, "--position", str(position)])
        assert refused.value.code == 1
        assert "Nothing was skipped" in capsys.readouterr().err
    skipping.skip(store, ["--source", log.source, "--position", "3"])
    halts.check(store)
    assert deliver(projection, log.records)
    assert derived_in(store) == clean(other_store, without)


def test_what_has_not_halted_can_not_be_passed_over(store, projection):
    log = a_story()
    assert deliver(projection, log.records[:3])
    with pytest.raises(SystemExit):
        skipping.skip(store, ["--source", log.source, "--position", "4"])
    assert store.position(log.source) == 3


def test_event_of_an_unknown_entity_halts(store, projection):
    log = of_directory()
    log.tell(given.status_changed(given.registered(), "accepted", "pending"))
    with pytest.raises(SystemExit) as halted:
        deliver(projection, log.records)
    assert halted.value.code == 3
    assert store.position(log.source) == 0


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


def renaming_story() -> EventLog:
    """A tag is renamed, merged into another, removed, and taken up again, among other changes."""
    log = of_directory()
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


def test_a_renamed_tag_has_its_new_name_everywhere_and_once(store, projection):
    log = renaming_story()
    for start in range(0, len(log.records), 6):
        assert deliver(projection, log.records[start : start + 6])
    found = derived_in(store)["entities"]
    tags = {each["name"]: [[name for name, _ in each[side]] for side in ("offers", "wants")] for each in found}
    assert tags["n0"] == [["loaves", "cake-1"], ["cake-1"]]
    assert tags["n1"] == [["loaves", "cake-1"], ["cake-1"]], "two that fall together are one"
    assert tags["n25"] == [["loaves", "cake-1"], ["cake-1"]]
    assert tags["n3"] == [["cake-0", "loaves"], []], "who takes a name up later keeps it"
    assert tags["n4"] == [["tea"], ["flour"]]


def test_renames_in_one_run_are_the_same_as_one_by_one(store, other_store, projection):
    log = renaming_story()
    assert deliver(projection, log.records)
    one_by_one = Projection(other_store, lambda _: False)
    for record in log.records:
        assert deliver(one_by_one, [record])
    assert derived_in(store) == derived_in(other_store)


def test_a_merge_keeps_the_earlier_time(store, projection):
    log = of_directory()
    entity = given.registered(["veg"])
    log.tell(entity)
    log.tell(given.offers_wants_changed(entity, ["vegetables", "veg"]))
    log.tell(directory.TagRenamed(name="veg", to="vegetables"))
    assert deliver(projection, log.records)
    (found,) = derived_in(store)["entities"]
    assert found["offers"] == [["vegetables", log.records[0].envelope.time]]


def test_a_category_is_renamed_and_removed_in_its_place(store, projection):
    log = of_directory()
    entities = [given.registered(name=f"n{n}", categories=["food", f"c{n % 2}"]) for n in range(4)]
    steps = [
        *entities,
        directory.CategoryRenamed(name="c0", to="food"),
        directory.CategoriesChanged(entity_id=entities[2].entity_id, categories=["c0", "c1"]),
        directory.CategoryRemoved(name="c1"),
    ]
    for event in steps:
        assert deliver(projection, [log.tell(event)])
    found = {each["name"]: each["categories"] for each in derived_in(store)["entities"]}
    assert found == {"n0": ["food"], "n1": ["food"], "n2": ["c0"], "n3": ["food"]}


def test_a_forgotten_entity_leaves_nothing_but_its_ids(store, projection):
    log = of_directory()
    entity = given.registered(["zebrafinch"], ["flour"], name="zebrafinch ltd", status="accepted")
    log.tell(entity)
    log.tell(directory.EntityClosed(entity_id=entity.entity_id, account=entity.account))
    assert deliver(projection, log.records)
    for name, key, values in (
        ("feedback", "f", {"entity_id": "other", "other_id": entity.entity_id, "theirs": "zebrafinch"}),
        ("searches", "s", {"entity_id": entity.entity_id, "text": "zebrafinch"}),
        ("announced", "a", {"of": ["other", entity.entity_id], "offer": "zebrafinch"}),
        ("interests", "i", {"members": ["other", entity.entity_id], "gives": ["zebrafinch"]}),
        ("searches", "others", {"entity_id": "other", "text": "bread"}),
    ):
        store.transaction(lambda tx, n=name, k=key, v=values: tx.put(n, k, v))
    log.tell(directory.EntityForgotten(entity_id=entity.entity_id, account=entity.account))
    assert deliver(projection, log.records[2:])
    assert [each["_id"] for each in derived_in(store)["entities"]] == [entity.entity_id]
    everything = {name: list(store.database[name].find()) for name in store.database.list_collection_names()}
    assert "zebrafinch" not in repr(everything)
    assert [each["text"] for each in everything["searches"] if not each.get("gone")] == ["bread"]
    assert store.position(DIRECTORY_SOURCE) == 3
