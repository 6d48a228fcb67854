"""The administrators' pages that show how mails read."""

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import Network
from tests.gateway.scenes import furnish, log_in
from tests.gateway.standin import problem

PREVIEWS = "/admin/mail/previews"
ONE = f"{PREVIEWS}/transfer_initiated"


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    return network


def test_kinds_are_listed_by_group_with_how_they_are_told(client: FlaskClient, scene: Network):
    log_in(client, "admin")
    assert f'href="{PREVIEWS}"' in client.get("/admin/mail").text
    page = client.get(PREVIEWS).text
    groups = ["Security", "Membership, limits, people", "Transfers that wait for an answer", "unheard-of"]
    places = [page.index(f">{group}</h2>") for group in groups]
    assert places == sorted(places)
    assert page.count("</h2>") == len(groups)
    assert "To the other side" in page
    assert "pigeon" in page


def test_one_is_shown_as_text_and_in_a_frame(client: FlaskClient, scene: Network):
    log_in(client, "admin")
    answer = client.get(ONE)
    assert "Blue Bakery &amp; Sons ask you" in answer.text
    assert f'sandbox src="{ONE}/html?language=en"' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "There is none of this kind" in client.get(f"{PREVIEWS}/password_reset").text


def test_the_frame_may_do_nothing(client: FlaskClient, scene: Network):
    log_in(client, "admin")
    answer = client.get(f"{ONE}/html?language=de")
    assert scene.notifier.last("GET", "/kinds/transfer_initiated/preview").query == {"language": "de"}
    assert answer.text.startswith("<!doctype html>")
    assert answer.mimetype == "text/html"
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox"
    )
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [PREVIEWS, f"{PREVIEWS}/nothing/html", "/admin/mail"])
def test_no_other_page_lets_styles_or_frames_in(client: FlaskClient, scene: Network, path: str):
    log_in(client, "admin")
    headers = client.get(path).headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "frame-src" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"


def test_a_language_is_chosen_when_there_are_several(client: FlaskClient, scene: Network):
    log_in(client, "admin")
    assert '<option value="de" selected>Deutsch</option>' in client.get(f"{ONE}?language=de").text
    assert '<option value="en" selected>English</option>' in client.get(f"{ONE}?language=xx").text
    kinds = [{"kind": "welcome", "group": "account", "channels": ["mail"], "to": "the business"}]
    scene.notifier.on("GET", "/kinds", {"kinds": kinds, "languages": ["en"]})
    assert "<select" not in client.get(f"{PREVIEWS}/welcome").text


def test_what_there_is_not_is_not_found(client: FlaskClient, scene: Network):
    log_in(client, "admin")
    assert client.get(f"{PREVIEWS}/nothing").status_code == 404
    assert client.get(f"{PREVIEWS}/nothing/html").status_code == 404


def test_without_the_notifier_the_pages_say_so(client: FlaskClient, scene: Network):
    for path in ("/kinds", "/kinds/transfer_initiated/preview"):
        scene.notifier.on("GET", path, problem(503, "notifier.unavailable"))
    log_in(client, "admin")
    for path in (PREVIEWS, ONE):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "can&#39;t be reached" in answer.text
        assert "<iframe" not in answer.text
    assert client.get(f"{ONE}/html").status_code == 503


@pytest.mark.parametrize("name", ["member", "coordinator", "auditor"])
@pytest.mark.parametrize("path", [PREVIEWS, ONE, f"{ONE}/html"])
def test_nobody_else_sees_them(client: FlaskClient, scene: Network, name: str, path: str):
    log_in(client, name)
    assert client.get(path).status_code == 403
