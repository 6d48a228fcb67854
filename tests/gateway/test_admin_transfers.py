"""Transfers of the whole network on pages: found, ended, made on behalf of members, undone."""

import csv
import io

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import (
    BAKERY_ACCOUNT,
    FARM_ACCOUNT,
    NOW,
    Network,
    a_bakery,
    a_completed_transfer,
    a_transfer,
    an_admin_transfer,
    some_legs,
)
from tests.gateway.scenes import furnish, hidden, log_in, send
from tests.gateway.scenes_ruling import a_received_transfer
from tests.gateway.standin import problem

LIST = "/admin/transfers"
NEW = "/admin/transfers/new"
TYPED = {"payer": "Green Farm", "payee": BAKERY_ACCOUNT, "amount": "25", "description": "Levy <b>"}
LEGS = some_legs((FARM_ACCOUNT, -2500), (BAKERY_ACCOUNT, 2500))
BACK = "/admin/transfers/transfer-done/reversal"
GIVE_BACK = "/transfers/transfer-done/reversal"


@pytest.fixture
def staff(client: FlaskClient, network: Network) -> FlaskClient:
    furnish(network)
    log_in(client, "admin")
    return client


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", {"status": "all", "page": "1"}),
        ("status=initiated&kind=transfer&page=3", {"status": "initiated", "kind": "transfer", "page": "3"}),
        ("status=nonsense&kind=x", {"status": "all", "page": "1"}),
        ("text=+bread+", {"status": "all", "text": "bread", "page": "1"}),
        ("business=2000+0000-0000+0006", {"status": "all", "account": BAKERY_ACCOUNT, "page": "1"}),
        ("business=old+bakery", {"status": "all", "account": BAKERY_ACCOUNT, "page": "1"}),
        (
            "from=2026-07-01&to=2026-07-31",
            {
                "status": "all",
                "from": "2026-06-30T23:00:00.000000Z",
                "to": "2026-07-31T23:00:00.000000Z",
                "page": "1",
            },
        ),
    ],
)
def test_filters_stand_in_the_address(staff: FlaskClient, network: Network, query: str, asked: dict[str, str]) -> None:
    page = staff.get(f"{LIST}?{query}")
    assert page.status_code == 200
    assert network.ledger.last("GET", "/transfers").query == asked | {"page_size": "20"}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("business=bakrey", "Which one?"),
        ("from=31.1.2026", "Write a day like 2026-01-31."),
        ("from=2026-02-01&to=2026-01-01", "This day is before the first one."),
    ],
)
def test_a_filter_that_makes_no_sense_asks_nothing(
    staff: FlaskClient, network: Network, query: str, sentence: str
) -> None:
    page = staff.get(f"{LIST}?{query}")
    assert page.status_code == 400
    assert sentence in page.text
    assert network.ledger.count("GET", "/transfers") == 0


def test_the_file_has_every_page(staff: FlaskClient, network: Network) -> None:
    ended = {"kind": "rejected", "code": "declined", "reason": "=1+1", "by": BAKERY_ACCOUNT}
    first = a_transfer(status="cancelled", ended_at=NOW, cancellation=ended, description="@home")
    pages = {None: ([first], 12), "12": ([a_completed_transfer("transfer-0")], None)}

    def answer(asked):
        found, following = pages[asked.query.get("before")]
        return {"transfers": found, "total": 2, "next": following}

    network.ledger.on("GET", "/transfers", answer)
    file = staff.get("/admin/transfers.csv?status=cancelled")
    assert file.headers["Content-Disposition"] == 'attachment; filename="transfers.csv"'
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert [row["transfer"] for row in rows] == ["transfer-1", "transfer-0"]
    assert (rows[0]["payer_name"], rows[0]["amount"]) == ("Green Farm", "25.00")
    assert (rows[0]["description"], rows[0]["reason"]) == ("'@home", "'=1+1")
    assert network.ledger.last("GET", "/transfers").query["status"] == "cancelled"


def test_an_open_one_is_ended_with_a_reason(staff: FlaskClient, network: Network) -> None:
    path, page = f"{LIST}/transfer-1/cancellation", f"{LIST}/transfer-1"
    network.ledger.on("POST", "/transfers/transfer-1/cancel", a_transfer(status="cancelled"))
    refused = send(staff, path, {"reason": " "}, page=page)
    assert refused.status_code == 422
    assert "Please fill in: Reason." in refused.text
    done = send(staff, path, {"reason": "Fraud", "key": "k-1"}, page=page)
    assert done.location == page
    asked = network.ledger.last("POST", "/transfers/transfer-1/cancel")
    assert (asked.body, asked.headers["Idempotency-Key"]) == ({"reason": "Fraud"}, "k-1")
    late = problem(409, "transfer.already_closed")
    network.ledger.on("POST", "/transfers/transfer-1/cancel", late)
    assert "has ended meanwhile" in send(staff, path, {"reason": "Fraud"}, page=page).text


def test_moving_on_behalf_shows_what_it_does_before_it_is_done(staff: FlaskClient, network: Network) -> None:
    seen = send(staff, NEW, TYPED | {"key": "k-7"})
    assert seen.status_code == 200
    assert "25.00 credits go from Green Farm to Old Bakery." in plain(seen.text)
    assert "−15.00" in seen.text
    assert "near a limit" in seen.text
    assert network.ledger.last("POST", "/preview").body == {"legs": LEGS, "description": "Levy <b>", "settle": False}
    assert network.ledger.count("POST", "/admin-transfers") == 0
    sent = {name: hidden(seen.text, name) for name in ("payer", "payee", "amount", "key")}
    network.ledger.on("POST", "/admin-transfers", an_admin_transfer("transfer-admin"))
    done = send(staff, LIST, sent | {"description": "Levy"}, page=NEW)
    assert done.location == f"{LIST}/transfer-admin"
    asked = network.ledger.last("POST", "/admin-transfers")
    assert asked.headers["Idempotency-Key"] == "k-7"
    assert asked.body["legs"] == LEGS


@pytest.mark.parametrize(
    ("refusal", "field", "sentence"),
    [
        (
            problem(422, "transfer.limit_exceeded", account=FARM_ACCOUNT, max_possible=1200),
            "amount",
            "The limits of Green Farm leave room for 12.00 credits.",
        ),
        (
            problem(422, "account.not_trading", errors={"legs": [f"{BAKERY_ACCOUNT} is not a trading member."]}),
            "payee",
            "Not trading at the moment: Old Bakery.",
        ),
        (problem(404, "account.unknown"), "", "There is no such account."),
    ],
)
def test_why_it_can_not_be_moved_is_said_where_it_can_be_mended(
    staff: FlaskClient, network: Network, refusal: object, field: str, sentence: str
) -> None:
    network.ledger.on("POST", "/preview", refusal)
    refused = send(staff, NEW, TYPED | {"key": "k-1"})
    assert refused.status_code >= 400
    assert sentence in plain(refused.text)
    assert (f'id="{field}-error"' in refused.text) is bool(field)
    assert "Levy &lt;b&gt;" in refused.text
    assert hidden(refused.text, "key") != "k-1"


def test_all_that_is_wrong_is_said_at_once(staff: FlaskClient) -> None:
    refused = send(staff, NEW, TYPED | {"payer": "bakrey", "amount": "x"})
    assert refused.status_code == 422
    assert 'id="payer-error"' in refused.text
    assert 'id="amount-error"' in refused.text


def test_the_list_says_when_the_ledger_is_down(staff: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", "/transfers", problem(503, "ledger.busy"))
    page = staff.get(LIST)
    assert page.status_code == 200
    assert "Balances and transfers can&#39;t be reached at the moment." in page.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"payer": "bakrey"}, "Which one?"),
        ({"payee": FARM_ACCOUNT}, "That is the same account twice."),
        ({"amount": "0"}, "The amount must be more than zero."),
        ({"description": ""}, "Please answer: What is it for?"),
        ({"change": "1"}, "Next: check it"),
    ],
)
def test_the_form_comes_back_until_it_is_clear(
    staff: FlaskClient, network: Network, typed: dict[str, str], sentence: str
) -> None:
    assert sentence in send(staff, NEW, TYPED | typed).text
    assert network.ledger.count("POST", "/preview") == 0


def test_an_unknown_outcome_keeps_the_key(staff: FlaskClient, network: Network) -> None:
    network.ledger.on("POST", "/admin-transfers", problem(503, "ledger.busy", retry_after=2))
    late = send(staff, LIST, TYPED | {"key": "k-1"}, page=NEW)
    assert late.status_code == 503
    assert "it will not be done twice" in late.text
    assert hidden(late.text, "key") == "k-1"


def test_a_completed_one_is_reversed_after_a_look(staff: FlaskClient, network: Network) -> None:
    seen = staff.get(BACK)
    assert "30.00 credits go back from Green Farm to Old Bakery" in plain(seen.text)
    legs = some_legs((BAKERY_ACCOUNT, 3000), (FARM_ACCOUNT, -3000))
    assert network.ledger.last("POST", "/preview").body == {"legs": legs, "description": "", "settle": True}
    assert send(staff, BACK, {"reason": ""}).status_code == 422
    network.ledger.on(
        "POST", "/transfers/transfer-done/reverse", an_admin_transfer("transfer-reversal", kind="reversal")
    )
    done = send(staff, BACK, {"reason": "Paid twice", "key": "k-2"})
    assert done.location == f"{LIST}/transfer-reversal"
    asked = network.ledger.last("POST", "/transfers/transfer-done/reverse")
    assert (asked.body, asked.headers["Idempotency-Key"]) == ({"reason": "Paid twice"}, "k-2")


def test_a_reversal_that_would_be_refused_says_so_before(staff: FlaskClient, network: Network) -> None:
    said = problem(422, "transfer.limit_exceeded", account=FARM_ACCOUNT, max_possible=100)
    network.ledger.on("POST", "/preview", said)
    seen = staff.get(BACK)
    assert "It would be refused now:" in seen.text
    assert "The limits of Green Farm leave room for 1.00 credits." in plain(seen.text)
    assert "Yes, reverse it" not in seen.text


@pytest.mark.parametrize("transfer_id", ["transfer-1", "transfer-admin", "transfer-reversal"])
def test_what_can_not_be_reversed_is_told(staff: FlaskClient, transfer_id: str) -> None:
    path = f"{LIST}/{transfer_id}"
    assert "Look at a reversal" not in staff.get(path).text
    assert staff.get(f"{path}/reversal").location == path


def test_auditors_look_and_change_nothing(client: FlaskClient, network: Network) -> None:
    furnish(network)
    log_in(client, "auditor")
    assert "on behalf" not in client.get(LIST).text
    for transfer_id, step in (("transfer-1", "Yes, end it"), ("transfer-done", "Look at a reversal")):
        assert step not in client.get(f"{LIST}/{transfer_id}").text
    assert client.get(BACK).status_code == 403


# --- members -------------------------------------------------------------------------------------------------------


@pytest.fixture
def member(client: FlaskClient, network: Network) -> FlaskClient:
    furnish(network)
    log_in(client, "member")
    return client


def test_a_member_gives_back_what_was_received(member: FlaskClient, network: Network) -> None:
    assert f'href="{GIVE_BACK}"' in member.get("/transfers/transfer-done").text
    seen = plain(member.get(GIVE_BACK).text)
    assert "You give Old Bakery 30.00 credits back; your balance goes from −15.00 to −45.00" in seen
    assert send(member, GIVE_BACK, {"reason": ""}).status_code == 422
    network.ledger.on("POST", "/transfers/transfer-done/reverse", a_received_transfer(kind="reversal"))
    done = send(member, GIVE_BACK, {"reason": "Not needed", "key": "k-3"})
    assert done.location == "/transfers/transfer-done"
    asked = network.ledger.last("POST", "/transfers/transfer-done/reverse")
    assert (asked.body, asked.headers["Idempotency-Key"]) == ({"reason": "Not needed"}, "k-3")
    assert "30.00 credits are given back." in plain(member.get("/transfers/transfer-done").text)


def test_a_refusal_to_give_back_is_said_and_the_reason_kept(member: FlaskClient, network: Network) -> None:
    said = problem(422, "transfer.limit_exceeded", max_possible=100)
    network.ledger.on("POST", "/transfers/transfer-done/reverse", said)
    refused = send(member, GIVE_BACK, {"reason": "Not needed <b>"})
    assert refused.status_code == 422
    assert "At most 1.00 credits are possible." in plain(refused.text)
    assert "Not needed &lt;b&gt;" in refused.text


@pytest.mark.parametrize(
    "changes",
    [
        {"payer": FARM_ACCOUNT, "payee": BAKERY_ACCOUNT},
        {"reversed_by": "transfer-9"},
        {"status": "initiated"},
        {"kind": "admin"},
        {"legs": some_legs((BAKERY_ACCOUNT, -3000), (FARM_ACCOUNT, 2900), ("3000000000000004", 100))},
    ],
)
def test_what_only_an_administrator_may_undo_is_not_offered(
    member: FlaskClient, network: Network, changes: dict
) -> None:
    network.ledger.on("GET", "/transfers/transfer-done", a_received_transfer(**changes))
    assert GIVE_BACK not in member.get("/transfers/transfer-done").text
    assert member.get(GIVE_BACK).location == "/transfers/transfer-done"


def test_near_misses_are_chosen_from(staff: FlaskClient, network: Network) -> None:
    found = [a_bakery(name="Old Bakery Ltd"), a_bakery(name="Old Bakery Shop")]
    network.directory.on("GET", "/search", {"entities": found, "total": 2})
    asked = send(staff, NEW, TYPED | {"payer": FARM_ACCOUNT, "payee": "Old Bakery"})
    assert f'name="payee_chosen" value="{BAKERY_ACCOUNT}"' in asked.text
    typed = TYPED | {"payer": FARM_ACCOUNT, "payee": "Old Bakery", "payee_chosen": BAKERY_ACCOUNT}
    assert "Is this right?" in send(staff, NEW, typed).text
