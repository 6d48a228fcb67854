"""The matcher's commands with an Idempotency-Key: done once, answered again, forgotten with whom they tell of."""

import pytest

from services.chassis.tokens import Caller
from services.matcher.store import derived
from tests.matcher.test_api_feedback import couple, said  # noqa: F401
from tests.matcher.test_api_standing import BREAD, ask, loop_of, member, owner, ring  # noqa: F401

pytestmark = pytest.mark.integration

ADMIN = Caller(subject="a", roles=frozenset({"admin"}))


def test_a_search_that_was_deleted_does_not_come_back_by_a_late_repeat(ask, owner):  # noqa: F811
    path, me = f"/entities/{owner}/searches", member(owner)
    first = ask("POST", path, me, BREAD, key="k")
    deleted = ask("DELETE", f"{path}/{first.json['search_id']}", me, key="l")
    for answer in (ask("POST", path, me, BREAD, key="k"), ask("POST", path, me, BREAD, key="k")):
        assert (answer.status_code, answer.json) == (201, first.json)
    again = ask("DELETE", f"{path}/{first.json['search_id']}", me, key="l")
    assert (again.status_code, again.json) == (200, deleted.json)
    assert ask("GET", path, me).json == {"searches": []}


def test_a_key_belongs_to_one_command(ask, owner):  # noqa: F811
    path, me = f"/entities/{owner}/searches", member(owner)
    ask("POST", path, me, BREAD, key="k")
    other = ask("POST", path, me, BREAD | {"text": "cake"}, key="k")
    assert (other.status_code, other.json["type"]) == (409, "idempotency.key_reused")
    malformed = ask("POST", path, me, BREAD, key="k" * 201)
    assert (malformed.status_code, malformed.json["type"]) == (400, "idempotency.key_malformed")


def test_words_are_edited_once_and_a_refusal_stays_one(ask, store):  # noqa: F811
    groups = {"groups": [["stottie", "bread"]], "version": 0}
    first, again = (ask("PUT", "/words", ADMIN, groups, key="k") for _ in range(2))
    assert (first.json["version"], again.json) == (1, first.json)
    assert [ask("PUT", "/words", ADMIN, groups, key="l").json["type"] for _ in range(2)] == ["words.changed"] * 2
    store.transaction(lambda tx: tx.delete_all("words", ["list"]))
    assert ask("PUT", "/words", ADMIN, groups, key="l").json["type"] == "words.changed"
    assert ask("PUT", "/words", ADMIN, groups, key="m").json["version"] == 1


def test_an_interest_that_was_withdrawn_does_not_come_back(ask, ring):  # noqa: F811
    me, path = member(ring[0]), f"/entities/{ring[0]}/loops/{loop_of(ask, ring[0])['loop_id']}"
    first = ask("POST", f"{path}/interest", me, key="k")
    assert ask("DELETE", f"{path}/interest", me, key="l").status_code == 200
    assert ask("POST", f"{path}/interest", me, key="k").json == first.json
    assert {each["interested_at"] for each in ask("GET", path, me).json["members"]} == {None}


def test_an_answer_goes_with_whom_it_names(ask, couple, store):  # noqa: F811
    seller, buyer = couple
    me, path = member(buyer.entity_id), f"/entities/{buyer.entity_id}/feedback"
    first = ask("POST", path, me, said(seller), key="k")
    assert ask("POST", path, me, said(seller), key="k").json == first.json
    store.transaction(lambda tx: derived.forget(tx, [seller.entity_id]))
    again = ask("POST", path, me, said(seller), key="k")
    assert (again.status_code, again.json["type"]) == (409, "idempotency.answer_gone")
    assert seller.name not in str(list(store.database["outcomes"].find()))
