"""The pages of webhooks: for administrators the network's, for owners their business's; secrets are shown once."""

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import FARM, Network
from tests.gateway.scenes import EVIL, empty, furnish, log_in, send
from tests.gateway.scenes_webhooks import ALL, SECRET
from tests.gateway.standin import problem

NEW = {"url": "https://books.example/hook", "description": "Books", "types": [ALL[1]]}


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    return network


@pytest.fixture
def admin(client: FlaskClient, scene: Network) -> FlaskClient:
    log_in(client, "admin")
    return client


def test_administrators_see_the_networks_and_owners_their_own(client: FlaskClient, scene: Network):
    log_in(client, "admin")
    assert "Bookkeeping" in client.get("/admin/webhooks").text
    assert scene.notifier.last("GET", "/webhooks").query == {}
    assert client.get("/settings/webhooks").status_code == 302
    log_in(client, "member")
    assert client.get("/settings/webhooks").status_code == 200
    assert scene.notifier.last("GET", "/webhooks").query == {"entity_id": FARM}
    assert client.get("/admin/webhooks").status_code == 403


@pytest.mark.parametrize("who", ["operator", "acting", "coordinator", "auditor"])
def test_nobody_else_gets_in(client: FlaskClient, scene: Network, who: str):
    log_in(client, who)
    for path in ("/admin/webhooks", "/settings/webhooks", "/settings/webhooks/webhook-1"):
        assert client.get(path).status_code in (302, 403, 404), path
    assert scene.notifier.count("GET", "/webhooks") == 0


def test_a_new_one_shows_its_secret_once(admin: FlaskClient, scene: Network):
    answer = send(admin, "/admin/webhooks", NEW)
    assert answer.status_code == 200
    assert SECRET in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert scene.notifier.last("POST", "/webhooks").body == NEW
    assert SECRET not in admin.get("/admin/webhooks/webhook-1").text


def test_an_owners_new_one_is_of_their_business(client: FlaskClient, scene: Network):
    log_in(client, "member")
    send(client, "/settings/webhooks", NEW)
    assert scene.notifier.last("POST", "/webhooks").body == NEW | {"entity_id": FARM}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": ""}, "Please fill in: Address."),
        ({"url": "books.example"}, "Begin it with https://."),
        ({"types": []}, "Choose at least one."),
        ({"description": "x" * 201}, "At most 200 characters, please."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(admin: FlaskClient, scene: Network, wrong: dict, words: str):
    answer = send(admin, "/admin/webhooks", NEW | wrong)
    assert answer.status_code == 422
    assert words in answer.text
    assert scene.notifier.count("POST", "/webhooks") == 0


def test_a_forbidden_address_is_said_beside_its_field_and_what_was_typed_is_kept(admin: FlaskClient, scene: Network):
    words = "This address is not on the public Internet."
    refusal = problem(422, "webhooks.address_forbidden", words, errors={"url": [words]})
    scene.notifier.on("POST", "/webhooks", refusal)
    scene.notifier.on("PATCH", "/webhooks/webhook-1", refusal)
    for path in ("/admin/webhooks", "/admin/webhooks/webhook-1"):
        answer = send(admin, path, NEW)
        assert answer.status_code == 422
        assert words in answer.text
        assert 'value="https://books.example/hook"' in answer.text


def test_one_is_changed(admin: FlaskClient, scene: Network):
    answer = send(admin, "/admin/webhooks/webhook-1", NEW)
    assert answer.location == "/admin/webhooks/webhook-1"
    assert scene.notifier.last("PATCH", "/webhooks/webhook-1").body == NEW


@pytest.mark.parametrize("action", ["pause", "resume", "test"])
def test_one_is_paused_resumed_and_tried(admin: FlaskClient, scene: Network, action: str):
    answer = send(admin, f"/admin/webhooks/webhook-1/{action}", {}, "/admin/webhooks/webhook-1")
    assert answer.location == "/admin/webhooks/webhook-1"
    assert scene.notifier.count("POST", f"/webhooks/webhook-1/{action}") == 1


def test_a_new_secret_is_shown_once(admin: FlaskClient, scene: Network):
    answer = send(admin, "/admin/webhooks/webhook-1/secret", {}, "/admin/webhooks/webhook-1")
    assert SECRET in answer.text
    assert "24 hours" in answer.text


def test_one_is_deleted(admin: FlaskClient, scene: Network):
    answer = send(admin, "/admin/webhooks/webhook-1/delete", {}, "/admin/webhooks/webhook-1")
    assert answer.location == "/admin/webhooks"
    assert scene.notifier.count("DELETE", "/webhooks/webhook-1") == 1


def test_the_log_is_filtered_paged_and_sent_again(admin: FlaskClient, scene: Network):
    page = admin.get("/admin/webhooks/webhook-1?state=dead&page=2").text
    assert scene.notifier.last("GET", "/webhooks/webhook-1/deliveries").query == {
        "state": "dead", "page": "2", "page_size": "20",
    }  # fmt: skip
    assert page.count("Send again") == 2
    assert "timeout" in page
    path = "/admin/webhooks/webhook-1/deliveries/delivery-1/redelivery"
    assert send(admin, path, {}, "/admin/webhooks/webhook-1").location == "/admin/webhooks/webhook-1"
    refused = "/webhooks/webhook-1/deliveries/delivery-1/redelivery"
    scene.notifier.on("POST", refused, problem(409, "webhooks.nothing_to_send", "It still waits."))
    send(admin, path, {}, "/admin/webhooks/webhook-1")
    assert "It still waits." in admin.get("/admin/webhooks/webhook-1").text
    admin.get("/admin/webhooks/webhook-1?state=nonsense")
    assert "state" not in scene.notifier.last("GET", "/webhooks/webhook-1/deliveries").query


def test_a_paused_one_says_why_and_offers_the_position_to_replay_from(client: FlaskClient, scene: Network):
    log_in(client, "member")
    page = client.get("/settings/webhooks/webhook-2").text
    assert "Paused after many failures in a row." in page
    assert 'value="4712"' in page


def test_a_replay_is_begun_or_refused(admin: FlaskClient, scene: Network):
    path, page = "/admin/webhooks/webhook-1/replays", "/admin/webhooks/webhook-1"
    assert send(admin, path, {"source": "directory", "position": "7"}, page).location == page
    assert scene.notifier.last("POST", "/webhooks/webhook-1/replays").body == {"source": "directory", "position": 7}
    for wrong in ({"position": "0"}, {"position": "x"}, {"source": "matcher"}):
        assert send(admin, path, {"source": "ledger", "position": "1"} | wrong, page).status_code == 422
    busy = problem(409, "webhooks.replaying", "Another replay is still running.")
    scene.notifier.on("POST", "/webhooks/webhook-1/replays", busy)
    answer = send(admin, path, {"source": "ledger", "position": "1"}, page)
    assert answer.status_code == 409
    assert "Another replay is still running." in answer.text


def test_what_a_receiver_answered_is_text(client: FlaskClient, network: Network):
    furnish(network, note=EVIL)
    log_in(client, "admin")
    page = client.get("/admin/webhooks/webhook-1").text
    assert EVIL not in page
    assert "&lt;script&gt;" in page


def test_nothing_yet(client: FlaskClient, network: Network):
    empty(network)
    log_in(client, "admin")
    assert "There are none yet." in client.get("/admin/webhooks").text
    assert "Send a test event to see" in client.get("/admin/webhooks/webhook-1").text


def test_a_network_without_a_key_says_so(admin: FlaskClient, scene: Network):
    scene.notifier.on("GET", "/webhooks", problem(503, "webhooks.off", "No webhooks."))
    answer = admin.get("/admin/webhooks")
    assert answer.status_code == 503
    assert "has set no key" in answer.text


def test_the_way_there(client: FlaskClient, scene: Network):
    log_in(client, "admin")
    assert 'href="/admin/webhooks"' in client.get("/admin").text
    assert 'href="/admin/webhooks"' in client.get("/api-tokens").text
    log_in(client, "member")
    assert 'href="/settings/webhooks"' in client.get("/api-tokens").text
