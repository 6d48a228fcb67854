"""The bell on each page, and the page of notices."""

import re

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import BAKERY, NOW, Network
from tests.gateway.scenes import EVIL, LONG_NAME, empty, furnish, log_in, send
from tests.gateway.scenes_notices import a_notice, notifier_away
from tests.gateway.standin import problem


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    return network


def bell(text: str) -> str:
    found = re.search(r'<a class="bell".*?</a>', text, re.DOTALL)
    return re.sub(r"<[^>]*>|\s+", " ", found.group()).strip() if found else ""


def test_the_bell_counts_what_is_unread_by_one_call(client: FlaskClient, scene: Network):
    log_in(client, "member")
    assert "2 unread" in bell(client.get("/dashboard").text)
    assert scene.notifier.count("GET", "/notices/unread") == 1


def test_the_bell_says_no_number_above_99(client: FlaskClient, scene: Network):
    scene.notifier.on("GET", "/notices/unread", {"unread": 100})
    log_in(client, "member")
    assert "99+" in bell(client.get("/dashboard").text)


def test_there_is_no_bell_for_visitors_nor_while_nothing_is_known(client: FlaskClient, scene: Network):
    assert not bell(client.get("/").text)
    assert scene.notifier.count("GET", "/notices/unread") == 0
    notifier_away(scene)
    log_in(client, "member")
    page = client.get("/dashboard")
    assert page.status_code == 200
    assert not bell(page.text)


def test_staff_have_a_bell_and_who_must_set_up_a_second_factor_has_none(client: FlaskClient, scene: Network):
    log_in(client, "admin")
    assert bell(client.get("/admin").text)
    log_in(client, "newcomer")
    assert not bell(client.get("/security/two-factor").text)


def test_the_list_shows_what_is_new_and_where_read_ones_lead(client: FlaskClient, scene: Network):
    log_in(client, "member")
    page = client.get("/notices?page=2").text
    assert scene.notifier.last("GET", "/notices").query == {"page": "2", "page_size": "20"}
    assert page.count('<li class="unread">') == 2
    assert '<a href="/dashboard">Your limits have changed</a>' in page
    assert "44 notices" in page


def test_a_notice_is_read_when_it_is_opened_and_leads_on(client: FlaskClient, scene: Network):
    log_in(client, "member")
    answer = send(client, "/notices/notice-1/read", {"open": "1"}, "/notices")
    assert scene.notifier.count("POST", "/notices/notice-1/read") == 1
    assert answer.location == "/transfers/transfer-2"


def test_a_notice_that_is_marked_leads_back_to_its_page(client: FlaskClient, scene: Network):
    log_in(client, "member")
    assert send(client, "/notices/notice-1/read", {"page": "3"}, "/notices").location == "/notices?page=3"
    assert send(client, "/notices/notice-3/read", {"open": "1"}, "/notices").location == "/notices"


def test_a_notice_leads_to_no_other_site(client: FlaskClient, scene: Network):
    scene.notifier.on("POST", "/notices/notice-1/read", a_notice(path="//evil.example"))
    log_in(client, "member")
    assert send(client, "/notices/notice-1/read", {"open": "1"}, "/notices").location == "/notices"


def test_all_are_read_that_the_page_showed(client: FlaskClient, scene: Network):
    log_in(client, "member")
    page = client.get("/notices").text
    assert f'name="until" value="{NOW}"' in page
    assert send(client, "/notices/read-all", {"until": NOW}, "/notices").location == "/notices"
    assert scene.notifier.last("POST", "/notices/read-all").body == {"until": NOW}


def test_who_acts_for_several_reads_to_which_a_notice_is(client: FlaskClient, scene: Network):
    log_in(client, "several")
    assert f"· {LONG_NAME}" in client.get("/notices").text
    log_in(client, "member")
    assert f"· {LONG_NAME}" not in client.get("/notices").text
    assert BAKERY not in client.get("/notices").text


def test_an_empty_list_says_what_will_be_there(client: FlaskClient, network: Network):
    empty(network)
    log_in(client, "member")
    page = client.get("/notices").text
    assert "Nothing yet" in page
    assert "Mark all as read" not in page


def test_a_notifier_that_is_away_says_so_in_its_place(client: FlaskClient, scene: Network):
    log_in(client, "member")
    token = client.get("/notices").text
    notifier_away(scene)
    page = client.get("/notices")
    assert (page.status_code, "Load the page again" in page.text) == (200, True)
    scene.notifier.on("POST", "/notices/notice-1/read", problem(503, "notifier.unavailable"))
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', token)
    assert csrf
    assert client.post("/notices/notice-1/read", data={"csrf_token": csrf.group(1)}).status_code == 503


def test_a_notice_of_somebody_else_is_refused_in_words(client: FlaskClient, scene: Network):
    log_in(client, "member")
    answer = send(client, "/notices/unknown/read", {}, "/notices")
    assert answer.status_code == 404
    assert 'role="alert"' in answer.text


def test_what_others_are_called_stays_text(client: FlaskClient, network: Network):
    furnish(network, name=EVIL)
    log_in(client, "member")
    assert "<script>alert" not in client.get("/notices").text
