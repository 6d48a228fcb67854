"""The store on real MongoDB: revisions, tombstones, generations, snapshots."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from services.matcher.store import Store, StoreAway, Tx

pytestmark = pytest.mark.integration


def put(store: Store, name: str, key: str, **values) -> int:
    def work(tx: Tx) -> int:
        tx.put(name, key, values)
        return tx.revision

    return store.transaction(work)


def test_each_transaction_has_the_next_revision_and_what_it_writes_carries_it(store):
    assert [put(store, "words", key, tags=[key]) for key in "ab"] == [1, 2]
    with store.snapshot() as seen:
        assert seen.state.revision == 2
        assert [(each["_id"], each["revision"]) for each in seen.all("words")] == [("a", 1), ("b", 2)]
        assert [each["_id"] for each in seen.all("words", after=1)] == ["b"]


def test_what_was_dropped_is_told_to_those_who_follow_and_to_nobody_else(store):
    put(store, "feedback", "f", side="lead")
    store.transaction(lambda tx: tx.drop("feedback", "f"))
    with store.snapshot() as seen:
        assert list(seen.all("feedback")) == []
        assert list(seen.all("feedback", after=1)) == [{"_id": "f", "gone": True, "revision": 2}]


def test_what_fails_writes_nothing_and_takes_no_revision(store):
    def work(tx: Tx) -> None:
        tx.put("words", "a", {})
        raise KeyError("no")

    with pytest.raises(KeyError):
        store.transaction(work)
    assert store.state().revision == 0
    with store.snapshot() as seen:
        assert list(seen.all("words")) == []


def test_transactions_at_the_same_time_all_happen_one_after_the_other(store):
    def count(tx: Tx) -> None:
        found = next(tx.of_ids("counters", ["n"]), {"value": 0})
        tx.put("counters", "n", {"value": found["value"] + 1})

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: store.transaction(count), range(40)))
    with store.snapshot() as seen:
        assert [(each["value"], each["revision"]) for each in seen.all("counters")] == [(40, 40)]


def test_a_snapshot_sees_one_moment(store):
    put(store, "words", "a")
    with store.snapshot() as seen:
        put(store, "words", "b")
        put(store, "entities", "e")
        assert [each["_id"] for each in seen.all("words")] == ["a"]
        assert list(seen.all("entities")) == []


def test_derived_collections_belong_to_a_generation_truths_do_not(store):
    put(store, "entities", "old")
    put(store, "words", "w")
    new = store.new_generation()
    store.transaction(lambda tx: tx.put("entities", "new", {}), generation=new)
    with store.snapshot() as seen:
        assert [each["_id"] for each in seen.all("entities")] == ["old"]
    assert new == store.state().generation + 1
    store.drop_generations_but(new)
    assert {name for name in store.database.list_collection_names() if name.startswith("entities-")} == {
        f"entities-{new}"
    }
    assert store.database["words"].count_documents({}) == 1


def test_a_number_is_never_given_to_two_generations(store):
    first = store.new_generation()
    store.drop_generations_but(1)
    assert store.new_generation() == first + 1


def test_migrate_may_be_repeated(store):
    put(store, "entities", "e")
    store.migrate()
    assert store.state().revision == 1
    assert store.database["entities-1"].count_documents({}) == 1


def test_positions_are_read_of_a_generation(store):
    store.transaction(lambda tx: tx.put("positions", "t/k", {"position": 7}))
    assert store.position("t/k") == 7
    assert store.position("t/other") == 0
    assert store.position("t/k", generation=store.new_generation()) == 0


def test_a_database_that_was_never_made_is_away(mongo_url):
    empty = Store(mongo_url, "test_never_made")
    for ask in (empty.state, empty.new_generation, lambda: empty.transaction(lambda tx: tx.revision)):
        with pytest.raises(StoreAway):
            ask()
    assert "test_never_made" not in empty.client.list_database_names()
    empty.close()


def test_a_server_that_does_not_answer_is_away(nobody):
    for ask in (nobody.ping, nobody.state, lambda: nobody.transaction(lambda tx: tx.revision)):
        with pytest.raises(StoreAway):
            ask()
