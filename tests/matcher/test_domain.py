"""How an entity follows its events, and which matches come first."""

from dataclasses import replace

import pytest

from events import directory, ledger
from services.matcher.domain import (
    Place,
    Tag,
    UnknownEntity,
    best_first,
    distance_km,
    entity_id_of,
    evolve,
    match_of,
    may_be_shown,
    recategorised,
)
from tests.matcher import given
from tests.matcher.given import LEEDS, LONDON

MONDAY, TUESDAY, FRIDAY = (f"2026-03-0{day}T00:00:00.000000Z" for day in (2, 3, 6))


def after(*events, entity=None):
    """The entity after events on Monday, Tuesday …"""
    for index, event in enumerate(events):
        time = f"2026-03-0{2 + index}T00:00:00.000000Z"
        entity = evolve(entity, event, position=index + 1, time=time)
    return entity


def test_registered_entity_is_as_told():
    place = directory.Place(latitude="51.50735", longitude="-0.12776")
    told = given.registered(["bread"], ["flour", "flour"], name="Bakery", city="London", place=place, status="pending")
    entity = after(told)
    assert (entity.name, entity.city, entity.place, entity.status) == ("Bakery", "London", LONDON, "pending")
    assert entity.offers == (Tag(tag="bread", added_at=MONDAY),)
    assert entity.wants == (Tag(tag="flour", added_at=MONDAY),)
    assert (entity.version, entity.trading) == (1, False)


def test_kept_tags_keep_their_time_and_new_ones_get_it():
    told = given.registered(["bread", "cake"])
    entity = after(told, given.offers_wants_changed(told, ["cake", "rolls"], ["flour"]))
    assert entity.offers == (Tag(tag="cake", added_at=MONDAY), Tag(tag="rolls", added_at=TUESDAY))
    assert entity.wants == (Tag(tag="flour", added_at=TUESDAY),)


def test_tags_are_new_when_their_member_becomes_listed():
    told = given.registered(["bread"], ["flour"], status="pending")
    entity = after(told, given.status_changed(told, "accepted", "pending"))
    assert {tag.added_at for tag in (*entity.offers, *entity.wants)} == {TUESDAY}
    later = after(told, given.status_changed(told, "accepted", "pending"),
                  given.status_changed(told, "tradingAccepted", "accepted"))  # fmt: skip
    assert {tag.added_at for tag in later.offers} == {TUESDAY}
    assert later.trading


def test_categories_follow_their_own_events_and_those_of_a_category():
    told = given.registered(categories=["Bakery", "Food", "Food"])
    assert after(told).categories == ("Bakery", "Food")
    changed = directory.CategoriesChanged(entity_id=told.entity_id, categories=["Food", "Bakery", "Mills"])
    entity = after(told, changed)
    assert entity.categories == ("Food", "Bakery", "Mills")
    renamed = recategorised(entity, directory.CategoryRenamed(name="Mills", to="Food"), position=3)
    assert (renamed.categories, renamed.version) == (("Food", "Bakery"), 3)
    removed = recategorised(renamed, directory.CategoryRemoved(name="Food"), position=4)
    assert removed.categories == ("Bakery",)
    assert recategorised(removed, directory.CategoryRemoved(name="Bakery"), position=4) is removed
    gone = directory.EntityForgotten(entity_id=told.entity_id, account=told.account)
    assert after(told, gone).categories == ()


def test_profile_changes_set_and_clear():
    place = directory.Place(latitude="51.50735", longitude="-0.12776")
    told = given.registered(name="Old", city="London", place=place)
    changed = directory.EntityProfileChanged(
        entity_id=told.entity_id,
        before={"name": "Old", "city": "London", "email": "x"},
        after={"name": "New", "email": "y"},
    )
    moved = directory.EntityProfileChanged(
        entity_id=told.entity_id, before={}, after={"place": {"latitude": "53.80076", "longitude": "-1.54908"}}
    )
    assert (after(told, changed).name, after(told, changed).city, after(told, changed).place) == ("New", "", LONDON)
    assert after(told, moved).place == LEEDS
    cleared = directory.EntityProfileChanged(entity_id=told.entity_id, before={"place": {}}, after={})
    assert after(told, cleared).place is None


def test_older_and_repeated_events_change_nothing():
    told = given.registered(["bread"])
    entity = after(told, given.offers_wants_changed(told, ["cake"]))
    for position in (1, 2):
        assert evolve(entity, told, position=position, time=FRIDAY) is entity


def test_event_of_an_unknown_entity_is_refused():
    with pytest.raises(UnknownEntity):
        after(given.status_changed(given.registered(), "accepted", "pending"))


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({}, True),
        ({"status": "tradingPending"}, True),
        ({"status": "tradingAccepted"}, True),
        ({"status": "tradingRejected"}, True),
        ({"status": "pending"}, False),
        ({"status": "rejected"}, False),
        ({"closed": True}, False),
        ({"entity_id": "me"}, False),
    ],
)
def test_only_listed_others_are_shown(changed, shown):
    assert may_be_shown(given.an_entity(entity_id="me"), given.an_entity(**changed)) is shown


def test_best_pair_of_tags_decides():
    mine = given.an_entity(offers=["organic-vegetables", "bread"])
    match = match_of(mine, mine.offers, given.an_entity(), given.tags("vegetables", "breads"), None)
    assert (match.mine, match.theirs, match.how, match.score) == ("bread", "breads", "exact", 100)


def test_since_leaves_out_what_was_there_before():
    mine = given.an_entity(offers=["bread"])
    theirs = (*given.tags("bread", at=MONDAY), *given.tags("breads", at=FRIDAY))
    assert match_of(mine, mine.offers, given.an_entity(), theirs, TUESDAY).theirs == "breads"
    assert match_of(mine, mine.offers, given.an_entity(), theirs, FRIDAY) is None


def test_better_then_trading_then_nearer_comes_first():
    mine = given.an_entity(offers=["bread"], place=LONDON)

    def found(name, tag, **changed):
        return match_of(mine, mine.offers, given.an_entity(name=name, **changed), given.tags(tag), None)

    near = replace(LONDON, latitude=51.6)
    matches = [
        found("nowhere", "bread"),
        found("far", "bread", place=LEEDS),
        found("near", "bread", place=near),
        found("trading", "bread", status="tradingAccepted"),
        found("fuzzy and trading", "braed", status="tradingAccepted", place=near),
    ]
    names = [match.entity.name for match in best_first(matches, 10)]
    assert names == ["trading", "near", "far", "nowhere", "fuzzy and trading"]
    assert len(best_first(matches, 2)) == 2


def test_distance_is_along_the_great_circle():
    assert distance_km(LONDON, LEEDS) == pytest.approx(272.7, abs=1)
    assert distance_km(LONDON, LONDON) == 0
    assert distance_km(LONDON, None) is None
    assert distance_km(Place(latitude=0, longitude=0), Place(latitude=0, longitude=180)) == pytest.approx(20015, abs=1)


@pytest.mark.parametrize("cls", ledger.EVENTS, ids=lambda cls: cls.TYPE)
def test_no_news_of_money_changes_an_entity(cls):
    """Not even that of an account, which names its entity."""
    event = object.__new__(cls)
    assert entity_id_of(event) is None
