"""What a member calls not relevant over HTTP, and own room."""

import pytest

from services.matcher.opinions import MOST_SAID
from services.matcher.store import feedback
from tests.matcher import given
from tests.matcher.test_api_standing import ask, member  # noqa: F401
from tests.matcher.test_scheduling import put

pytestmark = pytest.mark.integration


@pytest.fixture
def couple(store):
    seller, buyer = given.an_entity(["bread"]), given.an_entity(wants=["Breads"])
    put(store, seller, buyer, at=None)
    return seller, buyer


def said(other, **changed):
    return {"other_id": other.entity_id, "mine": "Breads", "theirs": "bread", "side": "suppliers"} | changed


def test_a_pair_is_hidden_until_it_is_taken_back(ask, couple):  # noqa: F811
    seller, buyer = couple
    me, path = member(buyer.entity_id), f"/entities/{buyer.entity_id}"
    (match,) = ask("GET", f"{path}/matches", me).json["suppliers"]
    assert (match["trades"], match["together"], match["added_at"]) == (0, None, given.LONG_AGO)
    hidden = ask("POST", f"{path}/feedback", me, said(seller))
    assert hidden.status_code == 201
    assert (hidden.json["name"], hidden.json["side"]) == (seller.name, "suppliers")
    assert (
        ask("POST", f"{path}/feedback", me, said(seller, mine="bread")).json["feedback_id"]
        == hidden.json["feedback_id"]
    )
    assert ask("GET", f"{path}/matches", me).json["suppliers"] == []
    assert ask("GET", f"{path}/feedback", me).json["feedback"] == [hidden.json]
    undo = f"{path}/feedback/{hidden.json['feedback_id']}"
    assert ask("DELETE", undo, member(seller.entity_id)).status_code == 403
    assert ask("DELETE", undo, me).status_code == 200
    assert ask("DELETE", undo, me).json["type"] == "feedback.unknown"
    assert len(ask("GET", f"{path}/matches", me).json["suppliers"]) == 1


@pytest.mark.parametrize("changed", [{"side": "both"}, {"mine": ""}, {"theirs": "x" * 101}, {"why": "dull"}])
def test_nonsense_is_refused(ask, couple, changed):  # noqa: F811
    seller, buyer = couple
    answer = ask("POST", f"/entities/{buyer.entity_id}/feedback", member(buyer.entity_id), said(seller, **changed))
    assert (answer.status_code, answer.json["type"]) == (400, "request.invalid")


def test_only_a_member_itself_hides_and_only_others_that_are_found(ask, couple):  # noqa: F811
    seller, buyer = couple
    path = f"/entities/{buyer.entity_id}/feedback"
    assert ask("POST", path, member(seller.entity_id), said(seller)).status_code == 403
    assert ask("POST", path, member("x", viewed=frozenset({buyer.entity_id})), said(seller)).status_code == 403
    assert ask("POST", path, member(buyer.entity_id), said(buyer)).status_code == 404
    assert ask("POST", path, member(buyer.entity_id), said(seller, other_id="nobody")).status_code == 404


def test_there_is_an_end_to_hiding(ask, couple, store):  # noqa: F811
    seller, buyer = couple
    known = {"entity_id": buyer.entity_id, "side": "leads", "mine": "a", "theirs": "b", "at": given.LONG_AGO}

    def work(tx):
        tx.put_all(feedback.FEEDBACK, {f"f{n}": known | {"other_id": f"o{n}"} for n in range(MOST_SAID)})

    store.transaction(work)
    answer = ask("POST", f"/entities/{buyer.entity_id}/feedback", member(buyer.entity_id), said(seller))
    assert (answer.status_code, answer.json["type"]) == (409, "feedback.too_much")
