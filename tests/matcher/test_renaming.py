"""Names that change: in their place among the other events, for all who have them, in portions when those are many."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from events import directory
from services.matcher.consumer import Projection
from tests.eventlog import deliver
from tests.matcher import given
from tests.matcher.reading import derived_in, to_announce_in
from tests.matcher.stories import clean, of_directory, renaming_story

pytestmark = pytest.mark.integration


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


def test_a_name_that_many_have_is_changed_in_portions_to_the_same_end(store, other_store, projection, monkeypatch):
    log = renaming_story()
    log.tell(directory.TagRenamed(name="loaves", to="loaves"))
    expected = clean(other_store, log)
    monkeypatch.setattr("services.matcher.handlers.PORTION", 4)
    half = len(log.records) // 2
    assert deliver(projection, log.records[:half])

    def follow(size: int) -> None:
        rival = Projection(store, lambda _: True)
        for start in range(half, len(log.records), size):
            rival.apply(log.source, log.records[start : start + size])

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(follow, (1, 1)))
    assert derived_in(store) == expected
    assert {entity_id for entity_id, _ in to_announce_in(store)} == {each["_id"] for each in expected["entities"]}


def test_a_consumer_that_dies_between_portions_goes_on_with_the_rest(store, other_store, projection, monkeypatch):
    log = renaming_story()
    expected = clean(other_store, log)
    monkeypatch.setattr("services.matcher.handlers.PORTION", 4)
    renames = [record.position for record in log.records if record.envelope.type == directory.TagRenamed.TYPE]
    reached = 0
    for position in renames:
        projection.apply(log.source, log.records[reached : position - 1])
        # One portion, and no position.
        assert projection._take_portion(log.source, log.records[position - 1]) in {True, False}
        reached = position - 1
    projection.apply(log.source, log.records[reached:])
    assert derived_in(store) == expected


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
