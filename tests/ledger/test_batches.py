"""Batches over HTTP: every command, on its own or all or none, under one key."""

import pytest

from services.ledger.schemas.batches import MOST_COMMANDS
from tests.ledger.factories import limiting
from tests.ledger.web import A, Api, B, C, code_of


@pytest.fixture
def web() -> Api:
    return Api()


def initiating(initiator: str, counterparty: str, amount: int = 10, **more) -> dict:
    body = {"initiator": initiator, "counterparty": counterparty, "direction": "pay", "amount": amount}
    return {"command": "initiate", **body, **more}


def send(web: Api, *commands: dict, atomic: bool = False, as_=(A,), **how):
    return web.ask("post", "/batches", {"atomic": atomic, "commands": list(commands)}, as_=as_, **how)


def test_each_on_its_own_is_answered_one_by_one(web):
    response = send(web, initiating(A, B), initiating(A, B, 5000), initiating(B, A), initiating(A, C, 20))
    assert response.status_code == 200
    first, too_much, not_mine, last = response.json["results"]
    assert (first["ok"], first["document"]["amount"], last["document"]["amount"]) == (True, 10, 20)
    assert (too_much["ok"], too_much["type"], too_much["max_possible"]) == (False, "transfer.limit_exceeded", 1000)
    assert not_mine["type"] == "auth.forbidden"
    assert response.headers["Position"] == "ledger=5"


def test_atomic_and_refused_does_nothing_and_says_which(web):
    before = len(web.store.events)
    response = send(web, initiating(A, B), initiating(A, B, 5000), atomic=True)
    assert code_of(response) == (422, "batch.refused")
    assert (response.json["index"], response.json["refused"]["type"]) == (1, "transfer.limit_exceeded")
    assert len(web.store.events) == before


def test_atomic_that_passes(web):
    response = send(web, initiating(A, B), initiating(A, C), atomic=True)
    assert [result["ok"] for result in response.json["results"]] == [True, True]


def test_a_batch_is_one_command(web):
    first = send(web, initiating(A, B), key="k")
    assert send(web, initiating(A, B), key="k").json == first.json
    assert code_of(send(web, initiating(A, B, 11), key="k")) == (409, "idempotency.key_reused")
    assert code_of(send(web, initiating(A, B), atomic=True, key="k")) == (409, "idempotency.key_reused")
    assert code_of(send(web, initiating(A, B), key="")) == (400, "idempotency.key_missing")
    assert len(web.store.transfers) == 1


def test_commands_with_the_same_fields_are_different_requests(web):
    known = web.propose().json["transfer_id"]
    assert send(web, {"command": "cancel", "transfer_id": known}, as_=(B,), key="k").status_code == 200
    other = send(web, {"command": "reject", "transfer_id": known}, as_=(B,), key="k")
    assert code_of(other) == (409, "idempotency.key_reused")


def test_every_command_of_a_member(web):
    ids = [web.propose(amount).json["transfer_id"] for amount in (1, 2, 3)]
    response = send(
        web,
        {"command": "set_consent", "account": B, "rules": [{"party": A, "direction": "pay"}]},
        {"command": "accept", "transfer_id": ids[0]},
        {"command": "reject", "transfer_id": ids[1].upper(), "reason": "no"},
        {"command": "cancel", "transfer_id": ids[2], "reason": "no"},
        {"command": "reverse", "transfer_id": ids[0], "reason": "wrong"},
        initiating(A, B),
        as_=(A, B),
    )
    consent, accepted, rejected, cancelled, reversal, at_once = (r["document"] for r in response.json["results"])
    assert consent["consent"] == [{"party": A, "direction": "pay", "max_amount": None}]
    assert [t["status"] for t in (accepted, rejected, cancelled)] == ["completed", "cancelled", "cancelled"]
    assert (reversal["kind"], reversal["reverses"]) == ("reversal", ids[0])
    assert (at_once["status"], at_once["by_consent"]) == ("completed", True)


def test_every_command_of_an_administrator(web):
    known = web.propose(7).json["transfer_id"]
    response = send(
        web,
        {"command": "admin_transfer", "legs": [{"account": A, "amount": -5}, {"account": C, "amount": 5}]},
        {"command": "set_limits", "account": A, "max_negative": 3, "reason": "less"},
        {"command": "cancel", "transfer_id": known},
        initiating(A, B),
        {"command": "accept", "transfer_id": known},
        as_=(A, B),
        roles=("admin",),
    )
    moved, limits, cancelled, proposed, accepted = response.json["results"]
    assert (moved["document"]["kind"], moved["document"]["status"]) == ("admin", "completed")
    assert limits["document"]["outside_limits"] is True
    assert cancelled["document"]["cancellation"]["code"] == "cancelled_by_administrator"
    assert (proposed["type"], accepted["type"]) == ("auth.forbidden", "transfer.not_yours")


def test_members_do_not_get_what_is_administrators_by_batch(web):
    response = send(
        web,
        {"command": "admin_transfer", "legs": [{"account": A, "amount": -5}, {"account": C, "amount": 5}]},
        {"command": "set_limits", "account": A, "max_negative": 10**6},
    )
    assert [result["type"] for result in response.json["results"]] == ["auth.forbidden"] * 2


@pytest.mark.parametrize(
    ("commands", "field"),
    [
        ([], "commands"),
        ([{}] * (MOST_COMMANDS + 1), "commands.0.command"),
        ([7], "commands.0"),
        ([{"command": "open_account"}], "commands.0.command"),
        ([{"command": ["initiate"]}], "commands.0.command"),
        ([initiating(A, B), initiating(A, B, 0)], "commands.1.amount"),
        ([initiating(A, B, extra=1)], "commands.0.extra"),
        ([{"command": "accept"}], "commands.0.transfer_id"),
        ([{"command": "accept", "transfer_id": "x"}], "commands.0.transfer_id"),
        ([{"command": "set_limits", "account": "1"}], "commands.0.account"),
        ([{"command": "reverse", "transfer_id": "0190a8a0-0000-7000-8000-000000000000"}], "commands.0.reason"),
        (
            [{"command": "admin_transfer", "legs": [{"account": A, "amount": 1}, {"account": B, "amount": "1"}]}],
            "commands.0.legs.1.amount",
        ),
        (
            [{"command": "set_consent", "account": A, "rules": [{"party": "all", "direction": "pay"}]}],
            "commands.0.rules.0.party",
        ),
    ],
    # The accounts are random, and two processes must call a test by one name.
    ids=range(13),
)
def test_malformed_batches_name_command_and_field(web, commands, field):
    response = send(web, *commands)
    assert code_of(response) == (400, "request.invalid")
    assert field in response.json["errors"]
    assert all(isinstance(messages, list) for messages in response.json["errors"].values())


@pytest.mark.parametrize("atomic", ["true", 1, None])
def test_atomic_is_true_or_false(web, atomic):
    response = send(web, initiating(A, B), atomic=atomic)
    assert response.json["errors"].keys() == {"atomic"}


def test_the_largest_batch_is_done(web):
    response = send(web, *[initiating(A, B, 1)] * MOST_COMMANDS)
    assert [result["ok"] for result in response.json["results"]] == [True] * MOST_COMMANDS


def test_more_than_a_megabyte_is_refused(web):
    assert send(web, initiating(A, B, description="x" * 1_000_000)).status_code == 413


def test_an_acceptance_that_would_end_its_transfer_is_undone_with_an_atomic_batch(web):
    known = web.propose(500).json["transfer_id"]
    web.appender.execute([limiting(A, max_negative=0)])
    accept = {"command": "accept", "transfer_id": known}
    refused = send(web, accept, atomic=True, as_=(B,))
    assert refused.json["refused"]["type"] == "transfer.cancelled_by_system"
    assert "transfer" not in refused.json["refused"], "it is open, and must not be shown as cancelled"
    assert "would have" in refused.json["detail"]
    assert web.store.transfers[known].status == "initiated"
    (result,) = send(web, accept, as_=(B,)).json["results"]
    assert (result["type"], result["transfer"]["status"]) == ("transfer.cancelled_by_system", "cancelled")
    assert web.store.transfers[known].status == "cancelled"
