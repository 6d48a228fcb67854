"""Logins and businesses by the REST API, as administrators see, change and end them."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import (
    ANN,
    BAKERY,
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    USER,
    Network,
    a_transfer,
    an_account,
)
from tests.gateway.standin import problem

BOB = USER | {"user_id": "user-bob", "email": "bob@dev.null", "previous_login": None}
PART = {"role": "owner", "view_only": False, "max_amount": None, "since": ""}


@pytest.fixture
def scene(network: Network) -> Network:
    """Ann has both businesses, Bob the bakery."""
    belongs = [(FARM, ANN), (BAKERY, ANN), (BAKERY, "user-bob")]
    rows = [{"entity_id": entity_id, "user_id": user_id, **PART} for entity_id, user_id in belongs]

    def answer(asked: Any) -> dict[str, Any]:
        users, entities = (asked.query.get(side, "").split(",") for side in ("users", "entities"))
        found = [row for row in rows if row["user_id"] in users or row["entity_id"] in entities]
        return {"memberships": found, "users": [USER, BOB] if entities != [""] else []}

    network.directory.on("GET", "/memberships", answer)
    network.directory.on("GET", "/users", {"users": [USER, BOB], "total": 2})
    network.directory.on("GET", f"/users/{ANN}", USER)
    network.directory.on("PATCH", f"/users/{ANN}", USER)
    network.directory.on("DELETE", f"/users/{ANN}", {})
    return network


def test_users_come_with_their_businesses(client: FlaskClient, admin: dict[str, str], scene: Network):
    found = client.get("/api/v1/admin/users?last_name=A&email=ann@farm.example", headers=admin).get_json()
    assert scene.directory.last("GET", "/users").query == {
        "last_name": "A", "email": "ann@farm.example", "page": "1", "page_size": "10",
    }  # fmt: skip
    assert [[own["id"] for own in user["entities"]] for user in found["data"]] == [[FARM, BAKERY], [BAKERY]]
    assert (scene.directory.count("GET", "/memberships"), scene.directory.count("GET", "/entities")) == (1, 1)
    one = client.get(f"/api/v1/admin/users/{ANN}", headers=admin).get_json()["data"]
    assert (one["id"], one["lastLoginIP"], one["entities"][0]["role"]) == (ANN, "192.0.2.7", "owner")
    assert {"accountNumber", "name", "incType", "offers", "categories", "status"} <= one["entities"][1].keys()


def test_a_login_is_changed(client: FlaskClient, admin: dict[str, str], scene: Network):
    asked = {"email": "new@dev.null", "firstName": "Anne", "lastName": "", "telephone": "02",
             "password": "Correct-horse-9", "entities": [FARM]}  # fmt: skip
    changed = client.patch(f"/api/v1/admin/users/{ANN}", json=asked, headers=admin | {"Idempotency-Key": "k"})
    assert changed.status_code == 200, changed.text
    sent = scene.directory.last("PATCH", f"/users/{ANN}")
    assert (sent.body, sent.headers["Idempotency-Key"]) == (
        {"email": "new@dev.null", "first_name": "Anne", "last_name": "", "telephone": "02",
         "password": "Correct-horse-9", "entities": [FARM]},
        "k",
    )  # fmt: skip
    assert "Correct-horse-9" not in changed.text
    for wrong, field in [({"id": "x"}, "id"), ({"status": "x"}, "status"), ({"entities": [1]}, "entities"),
                         ({"entities": [FARM] * 51}, "entities"), ({"password": 1}, "password")]:  # fmt: skip
        refused = client.patch(f"/api/v1/admin/users/{ANN}", json=wrong, headers=admin)
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (400, field)


@pytest.mark.parametrize(
    ("code", "status"),
    [("user.email_taken", 409), ("membership.last_owner", 409), ("entity.unknown", 404), ("auth.step_up_needed", 403)],
)
def test_what_the_directory_refuses(client: FlaskClient, admin: dict[str, str], scene: Network, code: str, status: int):
    scene.directory.on("PATCH", f"/users/{ANN}", problem(status, code))
    refused = client.patch(f"/api/v1/admin/users/{ANN}", json={"email": "b@dev.null"}, headers=admin)
    assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (status, code)


def test_a_login_is_ended(client: FlaskClient, admin: dict[str, str], scene: Network):
    ended = client.delete(f"/api/v1/admin/users/{ANN}?reason=She asked", headers=admin)
    assert ended.status_code == 200
    assert ended.get_json()["data"]["email"] == USER["email"]
    assert scene.directory.last("DELETE", f"/users/{ANN}").query == {"reason": "She asked"}


def test_businesses_come_with_their_people(client: FlaskClient, admin: dict[str, str], scene: Network):
    scene.directory.on("GET", "/search", {"entities": scene.entities, "total": 2, "next": None})
    found = client.get("/api/v1/admin/entities?name=a", headers=admin).get_json()["data"]
    assert [[user["id"] for user in entity["users"]] for entity in found] == [[ANN], [ANN, "user-bob"]]
    assert scene.directory.count("GET", "/memberships") == 1


FILTERS = {
    "offers=bread,cakes": {"offers": "bread,cakes"},
    "wants=apples": {"wants": "apples"},
    "offers=bread&tagged_since=2026-01-01": {"offers": "bread", "tagged_since": "2026-01-01T00:00:00.000000Z"},
    "category=bakery": {"category": "bakery"},
    "name=farm": {"name": "farm"},
    "email=farm": {"email": "farm"},
    f"account_number={FARM_ACCOUNT}&name=x": {"account": FARM_ACCOUNT, "name": "x"},
    "status=pending,accepted&city=x": {"status": "pending,accepted", "city": "x"},
    "region=x": {"region": "x"},
    "country=x": {"country": "x"},
    "balance=-25.5": {"balance": ">=-2550"},
    "max_pos_bal=500": {"max_positive": ">=50000"},
    "max_neg_bal=0": {"max_negative": ">=0"},
}


@pytest.mark.parametrize("query", FILTERS)
def test_every_filter_of_businesses(client: FlaskClient, admin: dict[str, str], scene: Network, query: str):
    scene.directory.on("GET", "/search", {"entities": [], "total": 0, "next": None})
    assert client.get(f"/api/v1/admin/entities?{query}", headers=admin).status_code == 200
    asked = scene.directory.last("GET", "/search").query
    assert FILTERS[query].items() <= asked.items(), asked


def test_one_business_with_what_is_pending_as_administrators_see_it(
    client: FlaskClient, admin: dict[str, str], scene: Network
):
    found = client.get(f"/api/v1/admin/entities/{FARM}", headers=admin).get_json()["data"]
    (pending,) = found["pendingTransfers"]
    assert (pending["fromEntityName"], pending["toAccountNumber"]) == ("Green Farm", BAKERY_ACCOUNT)
    assert scene.ledger.last("GET", "/transfers").query["status"] == a_transfer()["status"]


def test_who_belongs_to_a_business_is_replaced(client: FlaskClient, admin: dict[str, str], scene: Network):
    scene.directory.on("PATCH", f"/entities/{FARM}", scene.entities[0])
    body = {"name": "Greener Farm", "users": [ANN, "user-bob"]}
    assert client.patch(f"/api/v1/admin/entities/{FARM}", json=body, headers=admin).status_code == 200
    sent = scene.directory.last("PATCH", f"/entities/{FARM}").body
    assert sent == {"name": "Greener Farm", "users": [ANN, "user-bob"]}


@pytest.mark.parametrize("name", ["id", "accountNumber", "balance"])
def test_what_is_fixed_stays(client: FlaskClient, admin: dict[str, str], scene: Network, name: str):
    refused = client.patch(f"/api/v1/admin/entities/{FARM}", json={name: "x"}, headers=admin)
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (400, name)
    assert "cannot be" in refused.get_json()["errors"][0]["message"]


def test_a_business_closes_at_zero_alone(client: FlaskClient, admin: dict[str, str], scene: Network):
    path = f"/api/v1/admin/entities/{FARM}"
    refused = client.delete(path, headers=admin)
    assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (422, "entity.balance_not_zero")
    scene.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(balance=0))
    scene.directory.on("POST", f"/entities/{FARM}/closing", scene.entities[0] | {"closed_at": "2026-01-31T12:00:00Z"})
    for query, reason in (("", "Closed by an administrator."), ("?reason=Moved", "Moved")):
        closed = client.delete(path + query, headers=admin).get_json()["data"]
        assert (closed["accountNumber"], closed["closedAt"]) == (FARM_ACCOUNT, "2026-01-31T12:00:00Z")
        assert scene.directory.last("POST", f"/entities/{FARM}/closing").body == {"reason": reason}


@pytest.mark.parametrize("meant", [1, "yes", "false"])
def test_only_true_and_false_stop_a_login(client: FlaskClient, admin: dict[str, str], meant: object):
    answered = client.put("/api/v1/admin/users/user-bob/suspension", json={"suspended": meant}, headers=admin)
    assert (answered.status_code, answered.get_json()["errors"][0]["field"]) == (400, "suspended")
