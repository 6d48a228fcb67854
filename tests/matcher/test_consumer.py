"""Events into the store: redelivery, rivals and rebuilding all end in the same documents."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from events import directory, ledger
from services.chassis.clock import rfc3339
from services.matcher import skipping
from services.matcher.consumer import DIRECTORY_SOURCE, Projection, told_since
from services.matcher.store import halts
from tests.eventlog import EventLog, deliver
from tests.matcher import given
from tests.matcher.reading import derived_in, to_announce_in
from tests.matcher.stories import a_ledgers_story, a_story, clean, of_directory, renaming_story

pytestmark = pytest.mark.integration


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


@pytest.mark.parametrize("story", [a_story, renaming_story, a_ledgers_story])
def test_rivals_take_each_record_once(store, other_store, story):
    log = story()
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


def test_of_several_changes_taken_at_once_the_first_that_is_not_too_old_counts(store):
    """What came with the first is as new as what came with the last."""
    now = datetime.now(UTC)
    projection = Projection(store, told_since(lambda: now, hours=48))
    log, entity = of_directory(), given.registered(["bread"])
    ages = [49, 3, 2]
    for age, offers in zip(ages, (["bread"], ["bread", "cake"], ["bread", "cake", "pie"]), strict=True):
        event = entity if age == ages[0] else given.offers_wants_changed(entity, offers)
        log.tell(event, now - timedelta(hours=age))
    assert deliver(projection, log.records)
    assert to_announce_in(store) == [(entity.entity_id, rfc3339(now - timedelta(hours=3)))]
