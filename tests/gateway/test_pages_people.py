"""Pages about people: who belongs to a business, invitations, several businesses, staff, acting for a member."""

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import (
    ANN,
    BAKERY,
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    Network,
    a_session,
    a_transfer,
)
from tests.gateway.scenes import a_session_with_several, furnish, hidden, log_in, send
from tests.gateway.standin import problem


@pytest.fixture(autouse=True)
def scene(network: Network) -> None:
    furnish(network)


def test_an_owner_invites_and_the_form_says_for_which_business(client: FlaskClient, network: Network):
    log_in(client, "member")
    network.directory.on("POST", f"/entities/{FARM}/invitations", lambda asked: {"email": asked.body["email"]})
    values = {"email": "new@farm.example", "part": "operator", "max_amount": "50.00", "business": FARM, "key": "k"}
    answer = send(client, "/members/invitations", values, "/members")
    assert (answer.status_code, answer.location) == (302, "/members")
    asked = network.directory.last("POST", f"/entities/{FARM}/invitations").body
    assert asked == {"email": "new@farm.example", "role": "operator", "view_only": False, "max_amount": 5_000}


def test_what_is_wrong_with_an_invitation_stands_beside_its_field(client: FlaskClient, network: Network):
    log_in(client, "member")
    answer = send(client, "/members/invitations", {"email": "nobody", "part": "owner", "key": "k"}, "/members")
    assert answer.status_code == 422
    assert "Write an address like you@example.org." in answer.text
    network.directory.on("POST", f"/entities/{FARM}/invitations", problem(409, "membership.exists"))
    answer = send(client, "/members/invitations", {"email": "a@b.example", "part": "owner", "key": "k"}, "/members")
    assert answer.status_code == 409
    assert "belongs to the business already" in answer.text
    assert 'value="a@b.example"' in answer.text


def test_the_last_owner_is_told_what_next(client: FlaskClient, network: Network):
    log_in(client, "member")
    network.directory.on("DELETE", f"/entities/{FARM}/members/{ANN}", problem(409, "membership.last_owner"))
    send(client, "/members/leave", {"business": FARM}, "/members")
    assert "Make another person an owner first" in client.get("/members").text


def test_an_operator_sees_people_and_no_forms_of_owners(client: FlaskClient):
    log_in(client, "operator")
    page = client.get("/members").text
    assert "ann@dev.null" in page
    assert "Send the invitation" not in page
    assert 'action="/members/leave"' in page


def test_a_business_is_chosen_and_pages_follow(client: FlaskClient, network: Network):
    log_in(client, "several")
    assert "You act for" in client.get("/dashboard").text
    assert hidden(client.get("/profile").text, "business") == FARM
    send(client, "/acting-for", {"entity": BAKERY, "next": "/profile"}, "/dashboard")
    assert hidden(client.get("/profile").text, "business") == BAKERY
    client.get("/pending")
    assert network.ledger.last("GET", "/transfers").query["account"] == BAKERY_ACCOUNT


def test_a_tab_opened_before_the_choice_still_acts_for_its_business(client: FlaskClient, network: Network):
    """Two tabs: the form of the farm is sent after the bakery was chosen in another tab."""
    log_in(client, "several")
    form = client.get("/transfers/new").text
    assert hidden(form, "business") == FARM
    send(client, "/acting-for", {"entity": BAKERY}, "/dashboard")
    network.ledger.on("POST", "/transfers", a_transfer())
    values = {
        "business": FARM, "direction": "pay", "counterparty": "3000000000000004", "amount": "25.00", "key": "k",
        "confirmed": "yes", "description": "",
    }  # fmt: skip
    client.post("/transfers", data={"csrf_token": hidden(form, "csrf_token"), **values})
    assert network.ledger.last("POST", "/transfers").body["initiator"] == FARM_ACCOUNT


def test_a_form_of_a_business_that_is_not_mine_does_nothing(client: FlaskClient, network: Network):
    log_in(client, "member")
    answer = send(client, "/profile/business", {"business": BAKERY, "name": "X"}, "/profile")
    assert answer.status_code == 403
    assert "so nothing was done" in answer.text
    assert network.directory.count("PATCH", f"/entities/{BAKERY}") == 0
    assert client.post("/acting-for", data={"entity": BAKERY}).status_code in (400, 403)


OTHER = {"name": "Farm Shop", "offers": "eggs, jam", "wants": "bags", "authorised": "y", "key": "k-1"}


def test_another_business_is_registered_and_acted_for(client: FlaskClient, network: Network):
    log_in(client, "member")
    assert "/businesses/new" in client.get("/members").text
    network.directory.on("POST", "/entities", {"entity_id": BAKERY, "account": BAKERY_ACCOUNT})
    answer = send(client, "/businesses/new", OTHER)
    assert (answer.status_code, answer.location) == (302, "/dashboard")
    asked = network.directory.last("POST", "/entities")
    assert asked.body == {"name": "Farm Shop", "offers": ["eggs", "jam"], "wants": ["bags"]}
    assert (asked.headers["Idempotency-Key"], asked.caller.subject) == ("k-1", ANN)
    # The session knows it from the next request on.
    network.lives(a_session() | {"entities": a_session_with_several()["entities"]})
    page = client.get("/profile").text
    assert "Farm Shop is registered, and you act for it now." in page
    assert hidden(page, "business") == BAKERY


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Please fill in: Name of the business."),
        ({"wants": ", ,"}, "Write at least one word."),
        ({"authorised": ""}, "Please agree, or we can't list the business."),
    ],
)
def test_what_is_wrong_with_another_business_loses_nothing(
    client: FlaskClient, network: Network, changes: dict[str, str], sentence: str
):
    log_in(client, "member")
    values = {name: value for name, value in (OTHER | changes).items() if value}
    answer = send(client, "/businesses/new", values)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="eggs, jam"' in answer.text
    assert network.directory.count("POST", "/entities") == 0


@pytest.mark.parametrize(
    ("status", "code", "detail"),
    [
        (429, "login.locked", "You registered several businesses today: go on tomorrow."),
        (409, "membership.too_many", "A person belongs to at most 50 businesses: leave one first."),
    ],
)
def test_too_many_businesses_are_refused_in_words_about_them(
    client: FlaskClient, network: Network, status: int, code: str, detail: str
):
    log_in(client, "member")
    network.directory.on("POST", "/entities", problem(status, code, detail=detail))
    answer = send(client, "/businesses/new", OTHER)
    assert answer.status_code == status
    assert detail in answer.text
    assert "password" not in answer.text
    assert 'value="Farm Shop"' in answer.text


def test_another_business_during_an_outage_is_pressed_again_with_the_same_key(client: FlaskClient, network: Network):
    log_in(client, "member")
    network.directory.on("POST", "/entities", problem(503, "mongo.away"))
    answer = send(client, "/businesses/new", OTHER)
    assert (answer.status_code, hidden(answer.text, "key")) == (503, "k-1")
    assert "it will not be done twice" in answer.text


def test_an_administrator_lets_a_login_act_for_a_business_and_takes_it_out(client: FlaskClient, network: Network):
    log_in(client, "coordinator")
    page = f"/admin/businesses/{FARM}/people"
    assert page in client.get(f"/admin/businesses/{FARM}").text
    assert "Operator, up to 50.00" in client.get(page).text
    network.directory.on("PUT", f"/entities/{FARM}/members/{ANN}", {})
    values = {"email": "ann@dev.null", "part": "operator", "max_amount": "50", "key": "k-1"}
    assert send(client, page, values).location == page
    assert network.directory.last("GET", "/users").query["email"] == "ann@dev.null"
    asked = network.directory.last("PUT", f"/entities/{FARM}/members/{ANN}")
    assert asked.body == {"role": "operator", "view_only": False, "max_amount": 5_000}
    assert asked.headers["Idempotency-Key"] == "k-1"
    network.directory.on("DELETE", f"/entities/{FARM}/members/user-olga", {})
    assert send(client, f"{page}/user-olga/remove", {}, page).location == page
    network.directory.on("DELETE", f"/entities/{FARM}/members/{ANN}", problem(409, "membership.last_owner"))
    send(client, f"{page}/{ANN}/remove", {}, page)
    assert "Make another person an owner first" in client.get(page).text


def test_who_can_t_be_let_in_is_said_beside_the_address(client: FlaskClient, network: Network):
    log_in(client, "admin")
    page, values = f"/admin/businesses/{FARM}/people", {"email": "ann@dev.null", "part": "owner", "key": "k-1"}
    network.directory.on("PUT", f"/entities/{FARM}/members/{ANN}", problem(409, "membership.exists"))
    answer = send(client, page, values)
    assert (answer.status_code, hidden(answer.text, "key") == "k-1") == (409, False)
    assert "belongs to the business already" in answer.text
    network.directory.on("GET", "/users", {"users": [], "total": 0})
    answer = send(client, page, values)
    assert answer.status_code == 422
    assert "login has this address" in answer.text
    assert 'value="ann@dev.null"' in answer.text
    assert network.directory.count("PUT", f"/entities/{FARM}/members/{ANN}") == 1


def test_an_invitation_is_accepted_by_who_is_logged_in(client: FlaskClient, network: Network):
    log_in(client, "member")
    network.directory.on("POST", "/invitations/token-2/accept", {"entity_name": "Old Bakery"})
    answer = send(client, "/invitations/token-2/accept", {}, "/invitations/token-2")
    assert (answer.status_code, answer.location) == (302, "/dashboard")
    assert network.directory.last("POST", "/invitations/token-2/accept").caller.subject == ANN


def test_an_invitation_to_another_address_says_so(client: FlaskClient, network: Network):
    log_in(client, "member")
    network.directory.on("POST", "/invitations/token-2/accept", problem(403, "invitation.other_address"))
    answer = send(client, "/invitations/token-2/accept", {}, "/invitations/token-2")
    assert answer.status_code == 403
    assert "sent to another address" in answer.text


def test_who_has_no_login_signs_up_by_the_invitation(client: FlaskClient, network: Network):
    made = {"user_id": "u", "entity_id": FARM, "session": a_session()}
    network.directory.on("POST", "/invitations/token-1/signup", made)
    values = {"first_name": "Olga", "last_name": "Orr", "password": "Secret-123", "again": "Secret-123", "key": "k"}
    answer = send(client, "/invitations/token-1/signup", values, "/invitations/token-1")
    assert (answer.status_code, answer.location) == (302, "/dashboard")
    assert any(cookie.startswith("mccsToken=") for cookie in answer.headers.getlist("Set-Cookie"))
    answer = send(client, "/invitations/token-1/signup", values | {"again": "Other-123"}, "/invitations/token-1")
    assert answer.status_code == 422
    assert "Secret-123" not in answer.text


def test_staff_are_invited_and_stopped(client: FlaskClient, network: Network):
    log_in(client, "admin")
    network.directory.on("POST", "/staff", lambda asked: {"email": asked.body["email"]})
    values = {"email": "cora@dev.null", "kind": "coordinator", "until": "2027-06-30", "key": "k"}
    assert send(client, "/admin/staff", values).status_code == 302
    assert network.directory.last("POST", "/staff").body["until"] == "2027-06-30"
    network.directory.on("PATCH", "/staff/admin-cora", problem(409, "staff.last_admin"))
    send(client, "/admin/staff/admin-cora/suspend", {}, "/admin/staff")
    assert "This is the last administrator" in client.get("/admin/staff").text


def test_users_are_found_and_stopped_with_a_reason(client: FlaskClient, network: Network):
    log_in(client, "admin")
    assert "ann@dev.null" in client.get("/admin/users?last_name=Ar&page=2").text
    asked = network.directory.last("GET", "/users").query
    assert (asked["last_name"], asked["page"]) == ("Ar", "2")
    network.directory.on("PUT", f"/users/{ANN}/suspension", {})
    page = f"/admin/users/{ANN}"
    assert send(client, f"{page}/suspend", {"key": "k"}, page).status_code == 422
    assert send(client, f"{page}/suspend", {"key": "k", "reason": "Stolen telephone"}, page).status_code == 302
    assert network.directory.last("PUT", f"/users/{ANN}/suspension").body["suspended"] is True


def test_an_administrator_begins_to_act_for_a_member_and_stops(client: FlaskClient, network: Network):
    log_in(client, "admin")
    page = f"/admin/businesses/{BAKERY}/act"
    network.directory.on("PUT", "/acting", {"entity_id": BAKERY, "until": "2026-01-31T13:00:00.000000Z"})
    assert send(client, page, {"key": "k"}).status_code == 422
    assert send(client, page, {"key": "k", "reason": "They asked"}).location == "/dashboard"
    assert network.directory.last("PUT", "/acting").body == {"entity_id": BAKERY, "reason": "They asked"}


def test_every_page_says_for_whom_an_administrator_acts_and_leads_back(client: FlaskClient, network: Network):
    log_in(client, "acting")
    for path in ("/dashboard", "/profile", "/businesses", "/permissions", "/members"):
        assert "You act for Green Farm." in client.get(path).text, path
    asked = network.ledger.last("GET", f"/accounts/{FARM_ACCOUNT}").caller
    assert (asked.actor, asked.on_behalf_of, asked.roles) == ("admin:admin-root", f"entity/{FARM}", {"member"})
    network.directory.on("DELETE", "/acting", {})
    assert send(client, "/acting/stop", {}, "/dashboard").location == "/admin"
    own = network.directory.last("DELETE", "/acting").caller
    assert (own.roles, own.accounts, own.on_behalf_of) == ({"admin"}, frozenset(), "")


def test_an_operator_is_told_how_much_may_be_moved(client: FlaskClient, network: Network):
    log_in(client, "operator")
    refusal = problem(403, "account.amount_not_allowed", most=5_000)
    network.ledger.on("POST", "/transfers/transfer-2/accept", refusal)
    answer = send(client, "/transfers/transfer-2/accept", {"key": "k", "business": FARM}, "/transfers/transfer-2")
    assert answer.status_code == 403
    assert "You may move at most 50.00" in answer.text
    caller = network.ledger.last("POST", "/transfers/transfer-2/accept").caller
    assert caller.caps == {(FARM_ACCOUNT, 5_000)}
    assert caller.operated == {FARM, FARM_ACCOUNT}


def test_a_coordinator_sees_members_and_no_money(client: FlaskClient, network: Network):
    log_in(client, "coordinator")
    page = client.get("/admin").text
    assert "/admin/staff" not in page
    assert client.get("/admin/staff").status_code == 403
    assert client.get("/admin/users").status_code == 200
    token = hidden(page, "csrf_token")
    limits = client.post(f"/admin/businesses/{BAKERY}/limits", data={"csrf_token": token})
    assert limits.status_code == 403


def test_nothing_of_the_ledger_is_asked_for_a_coordinator(client: FlaskClient, network: Network):
    log_in(client, "coordinator")
    for path in ("/admin", "/admin/businesses", f"/admin/businesses/{BAKERY}"):
        assert client.get(path).status_code == 200, path
    bearer = {"Authorization": f"Bearer {client.get_cookie('mccsToken').value}"}
    answer = client.get(f"/api/v1/admin/entities/{BAKERY}", headers=bearer)
    assert answer.status_code == 200
    assert "balance" not in answer.json["data"]
    limits = {"maxNegativeBalance": 5}
    assert client.patch(f"/api/v1/admin/entities/{BAKERY}", json=limits, headers=bearer).status_code == 403
    assert network.ledger.asked == []
    assert {asked.path for asked in network.notifier.asked} == {"/notices/unread"}


def test_people_by_the_api(client: FlaskClient, network: Network):
    log_in(client, "member")
    bearer = {"Authorization": f"Bearer {client.get_cookie('mccsToken').value}"}
    people = client.get(f"/api/v1/user/entities/{FARM}/members", headers=bearer).json["data"]
    assert [each["maxAmount"] for each in people["members"]] == [None, 50.0, None]
    assert people["invitations"][0]["email"] == "new@farm.example"
    network.directory.on("POST", f"/entities/{FARM}/invitations", lambda asked: {**asked.body, "invitation_id": "i"})
    wanted = {"email": "x@y.example", "role": "operator", "maxAmount": "12.50"}
    made = client.post(f"/api/v1/user/entities/{FARM}/invitations", json=wanted, headers=bearer).json["data"]
    assert (made["id"], made["maxAmount"]) == ("i", 12.5)
    assert client.get(f"/api/v1/user/entities/{BAKERY}/members", headers=bearer).status_code == 403
