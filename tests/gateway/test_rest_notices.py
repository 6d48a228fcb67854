"""What somebody was told, by the REST API: notices, what a business wants to hear of, links that stop mails."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import BAKERY, FARM, NOW, Network
from tests.gateway.scenes import furnish, logged_in
from tests.gateway.standin import problem
from tests.gateway.test_api_tokens import TOKEN, may

PREFERENCES = f"/api/v1/user/entities/{FARM}/notifications"
THEIRS = f"/entities/{FARM}/preferences"


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    return network


@pytest.fixture
def ann(client: FlaskClient, scene: Network) -> dict[str, str]:
    return logged_in(client, "/api/v1/login")


def test_notices_come_newest_first_with_a_cursor(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    cursor = f"{NOW}/notice-4"
    told = {"notice_id": "n-1", "kind": "limits_changed", "text": "Your limits have changed", "path": "/dashboard",
            "entity_id": FARM, "at": NOW, "read": False}  # fmt: skip
    scene.notifier.on("GET", "/notices", {"notices": [told], "total": 44, "unread": 2, "next": cursor})
    answered = client.get("/api/v1/notices?page=2&page_size=4", headers=ann).get_json()
    assert scene.notifier.last("GET", "/notices").query == {"page": "2", "page_size": "4"}
    assert answered["meta"] == {"numberOfResults": 44, "totalPages": 11, "next": cursor}
    assert answered["data"] == [{
        "id": "n-1", "kind": "limits_changed", "text": "Your limits have changed", "path": "/dashboard",
        "entityID": FARM, "createdAt": NOW, "read": False,
    }]  # fmt: skip
    client.get("/api/v1/notices", query_string={"after": cursor}, headers=ann)
    assert scene.notifier.last("GET", "/notices").query["after"] == cursor
    assert client.get("/api/v1/notices?after=x&page=2", headers=ann).status_code == 400


def test_they_are_counted_and_read(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    assert client.get("/api/v1/notices/unread", headers=ann).get_json()["data"] == {"unread": 2}
    read = client.post("/api/v1/notices/notice-1/read", headers=ann | {"Idempotency-Key": "k"})
    assert read.get_json()["data"]["read"] is True
    assert scene.notifier.last("POST", "/notices/notice-1/read").headers["Idempotency-Key"] == "k"
    assert client.post("/api/v1/notices/none/read", headers=ann).status_code == 404
    assert client.post("/api/v1/notices/read-all", json={"until": "2026-01-31"}, headers=ann).status_code == 200
    assert scene.notifier.last("POST", "/notices/read-all").body == {"until": "2026-01-31T00:00:00.000000Z"}
    assert client.post("/api/v1/notices/read-all", json={}, headers=ann).status_code == 200
    assert scene.notifier.last("POST", "/notices/read-all").body == {}


def test_staff_have_notices_too(client: FlaskClient, scene: Network) -> None:
    admin = logged_in(client, "/api/v1/admin/login")
    assert client.get("/api/v1/notices", headers=admin).status_code == 200
    assert client.get(PREFERENCES, headers=admin).status_code == 403


def test_what_was_read_can_be_sent_back_changed(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    told = client.get(PREFERENCES, headers=ann).get_json()["data"]
    assert told["groups"][3] == {"group": "digest", "mail": True, "notice": None}
    assert told["quietHours"] == {"from": "22:00", "to": "07:00"}
    assert told["languages"][1] == {"code": "de", "called": "Deutsch"}
    chosen = {name: value for name, value in told.items() if name != "languages"} | {"digestHour": 9, "language": "de"}
    chosen["groups"][3]["mail"] = False
    saved = client.put(PREFERENCES, json=chosen, headers=ann | {"Idempotency-Key": "k"})
    assert saved.status_code == 200, saved.text
    asked = scene.notifier.last("PUT", THEIRS)
    assert asked.headers["Idempotency-Key"] == "k"
    assert asked.body == {
        "mail": {"requests": True, "trades": False, "account": True, "digest": False},
        "notice": {"requests": True, "trades": True, "account": False},
        "quiet_hours": {"from": "22:00", "to": "07:00"}, "digest_hour": 9, "time_zone": "Europe/London",
        "language": "de",
    }  # fmt: skip
    none = chosen | {"quietHours": None}
    assert client.put(PREFERENCES, json=none, headers=ann).status_code == 200
    assert scene.notifier.last("PUT", THEIRS).body["quiet_hours"] is None


WHOLE: dict[str, Any] = {
    "groups": [{"group": "trades", "mail": True, "notice": None}], "quietHours": None, "digestHour": 7,
    "timeZone": "Europe/London",
}  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"groups": []}, {"groups": [{"group": "trades"}]}, {"groups": [{"group": "trades", "mail": 1, "notice": None}]},
        {"digestHour": 24}, {"digestHour": "7"}, {"quietHours": {"from": "22:00"}}, {"timeZone": None},
        {"quietHours": {"from": "25:00", "to": "07:00"}}, {"languages": []}, {"quietHours": {"from": "7", "to": "8"}},
    ],
)  # fmt: skip
def test_choices_that_make_no_sense(
    client: FlaskClient, ann: dict[str, str], scene: Network, wrong: dict[str, Any]
) -> None:
    assert client.put(PREFERENCES, json=WHOLE | wrong, headers=ann).status_code == 400
    assert scene.notifier.count("PUT", THEIRS) == 0


def test_what_the_notifier_refuses_names_the_field(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    wrong = problem(400, "request.invalid", errors={"time_zone": ["No such time zone."]})
    scene.notifier.on("PUT", THEIRS, wrong)
    refused = client.put(PREFERENCES, json=WHOLE | {"timeZone": "Mars/Olympus"}, headers=ann)
    assert refused.get_json()["errors"][0]["field"] == "timeZone"


def test_others_preferences_are_theirs(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    assert client.get(f"/api/v1/user/entities/{BAKERY}/notifications", headers=ann).status_code == 403


def test_a_reading_token_may_say_what_it_has_read(client: FlaskClient, scene: Network) -> None:
    may(scene, "read")
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert client.post("/api/v1/notices/notice-1/read", headers=bearer).status_code == 200
    assert client.put(PREFERENCES, json=WHOLE, headers=bearer).status_code == 403


def test_the_link_of_a_mail_stops_it_without_a_login(client: FlaskClient, scene: Network) -> None:
    path = "/api/v1/unsubscriptions/token-1"
    assert client.get(path).get_json()["data"]["stopped"] is False
    assert client.post(path, json={}).get_json()["data"] == {
        "group": "trades", "name": "Old Bakery", "stopped": True, "allStopped": False,
    }  # fmt: skip
    assert scene.notifier.last("POST", "/unsubscriptions/token-1").body == {"all": False}
    assert client.get("/api/v1/unsubscriptions/none").status_code == 404
