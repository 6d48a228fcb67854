"""If-Match: of two who saw the same, one changes it and the other is told."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import FARM, FARM_ACCOUNT, USER, Network, a_transfer, an_account, an_entity
from tests.gateway.standin import Asked, problem

OWN = f"/api/v1/user/entities/{FARM}"


def test_a_change_goes_with_the_version_that_was_seen(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    network.directory.on("PATCH", f"/entities/{FARM}", lambda asked: an_entity(version=58) | asked.body)
    etag = client.get(OWN, headers=ann).headers["ETag"]
    assert re.fullmatch('"v41-[0-9a-f]{24}"', etag)
    changed = client.patch(OWN, json={"city": "Leeds"}, headers=ann | {"If-Match": etag})
    assert changed.status_code == 200
    assert network.directory.last("PATCH", f"/entities/{FARM}").body == {"city": "Leeds", "expected_versions": [41]}
    assert changed.headers["ETag"].startswith('"v58-'), "the next change can be made from here"
    for any_will_do in ({}, {"If-Match": "*"}):
        client.patch(OWN, json={"city": "Leeds"}, headers=ann | any_will_do)
        assert "expected_versions" not in network.directory.last("PATCH", f"/entities/{FARM}").body


def test_the_tag_of_an_answer_is_what_a_read_of_it_has(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    network.directory.on("PATCH", f"/entities/{FARM}", an_entity())
    changed = client.patch(OWN, json={"city": ""}, headers=ann).headers["ETag"]
    assert changed == client.get(OWN, headers=ann).headers["ETag"]


def test_a_balance_that_moved_stops_no_change_of_the_profile(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    network.directory.on("PATCH", f"/entities/{FARM}", an_entity())
    etag = client.get(OWN, headers=ann | {"Accept-Encoding": "gzip"}).headers["ETag"]
    network.ledger.on("GET", "/accounts", {"accounts": [an_account(balance=5)]})
    assert client.get(OWN, headers=ann | {"If-None-Match": etag}).status_code == 200
    assert client.patch(OWN, json={"city": "Leeds"}, headers=ann | {"If-Match": etag}).status_code == 200


@pytest.mark.parametrize("tag", ['"5f0c9f6e7d1a"', 'W/"v41-aa"', "v41-aa", "", '"v41"', '"vx-aa"'])
def test_what_names_no_version_fits_nothing(
    client: FlaskClient, ann: dict[str, str], network: Network, tag: str
) -> None:
    refused = client.patch(OWN, json={"city": "Leeds"}, headers=ann | {"If-Match": tag})
    assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (412, "precondition.failed")
    assert network.directory.count("PATCH", f"/entities/{FARM}") == 0


def test_the_directory_decides(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.directory.on("PATCH", f"/entities/{FARM}", problem(412, "precondition.failed", "It has changed."))
    refused = client.patch(OWN, json={"city": "Leeds"}, headers=ann | {"If-Match": '"v40-aa", "v39-aa"'})
    assert network.directory.last("PATCH", f"/entities/{FARM}").body["expected_versions"] == [39, 40]
    assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (412, "precondition.failed")


def test_limits_alone_are_held_to_the_version_too(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    path = f"/api/v1/admin/entities/{FARM}"
    network.ledger.on("PATCH", f"/accounts/{FARM_ACCOUNT}/limits", an_account())
    etag = client.get(path, headers=admin).headers["ETag"]
    limits = {"maxPositiveBalance": 100, "reason": "Asked for"}
    assert client.patch(path, json=limits, headers=admin | {"If-Match": etag}).status_code == 200
    refused = client.patch(path, json=limits, headers=admin | {"If-Match": '"v40-aa"'})
    assert refused.status_code == 412
    assert network.ledger.count("PATCH", f"/accounts/{FARM_ACCOUNT}/limits") == 1


def test_the_rest_is_compared_just_before(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    user = dict(USER)
    network.directory.on("GET", f"/users/{user['user_id']}", lambda _: user)

    def change(asked: Asked) -> dict[str, Any]:
        user.update(asked.body)
        return user

    network.directory.on("PATCH", f"/users/{user['user_id']}", change)
    etag = client.get("/api/v1/user", headers=ann).headers["ETag"]
    first = client.patch("/api/v1/user", json={"firstName": "Anna"}, headers=ann | {"If-Match": etag})
    second = client.patch("/api/v1/user", json={"firstName": "Annie"}, headers=ann | {"If-Match": etag})
    assert (first.status_code, second.status_code) == (200, 412)
    assert user["first_name"] == "Anna"
    malformed = client.patch("/api/v1/user", json={"firstName": 5}, headers=ann | {"If-Match": etag})
    assert malformed.status_code == 400, "what is wrong in any case is said first"


def test_a_transfer_that_ended_is_not_accepted_by_an_old_tag(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    network.ledger.on("GET", "/transfers/transfer-1", a_transfer())
    etag = client.get("/api/v1/transfers/transfer-1", headers=ann).headers["ETag"]
    network.ledger.on("GET", "/transfers/transfer-1", a_transfer(description="Another"))
    refused = client.patch("/api/v1/transfers/transfer-1", json={"action": "accept"}, headers=ann | {"If-Match": etag})
    assert refused.status_code == 412
    assert network.ledger.count("POST", "/transfers/transfer-1/accept") == 0


@pytest.mark.parametrize(("method", "path"), [("POST", "/api/v1/transfers"), ("DELETE", "/api/v1/sessions")])
def test_a_condition_that_nobody_looks_at_is_refused(
    client: FlaskClient, ann: dict[str, str], network: Network, method: str, path: str
) -> None:
    network.ledger.on("POST", "/preview", {})
    body = {"transfer": "out", "initiator": FARM_ACCOUNT, "receiver": "2000000000000006", "amount": 1}
    sent: dict[str, Any] = {"json": body} if method == "POST" else {}
    refused = client.open(path, method=method, headers=ann | {"If-Match": '"x"'}, **sent)
    assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (412, "precondition.unsupported")
    assert not [asked for asked in network.ledger.asked if asked.method == "POST"]
