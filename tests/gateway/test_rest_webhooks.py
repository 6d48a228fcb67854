"""Webhooks by the REST API: owners their business's, administrators the network's; changing wants a login."""

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import FARM, Network
from tests.gateway.scenes import furnish, logged_in
from tests.gateway.scenes_webhooks import ALL, SECRET
from tests.gateway.standin import problem
from tests.gateway.test_api_tokens import TOKEN, may

NEW = {"url": "https://books.example/hook", "types": [ALL[1]], "description": "Books"}


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    return network


@pytest.fixture
def ann(client: FlaskClient, scene: Network) -> dict[str, str]:
    return logged_in(client, "/api/v1/login")


def test_a_business_has_its_own(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    answered = client.get(f"/api/v1/webhooks?entity_id={FARM}", headers=ann)
    assert answered.status_code == 200
    assert scene.notifier.last("GET", "/webhooks").query == {"entity_id": FARM}
    first = answered.get_json()["data"][0]
    assert (first["id"], first["state"], first["positions"]) == ("webhook-1", "active", {})
    assert "secret" not in first


def test_one_is_made_and_its_secret_told_once(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    answered = client.post("/api/v1/webhooks", json=NEW | {"entityId": FARM}, headers=ann)
    assert answered.get_json()["data"]["secret"] == SECRET
    assert scene.notifier.last("POST", "/webhooks").body == NEW | {"entity_id": FARM}
    rotated = client.post("/api/v1/webhooks/webhook-1/secret", headers=ann)
    assert rotated.get_json()["data"]["secret"] == SECRET
    assert SECRET not in client.get("/api/v1/webhooks/webhook-1", headers=ann).text


def test_one_is_changed_switched_and_deleted(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    path = "/api/v1/webhooks/webhook-1"
    assert client.patch(path, json={"types": [ALL[2]]}, headers=ann).status_code == 200
    assert scene.notifier.last("PATCH", "/webhooks/webhook-1").body == {"types": [ALL[2]]}
    for action in ("pause", "resume", "test"):
        assert client.post(f"{path}/{action}", headers=ann).status_code == 200
        assert scene.notifier.count("POST", f"/webhooks/webhook-1/{action}") == 1
    assert client.delete(path, headers=ann).status_code == 200
    assert scene.notifier.count("DELETE", "/webhooks/webhook-1") == 1


def test_the_log_and_replays(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    path = "/api/v1/webhooks/webhook-1"
    log = client.get(f"{path}/deliveries?state=dead&page_size=4", headers=ann).get_json()
    assert (log["meta"]["numberOfResults"], log["meta"]["totalPages"]) == (44, 11)
    assert log["data"][0]["history"][0]["error"] == "timeout"
    assert client.post(f"{path}/deliveries/delivery-1/redelivery", headers=ann).status_code == 200
    begun = client.post(f"{path}/replays", json={"source": "ledger", "position": 7}, headers=ann).get_json()["data"]
    assert (begun["id"], begun["reached"]) == ("r-1", 500)
    assert len(client.get(f"{path}/replays", headers=ann).get_json()["data"]) == 2
    scene.notifier.on("POST", "/webhooks/webhook-1/replays", problem(409, "webhooks.replaying", "Another is running."))
    refused = client.post(f"{path}/replays", json={"source": "ledger", "position": 7}, headers=ann)
    assert refused.status_code == 409


@pytest.mark.parametrize(
    "wrong", [{"url": None, "types": []}, {"types": []}, {"types": [ALL[1]] * 101}, {"who": 1}, {"url": "x" * 2001}]
)
def test_nonsense_is_refused(client: FlaskClient, ann: dict[str, str], scene: Network, wrong: dict) -> None:
    assert client.post("/api/v1/webhooks", json=NEW | wrong, headers=ann).status_code in (400, 422)
    assert scene.notifier.count("POST", "/webhooks") == 0


def test_a_token_may_look_but_not_send_events_elsewhere(client: FlaskClient, scene: Network) -> None:
    may(scene, "read", "directory", "transfer:initiate", "transfer:accept")
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert client.get("/api/v1/webhooks/webhook-1/deliveries", headers=bearer).status_code == 200
    for method, path, body in [
        ("POST", "/webhooks", NEW), ("PATCH", "/webhooks/webhook-1", {"url": NEW["url"]}),
        ("POST", "/webhooks/webhook-1/secret", {}), ("DELETE", "/webhooks/webhook-1", {}),
    ]:  # fmt: skip
        assert client.open(f"/api/v1{path}", method=method, json=body, headers=bearer).status_code == 403, path
