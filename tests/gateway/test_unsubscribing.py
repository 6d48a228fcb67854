"""The page behind the link that stops mails: for people, and for mail programs that send one request alone."""

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import Network
from tests.gateway.scenes import EVIL, furnish
from tests.gateway.standin import problem

PATH, ASKED = "/unsubscribe/token-1", "/unsubscriptions/token-1"


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    return network


def test_who_only_looks_stops_nothing(client: FlaskClient, scene: Network):
    page = client.get(PATH)
    assert "Stop these mails" in page.text
    assert "What became of payments" in page.text
    assert scene.notifier.count("POST", ASKED) == 0


def test_a_mail_program_stops_it_by_one_request_without_a_page_before(client: FlaskClient, scene: Network):
    for _ in range(2):
        answer = client.post(PATH, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert scene.notifier.last("POST", ASKED).body == {"all": False}
        assert scene.notifier.last("POST", ASKED).caller.roles == {"public"}
    assert "Such mails are not sent any more." in answer.text
    assert "/settings/notifications" in answer.text


def test_an_address_may_want_none_at_all(client: FlaskClient, scene: Network):
    client.post(PATH, data={"all": "1"})
    assert scene.notifier.last("POST", ASKED).body == {"all": True}


def test_a_link_that_is_not_ours_is_404_and_another_service_that_is_down_503(client: FlaskClient, scene: Network):
    for path in ("/unsubscribe/other", "/unsubscribe/a.b", f"/unsubscribe/{'x' * 300}"):
        assert client.get(path).status_code == client.post(path).status_code == 404
    scene.notifier.on("POST", ASKED, problem(503, "notifier.unavailable"))
    assert client.post(PATH).status_code == 503


def test_other_forms_still_need_their_token(client: FlaskClient, scene: Network):
    assert client.post("/lost-password", data={"email": "a@b.example"}).status_code == 400


def test_what_a_business_is_called_stays_text(client: FlaskClient, network: Network):
    furnish(network, name=EVIL)
    assert "<script>alert" not in client.get(PATH).text
