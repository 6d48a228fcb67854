"""The list of words for the same trade, and insight, over HTTP."""

import pytest

from services.chassis.tokens import Caller
from services.matcher.network import Network
from services.matcher.suggesting import suggested
from services.matcher.synonyms import our_groups
from tests.matcher import given
from tests.matcher.test_api_standing import ask, member  # noqa: F401
from tests.matcher.test_scheduling import put

pytestmark = pytest.mark.integration

ADMIN = Caller(subject="a", roles=frozenset({"admin"}))
SPUDS = [["spud", "potatoes"]]


def test_ours_are_in_force_until_they_are_edited_and_then_lists_follow_at_once(ask, store):  # noqa: F811
    seller, buyer = given.an_entity(["spud"]), given.an_entity(wants=["potato"])
    put(store, seller, buyer, at=None)
    matches = f"/entities/{buyer.entity_id}/matches"
    first = ask("GET", "/words", ADMIN).json
    assert (first["version"], first["edited_at"], len(first["groups"])) == (0, None, len(our_groups()))
    assert ask("GET", matches, ADMIN).json["suppliers"] == []
    edited = ask("PUT", "/words", ADMIN, {"version": 0, "groups": SPUDS})
    assert (edited.status_code, edited.json["version"], edited.json["groups"]) == (200, 1, SPUDS)
    assert ask("GET", "/words", ADMIN).json == edited.json
    assert [match["how"] for match in ask("GET", matches, ADMIN).json["suppliers"]] == ["synonym"]


def test_two_who_edit_at_the_same_time_do_not_overwrite_one_another(ask):  # noqa: F811
    assert ask("PUT", "/words", ADMIN, {"version": 0, "groups": SPUDS}).status_code == 200
    late = ask("PUT", "/words", ADMIN, {"version": 0, "groups": []})
    assert (late.status_code, late.json["type"]) == (409, "words.changed")
    assert ask("GET", "/words", ADMIN).json["groups"] == SPUDS
    assert ask("PUT", "/words", ADMIN, {"version": 1, "groups": []}).json["groups"] == []


@pytest.mark.parametrize(
    "groups",
    [[["alone"]], [["-", "bread"]], [["x" * 51, "bread"]], [["", "bread"]], [[f"t{n}" for n in range(21)]], "x"],
)
def test_nonsense_is_refused(ask, groups):  # noqa: F811
    answer = ask("PUT", "/words", ADMIN, {"version": 0, "groups": groups})
    assert (answer.status_code, answer.json["type"]) == (400, "request.invalid")


def test_words_that_are_often_together_are_suggested(ask, store):  # noqa: F811
    put(store, *(given.an_entity(["hive", "honey", "Honeys"]) for _ in range(3)), at=None)
    (found,) = ask("GET", "/words/suggestions", ADMIN).json["suggestions"]
    assert found == {"one": "hive", "other": "honey", "members": 3, "trades": 0, "of": 3}
    assert suggested(Network(), 5) == []


def test_insight_counts_what_is_lacking(ask, store):  # noqa: F811
    put(store, given.an_entity(wants=["piano tuning"], city="Leeds"), at=None)
    found = ask("GET", "/insight", ADMIN).json
    unmet = {"tag": "piano tuning", "members": 1, "newest_at": given.LONG_AGO}
    assert found == {
        "members": 1,
        "unmet": [{**unmet, "towns": [{"town": "Leeds", "members": 1}]}],
        "unused": [],
        "months": [{"month": "2026-01", "area": "Leeds", "tag": "piano tuning", "members": 1}],
    }


def test_it_says_how_far_it_follows(ask, store):  # noqa: F811
    told = ask("GET", "/followed", ADMIN).json
    assert told["head"] is None
    assert set(told["followed"]) == {"directory", "ledger"}


@pytest.mark.parametrize("path", ["/words", "/words/suggestions", "/insight", "/followed"])
def test_they_are_for_administrators(ask, path):  # noqa: F811
    assert ask("GET", path, member("e")).status_code == 403
