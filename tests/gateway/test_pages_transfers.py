"""Transfers from pages: asked once, named, done once, and every refusal in words."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from services.gateway.clients import Refused
from services.gateway.web.refusals import words
from tests.gateway.network import (
    BAKERY_ACCOUNT,
    FARM_ACCOUNT,
    OFFICE_ACCOUNT,
    Network,
    a_completed_transfer,
    a_transfer,
    an_account,
    foreseen,
    some_legs,
)
from tests.gateway.scenes import furnish, hidden, log_in, send
from tests.gateway.standin import problem

PASSWORD = "Secret-123"
TRANSFER = {"direction": "pay", "counterparty": BAKERY_ACCOUNT, "amount": "25", "description": "Bread <b>"}


@pytest.fixture
def member(client: FlaskClient, network: Network) -> FlaskClient:
    furnish(network)
    log_in(client, "member")
    return client


def test_paying_is_asked_once_and_named(member: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account())
    response = send(member, "/transfers/new", TRANSFER)
    assert response.status_code == 200
    plain = response.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "You pay Old Bakery 25.00 credits; your balance goes from 10.00 to −15.00; your limit is −100.00." in plain
    assert network.ledger.count("POST", "/transfers") == 0


def plain(text: str) -> str:
    return " ".join(Markup(text).striptags().replace("\N{NO-BREAK SPACE}", " ").split())


def test_what_is_promised_counts_the_fees_in_and_says_until_when(member: FlaskClient, network: Network) -> None:
    network.ledger.on("POST", "/preview", lambda asked: foreseen(asked.body, an_account(), fee=30))
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account())
    text = send(member, "/transfers/new", TRANSFER).text
    assert "your balance goes from 10.00 to −15.30; your limit is −100.00." in plain(text)
    assert "That is with fees of 0.30 credits for you." in plain(text)
    assert "0.30 credits on top: 25.30 credits are paid in all" in plain(text)
    assert "Nothing moves until Old Bakery accepts, by 22 Dec 2999 at the latest." in plain(text)
    assert "Balance from 10.00 to −15.30, between the limits −100.00 and 500.00" in text
    assert network.ledger.last("POST", "/preview").body == {
        "initiator": FARM_ACCOUNT, "counterparty": BAKERY_ACCOUNT, "direction": "pay", "amount": 2500,
        "description": "Bread <b>",
    }  # fmt: skip


def test_what_fees_leave_no_room_for_is_said_before_it_is_confirmed(member: FlaskClient, network: Network) -> None:
    network.ledger.on("POST", "/preview", lambda asked: foreseen(asked.body, an_account(can_pay=8500), fee=30))
    response = send(member, "/transfers/new", TRANSFER | {"amount": "85"})
    assert response.status_code == 422
    assert "That is more than you can pay: at most 84.70 credits." in plain(response.text)


@pytest.mark.parametrize(
    ("direction", "sentence"),
    [
        ("pay", "It is paid at once: Old Bakery has agreed to such payments before."),
        ("request", "You are paid at once: Old Bakery has agreed to such requests before."),
    ],
)
def test_what_moves_at_once_is_said_before(
    member: FlaskClient, network: Network, direction: str, sentence: str
) -> None:
    at_once = {"completes_at_once": True, "expires_at": None}
    network.ledger.on("POST", "/preview", lambda asked: foreseen(asked.body, an_account(), **at_once))
    assert sentence in plain(send(member, "/transfers/new", TRANSFER | {"direction": direction}).text)


def test_without_the_ledger_nothing_is_promised_but_what_was_typed(member: FlaskClient, network: Network) -> None:
    for method, path in (("POST", "/preview"), ("GET", f"/accounts/{FARM_ACCOUNT}")):
        network.ledger.on(method, path, problem(503, "ledger.unavailable"))
    text = plain(send(member, "/transfers/new", TRANSFER).text)
    assert "You pay Old Bakery 25.00 credits. Nothing moves until Old Bakery accepts." in text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"counterparty": "old bakery"}, "You pay Old Bakery 25.00 credits; your balance goes from −15.00 to −40.00"),
        ({"direction": "request"}, "Old Bakery pays you 25.00 credits; your balance goes from −15.00 to 10.00"),
        ({"amount": "85.01"}, "That is more than you can pay: at most 85.00 credits."),
        ({"direction": "request", "amount": "600"}, "more than you can receive: at most 515.00 credits. Spend"),
        ({"amount": "8,"}, ""),
        ({"counterparty": "bak"}, ""),
        ({"counterparty": ""}, ""),
    ],
)
def test_the_form_says_what_it_means_while_one_types(
    member: FlaskClient, network: Network, changes: dict[str, str], sentence: str
) -> None:
    """By a piece of the page that the script asks for."""
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(balance=-1500, can_pay=8500))
    response = send(member, "/transfers/preview", TRANSFER | changes, page="/transfers/new")
    assert response.status_code == 200
    assert sentence in plain(response.text)
    assert bool(response.text.strip()) is bool(sentence)
    assert network.ledger.count("POST", "/transfers") == 0


def test_a_confirmed_payment_is_sent_with_its_key_and_shown(member: FlaskClient, network: Network) -> None:
    network.ledger.on("POST", "/transfers", a_transfer())
    confirm = send(member, "/transfers/new", TRANSFER | {"key": "k-7"})
    key = hidden(confirm.text, "key")
    assert key == "k-7"
    response = send(member, "/transfers", TRANSFER | {"key": key}, page="/transfers/new")
    assert response.headers["Location"] == "/transfers/transfer-1"
    asked = network.ledger.last("POST", "/transfers")
    assert asked.headers["Idempotency-Key"] == "k-7"
    assert asked.body == {
        "initiator": FARM_ACCOUNT, "counterparty": BAKERY_ACCOUNT, "direction": "pay", "amount": 2500,
        "description": "Bread <b>",
    }  # fmt: skip
    assert "Your payment waits for an answer." in member.get("/transfers/transfer-1").text


@pytest.mark.parametrize("direction", ["pay", "request"])
def test_what_a_consent_covers_is_told_as_paid(member: FlaskClient, network: Network, direction: str) -> None:
    done = a_completed_transfer("transfer-consent", direction=direction, by_consent=True, accepted_by=None)
    network.ledger.on("POST", "/transfers", done)
    response = send(member, "/transfers", TRANSFER | {"direction": direction}, page="/transfers/new")
    assert response.headers["Location"] == "/transfers/transfer-consent"
    text = member.get("/transfers/transfer-consent").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Paid: 25.00 credits, at once" in text
    assert "waits for an answer" not in text


@pytest.mark.parametrize(
    ("code", "sentence", "field"),
    [
        ("transfer.fee_exceeds_amount", "The fees would take all of that.", "amount"),
        ("transfer.fee_account", "The account that fees go to can", ""),
        ("transfer.of_tomorrow", "What the ledger says of it.", ""),
    ],
)
def test_refusals_for_fees_are_said_in_words(
    member: FlaskClient, network: Network, code: str, sentence: str, field: str
) -> None:
    network.ledger.on("POST", "/transfers", problem(422, code, "What the ledger says of it."))
    response = send(member, "/transfers", TRANSFER, page="/transfers/new")
    assert response.status_code == 422
    assert sentence in response.text
    assert ('id="amount-error"' in response.text) is (field == "amount")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("transfer.not_completed", "there is nothing to reverse"),
        ("transfer.not_reversible", "A reversal can't be reversed"),
        ("transfer.already_reversed", "was reversed before"),
        ("batch.refused", "What the ledger says of it."),
    ],
)
def test_new_refusals_have_a_sentence(app: Flask, code: str, sentence: str) -> None:
    with app.test_request_context():
        assert sentence in words(Refused(409, code, "What the ledger says of it."))


@pytest.mark.parametrize("typed", ["2000 0000 0000 0006", "2000-0000-0000-0006", "old bakery", " Öld  Bákery "])
def test_the_other_side_is_found_by_number_or_name(member: FlaskClient, typed: str) -> None:
    response = send(member, "/transfers/new", TRANSFER | {"counterparty": typed})
    assert "Is this right?" in response.text
    assert hidden(response.text, "counterparty") == BAKERY_ACCOUNT


def test_a_near_miss_of_a_name_is_offered_never_assumed(member: FlaskClient) -> None:
    response = send(member, "/transfers/new", TRANSFER | {"counterparty": "bakrey"})
    assert response.status_code == 422
    assert "Choose which one you mean." in response.text
    assert f'name="chosen" value="{BAKERY_ACCOUNT}"' in response.text
    picked = send(member, "/transfers/new", TRANSFER | {"counterparty": "bakrey", "chosen": BAKERY_ACCOUNT})
    assert "Is this right?" in picked.text


def test_an_unknown_name_is_said_beside_it(member: FlaskClient, network: Network) -> None:
    network.directory.on("GET", "/search", {"entities": [], "total": 0})
    response = send(member, "/transfers/new", TRANSFER | {"counterparty": "Nobody & Sons"})
    assert "No business of that name is listed." in response.text
    assert 'value="Nobody &amp; Sons"' in response.text


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("", "Please fill in: Amount in credits."),
        ("0", "The amount must be more than zero."),
        ("25,00", "Write the amount as figures"),
        ("1.005", "Write the amount as figures"),
        ("-5", "Write the amount as figures"),
        ("٢٥", "Write the amount as figures"),
        ("1,000,000,000", "At most 999,999,999.99"),
        ("100.01", "That is more than you can pay: at most 85.00"),
    ],
)
def test_a_wrong_amount_is_said_beside_it(member: FlaskClient, amount: str, sentence: str) -> None:
    response = send(member, "/transfers/new", TRANSFER | {"amount": amount})
    assert response.status_code == 422
    assert sentence in response.text
    assert "Bread &lt;b&gt;" in response.text


def test_a_limit_that_the_ledger_finds_says_what_would_be_possible(member: FlaskClient, network: Network) -> None:
    network.ledger.on("POST", "/transfers", problem(422, "transfer.limit_exceeded", max_possible=1250))
    response = send(member, "/transfers", TRANSFER | {"key": "k-1"}, page="/transfers/new")
    assert response.status_code == 422
    assert "at most 12.50" in response.text
    assert 'id="amount-error"' in response.text
    assert 'value="25"' in response.text
    assert hidden(response.text, "key") != "k-1"


def test_an_unknown_outcome_keeps_the_key_so_that_pressing_again_is_safe(member: FlaskClient, network: Network) -> None:
    network.ledger.on("POST", "/transfers", problem(503, "ledger.busy", retry_after=2))
    response = send(member, "/transfers", TRANSFER | {"key": "k-1"}, page="/transfers/new")
    assert response.status_code == 503
    assert "it will not be done twice" in response.text
    assert hidden(response.text, "key") == "k-1"


@pytest.mark.parametrize(("action", "route"), [("accept", "accept"), ("decline", "reject"), ("withdraw", "cancel")])
def test_a_transfer_is_answered_where_it_waits(member: FlaskClient, network: Network, action: str, route: str) -> None:
    network.ledger.on("POST", f"/transfers/transfer-2/{route}", a_transfer("transfer-2"))
    values = {"key": "k-3", "reason": "too dear", "next": "/dashboard"}
    response = send(member, f"/transfers/transfer-2/{action}", values, page="/dashboard")
    assert response.headers["Location"] == "/dashboard"
    asked = network.ledger.last("POST", f"/transfers/transfer-2/{route}")
    assert asked.headers["Idempotency-Key"] == "k-3"
    assert asked.body == ({} if action == "accept" else {"reason": "too dear"})


def test_a_transfer_that_the_system_stopped_is_shown_with_the_reason(member: FlaskClient, network: Network) -> None:
    stopped = a_transfer(
        "transfer-2", status="cancelled", ended_at="2026-02-01T00:00:00.000000Z",
        cancellation={"kind": "system", "code": "limit_exceeded", "reason": "The limit was lowered.", "by": None},
    )  # fmt: skip
    refusal = problem(422, "transfer.cancelled_by_system", "Your balance no longer allows it.", transfer=stopped)
    network.ledger.on("POST", "/transfers/transfer-2/accept", refusal)
    response = send(member, "/transfers/transfer-2/accept", {}, page="/transfers/transfer-2")
    assert response.status_code == 422
    assert "Your balance no longer allows it." in response.text
    assert "Stopped by the system" in response.text
    assert "Yes, pay" not in response.text


@pytest.mark.parametrize(("can_pay", "warned"), [(123_449, True), (123_450, False)])
def test_accepting_past_the_own_limit_is_warned_of(
    member: FlaskClient, network: Network, can_pay: int, warned: bool
) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(can_pay=can_pay))
    for path in ("/transfers/transfer-2", "/dashboard", "/pending"):
        assert ("That is past your limit now" in member.get(path).text) is warned


@pytest.mark.parametrize(("can_pay", "warned"), [(4029, True), (4030, False)])
def test_accepting_counts_the_fees_in(member: FlaskClient, network: Network, can_pay: int, warned: bool) -> None:
    legs = some_legs((FARM_ACCOUNT, -4030), (BAKERY_ACCOUNT, 3960), (OFFICE_ACCOUNT, 70))
    asked = a_transfer("transfer-2", initiator=BAKERY_ACCOUNT, direction="request", amount=4000, legs=legs)
    network.ledger.on("GET", "/transfers/transfer-2", asked)
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(can_pay=can_pay))
    text = member.get("/transfers/transfer-2").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "You pay Old Bakery 40.00 credits; your balance goes from 10.00 to −30.30" in text
    assert "That is with fees of 0.30 credits for you." in text
    assert ("That is past your limit now" in text) is warned


def test_what_was_just_written_is_read_with_its_position(member: FlaskClient, network: Network) -> None:
    from tests.gateway.standin import Says

    network.ledger.on("POST", "/transfers", Says(a_transfer(), headers={"Position": "ledger=99"}))
    send(member, "/transfers", TRANSFER, page="/transfers/new")
    member.get("/dashboard")
    assert "ledger=99" in network.ledger.last("GET", f"/accounts/{FARM_ACCOUNT}/statement").headers["Min-Position"]
