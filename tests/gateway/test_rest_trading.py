"""Leads, suppliers, loops and saved searches by the REST API: what the pages show and do, for programs."""

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import BAKERY, FARM, NOW, Network, a_session
from tests.gateway.scenes import furnish, logged_in
from tests.gateway.scenes_trading import LOOP
from tests.gateway.standin import problem
from tests.gateway.test_api_tokens import TOKEN, may

HERE = f"/api/v1/user/entities/{FARM}"
THEIRS = f"/entities/{FARM}"
PAIR = {"mine": "leaflets", "theirs": "bread", "side": "suppliers"}
VISIT = "2026-01-20T08:00:00.000000Z"


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    network.notifier.on("GET", f"{THEIRS}/last-digest", {"last_digest_at": None})
    return network


@pytest.fixture
def ann(client: FlaskClient, scene: Network) -> dict[str, str]:
    return logged_in(client, "/api/v1/login")


def test_leads_and_suppliers_come_with_why(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    answered = client.get(f"{HERE}/matches?limit=4", headers=ann)
    assert scene.matcher.last("GET", f"{THEIRS}/matches").query == {"limit": "4"}
    assert b'"couldTradeUpTo":{"leads":8500.00,"suppliers":0.00}' in answered.data
    found = answered.get_json()["data"]
    (lead,), suppliers = found["leads"], found["suppliers"]
    assert (lead["entityID"], lead["mine"], lead["theirs"], lead["how"], lead["trades"]) == (
        BAKERY, "vegetables", "organic-vegetables", "contains", 3,
    )  # fmt: skip
    assert suppliers[1]["together"] == {"members": 4, "trades": 1, "of": 9}
    assert found["since"] is None


@pytest.mark.parametrize(
    ("asked", "visited", "mailed", "since"),
    [
        ("all", VISIT, NOW, None), ("last_login", VISIT, NOW, VISIT), ("last_login", None, NOW, None),
        ("last_mail", VISIT, NOW, NOW), ("last_mail", VISIT, None, None),
        ("2026-01-31", VISIT, NOW, "2026-01-31T00:00:00.000000Z"),
    ],
)  # fmt: skip
def test_matches_since_the_last_visit_mail_or_day(
    client: FlaskClient, ann: dict[str, str], scene: Network, asked: str, visited: str | None, mailed: str | None,
    since: str | None,
) -> None:  # fmt: skip
    scene.lives(a_session(previous_login={"at": visited, "address": "192.0.2.7"} if visited else None))
    scene.notifier.on("GET", f"{THEIRS}/last-digest", {"last_digest_at": mailed})
    answered = client.get(f"{HERE}/matches?since={asked}", headers=ann)
    assert answered.get_json()["data"]["since"] == since
    assert scene.matcher.last("GET", f"{THEIRS}/matches").query.get("since") == since


def test_what_is_not_relevant_is_said_listed_and_taken_back(
    client: FlaskClient, ann: dict[str, str], scene: Network
) -> None:
    path = f"{HERE}/matches/not-relevant"
    said = client.post(path, json=PAIR | {"entityID": BAKERY}, headers=ann).get_json()["data"]
    assert scene.matcher.last("POST", f"{THEIRS}/feedback").body == PAIR | {"other_id": BAKERY}
    listed = client.get(path, headers=ann).get_json()
    assert (listed["data"], listed["meta"]["numberOfResults"]) == ([said], 1)
    assert client.delete(f"{path}/{said['id']}", headers=ann).status_code == 200
    assert scene.matcher.count("DELETE", f"{THEIRS}/feedback/feedback-1") == 1


def test_loops_and_the_interest_in_them(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    listed = client.get(f"{HERE}/loops", headers=ann).get_json()["data"]
    assert [(loop["open"], loop["score"]) for loop in listed] == [(True, 78), (False, None)]
    one = client.get(f"{HERE}/loops/{LOOP}", headers=ann).get_json()["data"]
    assert one == listed[0]
    assert one["gives"][0] == {"giverID": BAKERY, "receiverID": FARM, "offer": "bread", "want": "bread"}
    assert one["farthestKm"] == "12.4"
    said = client.post(f"{HERE}/loops/{LOOP}/interest", headers=ann).get_json()["data"]
    assert (said["agreedAt"], said["members"][0]["interestedAt"]) == (NOW, NOW)
    back = client.delete(f"{HERE}/loops/{LOOP}/interest", headers=ann).get_json()["data"]
    assert back["agreedAt"] is None


def test_searches_are_kept_and_deleted(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    body = {"text": "van repair", "side": "offers", "maxKm": 25}
    kept = client.post(f"{HERE}/searches", json=body, headers=ann).get_json()["data"]
    assert scene.matcher.last("POST", f"{THEIRS}/searches").body == {
        "text": "van repair", "side": "offers", "max_km": 25, "category": None,
    }  # fmt: skip
    assert (kept["id"], kept["found"], kept["createdAt"]) == ("search-1", 3, NOW)
    assert client.get(f"{HERE}/searches", headers=ann).get_json()["meta"]["numberOfResults"] == 2
    assert client.delete(f"{HERE}/searches/search-1", headers=ann).status_code == 200
    scene.matcher.on("POST", f"{THEIRS}/searches", problem(409, "search.too_many", "Twenty at most."))
    refused = client.post(f"{HERE}/searches", json=body, headers=ann)
    assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (409, "search.too_many")


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("matches/not-relevant", PAIR), ("matches/not-relevant", PAIR | {"entityID": BAKERY, "side": "both"}),
        ("matches/not-relevant", PAIR | {"entityID": BAKERY, "mine": "x" * 101}),
        ("searches", {"side": "offers"}), ("searches", {"text": "bread", "side": "needs"}),
        ("searches", {"text": "bread", "side": "offers", "maxKm": 0}), ("searches", {"text": "bread", "maxKm": "5"}),
    ],
)  # fmt: skip
def test_nonsense_is_refused_before_the_matcher_is_asked(
    client: FlaskClient, ann: dict[str, str], scene: Network, path: str, wrong: dict
) -> None:
    assert client.post(f"{HERE}/{path}", json=wrong, headers=ann).status_code == 400
    assert not any(asked.method == "POST" for asked in scene.matcher.asked)


@pytest.mark.parametrize("query", ["since=yesterday", "since=", "limit=0", "limit=51", "limit=x", "page=2"])
def test_nonsense_in_a_question(client: FlaskClient, ann: dict[str, str], scene: Network, query: str) -> None:
    assert client.get(f"{HERE}/matches?{query}", headers=ann).status_code == 400


@pytest.mark.parametrize("path", ["", "/matches", "/matches/not-relevant", "/loops", f"/loops/{LOOP}", "/searches"])
def test_others_businesses_are_none_of_ones_own(
    client: FlaskClient, ann: dict[str, str], scene: Network, path: str
) -> None:
    refused = client.get(f"/api/v1/user/entities/{BAKERY}{path}", headers=ann)
    assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (403, "auth.forbidden")


def test_while_the_matcher_is_down(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    scene.matcher.on("GET", f"{THEIRS}/matches", problem(503, "matches.unavailable", "Not now.", 3))
    down = client.get(f"{HERE}/matches", headers=ann)
    assert (down.status_code, down.get_json()["errors"][0]["part"]) == (503, "matcher")
    assert down.headers["Retry-After"]


def test_a_token_for_the_directory_says_what_is_wanted(client: FlaskClient, scene: Network) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    may(scene, "read")
    assert client.get(f"{HERE}/loops", headers=bearer).status_code == 200
    assert client.post(f"{HERE}/loops/{LOOP}/interest", headers=bearer).status_code == 403
    may(scene, "directory")
    assert client.post(f"{HERE}/loops/{LOOP}/interest", headers=bearer).status_code == 200


def test_one_business_of_ones_own(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    answered = client.get(HERE, headers=ann)
    assert b'"canPay":110.00' in answered.data
    own = answered.get_json()["data"]
    assert (own["id"], own["standing"], own["pendingTransfers"][-1]["id"]) == (FARM, "trading", "transfer-1")
