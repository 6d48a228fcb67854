"""The REST API: administrators, and what holds for all of it."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import (
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    USER,
    Network,
    an_account,
    an_admin_session,
    an_entity,
)
from tests.gateway.scenes import logged_in
from tests.gateway.standin import Asked, Says, problem
from tests.log_lines import LogLines

PAYMENT = {
    "transfer": "out",
    "initiator": FARM_ACCOUNT,
    "receiver": BAKERY_ACCOUNT,
    "amount": 25,
    "description": "Bread",
}


def test_the_applications_waiting(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    network.directory.on("GET", "/entities", {"entities": [an_entity(status="pending")], "total": 11})
    answered = client.get("/api/v1/admin/entities?status=pending,tradingPending", headers=admin)
    assert answered.get_json()["meta"] == {"numberOfResults": 11, "totalPages": 2}
    assert answered.get_json()["data"][0]["maxPositiveBalance"] == 500
    query = {"status": "pending,tradingPending", "page": "1", "page_size": "10"}
    assert network.directory.last("GET", "/entities").query == query
    assert client.get("/api/v1/admin/entities?status=frozen", headers=admin).status_code == 400


def test_administrators_search_all_statuses(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    network.directory.on("GET", "/search", {"entities": [an_entity(status="rejected")], "total": 1})
    assert client.get("/api/v1/admin/entities?name=farm", headers=admin).status_code == 200
    assert "pending" in network.directory.last("GET", "/search").query["status"]
    client.get("/api/v1/admin/entities?name=farm&status=rejected", headers=admin)
    assert network.directory.last("GET", "/search").query["status"] == "rejected"


def test_finding_a_business_by_its_account(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    answered = client.get(f"/api/v1/admin/entities?account_number={FARM_ACCOUNT}", headers=admin).get_json()
    assert [entity["id"] for entity in answered["data"]] == [FARM]


@pytest.mark.parametrize(("more", "found"), [("status=tradingAccepted", 1), ("status=rejected", 0)])
def test_a_status_beside_the_account_is_looked_at(
    client: FlaskClient, admin: dict[str, str], more: str, found: int
) -> None:
    answered = client.get(f"/api/v1/admin/entities?account_number={FARM_ACCOUNT}&{more}", headers=admin).get_json()
    assert (len(answered["data"]), answered["meta"]["numberOfResults"]) == (found, found)


def test_there_is_no_second_page_of_one_account(client: FlaskClient, admin: dict[str, str]) -> None:
    path = f"/api/v1/admin/entities?account_number={FARM_ACCOUNT}&page=2"
    assert client.get(path, headers=admin).get_json()["data"] == []


def test_one_business_for_administrators(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    network.directory.on("GET", f"/entities/{FARM}", an_entity(users=[USER], email="ann@farm.example"))
    data = client.get(f"/api/v1/admin/entities/{FARM}", headers=admin).get_json()["data"]
    assert data["users"][0]["email"] == "ann@farm.example"
    assert data["pendingTransfers"][0]["id"] == "transfer-1"
    assert data["canReceive"] == 490


def test_deciding_on_a_business(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    decided = Says(an_entity(), headers={"Position": "directory=90"})
    network.directory.on("PATCH", f"/entities/{FARM}", decided)
    network.ledger.on("PATCH", f"/accounts/{FARM_ACCOUNT}/limits", an_account())
    body = {"status": "tradingAccepted", "reason": "Known", "categories": ["food"], "maxNegativeBalance": 100,
            "maxPositiveBalance": "0"}  # fmt: skip
    answered = client.patch(f"/api/v1/admin/entities/{FARM}", json=body, headers=admin | {"Idempotency-Key": "k"})
    assert answered.status_code == 200
    change = network.directory.last("PATCH", f"/entities/{FARM}")
    assert change.body == {"status": "tradingAccepted", "reason": "Known", "categories": ["food"]}
    limits = network.ledger.last("PATCH", f"/accounts/{FARM_ACCOUNT}/limits")
    assert limits.body == {"max_negative": 10_000, "max_positive": 0, "reason": "Known"}
    assert limits.headers["Idempotency-Key"] == change.headers["Idempotency-Key"] == "k"
    assert limits.headers["Min-Position"] == "directory=90", "an account that was just opened is waited for"


def test_limits_alone_do_not_touch_the_directory(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    network.ledger.on("PATCH", f"/accounts/{FARM_ACCOUNT}/limits", an_account())
    body = {"maxNegativeBalance": "12.50", "reason": "Asked for"}
    assert client.patch(f"/api/v1/admin/entities/{FARM}", json=body, headers=admin).status_code == 200
    assert network.directory.count("PATCH", f"/entities/{FARM}") == 0
    body = network.ledger.last("PATCH", f"/accounts/{FARM_ACCOUNT}/limits").body
    assert body == {"max_negative": 1250, "reason": "Asked for"}


@pytest.mark.parametrize(
    "changes",
    [{"maxNegativeBalance": -1}, {"status": "frozen"}, {"balance": 5}, {"id": "x"}, {"maxPositiveBalance": 1.005}],
)
def test_decisions_that_make_no_sense(
    client: FlaskClient, admin: dict[str, str], network: Network, changes: dict[str, Any]
) -> None:
    answered = client.patch(f"/api/v1/admin/entities/{FARM}", json=changes, headers=admin)
    assert (answered.status_code, answered.get_json()["errors"][0]["field"]) == (400, next(iter(changes)))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/v1/nothing", 404),
        ("get", "/api", 404),
        ("delete", "/api/v1/transfers", 405),
        ("put", "/api/v1/user", 405),
    ],
)
def test_unknown_addresses_answer_in_the_envelope(
    client: FlaskClient, network: Network, method: str, path: str, status: int
) -> None:
    answered = getattr(client, method)(path)
    assert answered.status_code == status
    assert set(answered.get_json()) == {"errors", "correlationId"}


def test_a_body_that_is_too_large(client: FlaskClient, network: Network) -> None:
    answered = client.post("/api/v1/login", data=b'{"email":"' + b"x" * 1_000_001 + b'"}')
    assert answered.status_code == 413
    assert answered.get_json()["errors"]


def test_an_unexpected_error_tells_nothing(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", {"surprise": "marker-93847"})
    answered = client.get(f"/api/v1/balance?querying_entity_id={FARM}", headers=ann)
    assert answered.status_code == 500
    assert answered.get_json()["errors"][0]["code"] == "internal"
    assert b"surprise" not in answered.data


def test_a_part_that_is_down(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", problem(500, "internal", "secret text"))
    answered = client.get(f"/api/v1/balance?querying_entity_id={FARM}", headers=ann)
    assert (answered.status_code, answered.headers["Retry-After"]) == (503, "2")
    (error,) = answered.get_json()["errors"]
    assert (error["code"], error["part"]) == ("part.down", "ledger")
    assert b"secret text" not in answered.data


def test_an_admin_of_two_kinds_of_things_at_once(client: FlaskClient, network: Network) -> None:
    """A person with a role more than they need is judged by what the route asks for."""
    network.directory.on("POST", "/sessions", an_admin_session(roles=["admin", "auditor"]))
    network.lives(an_admin_session(roles=["admin", "auditor"]))
    both = logged_in(client, "/api/v1/admin/login")
    network.directory.on("GET", "/entities", {"entities": [], "total": 0})
    assert client.get("/api/v1/admin/entities", headers=both).status_code == 200


def test_what_was_asked_is_not_in_the_log(
    client: FlaskClient, ann: dict[str, str], network: Network, log_lines: LogLines
) -> None:
    marker = "marker7319"

    def refuse(asked: Asked) -> Says:
        return problem(422, "x.y", f"{marker} {asked.body}")

    network.ledger.on("POST", "/transfers", refuse)
    client.post("/api/v1/transfers", json=PAYMENT | {"description": marker}, headers=ann)
    client.post("/api/v1/login", json={"email": f"{marker}@b", "password": marker})
    client.post(f"/api/v1/password-reset/{marker}", json={"password": marker})
    client.get(f"/api/v1/entities?name={marker}", headers=ann)
    logged = log_lines()
    assert "/api/v1/transfers" in [line.get("route") for line in logged], "the log was looked at"
    written = str(logged)
    assert marker not in written
    assert ann["Authorization"].partition(" ")[2] not in written
