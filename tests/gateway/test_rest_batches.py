"""What programs can do with transfers beyond one proposal: previews, filters, reversals, batches, standing consent."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import (
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    LATER,
    OFFICE_ACCOUNT,
    Network,
    a_completed_transfer,
    a_transfer,
    some_legs,
)
from tests.gateway.standin import problem
from tests.gateway.test_api_tokens import TOKEN, may
from tests.gateway.test_rest_transfers import PAYMENT

TOLD = {"initiator": FARM_ACCOUNT, "counterparty": BAKERY_ACCOUNT, "direction": "pay", "amount": 2500,
        "description": "Bread"}  # fmt: skip
PREVIEW = {
    "legs": some_legs((FARM_ACCOUNT, -2530), (BAKERY_ACCOUNT, 2500), (OFFICE_ACCOUNT, 30)),
    "fees": [{"account": OFFICE_ACCOUNT, "side": "payer", "amount": 30}], "total": 2530, "received": 2500,
    "expires_at": LATER, "completes_at_once": False,
    "own": [{"account": FARM_ACCOUNT, "amount": -2530, "balance": 1000, "balance_after": -1530,
             "can_pay_after": 8470, "can_receive_after": 51_530, "level_after": "ok"}],
}  # fmt: skip
RULE = {"accountNumber": "any", "direction": "pay", "maxAmount": 12.5}


def test_a_preview_says_fees_and_headroom(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.ledger.on("POST", "/preview", PREVIEW)
    answered = client.post("/api/v1/transfers/preview", json=PAYMENT, headers=ann)
    assert network.ledger.last("POST", "/preview").body == TOLD
    assert b'"total":25.30,"received":25.00' in answered.data
    told = answered.get_json()["data"]
    assert told["fees"] == [{"accountNumber": OFFICE_ACCOUNT, "side": "payer", "amount": 0.3}]
    assert (told["accounts"][0]["balanceAfter"], told["accounts"][0]["canPayAfter"]) == (-15.3, 84.7)
    network.ledger.on("POST", "/preview", problem(422, "transfer.limit_exceeded", "Too much.", max_possible=1500))
    refused = client.post("/api/v1/transfers/preview", json=PAYMENT, headers=ann)
    assert refused.get_json()["errors"][0]["maxPossible"] == 15.0


def test_a_proposal_with_reference_and_end(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.ledger.on("POST", "/transfers", a_transfer(reference="invoice 17"))
    body = PAYMENT | {"reference": "invoice 17", "dateExpires": "2999-12-22"}
    made = client.post("/api/v1/transfers", json=body, headers=ann).get_json()["data"]
    options = {"reference": "invoice 17", "expires_at": "2999-12-22T00:00:00.000000Z"}
    assert network.ledger.last("POST", "/transfers").body == TOLD | options
    assert (made["reference"], made["dateExpires"]) == ("invoice 17", LATER)
    network.ledger.on("POST", "/transfers", problem(400, "request.invalid", errors={"expires_at": ["Too far."]}))
    refused = client.post("/api/v1/transfers", json=body, headers=ann)
    assert refused.get_json()["errors"][0]["field"] == "dateExpires"
    assert client.post("/api/v1/transfers", json=body | {"dateExpires": "soon"}, headers=ann).status_code == 400


def test_the_list_by_filters_and_cursor(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.ledger.on("GET", "/transfers", {"transfers": [a_transfer()], "total": 30, "next": 77})
    here = f"/api/v1/transfers?status=completed&querying_entity_id={FARM}"
    query = (
        f"{here}&date_from=2026-01-01&date_to=2026-01-31&counterparty={BAKERY_ACCOUNT}&text=bread&reference=17"
        "&kind=transfer&min_amount=1.50&max_amount=99&after=80"
    )
    assert client.get(query, headers=ann).get_json()["meta"]["next"] == "77"
    assert network.ledger.last("GET", "/transfers").query == {
        "account": FARM_ACCOUNT, "status": "completed", "page_size": "10", "before": "80", "text": "bread",
        "from": "2026-01-01T00:00:00.000000Z", "to": "2026-02-01T00:00:00.000000Z", "counterparty": BAKERY_ACCOUNT,
        "reference": "17", "kind": "transfer", "min_amount": "150", "max_amount": "9900",
    }  # fmt: skip
    for wrong in (
        "date_from=soon", "counterparty=1", "text=", "kind=fee", "min_amount=-1", "min_amount=2&max_amount=1",
        "after=x", "after=5&page=2",
    ):  # fmt: skip
        assert client.get(f"{here}&{wrong}", headers=ann).status_code == 400, wrong


def test_giving_back_what_was_received(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    back = a_completed_transfer("t-2", kind="reversal", reverses="t-1")
    network.ledger.on("POST", "/transfers/t-1/reverse", back)
    path, keyed = "/api/v1/transfers/t-1/reversal", ann | {"Idempotency-Key": "k"}
    given = client.post(path, json={"reason": "Too dear"}, headers=keyed).get_json()["data"]
    assert (given["kind"], given["reverses"], given["transfer"]) == ("reversal", "t-1", "out")
    asked = network.ledger.last("POST", "/transfers/t-1/reverse")
    assert (asked.body, asked.headers["Idempotency-Key"]) == ({"reason": "Too dear"}, "k")
    assert client.post(path, json={}, headers=ann).status_code == 400


COMMANDS = [
    {"initiate": PAYMENT}, {"change": {"id": "t-2", "action": "accept", "cancellationReason": "ignored"}},
    {"change": {"id": "t-3", "action": "reject", "cancellationReason": "Too dear"}},
    {"reverse": {"id": "t-4", "reason": "Twice"}},
]  # fmt: skip


def test_a_batch_has_a_result_for_each_command(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    stopped = {"ok": False, "type": "transfer.limit_exceeded", "detail": "Too much.", "max_possible": 1500}
    blamed = {"ok": False, "type": "account.not_trading", "detail": "No.", "errors": {"counterparty": ["Not trading."]}}
    done = [{"ok": True, "document": a_transfer(f"t-{number}")} for number in (1, 2)]
    network.ledger.on("POST", "/batches", {"results": [*done, stopped, blamed]})
    body = {"commands": COMMANDS}
    answered = client.post("/api/v1/transfers/batch", json=body, headers=ann | {"Idempotency-Key": "k"})
    asked = network.ledger.last("POST", "/batches")
    assert asked.headers["Idempotency-Key"] == "k"
    assert asked.body == {"atomic": False, "commands": [
        {"command": "initiate", **TOLD}, {"command": "accept", "transfer_id": "t-2"},
        {"command": "reject", "transfer_id": "t-3", "reason": "Too dear"},
        {"command": "reverse", "transfer_id": "t-4", "reason": "Twice"},
    ]}  # fmt: skip
    first, second, third, fourth = answered.get_json()["data"]["results"]
    assert (first["transfer"]["entityName"], second["transfer"]["id"]) == ("Old Bakery", "t-2")
    assert third["errors"] == [{"code": "transfer.limit_exceeded", "message": "Too much.", "maxPossible": 15.0}]
    assert fourth["errors"] == [{"code": "account.not_trading", "message": "Not trading.", "field": "receiver"}]
    assert network.directory.count("GET", "/entities") == 1


def test_all_or_none_of_a_batch(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.ledger.on("POST", "/batches", problem(422, "batch.refused", "Command 1 was refused.", index=0))
    body = {"atomic": True, "commands": COMMANDS}
    refused = client.post("/api/v1/transfers/batch", json=body, headers=ann)
    assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (422, "batch.refused")


@pytest.mark.parametrize(
    "commands",
    [
        [], [{}], [{"initiate": PAYMENT, "reverse": {"id": "t", "reason": "x"}}], [{"initiate": {}}],
        [{"pay": PAYMENT}],
        [{"change": {"id": "t", "action": "undo"}}], [{"reverse": {"id": "t"}}], COMMANDS * 51, [5], None,
    ],
)  # fmt: skip
def test_batches_that_make_no_sense(client: FlaskClient, ann: dict[str, str], network: Network, commands: Any) -> None:
    answered = client.post("/api/v1/transfers/batch", json={"commands": commands}, headers=ann)
    assert answered.status_code == 400
    assert network.ledger.count("POST", "/batches") == 0


def test_what_is_wrong_in_a_batch_says_where(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    wrong = [COMMANDS[1], {"initiate": PAYMENT | {"amount": 0}}]
    refused = client.post("/api/v1/transfers/batch", json={"commands": wrong}, headers=ann)
    assert [error["field"] for error in refused.get_json()["errors"]] == ["commands.1.initiate.amount"]


def test_a_token_does_nothing_in_a_batch_that_it_may_not_alone(client: FlaskClient, network: Network) -> None:
    network.ledger.on("POST", "/batches", {"results": [{"ok": True, "document": a_transfer()}]})
    bearer = {"Authorization": f"Bearer {TOKEN}"}

    def send(command: dict[str, Any]) -> int:
        return client.post("/api/v1/transfers/batch", json={"commands": [command]}, headers=bearer).status_code

    may(network, "transfer:initiate")
    assert [send(command) for command in COMMANDS] == [200, 403, 403, 200]
    may(network, "transfer:accept")
    assert send(COMMANDS[1]) == 403
    may(network, "transfer:initiate", "transfer:accept")
    assert send(COMMANDS[1]) == 200


def test_what_completes_without_being_asked(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    path, theirs = f"/api/v1/user/entities/{FARM}/consent", f"/accounts/{FARM_ACCOUNT}/consent"
    kept = {"party": "any", "direction": "pay", "max_amount": 1250}
    for method in ("GET", "PUT"):
        network.ledger.on(method, theirs, {"account": FARM_ACCOUNT, "consent": [kept]})
    assert client.get(path, headers=ann).get_json()["data"] == {"rules": [RULE]}
    assert client.put(path, json={"rules": [RULE]}, headers=ann).get_json()["data"] == {"rules": [RULE]}
    assert network.ledger.last("PUT", theirs).body == {"rules": [kept]}
    for wrong in ({"accountNumber": "everybody"}, {"direction": "out"}, {"maxAmount": 0}, {"who": 1}):
        assert client.put(path, json={"rules": [RULE | wrong]}, headers=ann).status_code == 400
    assert client.put(path, json={"rules": []}, headers=ann).status_code == 200
    unbound = {"account": FARM_ACCOUNT, "consent": [kept | {"max_amount": None}]}
    network.ledger.on("PUT", theirs, unbound)
    told = client.put(path, json={"rules": [RULE | {"maxAmount": None}]}, headers=ann).get_json()["data"]
    assert told == {"rules": [RULE | {"maxAmount": None}]}
    assert network.ledger.last("PUT", theirs).body == {"rules": [kept | {"max_amount": None}]}


def test_fees_in_force(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    rule = {"account": OFFICE_ACCOUNT, "side": "payer", "fixed": 10, "basis_points": 50}
    network.ledger.on("GET", "/fees", {"rules": [rule]})
    (told,) = client.get("/api/v1/fees", headers=ann).get_json()["data"]
    assert told == {"accountNumber": OFFICE_ACCOUNT, "side": "payer", "fixed": 0.1, "basisPoints": 50}
