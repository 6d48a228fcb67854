"""Whoever looked at a member before it was forgotten writes nothing of it after."""

from dataclasses import replace

import pytest

from events.matcher import LoopFound, LoopGive
from services.matcher.announcing import News, news_of
from services.matcher.domain import Entity, Feedback, UnknownEntity
from services.matcher.follower import Follower
from services.matcher.searching import SavedSearch, SearchBook
from services.matcher.store import Store, derived, feedback, interests, searches
from services.matcher.store.announcements import Announcements
from tests.matcher import given

pytestmark = pytest.mark.integration

NOW = "2026-03-02T00:00:00.000000Z"


def put(store: Store, *entities: Entity) -> None:
    store.transaction(lambda tx: derived.put_entities(tx, {each.entity_id: (each, NOW) for each in entities}))


def forget(store: Store, entity: Entity) -> None:
    put(store, replace(entity, name="", offers=(), wants=(), closed=True))
    store.transaction(lambda tx: derived.forget(tx, {entity.entity_id}))


def kept_of(store: Store, entity: Entity) -> list[str]:
    """Where a member is still named."""
    names = ("feedback", "searches", "announced", "interests", "outbox")
    return [name for name in names if entity.entity_id in repr(list(store.database[name].find()))]


def a_loop(*members: Entity) -> LoopFound:
    ids = tuple(each.entity_id for each in members)
    pairs = zip(ids, (*ids[1:], ids[0]), strict=True)
    gives = tuple(LoopGive(giver=giver, receiver=receiver, offer="rye", want="rye") for giver, receiver in pairs)
    return LoopFound(loop_id="loop", members=ids, gives=gives, score=80)


def test_nothing_is_announced_of_who_was_forgotten_after_the_leader_looked(store):
    gone, there = given.an_entity(wants=["bread"]), given.an_entity(wants=["bread"])
    baker = replace(given.an_entity(), offers=given.tags("bread", at=NOW))
    put(store, gone, there, baker)
    store.transaction(lambda tx: derived.put_to_announce(tx, {baker.entity_id: NOW}))
    announcements = Announcements(store)
    epoch = announcements.lead()
    (waiting,) = announcements.waiting(10)
    network, _ = Follower(store).follow()
    seen = news_of(network, SearchBook(), baker.entity_id, NOW)
    assert len(seen.matches) == 2
    loop = News("loop/loop", a_loop(gone, there, baker), (gone.entity_id, there.entity_id, baker.entity_id))
    forget(store, gone)
    count = announcements.announce(waiting, epoch, seen.keys, lambda told: [*seen.chosen(told), loop], NOW)
    assert count == 1, "the other match"
    assert kept_of(store, gone) == []
    assert kept_of(store, there) == ["announced", "outbox"]


def test_nobody_says_anything_of_who_was_forgotten(store):
    gone, there = given.an_entity(), given.an_entity()
    put(store, gone, there)
    forget(store, gone)
    said = Feedback(
        feedback_id="f", entity_id=there.entity_id, other_id=gone.entity_id, side="leads", mine="a", theirs="b", at=NOW
    )
    search = SavedSearch(search_id="s", entity_id=gone.entity_id, text="bread", side="offers", created_at=NOW)
    with pytest.raises(UnknownEntity):
        store.transaction(lambda tx: feedback.give(tx, said))
    with pytest.raises(UnknownEntity):
        store.transaction(lambda tx: searches.save(tx, search))
    interest = {"by": "user:u", "correlation_id": "c", "now": NOW}
    with pytest.raises(UnknownEntity):
        store.transaction(lambda tx: interests.say(tx, a_loop(gone, there), there.entity_id, **interest))
    assert kept_of(store, gone) == []
