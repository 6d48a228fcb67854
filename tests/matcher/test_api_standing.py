"""What a member keeps at the matcher over HTTP: saved searches, and interest in loops."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from events import codec
from events.directory import EntityForgotten
from events.matcher import LoopAgreed
from services.chassis.tokens import Caller, Verifier
from services.matcher.app import create_app
from services.matcher.searching import MOST_SEARCHES
from services.matcher.store import derived
from tests.chassis.keys import key_pair, signer_of
from tests.eventlog import EventLog, deliver
from tests.matcher import given
from tests.matcher.test_scheduling import put, put_account

pytestmark = pytest.mark.integration

BREAD = {"text": "bread", "side": "offers"}


def member(*entities: str, **kw) -> Caller:
    return Caller(subject="u", roles=frozenset({"member"}), entities=frozenset(entities), **kw)


@pytest.fixture
def ask(store):
    app = create_app(store, Verifier(key_pair("gateway")[1], "matcher"))

    def asked(method: str, path: str, caller: Caller, body=None, key: str | None = None):
        token = signer_of("gateway").token(caller, "matcher")
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        return app.test_client().open(path, method=method, headers=headers, json=body)

    return asked


@pytest.fixture
def owner(store):
    entity = given.an_entity()
    put(store, entity, given.an_entity(offers=["rye-bread"]), at=None)
    return entity.entity_id


def test_a_search_is_kept_once_with_what_it_finds_now(ask, owner):
    path, me = f"/entities/{owner}/searches", member(owner)
    first = ask("POST", path, me, BREAD | {"max_km": None})
    assert first.status_code == 201
    assert first.json == {
        "search_id": first.json["search_id"], "text": "bread", "side": "offers", "max_km": None, "category": None,
        "created_at": first.json["created_at"], "found": 1,
    }  # fmt: skip
    assert ask("POST", path, me, BREAD | {"text": "Breads"}).json["search_id"] == first.json["search_id"]
    assert ask("GET", path, me).json == {"searches": [first.json]}
    assert ask("DELETE", f"{path}/{first.json['search_id']}", me).status_code == 200
    assert ask("DELETE", f"{path}/{first.json['search_id']}", me).json["type"] == "search.unknown"
    assert ask("GET", path, me).json == {"searches": []}


def test_a_member_has_so_many_searches_and_no_more(ask, owner):
    path, me = f"/entities/{owner}/searches", member(owner)
    for index in range(MOST_SEARCHES):
        assert ask("POST", path, me, BREAD | {"text": f"thing{index}"}).status_code == 201
    refused = ask("POST", path, me, BREAD)
    assert (refused.status_code, refused.json["type"]) == (409, "search.too_many")
    assert ask("POST", path, me, BREAD | {"text": "thing0"}).status_code == 201


@pytest.mark.parametrize(
    "wrong", [{"text": "b"}, {"text": "b" * 61}, {"side": "both"}, {"max_km": 0}, {"max_km": "far"}, {"who": 1}]
)
def test_a_search_that_makes_no_sense_is_refused(ask, owner, wrong):
    assert ask("POST", f"/entities/{owner}/searches", member(owner), BREAD | wrong).status_code == 400


def test_words_are_needed(ask, owner):
    answer = ask("POST", f"/entities/{owner}/searches", member(owner), BREAD | {"text": "--- !"})
    assert (answer.status_code, answer.json["type"]) == (422, "search.no_words")


def test_only_the_own_people_keep_and_delete(ask, owner):
    path = f"/entities/{owner}/searches"
    admin, viewer = Caller(subject="a", roles=frozenset({"admin"})), member(viewed=frozenset({owner}))
    assert [ask("GET", path, who).status_code for who in (admin, viewer, member("other"))] == [200, 200, 403]
    assert [ask("POST", path, who, BREAD).status_code for who in (admin, viewer, member("other"))] == [403, 403, 403]
    assert ask("DELETE", f"{path}/x", viewer).status_code == 403
    assert ask("GET", "/entities/nobody/searches", member("nobody")).json == {"searches": []}
    assert ask("POST", "/entities/nobody/searches", member("nobody"), BREAD).json["type"] == "entity.unknown"


@pytest.fixture
def ring(store) -> list[str]:
    """Three trading members of whom each wants what the next offers."""
    names = ["wheat", "flour", "bread"]
    made = [
        given.an_entity([names[index]], [names[index - 1]], status="tradingAccepted", name=names[index])
        for index in range(3)
    ]
    for each in made:
        put_account(store, each)
    put(store, *made, at=None)
    return [each.entity_id for each in made]


def loop_of(ask, name: str) -> dict:
    (loop,) = ask("GET", f"/entities/{name}/loops", member(name)).json["loops"]
    return loop


def agreed(store) -> list[LoopAgreed]:
    events = [codec.event_of(codec.decode(bytes(each["value"]))) for each in store.database["outbox"].find()]
    return [event for event in events if isinstance(event, LoopAgreed)]


def test_a_loop_says_who_gives_what_to_whom(ask, ring):
    loop = loop_of(ask, ring[0])
    assert loop["open"]
    assert loop["score"] > 0
    assert (loop["agreed_at"], loop["farthest_km"]) == (None, None)
    assert {each["name"]: each["interested_at"] for each in loop["members"]} == dict.fromkeys(
        ("wheat", "flour", "bread")
    )
    assert {(give["giver"], give["receiver"], give["offer"]) for give in loop["gives"]} == {
        (ring[0], ring[1], "wheat"), (ring[1], ring[2], "flour"), (ring[2], ring[0], "bread"),
    }  # fmt: skip
    path = f"/entities/{ring[1]}/loops/{loop['loop_id']}"
    assert ask("GET", path, member(ring[1])).json == loop


def test_when_all_are_interested_all_are_told_once(ask, ring, store):
    loop_id = loop_of(ask, ring[0])["loop_id"]

    def say(name: str, method: str = "POST") -> dict:
        return ask(method, f"/entities/{name}/loops/{loop_id}/interest", member(name)).json

    first = say(ring[0])
    assert [each["entity_id"] for each in first["members"] if each["interested_at"]] == [ring[0]]
    assert say(ring[0]) == first, "saying it again changes nothing"
    say(ring[1])
    assert agreed(store) == []
    assert say(ring[2])["agreed_at"]
    assert [set(event.members) for event in agreed(store)] == [set(ring)]
    assert sum(1 for each in say(ring[1], "DELETE")["members"] if each["interested_at"]) == 2
    say(ring[1])
    assert len(agreed(store)) == 1


def test_the_last_two_at_the_same_moment_are_told_once(ask, ring, store):
    loop_id = loop_of(ask, ring[0])["loop_id"]

    def say(name: str) -> int:
        return ask("POST", f"/entities/{name}/loops/{loop_id}/interest", member(name)).status_code

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(say, ring)) == [200, 200, 200]
    assert len(agreed(store)) == 1


def test_a_loop_that_does_not_close_any_more_is_shown_and_can_be_left(ask, ring, store):
    loop_id = loop_of(ask, ring[0])["loop_id"]
    path = f"/entities/{ring[0]}/loops/{loop_id}"
    ask("POST", f"{path}/interest", member(ring[0]))
    last = store.transaction(lambda tx: derived.entities(tx, ring[2:]))[ring[2]]
    put_account(store, last, balance=-100, version=2)
    shown = ask("GET", path, member(ring[0])).json
    assert (shown["open"], shown["score"]) == (False, None)
    assert [each["loop_id"] for each in ask("GET", f"/entities/{ring[0]}/loops", member(ring[0])).json["loops"]] == [
        loop_id
    ]
    refused = ask("POST", f"/entities/{ring[1]}/loops/{loop_id}/interest", member(ring[1]))
    assert (refused.status_code, refused.json["type"]) == (409, "loop.gone")
    left = ask("DELETE", f"{path}/interest", member(ring[0])).json
    assert not any(each["interested_at"] for each in left["members"])


def test_a_loop_closes_over_a_give_that_is_far_down_in_a_list(ask, ring, store):
    """Many others offer what a member wants: only the other end's list has the give among its best."""
    others = [given.an_entity(["wheat"], [], status="tradingAccepted", entity_id=f"0{index:03}") for index in range(60)]
    for each in others:
        put_account(store, each)
    put(store, *others, at=None)
    loop = loop_of(ask, ring[0])
    said = ask("POST", f"/entities/{ring[0]}/loops/{loop['loop_id']}/interest", member(ring[0]))
    assert (said.status_code, said.json["open"]) == (200, True)


def test_a_loop_is_for_its_members_who_trade(ask, ring, owner):
    loop_id = loop_of(ask, ring[0])["loop_id"]
    assert ask("GET", f"/entities/{ring[0]}/loops", member("other")).status_code == 403
    assert ask("GET", f"/entities/{ring[0]}/loops/none", member(ring[0])).json["type"] == "loop.unknown"
    assert ask("GET", f"/entities/{owner}/loops", member(owner)).json["type"] == "loop.not_trading"
    assert ask("GET", f"/entities/{owner}/loops/{loop_id}", member(owner)).json["type"] == "loop.not_trading"
    viewer = member(viewed=frozenset({ring[0]}))
    assert ask("GET", f"/entities/{ring[0]}/loops", viewer).status_code == 200
    assert ask("POST", f"/entities/{ring[0]}/loops/{loop_id}/interest", viewer).status_code == 403


def test_nothing_is_left_of_who_was_forgotten(ask, store, projection):
    log = EventLog("directory.events", "directory")
    gone = given.registered(["bread"])
    log.tell(gone)
    assert deliver(projection, log.records)
    ask("POST", f"/entities/{gone.entity_id}/searches", member(gone.entity_id), BREAD)
    put_loop = {"members": [gone.entity_id, "b"], "gives": [], "said": {}, "interested": [], "agreed_at": None}
    store.transaction(lambda tx: tx.put("interests", "loop", put_loop))
    forgotten = log.tell(EntityForgotten(entity_id=gone.entity_id, account=gone.account))
    assert deliver(projection, [forgotten])
    for name in ("searches", "interests"):
        assert [set(each) for each in store.database[name].find()] == [{"_id", "gone", "revision"}]


def test_clearing_is_told_to_administrators(ask, store):
    low, high = (
        given.an_entity(offers, wants, status="tradingAccepted", name=name)
        for name, offers, wants in (("Low", ["bread"], []), ("High", [], ["bread"]))
    )
    put_account(store, low, balance=-80)
    put_account(store, high, balance=70)
    put(store, low, high, at=None)
    answer = ask("GET", "/clearing", Caller(subject="a", roles=frozenset({"admin"})))
    assert [(each["name"], each["balance"], each["percent"]) for each in answer.json["below"]] == [("Low", -80, 80)]
    (pair,) = answer.json["pairs"]
    assert (pair["giver"]["name"], pair["receiver"]["name"], pair["over"], pair["amount"]) == ("Low", "High", None, 70)
    assert ask("GET", "/clearing", member(low.entity_id)).status_code == 403
