"""Transfers of the whole network by the REST API: listed, made, ended and reversed by administrators."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import (
    BAKERY_ACCOUNT,
    FARM_ACCOUNT,
    NOW,
    OFFICE_ACCOUNT,
    Network,
    a_completed_transfer,
    a_transfer,
    an_admin_transfer,
    an_entity,
    some_legs,
)
from tests.gateway.standin import problem

PATH = "/api/v1/admin/transfers"
TWO = {"payer": FARM_ACCOUNT, "payee": BAKERY_ACCOUNT, "amount": "12.50"}


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", {"status": "all", "page": "1", "page_size": "10"}),
        ("status=all&page=3", {"status": "all", "page": "3", "page_size": "10"}),
        ("status=initiated,completed", {"status": "initiated,completed", "page": "1", "page_size": "10"}),
        (f"account_number={FARM_ACCOUNT}", {"status": "all", "account": FARM_ACCOUNT, "page": "1", "page_size": "10"}),
        ("date_from=2026-01-01", {"status": "all", "from": "2026-01-01T00:00:00.000000Z", "page": "1",
                                  "page_size": "10"}),
        ("date_to=2026-01-31", {"status": "all", "to": "2026-02-01T00:00:00.000000Z", "page": "1", "page_size": "10"}),
        ("date_to=2026-01-31T12:00:00Z", {"status": "all", "to": NOW, "page": "1", "page_size": "10"}),
        ("text=bread&kind=admin", {"status": "all", "text": "bread", "kind": "admin", "page": "1", "page_size": "10"}),
        ("after=17&page_size=50", {"status": "all", "before": "17", "page_size": "50"}),
    ],
)  # fmt: skip
def test_each_filter_alone(client: FlaskClient, admin: dict[str, str], network: Network, query: str, asked: Any):
    network.ledger.on("GET", "/transfers", {"transfers": [a_transfer()], "total": 41, "next": 12})
    answered = client.get(f"{PATH}?{query}", headers=admin)
    assert answered.status_code == 200, answered.text
    assert network.ledger.last("GET", "/transfers").query == asked
    assert answered.get_json()["meta"]["next"] == "12"
    assert answered.get_json()["meta"]["numberOfResults"] == 41


def test_one_as_it_is_told(client: FlaskClient, admin: dict[str, str], network: Network):
    ended = {"kind": "rejected", "code": "declined", "reason": "No bread", "by": BAKERY_ACCOUNT}
    cancelled = a_transfer(status="cancelled", ended_at=NOW, expires_at=None, cancellation=ended, reference="INV-1")
    network.ledger.on("GET", "/transfers/transfer-1", cancelled)
    answered = client.get(f"{PATH}/transfer-1", headers=admin)
    assert answered.get_json()["data"] == {
        "id": "transfer-1", "fromAccountNumber": FARM_ACCOUNT, "fromEntityName": "Green Farm",
        "toAccountNumber": BAKERY_ACCOUNT, "toEntityName": "Old Bakery", "amount": 25.0, "description": "Bread",
        "reference": "INV-1", "type": "transfer", "status": "cancelled", "cancellationKind": "rejected",
        "cancellationReason": "No bread", "dateProposed": NOW, "dateCancelled": NOW, "byConsent": False,
        "initiatorAccountNumber": FARM_ACCOUNT, "legs": [
            {"accountNumber": FARM_ACCOUNT, "amount": -25.0}, {"accountNumber": BAKERY_ACCOUNT, "amount": 25.0},
        ],
    }  # fmt: skip


def test_the_names_may_be_missing(client: FlaskClient, admin: dict[str, str], network: Network):
    network.directory.on("GET", "/entities", problem(503, "directory.unavailable"))
    (seen,) = client.get(PATH, headers=admin).get_json()["data"]
    assert (seen["fromAccountNumber"], seen["fromEntityName"]) == (FARM_ACCOUNT, None)


LEGS = [
    {"accountNumber": FARM_ACCOUNT, "amount": -20}, {"accountNumber": OFFICE_ACCOUNT, "amount": "-10.00"},
    {"accountNumber": BAKERY_ACCOUNT, "amount": 30},
]  # fmt: skip
THREE = some_legs((FARM_ACCOUNT, -2000), (OFFICE_ACCOUNT, -1000), (BAKERY_ACCOUNT, 3000))


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (TWO, {"legs": some_legs((FARM_ACCOUNT, -1250), (BAKERY_ACCOUNT, 1250)), "description": "", "settle": False}),
        (
            {"legs": LEGS, "description": "Levy", "reference": "L-7", "settle": True},
            {"legs": THREE, "description": "Levy", "reference": "L-7", "settle": True},
        ),
    ],
)
def test_one_is_made(client: FlaskClient, admin: dict[str, str], network: Network, wanted: Any, sent: Any):
    network.ledger.on("POST", "/admin-transfers", an_admin_transfer())
    made = client.post(PATH, json=wanted, headers=admin | {"Idempotency-Key": "k-1"})
    assert made.status_code == 200, made.text
    asked = network.ledger.last("POST", "/admin-transfers")
    assert (asked.body, asked.headers["Idempotency-Key"]) == (sent, "k-1")
    told = made.get_json()["data"]
    assert (told["type"], told["status"], told["initiatorAccountNumber"]) == ("adminTransfer", "completed", "")
    assert [leg["amount"] for leg in told["legs"]] == [-20.0, -10.0, 30.0]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({}, "payer"),
        ({"payer": FARM_ACCOUNT, "payee": BAKERY_ACCOUNT}, "amount"),
        (TWO | {"amount": 0}, "amount"),
        (TWO | {"amount": "-1"}, "amount"),
        (TWO | {"amount": 1.001}, "amount"),
        (TWO | {"payer": "1234"}, "payer"),
        (TWO | {"legs": LEGS}, "payer"),
        ({"legs": LEGS[:2]}, "legs"),
        ({"legs": LEGS[:1]}, "legs"),
        ({"legs": [LEGS[0] | {"amount": "--20"}, *LEGS[1:]]}, "legs.0.amount"),
        ({"legs": [LEGS[0] | {"amount": 0}, *LEGS[1:]]}, "legs.0.amount"),
        (TWO | {"status": "completed"}, "status"),
    ],
)
def test_nonsense_is_refused(client: FlaskClient, admin: dict[str, str], network: Network, wanted: Any, field: str):
    refused = client.post(PATH, json=wanted, headers=admin)
    assert refused.status_code == 400
    assert refused.get_json()["errors"][0]["field"] == field
    assert network.ledger.count("POST", "/admin-transfers") == 0


def test_it_is_looked_at_before(client: FlaskClient, admin: dict[str, str], network: Network):
    after = {"account": FARM_ACCOUNT, "amount": -1250, "balance": 1000, "balance_after": -250, "can_pay_after": 9750,
             "can_receive_after": 50_250, "level_after": "ok"}  # fmt: skip
    legs = some_legs((FARM_ACCOUNT, -1250), (BAKERY_ACCOUNT, 1250))
    network.ledger.on("POST", "/preview", {"legs": legs, "fees": [], "own": [after], "expires_at": None})
    network.entities[0] = an_entity(version=8000)
    seen = client.post(f"{PATH}/preview", json=TWO, headers=admin).get_json()["data"]
    assert network.ledger.last("POST", "/preview").headers["Min-Position"] == "directory=8000", "as the transfer waits"
    assert seen["accounts"][0] == {
        "accountNumber": FARM_ACCOUNT, "amount": -12.5, "balance": 10.0, "balanceAfter": -2.5, "canPayAfter": 97.5,
        "canReceiveAfter": 502.5, "levelAfter": "ok",
    }  # fmt: skip


def test_a_proposal_is_ended_with_a_reason(client: FlaskClient, admin: dict[str, str], network: Network):
    ended = {"kind": "cancelled", "code": "cancelled", "reason": "Fraud", "by": None}
    cancelled = a_transfer(status="cancelled", ended_at=NOW, cancellation=ended)
    network.ledger.on("POST", "/transfers/transfer-1/cancel", cancelled)
    for reason in ({}, {"cancellationReason": " "}, {"cancellationReason": None}):
        refused = client.patch(f"{PATH}/transfer-1", json={"action": "cancel", **reason}, headers=admin)
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (400, "cancellationReason")
    body = {"action": "cancel", "cancellationReason": "Fraud"}
    told = client.patch(f"{PATH}/transfer-1", json=body, headers=admin).get_json()["data"]
    assert network.ledger.last("POST", "/transfers/transfer-1/cancel").body == {"reason": "Fraud"}
    assert (told["cancellationReason"], told["dateCancelled"]) == ("Fraud", NOW)


def test_a_completed_one_is_reversed(client: FlaskClient, admin: dict[str, str], network: Network):
    back = a_completed_transfer("t-2", kind="reversal", reverses="transfer-1", payer=BAKERY_ACCOUNT, payee=FARM_ACCOUNT)
    network.ledger.on("POST", "/transfers/transfer-1/reverse", back)
    told = client.post(f"{PATH}/transfer-1/reversal", json={"reason": "Twice"}, headers=admin).get_json()["data"]
    assert network.ledger.last("POST", "/transfers/transfer-1/reverse").body == {"reason": "Twice"}
    assert (told["id"], told["type"], told["reverses"]) == ("t-2", "reversal", "transfer-1")
    again = problem(409, "transfer.already_reversed", "It was reversed already.")
    network.ledger.on("POST", "/transfers/transfer-1/reverse", again)
    refused = client.post(f"{PATH}/transfer-1/reversal", json={"reason": "Twice"}, headers=admin)
    assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (409, "transfer.already_reversed")
