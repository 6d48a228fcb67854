"""A member's and an administrator's way through the complete ledger, over HTTP to real processes."""

from collections.abc import Iterator

import pytest

from tests.ledger.factories import an_account_number, opening
from tests.ledger.processes import Instance

pytestmark = pytest.mark.integration


@pytest.fixture
def instance(tmp_path, ledger_database, book) -> Iterator[Instance]:
    made = Instance(tmp_path, database_url=ledger_database.url, book=book, LEDGER_UNIT="tea")
    yield made
    made.stop()


@pytest.fixture
def three(appender) -> list[str]:
    numbers = [an_account_number() for _ in range(3)]
    appender.execute([opening(number, max_negative=10_000, max_positive=10_000) for number in numbers])
    return numbers


def test_everything_that_can_be_asked_of_the_ledger(instance, three):
    baker, miller, community = three
    instance.serve()
    bakers, millers = instance.token(baker), instance.token(miller, subject="u2")
    admins = instance.token(subject="a1", roles=("admin",))

    def done(method: str, path: str, body: dict | None = None, *, token: str = admins) -> dict:
        status, answer = instance.ask(method, path, body, token=token)
        assert status == 200, answer
        return answer

    policy = done("PATCH", "/policy", {"warning_percent": 20, "reason": "careful"})
    assert (policy["warning_percent"], policy["unit"]) == (20, "tea")
    assert done("GET", "/policy", token=bakers) == policy
    fee = {"account": community, "side": "payer", "fixed": 10, "basis_points": 100}
    assert done("PUT", "/fees", {"rules": [fee], "reason": "costs"}) == done("GET", "/fees", token=bakers)

    proposal = {"initiator": baker, "counterparty": miller, "direction": "pay", "amount": 2000, "reference": "R-1"}
    seen = done("POST", "/preview", proposal, token=bakers)
    assert (seen["total"], seen["received"], seen["completes_at_once"]) == (2030, 2000, False)
    assert [(own["account"], own["balance_after"], own["level_after"]) for own in seen["own"]] == [
        (baker, -2030, "warning")
    ]
    consent = {"rules": [{"party": baker, "direction": "pay", "max_amount": 5000}]}
    assert done("PUT", f"/accounts/{miller}/consent", consent, token=millers)["consent"] == consent["rules"]
    assert done("POST", "/preview", proposal, token=bakers)["completes_at_once"] is True
    paid = done("POST", "/transfers", proposal, token=bakers)
    assert (paid["status"], paid["by_consent"], paid["legs"]) == ("completed", True, seen["legs"])

    back = {"reason": "wrong"}
    path = f"/transfers/{paid['transfer_id']}/reverse"
    assert instance.ask("POST", path, back, token=millers)[1]["type"] == "transfer.not_yours", "there was a fee"
    reversal = done("POST", path, back)
    assert (reversal["kind"], reversal["reverses"]) == ("reversal", paid["transfer_id"])
    assert instance.ask("POST", path, back, token=admins)[1]["reversed_by"] == reversal["transfer_id"]

    legs = [{"account": baker, "amount": -30}, {"account": miller, "amount": 10}, {"account": community, "amount": 20}]
    assert done("POST", "/preview", {"legs": legs})["own"][2]["balance_after"] == 20
    assert done("POST", "/admin-transfers", {"legs": legs, "description": "levy"})["status"] == "completed"

    small = {"command": "initiate", **proposal, "amount": 100}
    one_too_many = {"atomic": True, "commands": [small, small | {"amount": 10**6}]}
    status, refused = instance.ask("POST", "/batches", one_too_many, token=bakers)
    assert (status, refused["type"], refused["index"]) == (422, "batch.refused", 1)
    results = done("POST", "/batches", {"atomic": False, "commands": [small] * 99 + [small | {"amount": 10**6}]},
                   token=bakers)["results"]  # fmt: skip
    assert [result["ok"] for result in results[:4]] == [True] * 4
    assert results[-1]["type"] == "transfer.limit_exceeded"

    balances = [done("GET", f"/accounts/{number}")["balance"] for number in three]
    passed = sum(result["ok"] for result in results)
    assert balances == [-30 - 111 * passed, 10 + 100 * passed, 20 + 11 * passed]


def test_the_longest_batch_in_one_answer(instance, three):
    instance.serve()
    baker, miller, _ = three
    proposal = {"command": "initiate", "initiator": baker, "counterparty": miller, "direction": "pay", "amount": 1}
    described = proposal | {"description": "é" * 200, "reference": "№ 5"}
    body = {"atomic": True, "commands": [described] * 1000}
    status, answer = instance.ask("POST", "/batches", body, token=instance.token(baker), key="once")
    assert status == 200, answer
    ids = [result["document"]["transfer_id"] for result in answer["results"]]
    assert len(set(ids)) == 1000
    status, again = instance.ask("POST", "/batches", body, token=instance.token(baker), key="once")
    assert (status, again) == (200, answer)
    accepting = {"atomic": True, "commands": [{"command": "accept", "transfer_id": known} for known in ids]}
    status, answer = instance.ask("POST", "/batches", accepting, token=instance.token(miller, subject="u2"))
    assert {result["document"]["status"] for result in answer["results"]} == {"completed"}
    assert instance.ask("GET", f"/accounts/{miller}", token=instance.token(miller))[1]["balance"] == 1000
