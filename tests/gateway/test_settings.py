"""The network's own rules on pages: looked at, changed after a preview, what was changed of them."""

import pytest
from flask.testing import FlaskClient

from services.gateway.forms_ruling import fee_on, percent_text
from services.gateway.web.settings import SPARE_ROWS
from tests.gateway.network import BAKERY_ACCOUNT, FARM_ACCOUNT, OFFICE_ACCOUNT, Network
from tests.gateway.scenes import empty, furnish, hidden, log_in, send
from tests.gateway.scenes_ruling import POLICY, RULES, a_change
from tests.gateway.standin import problem
from tests.gateway.test_admin_transfers import plain

PAGE = "/admin/settings"
LIMITS, FEES = f"{PAGE}/limits", f"{PAGE}/fees"
TYPED = {
    "default_max_negative": "50", "default_max_positive": "500", "expires_after_days": "30", "reminder_days": "3",
    "warning_percent": "80", "reason": "The assembly <b>",
}  # fmt: skip
ROW = {"rule-0-account": OFFICE_ACCOUNT, "rule-0-side": "payer", "rule-0-fixed": "0.20", "rule-0-percent": "0.5"}


@pytest.fixture
def staff(client: FlaskClient, network: Network) -> FlaskClient:
    furnish(network)
    log_in(client, "admin")
    return client


def test_what_holds_now_is_shown(staff: FlaskClient) -> None:
    text = plain(staff.get(PAGE).text)
    assert "100.00 credits" in text
    assert "30 days" in text
    assert "0.5 % and 0.10 credits on top for who pays, to 3000 0000 0000 0004" in text
    assert "Of a payment of 100.00 credits, who pays gives 100.60 credits and who is paid gets 99.00 credits." in text
    assert text.count('name="rule-') == 4 * (len(RULES) + SPARE_ROWS)


def test_a_change_of_limits_is_seen_before_it_is_made(staff: FlaskClient, network: Network) -> None:
    seen = send(staff, LIMITS, TYPED | {"key": "k-1"}, page=PAGE)
    assert seen.status_code == 200
    assert "100.00" in seen.text
    assert "2 of 62 accounts would be outside." in seen.text
    assert "Old Bakery" in seen.text
    assert network.ledger.last("POST", "/limit-simulations").body == {"max_negative": 5_000}
    assert network.ledger.count("PATCH", "/policy") == 0
    network.ledger.on("PATCH", "/policy", POLICY)
    done = send(staff, LIMITS, TYPED | {"key": "k-1", "confirmed": hidden(seen.text, "confirmed")}, page=PAGE)
    assert done.location == f"{PAGE}#main"
    asked = network.ledger.last("PATCH", "/policy")
    assert asked.body == {"default_max_negative": 5_000, "reason": "The assembly <b>"}
    assert asked.headers["Idempotency-Key"] == "k-1"


def test_what_another_changed_meanwhile_is_looked_at_again(staff: FlaskClient, network: Network) -> None:
    seen = send(staff, LIMITS, TYPED, page=PAGE)
    network.ledger.on("GET", "/policy", POLICY | {"warning_percent": 90})
    again = send(staff, LIMITS, TYPED | {"confirmed": hidden(seen.text, "confirmed")}, page=PAGE)
    assert "Somebody changed the settings meanwhile." in again.text
    assert "90 %" in again.text
    assert network.ledger.count("PATCH", "/policy") == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"default_max_negative": "-1"}, "Write the amount as figures"),
        ({"expires_after_days": "0"}, "A whole number from 1 to 366, please."),
        ({"reminder_days": "x"}, "A whole number from 0 to 30, please."),
        ({"warning_percent": ""}, "A whole number from 1 to 100, please."),
        ({"reason": ""}, "Please fill in: Reason."),
    ],
)
def test_a_wrong_setting_is_said_beside_it(staff: FlaskClient, typed: dict[str, str], sentence: str) -> None:
    refused = send(staff, LIMITS, TYPED | typed, page=PAGE)
    assert refused.status_code == 422
    assert sentence in refused.text


def test_nothing_different_changes_nothing(staff: FlaskClient, network: Network) -> None:
    same = TYPED | {"default_max_negative": "100.00"}
    assert send(staff, LIMITS, same, page=PAGE).location == f"{PAGE}#main"
    assert "Nothing is different" in staff.get(PAGE).text
    assert network.ledger.count("PATCH", "/policy") == 0


def test_fees_are_seen_before_they_are_changed(staff: FlaskClient, network: Network) -> None:
    seen = send(staff, FEES, ROW | {"reason": "Decided", "key": "k-2"}, page=PAGE)
    text = plain(seen.text)
    assert "0.5 % and 0.20 credits on top for who pays" in text
    assert "100.70" in text
    assert network.ledger.count("PUT", "/fees") == 0
    network.ledger.on("PUT", "/fees", {"rules": RULES})
    confirmed = {"confirmed": hidden(seen.text, "confirmed"), "reason": "Decided", "key": "k-2"}
    assert send(staff, FEES, ROW | confirmed, page=PAGE).location == f"{PAGE}#main"
    asked = network.ledger.last("PUT", "/fees")
    rule = {"account": OFFICE_ACCOUNT, "side": "payer", "fixed": 20, "basis_points": 50}
    assert (asked.body, asked.headers["Idempotency-Key"]) == ({"rules": [rule], "reason": "Decided"}, "k-2")
    assert hidden(seen.text, "rule-0-percent") == "0.5"


def test_all_fees_can_be_taken_away(staff: FlaskClient, network: Network) -> None:
    seen = send(staff, FEES, {"reason": "Free again"}, page=PAGE)
    network.ledger.on("PUT", "/fees", {"rules": []})
    send(staff, FEES, {"reason": "Free again", "confirmed": hidden(seen.text, "confirmed")}, page=PAGE)
    assert network.ledger.last("PUT", "/fees").body["rules"] == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"rule-0-account": ""}, "Whose account do these fees go to?"),
        ({"rule-0-account": "bakrey"}, f"Old Bakery: {BAKERY_ACCOUNT}"),
        ({"rule-0-fixed": "", "rule-0-percent": ""}, "Write a fixed part, a percentage, or both."),
        ({"rule-0-percent": "0.005"}, "Write the percentage with at most two decimals"),
        ({"rule-0-percent": "101"}, "At most 100 per cent, please."),
        ({"reason": ""}, "Please fill in: Reason."),
    ],
)
def test_a_wrong_fee_is_said_beside_it(staff: FlaskClient, typed: dict[str, str], sentence: str) -> None:
    refused = send(staff, FEES, ROW | {"reason": "Decided"} | typed, page=PAGE)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert refused.text.count("<details") == 2
    assert refused.text.count(" open><summary>Change the fees") == 1


def test_what_is_down_spoils_its_cards_alone(staff: FlaskClient, network: Network) -> None:
    for path in ("/fees", "/changes"):
        network.ledger.on("GET", path, problem(503, "ledger.busy"))
    text = staff.get(PAGE).text
    assert text.count("be reached at the moment") == 3, "the fees and two histories"
    assert "30 days" in text


def test_a_fee_to_who_does_not_trade_is_refused_in_words(staff: FlaskClient, network: Network) -> None:
    network.ledger.on("PUT", "/fees", problem(422, "account.not_trading", errors={"rules": ["x"]}))
    seen = send(staff, FEES, ROW | {"reason": "Decided"}, page=PAGE)
    refused = send(staff, FEES, ROW | {"reason": "Decided", "confirmed": hidden(seen.text, "confirmed")}, page=PAGE)
    assert "Fees can go to trading members only." in refused.text


@pytest.mark.parametrize(("points", "text"), [(50, "0.5"), (100, "1"), (1_000, "10"), (1, "0.01"), (10_000, "100")])
def test_percentages_are_written_short(points: int, text: str) -> None:
    assert percent_text(points) == text


@pytest.mark.parametrize(("amount", "fee"), [(100, 11), (50, 10), (150, 12), (250, 12), (10_000, 110)])
def test_fees_are_rounded_as_the_ledger_does(amount: int, fee: int) -> None:
    """By 1 % and 0.10: halves go to the even one."""
    assert fee_on({"fixed": 10, "basis_points": 100}, amount) == fee


def test_who_would_be_outside_is_a_page(staff: FlaskClient, network: Network) -> None:
    page = staff.get(f"{PAGE}/simulation?max_negative=50&max_positive=1%2C000.50")
    assert network.ledger.last("POST", "/limit-simulations").body == {"max_negative": 5_000, "max_positive": 100_050}
    assert "2 of 62 accounts would be outside." in page.text
    assert "−90.00" in page.text
    file = staff.get(f"{PAGE}/simulation.csv?max_negative=50").text.splitlines()
    assert file[:2] == ["account,name,balance,outside_by", f"{BAKERY_ACCOUNT},Old Bakery,-90.00,40.00"]
    assert staff.get(f"{PAGE}/simulation.csv").status_code == 302
    wrong = staff.get(f"{PAGE}/simulation?max_negative=-5")
    assert wrong.status_code == 400
    assert "Write the amount as figures" in wrong.text
    empty(network)
    assert "Nobody would be outside" in staff.get(f"{PAGE}/simulation?max_negative=50").text


def test_an_account_has_its_history_on_the_business(staff: FlaskClient, network: Network) -> None:
    network.directory.on("GET", "/entities", {"entities": [], "total": 0})
    network.directory.on("GET", "/entities/entity-farm", {**network.entities[0], "users": []})
    text = staff.get("/admin/businesses/entity-farm").text
    assert "Limits changed" in text
    assert "frozen: may not trade" in text
    assert f'href="/admin/transfers?business={FARM_ACCOUNT}"' in text


def test_a_longer_history_goes_on(staff: FlaskClient, network: Network) -> None:
    many = [a_change(position, "policy", **POLICY, reason=f"No. {position}") for position in range(100, 79, -1)]
    network.ledger.on("GET", "/changes", {"changes": many, "next": 80})
    text = staff.get(f"{PAGE}/limits/changes").text
    assert "No. 81" in text
    assert "No. 80" not in text, "it is there only to tell what No. 81 changed"
    assert 'href="/admin/settings/limits/changes?before=81"' in text
    staff.get(f"{PAGE}/limits/changes?before=81")
    assert network.ledger.last("GET", "/changes").query == {"subject": "policy", "limit": "21", "before": "81"}


@pytest.mark.parametrize("path", [PAGE, "/admin/transfers", f"/admin/accounts/{FARM_ACCOUNT}/changes"])
def test_coordinators_see_no_money(client: FlaskClient, network: Network, path: str) -> None:
    furnish(network)
    log_in(client, "coordinator")
    assert client.get(path).status_code == 403
    page = client.get("/admin/businesses/entity-bakery").text
    assert "Changes of the account" not in page
    assert 'href="/admin/transfers' not in page
    assert network.ledger.count("GET", f"/accounts/{BAKERY_ACCOUNT}/history") == 0


def test_auditors_see_the_rules_and_change_none(client: FlaskClient, network: Network) -> None:
    furnish(network)
    log_in(client, "auditor")
    text = client.get(PAGE).text
    assert "Fees changed" in text
    assert "Change the fees" not in text
