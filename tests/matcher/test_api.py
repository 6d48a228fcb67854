"""The HTTP interface: one's own matches, in the shape of docs/internal-api.md."""

import pytest

from services.chassis.tokens import Caller, Verifier
from services.matcher.app import create_app
from services.matcher.consumer import DIRECTORY_SOURCE
from services.matcher.store import Store, halts
from tests.chassis.keys import key_pair, signer_of
from tests.eventlog import EventLog, deliver
from tests.matcher import given

pytestmark = pytest.mark.integration

ADMIN = Caller(subject="a", roles=frozenset({"admin"}))


def asking(store: Store):
    client = create_app(store, Verifier(key_pair("gateway")[1], "matcher")).test_client()

    def ask(path: str, caller: Caller = ADMIN, **headers: str):
        token = signer_of("gateway").token(caller, "matcher")
        return client.get(path, headers={"Authorization": f"Bearer {token}", **headers})

    return ask


@pytest.fixture
def get(store: Store):
    return asking(store)


@pytest.fixture
def me(projection):
    log = EventLog("directory.events", "directory")
    mine = given.registered(["organic-vegetables"], ["bread"])
    log.tell(mine)
    log.tell(given.registered(wants=["vegetables"], name="Blue Cook", city="Leeds", status="tradingAccepted"))
    assert deliver(projection, log.records)
    return mine


def test_matches_say_who_what_and_why(get, me):
    member = Caller(subject="u", roles=frozenset({"member"}), entities=frozenset({me.entity_id}))
    answer = get(f"/entities/{me.entity_id}/matches", member)
    assert answer.status_code == 200
    (lead,) = answer.json["leads"]
    assert answer.json["suppliers"] == []
    assert answer.json["could_trade_up_to"] == {"leads": None, "suppliers": None}
    assert set(lead) == {
        "entity_id", "account", "name", "city", "trading", "mine", "theirs", "how", "score", "distance_km",
        "trades", "added_at", "together",
    }  # fmt: skip
    assert (lead["name"], lead["city"], lead["trading"], lead["distance_km"]) == ("Blue Cook", "Leeds", True, None)
    assert (lead["mine"], lead["theirs"], lead["how"]) == ("organic-vegetables", "vegetables", "contains")


def test_another_members_matches_are_refused(get, me):
    member = Caller(subject="u", roles=frozenset({"member"}), entities=frozenset({"other"}))
    answer = get(f"/entities/{me.entity_id}/matches", member)
    assert (answer.status_code, answer.json["type"]) == (403, "entity.not_yours")
    assert get(f"/entities/{me.entity_id}/matches", Caller()).status_code == 403


def test_unknown_entity_is_404(get):
    answer = get("/entities/nobody/matches")
    assert (answer.status_code, answer.json["type"]) == (404, "entity.unknown")


@pytest.mark.parametrize(
    ("query", "leads"),
    [("since=2020-01-01T00:00:00Z", 1), ("since=2999-01-01T00:00:00.000000Z", 0), ("limit=1", 1), ("since=", None)],
)
def test_since_and_limit(get, me, query, leads):
    answer = get(f"/entities/{me.entity_id}/matches?{query}")
    if leads is None:
        assert (answer.status_code, answer.json["type"]) == (400, "request.invalid")
    else:
        assert len(answer.json["leads"]) == leads


@pytest.mark.parametrize("query", ["limit=0", "limit=51", "limit=x", "since=yesterday", "who=1"])
def test_nonsense_is_refused(get, me, query):
    answer = get(f"/entities/{me.entity_id}/matches?{query}")
    assert (answer.status_code, answer.json["type"]) == (400, "request.invalid")


def test_min_position_is_waited_for(get, store, me):
    path = f"/entities/{me.entity_id}/matches"
    assert get(path, **{"Min-Position": "directory=2"}).status_code == 200
    answer = get(path, **{"Min-Position": "directory=3"})
    assert (answer.status_code, answer.json["type"]) == (503, "projection.behind")
    store.transaction(lambda tx: tx.put("positions", DIRECTORY_SOURCE, {"position": 3}))
    assert get(path, **{"Min-Position": "directory=3"}).status_code == 200


def test_a_halted_consumer_is_reported(get, store):
    assert get("/readyz").json == {"checks": {"mongodb": "ok", "network": "ok"}, "reported": {"consume": "ok"}}
    halts.note(store, DIRECTORY_SOURCE, 1, "MalformedEvent")
    answer = get("/readyz")
    assert (answer.status_code, answer.json["reported"]) == (200, {"consume": "down"})


@pytest.mark.parametrize("headers", [{}, {"Min-Position": "directory=1"}])
def test_a_store_that_is_away_is_503_with_retry_after(nobody, headers):
    ask = asking(nobody)
    answer = ask("/entities/e/matches", **headers)
    assert (answer.status_code, answer.json["type"]) == (503, "matches.unavailable")
    assert answer.headers["Retry-After"] == "2"
    assert ask("/readyz").json["checks"] == {"mongodb": "down", "network": "down"}


def test_a_database_that_was_never_made_is_503(mongo_url, mongo_database):
    store = Store(mongo_url, mongo_database)
    answer = asking(store)("/entities/e/matches", **{"Min-Position": "directory=1"})
    assert (answer.status_code, answer.json["type"]) == (503, "matches.unavailable")
    store.close()
