"""The page on which a business chooses what it is told, how and when."""

import re

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import FARM, Network, an_operator_session
from tests.gateway.scenes import furnish, log_in, send, token_for
from tests.gateway.scenes_notices import notifier_away, some_preferences
from tests.gateway.standin import Says, problem

PAGE = "/settings/notifications"
PATH = f"/entities/{FARM}/preferences"
TYPED = {
    "mail": ["requests", "digest"], "notice": ["trades"], "quiet_from": "21:30", "quiet_to": "06:00",
    "digest_hour": "18", "time_zone": "America/New York", "language": "de",
}  # fmt: skip


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    return network


def checked(page: str) -> set[tuple[str, str]]:
    boxes = re.findall(r"<input[^>]*>", page)
    of = [box for box in boxes if 'type="checkbox"' in box and "checked" in box]
    return {
        (re.search(r'name="(\w+)"', box).group(1), re.search(r'value="(\w+)"', box).group(1))  # type: ignore[union-attr]
        for box in of
    }


def test_the_page_shows_what_holds_and_what_cannot_be_switched_off(client: FlaskClient, scene: Network):
    log_in(client, "member")
    page = client.get(PAGE).text
    assert checked(page) == {
        ("mail", "requests"), ("mail", "account"), ("mail", "digest"), ("notice", "requests"), ("notice", "trades"),
    }  # fmt: skip
    assert 'value="22:00"' in page
    assert "<option selected>Europe/London<" in page
    assert '<option selected value="en">English</option><option value="de">Deutsch</option>' in page
    assert "switched off" in page


def test_all_is_saved_at_once(client: FlaskClient, scene: Network):
    log_in(client, "member")
    answer = send(client, PAGE, TYPED)
    assert answer.location == PAGE
    cookie = client.get_cookie("zone")
    assert cookie
    assert cookie.value == "America/New_York", "from now on pages write times in that zone"
    assert scene.notifier.last("PUT", PATH).body == {
        "mail": {"requests": True, "trades": False, "account": False, "digest": True},
        "notice": {"requests": False, "trades": True, "account": False},
        "quiet_hours": {"from": "21:30", "to": "06:00"},
        "digest_hour": 18,
        "time_zone": "America/New_York",
        "language": "de",
    }


def test_no_box_and_no_time_are_an_answer_too(client: FlaskClient, scene: Network):
    log_in(client, "member")
    send(client, PAGE, {"digest_hour": "7", "time_zone": "UTC", "language": "en"})
    sent = scene.notifier.last("PUT", PATH).body
    assert not any(sent["mail"].values())
    assert not any(sent["notice"].values())
    assert sent["quiet_hours"] is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"quiet_to": ""}, "Give both times, or none."),
        ({"quiet_from": ""}, "Give both times, or none."),
        ({"quiet_from": "25:00"}, "Write a time like 22:00."),
        ({"digest_hour": "24"}, "Not a valid choice"),
        ({"language": "tlh"}, "Not a valid choice"),
        ({"time_zone": "Mars/Olympus"}, "Not a valid choice"),
        ({"mail": ["security"]}, "valid choice"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(client: FlaskClient, scene: Network, wrong, sentence):
    log_in(client, "member")
    answer = send(client, PAGE, TYPED | wrong)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert scene.notifier.count("PUT", PATH) == 0


def test_a_zone_that_only_the_notifier_knows_stays_chosen(client: FlaskClient, scene: Network):
    scene.notifier.on("GET", PATH, some_preferences(time_zone="Etc/GMT+3"))
    log_in(client, "member")
    assert "<option selected>Etc/GMT+3<" in client.get(PAGE).text


def test_a_refusal_is_said_and_what_was_typed_is_kept(client: FlaskClient, scene: Network):
    refusal = problem(400, "request.invalid", "Some fields need correcting.", errors={"time_zone": ["No such zone."]})
    scene.notifier.on("PUT", PATH, refusal)
    log_in(client, "member")
    answer = send(client, PAGE, TYPED)
    assert answer.status_code == 400
    assert "No such zone." in answer.text
    assert 'value="21:30"' in answer.text


def test_a_notifier_that_is_away_says_so(client: FlaskClient, scene: Network):
    log_in(client, "member")
    scene.notifier.on("PUT", PATH, Says({}, 500))
    answer = send(client, PAGE, TYPED)
    assert (answer.status_code, 'value="21:30"' in answer.text) == (503, True)
    notifier_away(scene)
    answer = client.get(PAGE)
    assert (answer.status_code, "Load the page again" in answer.text) == (200, True)


def test_who_may_only_look_sees_no_button_and_is_refused(client: FlaskClient, scene: Network):
    looker = an_operator_session(view_only=True)
    scene.lives(looker)
    client.set_cookie("mccsToken", token_for(client.application.extensions["gateway.sessions"], looker))
    page = client.get(PAGE)
    assert "Save what I am told" not in page.text
    assert send(client, PAGE, TYPED, "/security").status_code == 403
