"""The REST API: transfers, and what the ledger answers."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import (
    BAKERY,
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    LATER,
    NOW,
    OFFICE_ACCOUNT,
    Network,
    a_bakery,
    a_completed_transfer,
    a_transfer,
    an_account,
    an_admin_transfer,
    some_legs,
)
from tests.gateway.standin import Says, problem

PAYMENT = {
    "transfer": "out",
    "initiator": FARM_ACCOUNT,
    "receiver": BAKERY_ACCOUNT,
    "amount": 25,
    "description": "Bread",
}


@pytest.mark.parametrize(("transfer", "direction"), [("out", "pay"), ("in", "request")])
def test_proposing(client: FlaskClient, ann: dict[str, str], network: Network, transfer: str, direction: str) -> None:
    network.ledger.on("POST", "/transfers", Says(a_transfer(), headers={"Position": "ledger=9"}))
    body = PAYMENT | {"transfer": transfer, "amount": "25.00"}
    answered = client.post("/api/v1/transfers", json=body, headers=ann | {"Idempotency-Key": "k-1"})
    assert answered.status_code == 200
    asked = network.ledger.last("POST", "/transfers")
    assert asked.headers["Idempotency-Key"] == "k-1"
    assert asked.body == {
        "initiator": FARM_ACCOUNT, "counterparty": BAKERY_ACCOUNT, "direction": direction, "amount": 2500,
        "description": "Bread",
    }  # fmt: skip
    assert answered.headers["Position"] == "directory=57, ledger=9"
    assert b'"amount":25.00' in answered.data
    assert answered.get_json()["data"] == {
        "id": "transfer-1", "transfer": "out", "isInitiator": True, "accountNumber": BAKERY_ACCOUNT,
        "entityName": "Old Bakery", "from": FARM_ACCOUNT, "to": BAKERY_ACCOUNT, "amount": 25.0, "description": "Bread",
        "status": "initiated", "dateProposed": NOW, "dateExpires": LATER, "kind": "transfer", "byConsent": False,
        "fees": 0.0, "legs": [
            {"accountNumber": FARM_ACCOUNT, "amount": -25.0}, {"accountNumber": BAKERY_ACCOUNT, "amount": 25.0},
        ],
    }  # fmt: skip


def test_a_proposal_that_a_consent_covers_is_answered_as_completed(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    network.ledger.on("POST", "/transfers", a_completed_transfer(by_consent=True, accepted_by=None))
    made = client.post("/api/v1/transfers", json=PAYMENT, headers=ann).get_json()["data"]
    assert (made["status"], made["byConsent"], made["dateCompleted"]) == ("completed", True, NOW)
    assert "dateExpires" not in made


def test_fees_are_told_beside_the_amount_to_who_bears_them(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    legs = some_legs((FARM_ACCOUNT, -4030), (BAKERY_ACCOUNT, 3960), (OFFICE_ACCOUNT, 70))
    network.ledger.on("GET", "/transfers/transfer-1", a_completed_transfer(amount=4000, legs=legs))
    found = client.get("/api/v1/transfers/transfer-1", headers=ann).get_json()["data"]
    assert (found["amount"], found["fees"]) == (40.0, 0.3)
    assert [leg["amount"] for leg in found["legs"]] == [-40.3, 39.6, 0.7]


def test_an_administrators_transfer_and_its_reversal_know_each_other(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    # The farm is in a leg that is neither the payer's nor the payee's.
    legs = some_legs((OFFICE_ACCOUNT, -3000), (FARM_ACCOUNT, 1000), (BAKERY_ACCOUNT, 2000))
    made = an_admin_transfer(payer=OFFICE_ACCOUNT, payee=BAKERY_ACCOUNT, legs=legs, reversed_by="transfer-2")
    network.ledger.on("GET", "/transfers/transfer-1", made)
    network.ledger.on("GET", "/transfers/transfer-2", an_admin_transfer(kind="reversal", reverses="transfer-1"))
    first, second = (client.get(f"/api/v1/transfers/transfer-{n}", headers=ann).get_json()["data"] for n in (1, 2))
    assert (first["kind"], first["reversedBy"], first["transfer"]) == ("admin", "transfer-2", "in")
    assert (second["kind"], second["reverses"], second["transfer"]) == ("reversal", "transfer-1", "out")
    assert not first["isInitiator"]


def test_an_older_ledgers_answers_are_understood(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    new = ("legs", "expires_at", "accepted_by", "by_consent", "reverses", "reversed_by")
    old = {name: value for name, value in a_transfer().items() if name not in new}
    network.ledger.on("GET", "/transfers/transfer-1", old)
    found = client.get("/api/v1/transfers/transfer-1", headers=ann)
    assert (found.status_code, found.get_json()["data"]["fees"]) == (200, 0.0)
    old_account = {n: v for n, v in an_account().items() if n not in ("closing", "outside_limits")}
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", old_account)
    assert client.get(f"/api/v1/balance?querying_entity_id={FARM}", headers=ann).status_code == 200


def test_an_account_that_closes_or_is_outside_its_limits_says_so(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(closing=True, outside_limits=True))
    found = client.get(f"/api/v1/balance?querying_entity_id={FARM}", headers=ann).get_json()["data"]
    assert (found["closing"], found["outsideLimits"]) == (True, True)


def test_the_ledger_waits_for_the_newest_news_of_both_parties(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    network.ledger.on("POST", "/transfers", a_transfer())
    network.entities[1] = a_bakery(version=8000)
    client.post("/api/v1/transfers", json=PAYMENT, headers=ann)
    assert network.ledger.last("POST", "/transfers").headers["Min-Position"] == "directory=8000"
    assert network.directory.last("GET", "/entities").query == {"accounts": f"{FARM_ACCOUNT},{BAKERY_ACCOUNT}"}


def test_a_transfer_needs_no_directory(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    for path in ("/entities", "/sessions/session-ann"):
        network.directory.on("GET", path, problem(503, "directory.unavailable"))
    network.ledger.on("POST", "/transfers", a_transfer())
    answered = client.post("/api/v1/transfers", json=PAYMENT, headers=ann)
    assert (answered.status_code, answered.get_json()["data"]["entityName"]) == (200, None)
    listed = client.get(f"/api/v1/transfers?status=all&querying_entity_id={FARM}", headers=ann)
    assert listed.status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 0}, "amount"), ({"amount": "1.001"}, "amount"), ({"amount": True}, "amount"),
        ({"amount": None}, "amount"), ({"amount": 1_000_000_000}, "amount"),
        ({"receiver": "2000000000000007"}, "receiver"), ({"extra": 1}, "extra"),
        ({"receiver": ""}, "receiver"), ({"initiator": "x"}, "initiator"), ({"transfer": "sideways"}, "transfer"),
        ({"description": "x" * 501}, "description"), ({"description": "a\nb"}, "description"),
    ],
)  # fmt: skip
def test_a_malformed_proposal_never_reaches_the_ledger(
    client: FlaskClient, ann: dict[str, str], network: Network, changes: dict[str, Any], field: str
) -> None:
    answered = client.post("/api/v1/transfers", json=PAYMENT | changes, headers=ann)
    assert answered.status_code == 400
    assert [error["field"] for error in answered.get_json()["errors"]] == [field]
    assert network.ledger.count("POST", "/transfers") == 0


def test_a_number_is_read_exactly(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.ledger.on("POST", "/transfers", a_transfer())
    raw = f'{{"transfer":"out","initiator":"{FARM_ACCOUNT}","receiver":"{BAKERY_ACCOUNT}","amount":999999999.99}}'
    assert client.post("/api/v1/transfers", data=raw, headers=ann, content_type="application/json").status_code == 200
    assert network.ledger.last("POST", "/transfers").body["amount"] == 99_999_999_999


@pytest.mark.parametrize("raw", ["", "[]", "5", "null", "{", '{"amount":NaN}', '{"amount":1e309}', '{"amount":0x10}'])
def test_a_body_that_is_no_object(client: FlaskClient, ann: dict[str, str], network: Network, raw: str) -> None:
    answered = client.post("/api/v1/transfers", data=raw, headers=ann, content_type="application/json")
    assert answered.status_code == 400
    assert answered.get_json()["errors"][0]["message"]


@pytest.mark.parametrize("key", ["", " x", "x" * 201, "\t"])
def test_a_bad_idempotency_key(client: FlaskClient, ann: dict[str, str], network: Network, key: str) -> None:
    answered = client.post("/api/v1/transfers", json=PAYMENT, headers=ann | {"Idempotency-Key": key})
    assert (answered.status_code, answered.get_json()["errors"][0]["code"]) == (400, "idempotency.key_malformed")


@pytest.mark.parametrize(
    ("says", "status", "error"),
    [
        (
            problem(422, "transfer.limit_exceeded", "Too much.", max_possible=1500), 422,
            {"message": "Too much.", "code": "transfer.limit_exceeded", "maxPossible": 15.0},
        ),
        (
            problem(422, "account.not_trading", errors={"counterparty": ["Not trading."]}), 422,
            {"message": "Not trading.", "code": "account.not_trading", "field": "receiver"},
        ),
        (problem(404, "account.unknown", "Nobody."), 404, {"message": "Nobody.", "code": "account.unknown"}),
        (
            problem(409, "idempotency.key_reused", "Other."), 409,
            {"message": "Other.", "code": "idempotency.key_reused"},
        ),
        (
            problem(422, "transfer.fee_exceeds_amount", "All of it."), 422,
            {"message": "All of it.", "code": "transfer.fee_exceeds_amount"},
        ),
        (
            problem(422, "transfer.fee_account", "No room."), 422,
            {"message": "No room.", "code": "transfer.fee_account"},
        ),
        (problem(403, "auth.forbidden", "Not yours."), 403, {"message": "Not yours.", "code": "auth.forbidden"}),
        (problem(503, "ledger.busy", "Busy.", 3), 503, {"message": "Busy.", "code": "ledger.busy", "part": "ledger"}),
    ],
)  # fmt: skip
def test_what_the_ledger_refuses(
    client: FlaskClient, ann: dict[str, str], network: Network, says: Says, status: int, error: dict[str, Any]
) -> None:
    network.ledger.on("POST", "/transfers", says)
    answered = client.post("/api/v1/transfers", json=PAYMENT, headers=ann)
    assert answered.status_code == status
    assert answered.get_json()["errors"] == [error]
    assert answered.get_json()["correlationId"] == answered.headers["Correlation-Id"]
    assert ("Retry-After" in answered.headers) == (status == 503)


def test_listing_transfers(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    cancellation = {"kind": "rejected", "code": "rejected", "reason": "Too dear", "by": BAKERY_ACCOUNT}
    found = [
        a_transfer("t-3", status="cancelled", ended_at=NOW, cancellation=cancellation),
        a_transfer("t-2", status="completed", ended_at=NOW, payer=BAKERY_ACCOUNT, payee=FARM_ACCOUNT),
        a_transfer("t-1"),
    ]
    network.ledger.on("GET", "/transfers", {"transfers": found, "total": 33})
    answered = client.get(f"/api/v1/transfers?status=all&querying_entity_id={FARM}&page=2&page_size=3", headers=ann)
    assert answered.get_json()["meta"] == {"numberOfResults": 33, "totalPages": 11}
    cancelled, completed, initiated = answered.get_json()["data"]
    assert (cancelled["cancellationKind"], cancelled["cancellationReason"]) == ("rejected", "Too dear")
    assert (completed["transfer"], completed["dateCompleted"]) == ("in", NOW)
    assert not {"dateCompleted", "cancellationReason"} & set(initiated)
    query = {"account": FARM_ACCOUNT, "status": "all", "page": "2", "page_size": "3"}
    assert network.ledger.last("GET", "/transfers").query == query
    assert network.directory.count("GET", "/entities") == 1, "all names in one question"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"querying_entity_id={FARM}", 400), ("status=all", 400), (f"status=open&querying_entity_id={FARM}", 400),
        (f"status=all&querying_entity_id={BAKERY}", 403), ("status=all&querying_entity_id=none", 403),
    ],
)  # fmt: skip
def test_whose_transfers(client: FlaskClient, ann: dict[str, str], network: Network, query: str, status: int) -> None:
    assert client.get(f"/api/v1/transfers?{query}", headers=ann).status_code == status


@pytest.mark.parametrize("action", ["accept", "reject", "cancel"])
def test_steps(client: FlaskClient, ann: dict[str, str], network: Network, action: str) -> None:
    path = f"/transfers/t-1/{action}"
    network.ledger.on("POST", path, a_transfer("t-1", payer=BAKERY_ACCOUNT, payee=FARM_ACCOUNT))
    body = {"action": action, "cancellationReason": "Because"}
    answered = client.patch("/api/v1/transfers/t-1", json=body, headers=ann | {"Idempotency-Key": "k"})
    assert answered.get_json()["data"]["transfer"] == "in"
    asked = network.ledger.last("POST", path)
    assert asked.body == ({} if action == "accept" else {"reason": "Because"})
    assert asked.headers["Idempotency-Key"] == "k"


def test_an_unknown_step(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    assert client.patch("/api/v1/transfers/t-1", json={"action": "undo"}, headers=ann).status_code == 400
    assert client.patch("/api/v1/transfers/t-1", json={}, headers=ann).status_code == 400


def test_one_transfer(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.ledger.on("GET", "/transfers/transfer-1", a_transfer())
    assert client.get("/api/v1/transfers/transfer-1", headers=ann).get_json()["data"]["entityName"] == "Old Bakery"


def test_the_balance(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(balance=-2505))
    answered = client.get(f"/api/v1/balance?querying_entity_id={FARM}", headers=ann)
    assert b'"balance":-25.05' in answered.data
    assert answered.get_json()["data"]["unit"] == "ocn-uk"
