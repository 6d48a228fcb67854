"""Another mail address on the pages and in the API. A link that is only opened changes nothing."""

from flask.testing import FlaskClient

from tests.gateway.network import ANN, NOW, Network
from tests.gateway.scenes import log_in, send
from tests.gateway.standin import problem

PATH = f"/users/{ANN}/email-change"
LINK = "/email-confirmations/token-1"
WAITING = {"new_email": "new@farm.example", "asked_at": NOW, "expires_at": NOW, "waits_for": ["old", "new"]}


def test_asking_and_letting_it_be(client: FlaskClient, network: Network) -> None:
    log_in(client, "member")
    network.directory.on("GET", PATH, problem(404, "email_change.none"))
    network.directory.on("POST", PATH, WAITING)
    assert "ann@farm.example" in client.get("/email-change").text
    asked = send(client, "/email-change", {"email": "new@farm.example", "key": "k-1"})
    assert asked.status_code == 302
    assert network.directory.last("POST", PATH).body == {"email": "new@farm.example"}
    network.directory.on("GET", PATH, WAITING)
    page = client.get("/email-change").text
    assert "new@farm.example" in page
    assert page.count("not confirmed yet") == 2
    network.directory.on("DELETE", PATH, {})
    assert send(client, "/email-change/cancel", {}, "/email-change").status_code == 302
    assert network.directory.count("DELETE", PATH) == 1


def test_a_refusal_keeps_what_was_typed(client: FlaskClient, network: Network) -> None:
    log_in(client, "member")
    network.directory.on("GET", PATH, problem(404, "email_change.none"))
    network.directory.on("POST", PATH, problem(429, "email_change.too_often", retry_after=3000))
    answered = send(client, "/email-change", {"email": "new@farm.example"})
    assert answered.status_code == 429
    assert "Wait an hour" in answered.text
    assert "new@farm.example" in answered.text
    assert send(client, "/email-change", {"email": "nonsense"}).status_code == 422


def test_what_is_sensitive_asks_for_the_password_and_goes_on(client: FlaskClient, network: Network) -> None:
    log_in(client, "member")
    network.directory.on("GET", PATH, problem(404, "email_change.none"))
    network.directory.on("POST", PATH, problem(403, "auth.step_up_needed"))
    answered = send(client, "/email-change", {"email": "new@farm.example"})
    assert answered.status_code == 403
    assert 'value="new@farm.example"' in answered.text


def test_opening_a_link_changes_nothing_and_its_button_does(client: FlaskClient, network: Network) -> None:
    network.directory.on("GET", LINK, {"side": "old", "new_email": "new@farm.example"})
    network.directory.on("POST", LINK, {"state": "waiting", "waits_for": ["new"]})
    for _ in range(2):
        page = client.get("/email-confirm/token-1")
        assert page.status_code == 200
        assert "It was not me" in page.text
    assert client.head("/email-confirm/token-1").status_code == 200
    assert [asked.method for asked in network.directory.asked if asked.path == LINK] == ["GET"] * 3
    assert client.post("/email-confirm/token-1").status_code == 400, "without the page's mark nothing is done"
    assert network.directory.count("POST", LINK) == 0
    confirmed = send(client, "/email-confirm/token-1", {})
    assert "mail to the new address" in confirmed.text
    network.directory.on("POST", LINK, {"state": "changed", "waits_for": []})
    assert "Your address is changed" in send(client, "/email-confirm/token-1", {}).text


def test_it_was_not_me(client: FlaskClient, network: Network) -> None:
    network.directory.on("GET", LINK, {"side": "old", "new_email": "new@farm.example"})
    network.directory.on("POST", f"{LINK}/stop", {})
    assert "Choose a new password" in send(client, "/email-confirm/token-1/stop", {}, "/email-confirm/token-1").text
    network.directory.on("GET", LINK, {"side": "new", "new_email": "new@farm.example"})
    assert "It was not me" not in client.get("/email-confirm/token-1").text


def test_a_dead_link_says_what_to_do(client: FlaskClient, network: Network) -> None:
    network.directory.on("GET", LINK, {"side": "new", "new_email": "new@farm.example"})
    for refusal, said in (
        (problem(404, "email_change.invalid"), "does not work any more"),
        (problem(409, "user.email_taken"), "Somebody else has a login"),
    ):
        network.directory.on("POST", LINK, refusal)
        answered = send(client, "/email-confirm/token-1", {})
        assert said in answered.text
        assert answered.status_code in (404, 409)
    assert client.get("/email-confirm/token-dead").status_code == 404


def test_the_same_by_the_api(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.directory.on("POST", PATH, WAITING)
    answered = client.post("/api/v1/user/email-change", json={"email": "new@farm.example"}, headers=ann)
    assert answered.get_json()["data"]["waitsFor"] == ["old", "new"]
    network.directory.on("DELETE", PATH, {})
    assert client.delete("/api/v1/user/email-change", headers=ann).status_code == 200
    network.directory.on("POST", LINK, {"state": "changed", "waits_for": []})
    assert client.post("/api/v1/email-confirmations/token-1").get_json()["data"]["state"] == "changed"
    network.directory.on("POST", f"{LINK}/stop", problem(404, "email_change.invalid"))
    assert client.post("/api/v1/email-confirmations/token-1/stop").status_code == 404
