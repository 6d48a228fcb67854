"""The whole line by the REST API: sign up, be admitted, find, pay, decline, be refused, log out, reset, audit."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.e2e.api_client import Api
from tests.e2e.conftest import PASSWORD, Business
from tests.e2e.mailbox import Mailbox, link_in, text_of

pytestmark = pytest.mark.e2e


def test_two_businesses_meet_and_trade(
    sign_up: Callable[..., Business], admin: Api, mailbox: Mailbox, run_command: Callable[..., Any]
) -> None:
    farm = sign_up("Green Farm", ["organic-vegetables"], ["web-design"])
    cafe = sign_up("Corner Cafe", ["coffee"], ["vegetables"])
    _both_are_welcomed_and_admitted(farm, cafe, admin, mailbox)
    _one_finds_the_other(farm, cafe)
    _a_payment_is_proposed_and_accepted(farm, cafe, mailbox)
    _a_request_is_declined(farm, cafe, mailbox)
    _an_acceptance_beyond_the_limit_is_cancelled(farm, cafe, mailbox)
    _a_lost_password_is_reset(cafe, mailbox)
    _a_program_of_the_office_acts_and_is_stopped(admin)
    audited = run_command("ledger", "audit")
    assert audited.returncode == 0, audited.stdout + audited.stderr


def _a_program_of_the_office_acts_and_is_stopped(admin: Api) -> None:
    assert admin.post("/session/verification", {"password": PASSWORD}).status == 200
    wanted = {"name": "Nightly export", "purpose": "Reads the log.", "scopes": ["read", "admin:catalogue"]}
    account = admin.post("/admin/service-accounts", wanted).data["id"]
    old, program = (Api(admin.address, _token_of(admin, account, name)) for name in ("old", "next"))
    tokens = {token["name"]: token["id"] for token in admin.get(f"/admin/service-accounts/{account}").data["tokens"]}
    assert admin.call("DELETE", f"/admin/service-accounts/{account}/tokens/{tokens['old']}").status == 200
    assert old.get("/admin/staff").codes == ["auth.invalid"]
    assert program.post("/admin/tags", {"name": "ledger-paper"}).status == 200
    (made,) = program.get("/admin/logs", actor=f"admin:{account}").data
    assert (made["userID"], made["action"]) == (account, "tag.created")
    assert program.get("/user/api-tokens").codes == program.get("/user").codes == ["auth.person_needed"]
    assert program.patch("/admin/policy", {"warningPercent": 90}).codes == ["auth.scope_missing"]
    assert admin.patch(f"/admin/service-accounts/{account}", {"disabled": True}).data["tokens"] == []
    assert program.get("/admin/staff").codes == ["auth.invalid"]


def _token_of(admin: Api, account: str, name: str) -> str:
    made: str = admin.post(f"/admin/service-accounts/{account}/tokens", {"name": name}).data["token"]
    return made


def _both_are_welcomed_and_admitted(farm: Business, cafe: Business, admin: Api, mailbox: Mailbox) -> None:
    for business in (farm, cafe):
        assert business.name in text_of(mailbox.wait_for(business.email, "welcome"))
    waiting = admin.get("/admin/entities", status="pending", page_size=100).data
    assert {farm.entity_id, cafe.entity_id} <= {entity["id"] for entity in waiting}
    for status in ("accepted", "tradingAccepted"):
        for business in (farm, cafe):
            assert admin.patch(f"/admin/entities/{business.entity_id}", {"status": status}).data["status"] == status
    limited = admin.patch(f"/admin/entities/{cafe.entity_id}", {"maxNegativeBalance": 100}).data
    assert limited["maxNegativeBalance"] == 100


def _one_finds_the_other(farm: Business, cafe: Business) -> None:
    for words in ("vegetalbes", "vegetables", "organic"):
        hits = cafe.api.get("/entities", offers=words, page_size=100).data
        assert farm.entity_id in [hit["id"] for hit in hits], words


def _a_payment_is_proposed_and_accepted(farm: Business, cafe: Business, mailbox: Mailbox) -> None:
    proposed = cafe.pay(farm, "25.00", key="cafe-pays-farm", description="Carrots").data
    again = cafe.pay(farm, "25.00", key="cafe-pays-farm", description="Carrots").data
    assert again["id"] == proposed["id"]
    assert proposed["id"] in link_in(mailbox.wait_for(farm.email, "25.00"), "/transfers/")
    pending = farm.api.get("/transfers", status="initiated", querying_entity_id=farm.entity_id).data
    assert [(row["id"], row["entityName"], row["amount"]) for row in pending] == [
        (proposed["id"], cafe.name, Decimal("25.00"))
    ]
    assert cafe.answer(proposed["id"], "accept").status == 403
    assert farm.answer(proposed["id"], "accept").data["status"] == "completed"
    assert (farm.balance, cafe.balance) == (Decimal("25.00"), Decimal("-25.00"))
    assert mailbox.wait_for(cafe.email, "accepted")
    assert farm.answer(proposed["id"], "accept").status == 409


def _a_request_is_declined(farm: Business, cafe: Business, mailbox: Mailbox) -> None:
    asked = farm.ask(cafe, 10, description="Crates").data
    declined = cafe.answer(asked["id"], "reject", "The crates came back").data
    assert (declined["status"], declined["cancellationReason"]) == ("cancelled", "The crates came back")
    for business in (farm, cafe):
        assert mailbox.wait_for(business.email, "The crates came back")


def _an_acceptance_beyond_the_limit_is_cancelled(farm: Business, cafe: Business, mailbox: Mailbox) -> None:
    first, second = (cafe.pay(farm, 50).data["id"] for _ in range(2))
    assert farm.answer(first, "accept").data["status"] == "completed"
    refused = farm.answer(second, "accept")
    assert (refused.status, refused.codes) == (422, ["transfer.cancelled_by_system"])
    ended = farm.api.get("/transfers", status="cancelled", querying_entity_id=farm.entity_id).data
    assert ended[0]["id"] == second
    assert ended[0]["cancellationReason"]
    for business in (farm, cafe):
        assert mailbox.wait_for(business.email, "below its limit")
    assert (farm.balance, cafe.balance) == (Decimal("75.00"), Decimal("-75.00"))


def _a_lost_password_is_reset(cafe: Business, mailbox: Mailbox) -> None:
    assert cafe.api.post("/logout").status == 200
    dead = cafe.api.get("/user")
    assert (dead.status, len(dead.document["errors"])) == (401, 1)
    stranger = Api(cafe.api.address)
    unknown = stranger.post("/password-reset", {"email": "nobody@shop.example"})
    known = stranger.post("/password-reset", {"email": cafe.email})
    assert (known.status, known.document) == (unknown.status, unknown.document)
    token = link_in(mailbox.wait_for(cafe.email, "/password-reset/"), "/password-reset/").rpartition("/")[2]
    changed = "Another-horse-8"
    assert stranger.post(f"/password-reset/{token}", {"password": changed}).status == 200
    assert stranger.post(f"/password-reset/{token}", {"password": "Third-horse-9"}).status == 404
    assert stranger.post("/login", {"email": cafe.email, "password": PASSWORD}).status == 401
    assert stranger.post("/login", {"email": cafe.email, "password": changed}).data["token"]
