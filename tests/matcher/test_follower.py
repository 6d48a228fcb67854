"""A network in memory that follows the store."""

import pytest

from services.matcher.consumer import DIRECTORY_SOURCE
from services.matcher.follower import Follower
from services.matcher.store import Store, generations, words
from services.matcher.store.documents import document_of
from tests.eventlog import EventLog, deliver
from tests.matcher import given
from tests.matcher.test_accounts import completed, initiated, opened

pytestmark = pytest.mark.integration


def put(store: Store, name: str, key: str, **values) -> None:
    store.transaction(lambda tx: tx.put(name, key, values))


def leads(follower: Follower, entity_id: str) -> dict[str, str]:
    """Others and what they want."""
    return {match.entity.entity_id: match.theirs for match in follower.network().leads(entity_id)}


@pytest.fixture
def follower(store: Store) -> Follower:
    return Follower(store)


@pytest.fixture
def log(projection) -> EventLog:
    """A baker whom two know."""
    log = EventLog("directory.events", "directory")
    for entity_id, offers, wants in (("me", ["bread"], ["flour"]), ("a", [], ["bread"]), ("b", [], ["breads"])):
        log.tell(given.registered(offers, wants, entity_id=entity_id, account=f"of-{entity_id}"))
    assert deliver(projection, log.records)
    return log


def test_what_is_there_and_what_comes_is_followed_with_its_positions(follower, projection, log):
    assert leads(follower, "me") == {"a": "bread", "b": "breads"}
    assert follower.position(DIRECTORY_SOURCE) == 3
    network = follower.network()
    a = given.registered([], ["cake"], entity_id="a", account="of-a")
    assert deliver(projection, [log.tell(given.offers_wants_changed(a, [], ["cake"]))])
    assert leads(follower, "me") == {"b": "breads"}
    assert follower.position(DIRECTORY_SOURCE) == 4
    assert follower.network() is network, "changed, not made anew"


def test_room_and_trades_are_followed(follower, projection, log):
    assert leads(follower, "me")
    ledger = EventLog("ledger.events", "main")
    for name in ("me", "a", "b"):
        ledger.tell(opened(f"of-{name}", max_negative=10))
    ledger.tell(initiated("t", "of-a", "of-me"))
    ledger.tell(completed("t", **{"of-a": -10, "of-me": 10}))
    assert deliver(projection, ledger.records)
    assert leads(follower, "me") == {"b": "breads"}, "who can't pay is no lead"
    me, a = (follower.network().entity(name) for name in ("me", "a"))
    assert me is not None
    assert a is not None
    assert follower.network().trades_between(me, a) == 1


def test_feedback_is_followed_and_taken_back(follower, store, log):
    opinion = {"entity_id": "me", "other_id": "a", "mine": "bread", "theirs": "bread", "side": "leads", "at": "2026"}
    put(store, "feedback", "f", **opinion)
    assert leads(follower, "me") == {"b": "breads"}
    store.transaction(lambda tx: tx.drop("feedback", "f"))
    assert leads(follower, "me") == {"a": "bread", "b": "breads"}


def test_words_that_were_edited_take_the_place_of_ours(follower, store, projection, log):
    log.tell(given.registered([], ["stotties"], entity_id="c"))
    assert deliver(projection, log.records)
    assert "c" not in leads(follower, "me")
    store.transaction(lambda tx: words.write(tx, [("stottie", "bread")], version=0, at=given.LONG_AGO))
    assert leads(follower, "me")["c"] == "stotties"
    store.transaction(lambda tx: words.write(tx, [("stottie", "flat cap")], version=1, at=given.LONG_AGO))
    assert "c" not in leads(follower, "me")


def test_another_generation_is_read_as_a_new_network(follower, store, log):
    before = follower.network()
    new = store.new_generation()
    me, other = given.an_entity(["tea"], entity_id="me"), given.an_entity([], ["tea"], entity_id="new")

    def fill(tx) -> None:
        for each in (me, other):
            tx.put("entities", each.entity_id, {**document_of(each), "at": "2026"})
        tx.put("positions", DIRECTORY_SOURCE, {"position": 9})

    store.transaction(fill, generation=new)
    assert leads(follower, "me") == {"a": "bread", "b": "breads"}
    assert generations.switch(store, new, source=DIRECTORY_SOURCE, told=lambda _: False) == 1
    store.drop_generations_but(new)
    assert leads(follower, "me") == {"new": "tea"}
    assert follower.position(DIRECTORY_SOURCE) == 9
    assert follower.network() is not before


def test_a_generation_that_lacks_something_is_not_switched_to(store, log):
    new = store.new_generation()
    assert generations.switch(store, new, source=DIRECTORY_SOURCE, told=lambda _: True) is None
    assert store.state().generation == 1
