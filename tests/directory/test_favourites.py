"""Favourites and private notes: a set of listed businesses, and words that only one's own people see."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from services.directory import indexing
from services.directory.domain import notes
from services.directory.store import EntityIndex, Store
from tests.directory.gateway import ADMIN, PUBLIC, Gateway, Member

pytestmark = pytest.mark.integration


def listed(gateway: Gateway, **changes: object) -> Member:
    member = gateway.sign_up(**changes)
    assert gateway.patch(f"/entities/{member.entity_id}", {"status": "accepted"})[0] == 200
    return member


def put(gateway: Gateway, path: str, document: object, member: Member) -> tuple[int, dict]:
    return gateway._call("PUT", path, member.caller, {}, json=document)


def mark(gateway: Gateway, mine: Member, other: Member, favourite: bool = True) -> tuple[int, dict]:
    path = f"/entities/{mine.entity_id}/favourites/{other.entity_id}"
    return put(gateway, path, {"favourite": favourite}, mine)


def test_a_favourite_is_marked_once_listed_and_taken_away(gateway: Gateway, store: Store):
    mine, other = listed(gateway), listed(gateway, name="Old Bakery")
    for _ in range(2):
        assert mark(gateway, mine, other) == (200, {"entity_id": other.entity_id, "is_favourite": True})

    status, page = gateway.get(f"/entities/{mine.entity_id}/favourites", mine.caller)
    assert (status, page["total"], page["entities"][0]["name"]) == (200, 1, "Old Bakery")
    assert page["entities"][0]["is_favourite"] is True
    assert "email" not in page["entities"][0]
    assert store.favourites.of(mine.entity_id) == [other.entity_id]
    actions = [entry["action"] for entry in store.database["audit"].find({"action": {"$regex": "^favourite"}})]
    assert actions == ["favourite.added"], "a repeat is no second entry"

    assert mark(gateway, mine, other, favourite=False)[1]["is_favourite"] is False
    assert gateway.get(f"/entities/{mine.entity_id}/favourites", mine.caller)[1]["total"] == 0


def test_only_listed_businesses_that_exist_can_be_marked(gateway: Gateway):
    mine, pending = listed(gateway), gateway.sign_up()
    assert mark(gateway, mine, pending)[1]["type"] == "entity.unknown"
    path = f"/entities/{mine.entity_id}/favourites/nobody"
    assert put(gateway, path, {"favourite": True}, mine)[0] == 404


def test_a_favourite_that_is_not_listed_any_more_is_left_out_but_can_be_taken_away(gateway: Gateway, store: Store):
    mine, other = listed(gateway), listed(gateway)
    mark(gateway, mine, other)
    gateway.patch(f"/entities/{other.entity_id}", {"status": "rejected", "reason": "moved away"})
    empty = {"entities": [], "total": 0, "next": None}
    assert gateway.get(f"/entities/{mine.entity_id}/favourites", mine.caller)[1] == empty
    assert mark(gateway, mine, other, favourite=False)[0] == 200
    assert store.favourites.of(mine.entity_id) == []


def test_favourites_are_nobody_elses_business(gateway: Gateway):
    mine, other = listed(gateway), listed(gateway)
    for caller in (other.caller, ADMIN, PUBLIC):
        assert gateway.get(f"/entities/{mine.entity_id}/favourites", caller)[0] == 403
    path = f"/entities/{mine.entity_id}/favourites/{other.entity_id}"
    assert put(gateway, path, {"favourite": True}, other)[1]["type"] == "entity.not_yours"


def test_there_are_at_most_so_many_even_at_the_same_moment(gateway: Gateway, store: Store, flask_app):
    mine = listed(gateway)
    others = [listed(gateway) for _ in range(4)]
    filler = [
        {"_id": f"{mine.entity_id}/{n}", "entity_id": mine.entity_id, "favourite_id": str(n), "added_at": "2026"}
        for n in range(notes.FAVOURITES_MAX - 2)
    ]
    store.database["favourites"].insert_many(filler)

    def attempt(other: Member) -> int:
        return mark(Gateway(flask_app.test_client(), gateway.signer), mine, other)[0]

    with ThreadPoolExecutor(4) as threads:
        statuses = sorted(threads.map(attempt, others))
    assert statuses == [200, 200, 422, 422]
    assert store.favourites.count(mine.entity_id) == notes.FAVOURITES_MAX


def test_the_same_mark_at_the_same_moment_is_one(gateway: Gateway, store: Store, flask_app):
    mine, other = listed(gateway), listed(gateway)

    def attempt(_: int) -> int:
        return mark(Gateway(flask_app.test_client(), gateway.signer), mine, other)[0]

    with ThreadPoolExecutor(6) as threads:
        assert set(threads.map(attempt, range(6))) == {200}
    assert store.favourites.of(mine.entity_id) == [other.entity_id]


def test_is_favourite_is_told_in_the_eyes_of_ones_own_business_alone(gateway: Gateway):
    mine, other = listed(gateway), listed(gateway)
    mark(gateway, mine, other)
    eyes = {"querying_entity_id": mine.entity_id}
    assert gateway.get(f"/entities/{other.entity_id}", mine.caller, **eyes)[1]["is_favourite"] is True
    assert gateway.get(f"/entities/{mine.entity_id}", mine.caller, **eyes)[1]["is_favourite"] is False
    assert "is_favourite" not in gateway.get(f"/entities/{other.entity_id}", mine.caller)[1]
    found = gateway.get("/entities", mine.caller, ids=f"{mine.entity_id},{other.entity_id}", **eyes)[1]["entities"]
    assert [each["is_favourite"] for each in found] == [False, True]
    for caller in (other.caller, ADMIN, PUBLIC):
        assert gateway.get(f"/entities/{other.entity_id}", caller, **eyes)[1]["type"] == "entity.not_yours"
        assert gateway.get("/search", caller, **eyes)[1]["type"] == "entity.not_yours"


def test_search_results_bear_the_mark(gateway: Gateway, prepared_index: EntityIndex, store: Store, directory):
    mine, other = listed(gateway), listed(gateway, offers=["bread"])
    mark(gateway, mine, other)
    prepared_index.put(list(indexing.indexed(store.entities.every())))
    found = gateway.get("/search", mine.caller, offers="bread", querying_entity_id=mine.entity_id)[1]["entities"]
    assert [each["is_favourite"] for each in found] == [True]


def test_the_search_finds_exactly_the_favourites_of_who_asks(
    gateway: Gateway, prepared_index: EntityIndex, store: Store
):
    """Two readers, each with their own; with other filters what fits both, whatever the order of marking."""
    mine, yours = listed(gateway, name="Mine"), listed(gateway, name="Yours")
    derry = listed(gateway, name="Derry Loaf", city="Derry", offers=["bread"])
    leeds = listed(gateway, name="Leeds Loaf", city="Leeds", offers=["bread"])
    tea = listed(gateway, name="Tea House", city="Leeds", offers=["tea"])
    listed(gateway, name="Nobody's", city="Leeds", offers=["bread"])
    for reader, marked in ((mine, (tea, derry, leeds)), (yours, (leeds, mine))):
        for each in marked:
            mark(gateway, reader, each)
    mark(gateway, mine, tea, favourite=False)
    prepared_index.put(list(indexing.indexed(store.entities.every())))

    def found(reader: Member, text: str, **asked: object) -> list[str]:
        asked |= {"q": text, "querying_entity_id": reader.entity_id}
        status, page = gateway.get("/search", reader.caller, **asked)
        assert status == 200, page
        assert all(each["is_favourite"] for each in page["entities"])
        assert page["total"] == len(page["entities"])
        return sorted(each["name"] for each in page["entities"])

    assert found(mine, "is:favourite") == ["Derry Loaf", "Leeds Loaf"]
    assert found(yours, "is:favourite") == ["Leeds Loaf", "Mine"]
    assert found(mine, "is:favourite city:Leeds") == ["Leeds Loaf"]
    assert found(mine, "loaf is:favourite city:Derry") == ["Derry Loaf"]
    assert found(yours, "is:favourite has:offers") == ["Leeds Loaf"]
    assert found(yours, "is:favourite", offers="bread") == ["Leeds Loaf"]
    assert found(yours, "is:favourite", offers="tea") == []
    mark(gateway, mine, tea)
    assert found(mine, "is:favourite", offers="tea") == ["Tea House"], "at once: a mark needs no indexing"
    refused = gateway.get("/search", mine.caller, q="is:favourite", querying_entity_id=yours.entity_id)
    assert refused[1]["type"] == "entity.not_yours"


def test_a_note_is_kept_changed_and_removed_for_ones_own_people(gateway: Gateway, store: Store):
    mine, other = listed(gateway), listed(gateway)
    path = f"/entities/{mine.entity_id}/notes/{other.entity_id}"
    assert gateway.get(path, mine.caller)[1] == {"text": "", "edited_by": None, "edited_at": None}
    text = "Ask for Beth.\nPays late <b>always</b>"
    status, note = put(gateway, path, {"text": f"  {text} "}, mine)
    assert (status, note["text"], note["edited_by"]) == (200, text, mine.user_id)
    assert gateway.get(path, mine.caller)[1] == note
    for caller in (other.caller, ADMIN, PUBLIC):
        assert gateway.get(path, caller)[0] == 403
    told = str(list(store.database["audit"].find()))
    assert "Beth" not in told
    assert "'length': 37" in told

    assert put(gateway, path, {"text": ""}, mine)[1]["edited_at"] is None
    assert store.database["notes"].count_documents({}) == 0


@pytest.mark.parametrize("text", ["x" * (notes.NOTE_MAX + 1), "a\x07b", 7])
def test_a_note_that_can_not_be_is_refused(gateway: Gateway, text: object):
    mine, other = listed(gateway), listed(gateway)
    assert put(gateway, f"/entities/{mine.entity_id}/notes/{other.entity_id}", {"text": text}, mine)[0] == 400


def test_a_note_about_nobody_is_refused(gateway: Gateway):
    mine = listed(gateway)
    assert put(gateway, f"/entities/{mine.entity_id}/notes/nobody", {"text": "hello"}, mine)[0] == 404


def test_what_a_business_keeps_can_be_told_and_forgotten(gateway: Gateway, store: Store):
    mine, other = listed(gateway), listed(gateway)
    mark(gateway, mine, other)
    mark(gateway, other, mine)
    put(gateway, f"/entities/{mine.entity_id}/notes/{other.entity_id}", {"text": "Beth"}, mine)
    mine_subject = f"entity/{mine.entity_id}"
    assert [each["favourite_id"] for each in store.favourites.about(mine_subject)] == [other.entity_id]
    assert [each["text"] for each in store.notes.about(mine_subject)] == ["Beth"]
    assert store.notes.about(f"user/{mine.user_id}")[0]["text"] == "Beth"
    store.notes.forget(f"user/{mine.user_id}")
    assert store.notes.find(mine.entity_id, other.entity_id).edited_by == ""
    for _ in range(2):
        store.favourites.forget(mine_subject)
        store.notes.forget(mine_subject)
    assert store.database["favourites"].count_documents({}) == store.database["notes"].count_documents({}) == 0
