"""The administrators' page of mails."""

from base64 import b64decode

import pytest
from flask.testing import FlaskClient

from services.gateway.web.mailing import mail_reason
from tests.gateway.network import Network
from tests.gateway.scenes import empty, furnish, log_in, send
from tests.gateway.standin import problem


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    return network


def test_mails_are_listed_with_their_reason_in_words(client: FlaskClient, scene: Network):
    log_in(client, "admin")
    page = client.get("/admin/mail").text
    assert "The mail server refused it for good. (550)" in page
    assert "There is no address of this business or person yet." in page
    assert "What it said is deleted, so it can't be sent any more." in page
    assert "sent: 1,204" in page
    assert "44 mails" in page
    assert page.count("Try again now") == 2
    assert page.count("It is never sent then.") == 3


def test_a_state_is_asked_for_and_kept_by_the_pager(client: FlaskClient, scene: Network):
    log_in(client, "admin")
    page = client.get("/admin/mail?state=dead&page=2").text
    assert scene.notifier.last("GET", "/messages").query == {"state": "dead", "page": "2", "page_size": "20"}
    assert "state=dead&amp;page=3" in page
    client.get("/admin/mail?state=nonsense")
    assert "state" not in scene.notifier.last("GET", "/messages").query


@pytest.mark.parametrize(("action", "told"), [("retry", "tried again now"), ("discard", "is discarded")])
def test_an_administrator_decides_and_is_back_where_they_were(client: FlaskClient, scene: Network, action, told):
    log_in(client, "admin")
    answer = send(client, f"/admin/mail/mail-2/{action}", {"state": "dead"}, "/admin/mail")
    assert scene.notifier.count("POST", f"/messages/mail-2/{action}") == 1
    assert answer.location == "/admin/mail?state=dead"
    assert told in client.get("/admin/mail").text


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (problem(409, "notifier.not_waiting"), "on its way or has ended"),
        (problem(409, "notifier.nothing_left"), "What this mail said is deleted"),
        (problem(503, "notifier.unavailable"), "can&#39;t be reached"),
    ],
)
def test_what_can_not_be_done_says_why(client: FlaskClient, scene: Network, refusal, told):
    scene.notifier.on("POST", "/messages/mail-2/retry", refusal)
    log_in(client, "admin")
    send(client, "/admin/mail/mail-2/retry", {}, "/admin/mail")
    assert told in client.get("/admin/mail").text


def test_there_is_a_page_without_mails_and_one_without_the_notifier(client: FlaskClient, network: Network):
    empty(network)
    log_in(client, "admin")
    assert "Nothing was mailed yet." in client.get("/admin/mail").text
    assert "There is none in this state." in client.get("/admin/mail?state=dead").text
    for path in ("/messages", "/messages/summary"):
        network.notifier.on("GET", path, problem(503, "notifier.unavailable"))
    page = client.get("/admin/mail")
    assert (page.status_code, page.text.count("The mail queue can&#39;t be reached")) == (200, 2)


@pytest.mark.parametrize("name", ["member", "coordinator", "auditor"])
def test_nobody_else_sees_it(client: FlaskClient, scene: Network, name):
    log_in(client, name)
    assert client.get("/admin/mail").status_code == 403


def test_a_reason_that_is_not_known_is_shown_as_it_is():
    assert mail_reason("strange") == "strange"
    assert mail_reason("nothing_left") == "Nobody that it would have named can be traded with any more."
    assert mail_reason("refused: not a mail address") == "What is kept as the address can't be one."


def test_addresses_are_listed_looked_up_and_let_go(client: FlaskClient, scene: Network):
    log_in(client, "admin")
    page = client.get("/admin/mail/addresses").text
    assert "mail to it came back" in page
    assert "44 addresses" in page
    send(client, "/admin/mail/addresses", {"address": "ada@person.test"}, "/admin/mail/addresses")
    assert scene.notifier.last("POST", "/suppressions/search").body["address"] == "ada@person.test"
    answer = send(client, f"/admin/mail/addresses/{'a' * 64}/release", {}, "/admin/mail/addresses")
    assert answer.location == "/admin/mail/addresses"
    assert scene.notifier.count("DELETE", f"/suppressions/{'a' * 64}") == 1


def test_nothing_suppressed_is_said_so(client: FlaskClient, network: Network):
    empty(network)
    log_in(client, "admin")
    assert "Every address is written to." in client.get("/admin/mail/addresses").text
    assert mail_reason("suppressed: spam") == "Its address is not written to any more: called our mail spam."


def test_sendgrid_needs_no_session_and_its_body_goes_on_as_it_came(client: FlaskClient, scene: Network):
    headers = {"X-Twilio-Email-Event-Webhook-Signature": "s", "X-Twilio-Email-Event-Webhook-Timestamp": "1"}
    body = b'[{"event": "bounce"} ]\r\n'
    answer = client.post("/hooks/sendgrid", data=body, headers=headers, content_type="application/json")
    assert answer.status_code == 200
    told = scene.notifier.last("POST", "/sendgrid/events").body
    assert (b64decode(told["payload"]), told["signature"], told["timestamp"]) == (body, "s", "1")


def test_a_hook_that_is_not_signed_is_refused_and_a_huge_one_too(client: FlaskClient, scene: Network):
    scene.notifier.on("POST", "/sendgrid/events", problem(403, "hook.not_signed"))
    assert client.post("/hooks/sendgrid", data=b"[]").status_code == 403
    assert client.post("/hooks/sendgrid", data=b"x" * 1_100_000).status_code == 413
