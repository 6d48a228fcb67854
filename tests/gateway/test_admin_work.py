"""Administration as work: queues, many at once, keeping businesses and logins, lists as files, numbers that lead on."""

import csv
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.chassis.tokens import Signer
from services.gateway.app import lines_to
from services.gateway.config import Config
from services.gateway.session import sessions_of
from tests.gateway.network import ANN, BAKERY, BAKERY_ACCOUNT, FARM, FARM_ACCOUNT, Network, an_account, an_entity
from tests.gateway.scenes import a_user, furnish, hidden, log_in, send
from tests.gateway.standin import Asked, problem

BUSINESS = f"/admin/businesses/{BAKERY}"
USER = f"/admin/users/{ANN}"


@pytest.fixture
def admin(client: FlaskClient, network: Network) -> FlaskClient:
    furnish(network)
    log_in(client, "admin")
    return client


def waiting(network: Network, count: int) -> None:
    """So many wait for the directory, in pages as the directory gives them; nobody for trading."""
    all_of_them = [an_entity(f"entity-{n}", name=f"Business {n}", status="pending") for n in range(count)]

    def listed(asked: Asked) -> dict[str, Any]:
        page, size = int(asked.query.get("page", 1)), int(asked.query["page_size"])
        found = all_of_them if asked.query["status"] == "pending" else []
        return {"entities": found[(page - 1) * size : page * size], "total": len(found)}

    network.directory.on("GET", "/entities", listed)


# --- the queue ----------------------------------------------------------------------------------------------------


def test_a_queue_goes_on_in_pages(admin: FlaskClient, network: Network):
    waiting(network, 45)
    page = admin.get("/admin/applications?joining=2&trading=3").text
    assert "Business 20" in page
    assert "Business 19" not in page
    assert 'href="/admin/applications?joining=3&amp;trading=3#joining"' in page
    assert "Page 2 of 3" in page


def test_after_the_last_of_a_page_the_work_goes_on_before_it(admin: FlaskClient, network: Network):
    waiting(network, 20)
    assert "Business 19" in admin.get("/admin/applications?joining=2").text


def test_a_decision_leads_to_the_next_in_line_and_the_last_one_to_that_before(admin: FlaskClient, network: Network):
    waiting(network, 2)
    page = admin.get("/admin/applications").text
    nexts = re.findall(r'name="next" value="/admin/applications\?joining=1#([^"]*)"', page)
    # That of the bulk bar, then accepting and declining of each.
    assert nexts == ["joining", *["joining-entity-1"] * 2, *["joining-entity-0"] * 2]
    waiting(network, 1)
    assert 'value="/admin/applications?joining=1#joining"' in admin.get("/admin/applications").text


@pytest.mark.parametrize("who", ["admin", "coordinator"])
def test_the_mail_of_declining_is_read_beside_it(client: FlaskClient, network: Network, who: str):
    furnish(network)
    log_in(client, who)
    page = client.get("/admin/applications").text
    assert "Hello Old Bakery," in page
    assert "The reason given: <mark data-typed-reason>your reason</mark>" in page
    assert network.notifier.last("GET", "/kinds/trading_rejected/preview").query == {
        "name": "{name}", "reason": "{reason}", "previous": "tradingPending"
    }  # fmt: skip


def test_without_the_notifier_one_can_decide_all_the_same(admin: FlaskClient, network: Network):
    network.notifier.on("GET", "/kinds/status_rejected/preview", problem(503, "notifier.unavailable"))
    page = admin.get("/admin/applications").text
    assert "Yes, decline" in page
    assert "The mail queue can&#39;t be reached" in page


def test_what_is_refused_from_the_queue_leads_back_to_it(admin: FlaskClient, network: Network):
    network.directory.on("PATCH", f"/entities/{BAKERY}", problem(409, "status.decided_already"))
    values = {"status": "accepted", "next": "/admin/applications?joining=1#joining-x", "key": "k"}
    answer = send(admin, f"{BUSINESS}/status", values, "/admin/applications")
    assert answer.status_code == 409
    assert "Somebody decided meanwhile" in answer.text
    assert 'name="next" value="/admin/applications?joining=1#joining-x"' in answer.text


# --- many at once -------------------------------------------------------------------------------------------------

REJECT = f"/admin/bulk?do=rejected&entity={BAKERY}&entity={FARM}&next=/admin/applications"


def confirm(client: FlaskClient, path: str, **values: Any) -> TestResponse:
    """Look at what would happen, and send the form that the page has."""
    page = client.get(path).text
    seen = re.findall(r'name="seen" value="([^"]*)"', page)
    kept = {name: hidden(page, name) for name in ("csrf_token", "key", "do", "next")}
    category = re.findall(r'name="category"[^>]*value="([^"]*)"', page)
    return client.post("/admin/bulk", data={**kept, "seen": seen, "category": category[:1], **values})


def test_many_are_looked_at_first(admin: FlaskClient, network: Network):
    """The bakery may be rejected, with a reason; the farm can't be."""
    page = admin.get(REJECT).text
    assert "This happens to 1 business" in page
    assert "1 stays as it is" in page
    assert "That step is not possible from here." in page
    assert 'name="needs_reason"' in page
    assert "The reason given: <mark" in page
    assert network.directory.count("PATCH", f"/entities/{BAKERY}") == 0


def test_one_confirmation_decides_for_each_alone_and_a_repeat_for_nobody_twice(admin: FlaskClient, network: Network):
    ways = [{"status": "rejected", "needs_reason": True}]
    network.directory.on("GET", f"/entities/{FARM}", an_entity(next_statuses=ways))
    network.directory.on("PATCH", f"/entities/{BAKERY}", an_entity(BAKERY, BAKERY_ACCOUNT, status="rejected"))
    network.directory.on("PATCH", f"/entities/{FARM}", problem(409, "status.decided_already"))
    for _ in range(2):
        answer = confirm(admin, REJECT, reason="No answer in a year", key="k-1")
        assert answer.status_code == 200
        assert "Done for 1 of 2." in answer.text
        assert "Somebody decided meanwhile" in answer.text
    asked = [each for each in network.directory.asked if each.method == "PATCH"]
    assert all(each.body["expected_status"] == "tradingAccepted" for each in asked)
    assert {each.body["reason"] for each in asked} == {"No answer in a year"}
    # The same key for the same business, another one for another: a repeat is known by it.
    assert len({(each.path, each.headers["Idempotency-Key"]) for each in asked}) == 2
    assert len({each.headers["Idempotency-Key"] for each in asked}) == 2


def test_a_reason_that_is_needed_is_asked_for_before_anything_is_done(admin: FlaskClient, network: Network):
    answer = confirm(admin, REJECT, needs_reason="1")
    assert answer.status_code == 422
    assert "The members read why: give a reason." in answer.text
    assert network.directory.count("PATCH", f"/entities/{BAKERY}") == 0


def test_what_got_no_answer_is_tried_again_by_the_same_key(admin: FlaskClient, network: Network):
    network.directory.on("PATCH", f"/entities/{BAKERY}", problem(503, "directory.unavailable"))
    answer = confirm(admin, REJECT, reason="Gone", key="k-2")
    assert answer.status_code == 503
    assert "Try 1 again" in answer.text
    assert (hidden(answer.text, "key"), hidden(answer.text, "reason")) == ("k-2", "Gone")
    assert hidden(answer.text, "seen") == f"{BAKERY}:tradingAccepted"


def test_a_category_is_put_on_many_and_taken_off(admin: FlaskClient, network: Network):
    network.directory.on("PATCH", f"/entities/{BAKERY}", an_entity(BAKERY, BAKERY_ACCOUNT))
    path = f"/admin/bulk?entity={BAKERY}&category=Food+and+drink&do="
    assert "Done for 1 of 1." in confirm(admin, f"{path}add-category").text
    asked = network.directory.last("PATCH", f"/entities/{BAKERY}").body
    assert asked == {"categories": ["bakery", "food-and-drink"], "expected_versions": [57]}
    assert "It is not in it." in admin.get(f"{path}take-category").text
    confirm(admin, f"/admin/bulk?entity={BAKERY}&category=bakery&do=take-category")
    assert network.directory.last("PATCH", f"/entities/{BAKERY}").body["categories"] == []


def test_who_has_it_by_then_is_left_alone(admin: FlaskClient, network: Network):
    """A form that is sent again finds the category there."""
    token = hidden(admin.get("/admin").text, "csrf_token")
    values = {"csrf_token": token, "do": "add-category", "category": "bakery", "seen": f"{BAKERY}:accepted", "key": "k"}
    assert "was so already" in admin.post("/admin/bulk", data=values).text
    assert network.directory.count("PATCH", f"/entities/{BAKERY}") == 0


@pytest.mark.parametrize("query", ["do=rejected", f"do=nonsense&entity={FARM}", f"do=add-category&entity={FARM}"])
def test_what_says_not_whom_or_what_leads_back(admin: FlaskClient, query: str):
    answer = admin.get(f"/admin/bulk?{query}&next=/admin/applications")
    assert (answer.status_code, answer.location) == (302, "/admin/applications")
    assert "Tick whom it is about" in admin.get("/admin/applications").text


# --- keeping a business -------------------------------------------------------------------------------------------

KEPT = {
    "name": "Old Bakery", "offers": "bread, rye", "wants": "apples", "categories": "bakery, food", "country": "France",
    "version": "57", "key": "k", "description": "", "inc_type": "ltd", "city": "Leeds",
}  # fmt: skip


def test_staff_keep_profile_tags_and_categories(admin: FlaskClient, network: Network):
    network.directory.on("GET", f"/entities/{BAKERY}", an_entity(BAKERY, BAKERY_ACCOUNT, country="France", version=57))
    network.directory.on("PATCH", f"/entities/{BAKERY}", lambda asked: {"name": asked.body["name"]})
    answer = send(admin, f"{BUSINESS}/profile", KEPT)
    assert answer.location == BUSINESS
    asked = network.directory.last("PATCH", f"/entities/{BAKERY}").body
    assert (asked["offers"], asked["categories"]) == (["bread", "rye"], ["bakery", "food"])
    # No list of ours has it, and it is not lost.
    assert asked["country"] == "France"
    assert asked["expected_versions"] == [57]


def test_what_somebody_else_saved_meanwhile_is_said_and_nothing_typed_is_lost(admin: FlaskClient, network: Network):
    network.directory.on("PATCH", f"/entities/{BAKERY}", problem(412, "precondition.failed"))
    answer = send(admin, f"{BUSINESS}/profile", {**KEPT, "country": "England", "version": "56"})
    assert answer.status_code == 412
    assert "It was changed meanwhile." in answer.text
    assert 'value="bread, rye"' in answer.text
    assert hidden(answer.text, "version") == "57"


def test_a_business_closes_by_its_name_and_at_zero(admin: FlaskClient, network: Network):
    path, values = f"{BUSINESS}/closing", {"name": "Old Bakery", "reason": "Retired", "sure": "y", "key": "k"}
    assert "Type the name as it is: Old Bakery" in send(admin, path, {**values, "name": "old"}).text
    answer = send(admin, path, values)
    assert answer.status_code == 422
    assert "Earn the 15.00 credits that are owed" in answer.text
    network.ledger.on("GET", f"/accounts/{BAKERY_ACCOUNT}", an_account(BAKERY_ACCOUNT, 0))
    network.directory.on("POST", f"/entities/{BAKERY}/closing", {})
    assert send(admin, path, values).location == "/admin/businesses"
    assert network.directory.last("POST", f"/entities/{BAKERY}/closing").body == {"reason": "Retired"}


def test_a_business_has_its_statement_for_administrators_too(admin: FlaskClient, network: Network):
    address = f"/admin/businesses/{FARM}/statement"
    assert f'href="{address}"' in admin.get(f"/admin/businesses/{FARM}").text
    page = admin.get(f"{address}?from=2026-01-01&to=2026-01-31").text
    assert "Statement of Green Farm" in page
    assert f'href="{address}.csv?from=2026-01-01&amp;to=2026-01-31"' in page
    # There is nothing to pay for whoever only looks.
    assert "/transfers/new" not in page
    asked = network.ledger.last("GET", f"/accounts/{FARM_ACCOUNT}/statement")
    assert asked.caller.roles == {"admin"}


# --- keeping a login ----------------------------------------------------------------------------------------------


def test_of_a_login_what_is_another_one_is_changed(admin: FlaskClient, network: Network):
    network.directory.on("PATCH", f"/users/{ANN}", a_user(ANN, "Anna", "Archer"))
    values = {"first_name": "Anna", "last_name": "Archer", "telephone": "01706 555 014", "email": "ann@dev.null"}
    assert send(admin, f"{USER}/profile", {**values, "key": "k"}).location == USER
    assert network.directory.last("PATCH", f"/users/{ANN}").body == {"first_name": "Anna"}
    network.directory.on("PATCH", f"/users/{ANN}", problem(409, "user.email_taken"))
    answer = send(admin, f"{USER}/profile", {**values, "email": "bob@dev.null", "key": "k"})
    assert answer.status_code == 409
    assert 'id="email-error"' in answer.text


def test_a_link_for_a_new_password_is_mailed_and_told_to_nobody(admin: FlaskClient, network: Network):
    network.directory.on("POST", "/password-resets", {})
    send(admin, f"{USER}/password-link", {}, USER)
    assert network.directory.last("POST", "/password-resets").body == {"email": "ann@dev.null", "kind": "member"}
    assert "on its way to ann@dev.null" in admin.get(USER).text


def test_a_login_ends_with_a_reason_and_after_a_look_at_its_businesses(admin: FlaskClient, network: Network):
    assert "Old Bakery" in admin.get(f"{USER}/closing").text
    assert send(admin, f"{USER}/closing", {"sure": "y"}).status_code == 422
    network.directory.on("DELETE", f"/users/{ANN}", {})
    assert send(admin, f"{USER}/closing", {"sure": "y", "reason": "Asked for it"}).location == "/admin/users"
    assert network.directory.last("DELETE", f"/users/{ANN}").query == {"reason": "Asked for it"}


def test_a_login_leads_to_its_businesses(admin: FlaskClient):
    page = admin.get(USER).text
    assert f'href="{BUSINESS}"' in page
    assert "Operator, up to 50.00" in page


# --- lists as files -----------------------------------------------------------------------------------------------


def rows(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(answer.text.splitlines()))


def test_businesses_as_a_file_go_to_the_last_page_with_their_filters(admin: FlaskClient, network: Network):
    def found(asked: Asked) -> dict[str, Any]:
        first = "after" not in asked.query
        shown = an_entity(name="=cmd()" if first else "Old Bakery", offers=["a", "b"])
        return {"entities": [shown], "total": 2, "next": "c-1" if first else None}

    network.directory.on("GET", "/search", found)
    network.ledger.on("GET", "/accounts", {"accounts": [an_account()]})
    listed = rows(admin.get("/admin/businesses.csv?name=bakery&balance=-5"))
    assert [row["name"] for row in listed] == ["'=cmd()", "Old Bakery"]
    assert (listed[0]["offers"], listed[0]["balance"]) == ("a, b", "10.00")
    asked = network.directory.last("GET", "/search").query
    assert (asked["name"], asked["balance"], asked["after"]) == ("bakery", ">=-500", "c-1")


def test_a_coordinators_file_has_no_money(client: FlaskClient, network: Network):
    furnish(network)
    log_in(client, "coordinator")
    listed = rows(client.get("/admin/businesses.csv?status=tradingAccepted"))
    assert listed
    assert "balance" not in listed[0]
    assert network.ledger.asked == []


def test_filters_that_are_wrong_are_said_by_the_list(admin: FlaskClient, network: Network):
    assert admin.get("/admin/businesses.csv?balance=much").location == "/admin/businesses?balance=much"
    network.directory.on("GET", "/search", problem(400, "request.invalid", errors={"q": ["No."]}))
    assert admin.get("/admin/businesses.csv?q=near:").location == "/admin/businesses?q=near:"


def test_users_as_a_file(admin: FlaskClient, network: Network):
    listed = rows(admin.get("/admin/users.csv?last_name=Ar"))
    assert listed[0]["email"] == "ann@dev.null"
    assert network.directory.last("GET", "/users").query["last_name"] == "Ar"


# --- the overview -------------------------------------------------------------------------------------------------


def test_each_number_leads_to_its_list(admin: FlaskClient, network: Network):
    page = admin.get("/admin").text
    for href, number in [
        ("/admin/applications#joining", "2 Waiting for the directory"),
        ("/admin/applications#trading", "2 Waiting for trading"),
        ("/admin/mail?state=dead", "0 Mails given up"),
        ("/admin/mail?state=failed", "1 Mails that will be tried again"),
        ("/admin/businesses?status=tradingAccepted", "2 Trading members"),
        ("/admin/insight", "1 Wants that nobody meets"),
    ]:
        assert f'href="{href}" aria-label="{number}"' in page
    listed = r'href="/admin/transfers\?status=completed&amp;kind=transfer&amp;from=[0-9-]{10}" aria-label="(.*?)"'
    assert re.findall(listed, page) == ["112 Payments in 30 days", "37 Members who traded"]
    assert "8,420.50\N{NO-BREAK SPACE}credits in all" in page
    assert 'aria-label="3 Near or past a limit"' in page


def test_each_part_says_how_far_it_is(admin: FlaskClient, app: Flask, config: Config, signer: Signer, network: Network):
    """The matcher has taken in less than the directory and the ledger have told."""
    for part, head in ((network.ledger, 90), (network.directory, 40)):
        part.on("GET", "/followed", {"head": head, "followed": {"directory": 40}})
    network.matcher.on("GET", "/followed", {"head": None, "followed": {"directory": 38, "ledger": 60}})
    page = admin.get("/admin").text
    assert "32 events behind" in page
    # The notifier is of an older release: it answers.
    assert page.count("up to date") == 3
    sessions_of(app).lines = lines_to(replace(config, matcher_url="http://127.0.0.1:9"), signer)
    page = admin.get("/admin").text
    assert "does not answer" in page
    assert page.count("up to date") == 3
