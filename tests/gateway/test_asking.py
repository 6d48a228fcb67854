"""Asking for payment by a link, and what a business agrees to beforehand."""

import pytest
from flask.testing import FlaskClient

from services.gateway.squares import square_of
from tests.gateway.network import BAKERY_ACCOUNT, FARM_ACCOUNT, Network
from tests.gateway.scenes import EVIL, LONG_WORD, furnish, hidden, log_in, send
from tests.gateway.standin import problem

LINK = f"/pay/{BAKERY_ACCOUNT}?amount=25.00&text=Bread+%26+buns"
CONSENT = f"/accounts/{FARM_ACCOUNT}/consent"
ANY_PAYMENT = {"party": "any", "direction": "pay", "max_amount": None}
BAKERY_ASKS = {"party": BAKERY_ACCOUNT, "direction": "request", "max_amount": 5_000}


@pytest.fixture
def member(client: FlaskClient, network: Network) -> FlaskClient:
    furnish(network)
    log_in(client, "member")
    return client


# --- links --------------------------------------------------------------------------------------------------------


def test_a_link_opens_the_form_filled_in(member: FlaskClient) -> None:
    text = member.get(LINK, follow_redirects=True).text
    assert "Filled in by a link." in text
    assert "<strong>Old Bakery</strong>" in text
    assert 'value="25.00"' in text
    assert 'value="Bread &amp; buns"' in text


def test_who_has_to_log_in_first_comes_back_to_the_filled_form(client: FlaskClient, network: Network) -> None:
    furnish(network)
    door = client.get(LINK).headers["Location"]
    assert door.startswith("/login?next=")
    page = client.get(door).text
    values = {
        "csrf_token": hidden(page, "csrf_token"), "next": hidden(page, "next").replace("&amp;", "&"),
        "email": "ann@farm.example", "password": "Secret-123",
    }  # fmt: skip
    response = client.post("/login", data=values)
    assert response.headers["Location"] == LINK
    assert "Filled in by a link." in client.get(LINK, follow_redirects=True).text


@pytest.mark.parametrize("path", ["/pay/123", "/pay/20000000000000061", "/pay/2000-0000-0000-0006", "/pay/x"])
def test_a_link_to_no_account_is_not_found(member: FlaskClient, path: str) -> None:
    assert member.get(path).status_code == 404


def test_ones_own_link_leads_to_the_page_that_made_it(member: FlaskClient) -> None:
    response = member.get(f"/pay/{FARM_ACCOUNT}?amount=5.00")
    assert response.headers["Location"] == "/payment-link?amount=5.00"


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("", f"http://localhost:8080/pay/{FARM_ACCOUNT}"),
        ("?amount=1,250.5&text=Bread+%26+buns", f"http://localhost:8080/pay/{FARM_ACCOUNT}?amount=1250.50&text=Bread+%26+buns"),
    ],
)  # fmt: skip
def test_the_page_shows_the_link_and_its_square_code(member: FlaskClient, query: str, address: str) -> None:
    response = member.get(f"/payment-link{query}")
    assert response.status_code == 200
    assert f'href="{address.replace("&", "&amp;")}"' in response.text
    assert square_of(address) in response.text


def test_the_longest_words_go_into_a_square_code(member: FlaskClient) -> None:
    response = member.get("/payment-link", query_string={"amount": "999,999,999.99", "text": "\N{PRETZEL}" * 100})
    assert response.status_code == 200
    assert 'class="square"' in response.text


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"amount": "0"}, "The amount must be more than zero."),
        ({"amount": "1.005"}, "Write the amount as figures"),
        ({"text": "x" * 101}, "At most 100 characters, please."),
    ],
)
def test_what_can_not_be_in_a_link_is_said_beside_it(member: FlaskClient, asked: dict[str, str], sentence: str) -> None:
    response = member.get("/payment-link", query_string=asked)
    assert response.status_code == 422
    assert sentence in response.text
    assert 'class="square"' not in response.text


def test_what_a_link_says_is_text_and_nothing_else(member: FlaskClient) -> None:
    for path in (f"/pay/{BAKERY_ACCOUNT}", f"/pay/{FARM_ACCOUNT}"):
        response = member.get(path, query_string={"text": EVIL[:100], "amount": "5"}, follow_redirects=True)
        assert "<script>alert" not in response.text
        assert "&lt;script&gt;alert" in response.text


def test_who_does_not_trade_has_no_link(client: FlaskClient, network: Network) -> None:
    furnish(network)
    log_in(client, "applicant")
    assert client.get("/payment-link").headers["Location"] == "/dashboard"


def test_a_request_that_waits_has_a_square_code_and_what_is_paid_a_way_to_repeat_it(member: FlaskClient) -> None:
    waits = member.get("/transfers/transfer-1").text
    assert square_of("http://localhost:8080/transfers/transfer-1") in waits
    assert "is told, and your balance changes when they accept." in waits
    assert 'class="square"' not in member.get("/transfers/transfer-2").text
    paid = member.get("/transfers/transfer-consent").text
    assert f"/transfers/new?to={BAKERY_ACCOUNT}&amp;amount=25.00&amp;text=Bread+for+the+harvest+supper" in paid


# --- standing consent ---------------------------------------------------------------------------------------------


def test_what_is_agreed_is_told_in_sentences(member: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", CONSENT, {"consent": [ANY_PAYMENT, BAKERY_ASKS]})
    text = member.get("/consents").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Payments of any member are accepted, whatever the amount." in text
    assert "asks you for payment it is paid, up to 50.00 credits each time." in text


def test_one_more_thing_is_agreed_to_beside_what_is(member: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", CONSENT, {"consent": [ANY_PAYMENT]})
    network.ledger.on("PUT", CONSENT, {"consent": [ANY_PAYMENT, BAKERY_ASKS]})
    values = {"direction": "request", "counterparty": "old bakery", "most": "50", "key": "k-1"}
    assert send(member, "/consents", values).headers["Location"] == "/consents"
    asked = network.ledger.last("PUT", CONSENT)
    assert asked.body == {"rules": [ANY_PAYMENT, BAKERY_ASKS]}
    assert asked.headers["Idempotency-Key"] == "k-1"
    assert "Agreed from now on." in member.get("/consents").text


def test_what_was_agreed_before_is_not_written_again(member: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", CONSENT, {"consent": [ANY_PAYMENT]})
    assert send(member, "/consents", {"direction": "pay"}).status_code == 302
    assert network.ledger.count("PUT", CONSENT) == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"direction": "request"}, "Write up to how much you pay without being asked."),
        ({"direction": "request", "most": "0"}, "The amount must be more than zero."),
        ({"counterparty": "bakrey"}, "Choose which one you mean."),
        ({"most": "x"}, "Write the amount as figures"),
    ],
)
def test_what_can_not_be_agreed_to_is_said_beside_it(
    member: FlaskClient, network: Network, changes: dict[str, str], sentence: str
) -> None:
    response = send(member, "/consents", {"direction": "pay"} | changes)
    assert response.status_code == 422
    assert sentence in response.text
    assert network.ledger.count("PUT", CONSENT) == 0


def test_a_refusal_of_the_ledger_is_said_beside_the_field(member: FlaskClient, network: Network) -> None:
    network.ledger.on("PUT", CONSENT, problem(422, "transfer.same_account"))
    response = send(member, "/consents", {"direction": "pay", "counterparty": FARM_ACCOUNT})
    assert response.status_code == 422
    assert "That is your own account." in response.text
    network.ledger.on("PUT", CONSENT, problem(503, "ledger.busy"))
    response = send(member, "/consents", {"direction": "pay", "counterparty": BAKERY_ACCOUNT, "key": "k-1"})
    assert response.status_code == 503
    assert 'value="k-1"' in response.text


def test_one_of_two_is_taken_back(member: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", CONSENT, {"consent": [ANY_PAYMENT, BAKERY_ASKS]})
    network.ledger.on("PUT", CONSENT, {"consent": [ANY_PAYMENT]})
    values = {"party": BAKERY_ACCOUNT, "direction": "request", "most": "5000", "key": "k-2"}
    send(member, "/consents/revocation", values, page="/consents")
    assert network.ledger.last("PUT", CONSENT).body == {"rules": [ANY_PAYMENT]}
    assert network.ledger.last("PUT", CONSENT).headers["Idempotency-Key"] == "k-2"


def test_operators_see_it_and_change_nothing(client: FlaskClient, network: Network) -> None:
    furnish(network, name=LONG_WORD)
    log_in(client, "operator")
    text = client.get("/consents").text
    assert "Only owners of the business change this." in text
    assert "Take back" not in text
    token = hidden(client.get("/transfers/new").text, "csrf_token")
    assert client.post("/consents", data={"csrf_token": token, "direction": "pay"}).status_code == 403
