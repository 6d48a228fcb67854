"""What people send from pages: kept when refused, done once however often it is pressed, never taken from afar."""

import re

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import (
    BAKERY,
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    Network,
    a_session,
    an_account,
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


@pytest.fixture
def admin(client: FlaskClient, network: Network) -> FlaskClient:
    furnish(network)
    log_in(client, "admin")
    return client


# --- from afar ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/login", "/signup", "/logout", "/lost-password", "/password-reset/token-1", "/theme", "/transfers",
     "/transfers/new", "/transfers/transfer-2/accept", "/profile/business", "/profile/me", "/trading-application",
     f"/admin/businesses/{BAKERY}/status", f"/admin/businesses/{BAKERY}/limits", "/admin/login"],
)  # fmt: skip
def test_a_form_without_our_mark_changes_nothing(client: FlaskClient, network: Network, path: str) -> None:
    furnish(network)
    log_in(client, "member")
    response = client.post(path, data=TRANSFER)
    assert response.status_code == 400
    assert "nothing was done" in response.text
    services = (network.ledger, network.directory, network.notifier)
    assert all(asked.method == "GET" for service in services for asked in service.asked)


# --- logging in and out -------------------------------------------------------------------------------------------


def test_logging_in_leads_back_to_the_page_that_was_wanted(client: FlaskClient, network: Network) -> None:
    furnish(network)
    wanted = "/statement?from=2026-01-01"
    door = client.get(wanted).headers["Location"]
    next_page = hidden(client.get(door).text, "next")
    response = send(client, door, {"email": "ann@farm.example", "password": PASSWORD, "next": next_page})
    assert response.headers["Location"] == wanted
    assert client.get("/statement").status_code == 200


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_logging_in_never_leads_away(client: FlaskClient, network: Network, away: str) -> None:
    furnish(network)
    response = send(client, "/login", {"email": "ann@farm.example", "password": PASSWORD, "next": away})
    assert response.headers["Location"] == "/dashboard"


def test_a_wrong_password_keeps_the_address_and_not_the_password(client: FlaskClient, network: Network) -> None:
    furnish(network)
    response = send(client, "/login", {"email": "ann@farm.example", "password": "wrong-Pass-1"})
    assert response.status_code == 401
    assert "do not go together" in response.text
    assert 'value="ann@farm.example"' in response.text
    assert "wrong-Pass-1" not in response.text


def test_the_door_of_administrators_opens_an_administrators_session(client: FlaskClient, network: Network) -> None:
    furnish(network)
    response = send(client, "/admin/login", {"email": "admin@dev.null", "password": PASSWORD})
    assert response.headers["Location"] == "/admin"
    assert network.directory.last("POST", "/sessions").body["kind"] == "admin"


def test_logging_out_ends_the_session_in_the_directory(member: FlaskClient, network: Network) -> None:
    response = send(member, "/logout", {}, page="/dashboard")
    assert response.headers["Location"] == "/"
    assert network.directory.count("DELETE", "/sessions/session-ann") == 1
    assert member.get("/dashboard").headers["Location"].startswith("/login")


def test_a_lost_password_gets_the_same_answer_whoever_asks(client: FlaskClient, network: Network) -> None:
    furnish(network)
    network.directory.on("POST", "/password-resets", {})
    response = send(client, "/lost-password", {"email": "nobody@farm.example", "kind": "member"})
    assert response.headers["Location"] == "/lost-password"
    assert "a mail with a link is on its way" in client.get("/lost-password").text
    assert "a mail with a link" not in client.get("/lost-password").text


def test_a_new_password_by_a_mailed_link(client: FlaskClient, network: Network) -> None:
    furnish(network)
    network.directory.on("POST", "/password-resets/token-1", {"kind": "member"})
    weak = send(client, "/password-reset/token-1", {"password": "short", "again": "short"})
    assert weak.status_code == 422
    assert "Use 8 to 100 characters." in weak.text
    assert network.directory.count("POST", "/password-resets/token-1") == 0
    good = send(client, "/password-reset/token-1", {"password": PASSWORD, "again": PASSWORD})
    assert good.headers["Location"] == "/login"


# --- signing up ---------------------------------------------------------------------------------------------------

SIGN_UP = {
    "name": "Green & Farm", "offers": "Vegetables, apples,", "wants": "bread", "email": "ann@farm.example",
    "confirm_email": "Ann@Farm.example ", "password": PASSWORD, "again": PASSWORD, "terms": "y",
}  # fmt: skip


def test_signing_up_logs_in(client: FlaskClient, network: Network) -> None:
    furnish(network)
    made = {"user_id": "user-ann", "entity_id": FARM, "account": FARM_ACCOUNT, "session": a_session()}
    network.directory.on("POST", "/signup", made)
    response = send(client, "/signup", SIGN_UP | {"key": "k-1"})
    assert response.headers["Location"] == "/dashboard"
    asked = network.directory.last("POST", "/signup")
    assert asked.body["entity"] == {"name": "Green & Farm", "offers": ["Vegetables", "apples"], "wants": ["bread"]}
    assert asked.headers["Idempotency-Key"] == "k-1"
    assert "Welcome" in client.get("/dashboard").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Please fill in: Name of your business."),
        ({"offers": ", ,"}, "Write at least one word."),
        ({"offers": ",".join(map(str, range(11)))}, "At most 10, please"),
        ({"wants": "x" * 51}, "Each at most 50 characters"),
        ({"confirm_email": "anne@farm.example"}, "The two addresses are not the same."),
        ({"confirm_email": ""}, "Please fill in: Email again."),
        ({"email": "nonsense"}, "Write an address like you@example.org."),
        ({"password": "onlyletters!", "again": "onlyletters!"}, "at least one letter, one number and one sign"),
        ({"again": "other-Pass-1"}, "The two passwords are not the same."),
        ({"terms": ""}, "Please agree"),
    ],
)
def test_what_is_wrong_in_a_sign_up_is_said_beside_the_field(
    client: FlaskClient, network: Network, changes: dict[str, str], sentence: str
) -> None:
    furnish(network)
    values = {name: value for name, value in (SIGN_UP | changes).items() if value}
    response = send(client, "/signup", values)
    assert response.status_code == 422
    assert sentence in response.text
    assert PASSWORD not in response.text
    assert network.directory.count("POST", "/signup") == 0


def test_a_slip_in_the_address_loses_nothing_but_the_passwords(client: FlaskClient, network: Network) -> None:
    furnish(network)
    response = send(client, "/signup", SIGN_UP | {"confirm_email": "anne@farm.example", "key": "k-1"})
    for kept in ("Green &amp; Farm", "Vegetables, apples,", "bread", "ann@farm.example", "anne@farm.example"):
        assert f'value="{kept}"' in response.text
    assert re.search(r'name="terms"[^>]*checked|checked[^>]*name="terms"', response.text)
    assert 'aria-describedby="confirm_email-hint confirm_email-error"' in response.text


def test_a_taken_address_is_said_beside_it_and_all_else_is_kept(client: FlaskClient, network: Network) -> None:
    furnish(network)
    network.directory.on("POST", "/signup", problem(409, "user.email_taken"))
    response = send(client, "/signup", SIGN_UP | {"key": "k-1"})
    assert response.status_code == 409
    assert "has a login here already" in response.text
    assert 'value="Green &amp; Farm"' in response.text
    # The refusal is remembered under the old key.
    assert hidden(response.text, "key") != "k-1"


def test_field_errors_of_the_directory_find_their_field(client: FlaskClient, network: Network) -> None:
    furnish(network)
    errors = {"entity": {"offers": {"0": ["Only letters, please."]}}}
    network.directory.on("POST", "/signup", problem(400, "request.invalid", errors=errors))
    response = send(client, "/signup", SIGN_UP)
    assert 'id="offers-error"' in response.text
    assert "Only letters, please." in response.text


# --- profile and application --------------------------------------------------------------------------------------


def test_saving_a_business_sends_what_was_typed(member: FlaskClient, network: Network) -> None:
    network.directory.on("PATCH", f"/entities/{FARM}", {})
    values = {"name": "Greener Farm", "offers": "eggs", "wants": "bread", "website": "https://farm.example", "key": "k"}
    response = send(member, "/profile/business", values, page="/profile")
    assert response.headers["Location"] == "/profile"
    body = network.directory.last("PATCH", f"/entities/{FARM}").body
    assert body["name"] == "Greener Farm"
    assert body["offers"] == ["eggs"]
    assert body["preferences"] == {"daily_match_mail": False, "contact_mail": False}


def test_a_dangerous_website_is_refused_and_kept_beside_its_reason(member: FlaskClient, network: Network) -> None:
    values = {"name": "Farm", "offers": "eggs", "wants": "bread", "website": "javascript:alert(1)"}
    response = send(member, "/profile/business", values, page="/profile")
    assert response.status_code == 422
    assert "Start with https://" in response.text
    assert 'value="javascript:alert(1)"' in response.text
    # The other form of the page shows what is stored, not what this one sent.
    assert 'name="me-first_name"' in response.text
    assert 'value="Ann"' in response.text


def test_saving_my_details(member: FlaskClient, network: Network) -> None:
    network.directory.on("PATCH", "/users/user-ann", {})
    response = send(member, "/profile/me", {"me-first_name": "Anna", "me-last_name": "A."}, page="/profile")
    assert response.headers["Location"] == "/profile"
    body = network.directory.last("PATCH", "/users/user-ann").body
    assert body == {"first_name": "Anna", "last_name": "A.", "telephone": ""}


def test_an_application_wants_everything(client: FlaskClient, network: Network) -> None:
    furnish(network)
    log_in(client, "applicant")
    response = send(client, "/trading-application", {"name": "Farm"})
    assert response.status_code == 422
    for field in ("inc_type", "description", "address", "city", "region", "postal_code", "country", "authorised"):
        assert f'id="{field}-error"' in response.text


def test_a_complete_application_is_sent(client: FlaskClient, network: Network) -> None:
    furnish(network)
    log_in(client, "applicant")
    for method, path in (
        ("PATCH", "/users/user-ann"),
        ("PATCH", f"/entities/{FARM}"),
        ("POST", f"/entities/{FARM}/trading-application"),
    ):
        network.directory.on(method, path, {})
    values = {
        "name": "Farm", "inc_type": "ltd", "description": "Eggs", "address": "1 Hill", "city": "Tod", "region": "W",
        "postal_code": "OL14", "country": "England", "first_name": "Ann", "last_name": "A", "person_telephone": "1",
        "authorised": "y",
    }  # fmt: skip
    response = send(client, "/trading-application", values)
    assert response.headers["Location"] == "/dashboard"
    assert network.directory.count("POST", f"/entities/{FARM}/trading-application") == 1


# --- statement ----------------------------------------------------------------------------------------------------


def test_a_day_is_a_day_in_the_members_time_zone(member: FlaskClient, network: Network) -> None:
    member.get("/statement?from=2026-07-01&to=2026-07-01")
    asked = network.ledger.last("GET", f"/accounts/{FARM_ACCOUNT}/statement")
    assert asked.query["from"] == "2026-06-30T23:00:00.000000Z"
    assert asked.query["to"] == "2026-07-01T23:00:00.000000Z"


def test_days_that_make_no_sense_are_said(member: FlaskClient) -> None:
    assert "Write both days like 2026-01-31." in member.get("/statement?from=yesterday").text
    assert "too far away" in member.get("/statement?from=0001-01-01&to=9999-12-31").text
    assert "the other way round" in member.get("/statement?from=2026-02-01&to=2026-01-01").text


# --- administrators -----------------------------------------------------------------------------------------------


def test_an_application_is_accepted_from_the_queue(admin: FlaskClient, network: Network) -> None:
    network.directory.on("PATCH", f"/entities/{BAKERY}", {"name": "Old Bakery", "status": "accepted"})
    values = {"status": "accepted", "key": "k-9", "next": "/admin/applications"}
    response = send(admin, f"/admin/businesses/{BAKERY}/status", values, page="/admin/applications")
    assert response.headers["Location"] == "/admin/applications"
    asked = network.directory.last("PATCH", f"/entities/{BAKERY}")
    assert asked.body == {"status": "accepted"}
    assert asked.headers["Idempotency-Key"] == "k-9"
    assert "Old Bakery: Listed in the directory." in admin.get("/admin/applications").text


def test_limits_are_sent_in_the_smallest_unit(admin: FlaskClient, network: Network) -> None:
    network.ledger.on("PATCH", f"/accounts/{BAKERY_ACCOUNT}/limits", an_account(BAKERY_ACCOUNT))
    values = {"max_negative": "100", "max_positive": "1,500.50", "reason": "trusted"}
    page = f"/admin/businesses/{BAKERY}"
    response = send(admin, f"{page}/limits", values, page=page)
    assert response.headers["Location"] == page
    body = network.ledger.last("PATCH", f"/accounts/{BAKERY_ACCOUNT}/limits").body
    assert body == {"max_negative": 10_000, "max_positive": 150_050, "reason": "trusted"}


def test_limits_that_a_balance_does_not_fit_are_said_to_be_so(client: FlaskClient, network: Network) -> None:
    furnish(network)
    log_in(client, "admin")
    network.ledger.on("PATCH", f"/accounts/{BAKERY_ACCOUNT}/limits", an_account(BAKERY_ACCOUNT, outside_limits=True))
    page = f"/admin/businesses/{BAKERY}"
    send(client, f"{page}/limits", {"max_negative": "0", "max_positive": "0"}, page=page)
    assert "Its balance is outside of them now" in client.get(page).text


def test_a_wrong_limit_is_said_beside_it_and_kept(admin: FlaskClient, network: Network) -> None:
    page = f"/admin/businesses/{BAKERY}"
    response = send(admin, f"{page}/limits", {"max_negative": "much", "max_positive": "0"}, page=page)
    assert response.status_code == 422
    assert 'value="much"' in response.text
    assert 'id="max_negative-error"' in response.text
    assert network.ledger.count("PATCH", f"/accounts/{BAKERY_ACCOUNT}/limits") == 0


def test_members_can_change_no_status(member: FlaskClient, network: Network) -> None:
    response = send(member, f"/admin/businesses/{BAKERY}/status", {"status": "rejected"}, page="/dashboard")
    assert response.status_code == 403
    assert network.directory.count("PATCH", f"/entities/{BAKERY}") == 0


def test_filters_stay_in_the_address_and_the_form(admin: FlaskClient, network: Network) -> None:
    text = admin.get("/admin/businesses?name=bakrey&status=tradingAccepted").text
    query = network.directory.last("GET", "/search").query
    assert query["name"] == "bakrey"
    assert query["status"] == "tradingAccepted"
    assert 'value="bakrey"' in text
    assert 'href="/admin/businesses?name=bakrey&amp;status=tradingAccepted&amp;page=2"' in text
