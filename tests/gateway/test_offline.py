"""The pages as an application on a phone: manifest, pictures, worker, and the page without a network."""

import io
import json
import re

import pytest
from flask.testing import FlaskClient
from PIL import Image

from deploy.icons import FOLDER, SIZES, drawing, picture
from services.gateway.assets import assets
from tests.gateway.network import Network
from tests.gateway.scenes import furnish, log_in, send


def test_a_browser_finds_what_it_needs_to_install_it(client: FlaskClient) -> None:
    answer = client.get(re.findall(r'rel="manifest" href="([^"]+)"', client.get("/login").text)[0])
    assert answer.content_type == "application/manifest+json"
    told = answer.get_json()
    assert told["name"]
    assert (told["start_url"], told["scope"], told["display"]) == ("/", "/", "standalone")
    sizes = set()
    for icon in told["icons"]:
        found = client.get(icon["src"])
        assert found.content_type.partition(";")[0] == icon["type"]
        assert "immutable" in found.headers["Cache-Control"]
        if icon["type"] == "image/png":
            assert "{}x{}".format(*Image.open(io.BytesIO(found.data)).size) == icon["sizes"]
        sizes.add((icon["sizes"], icon.get("purpose", "any")))
    assert sizes == {("any", "any"), ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}


def test_the_pictures_are_what_the_program_draws() -> None:
    assert (FOLDER / "app.svg").read_text(encoding="utf-8") == drawing()
    drawn, kept = (Image.open(each).convert("RGB") for each in (io.BytesIO(picture(192)), FOLDER / "app-192.png"))
    assert drawn.tobytes() == kept.tobytes()
    assert {f"app-{size}.png" for size in SIZES} <= assets().keys()


def test_the_worker_keeps_static_files_and_the_one_page_alone(client: FlaskClient) -> None:
    worker = client.get("/sw.js")
    assert (worker.mimetype, worker.headers["Cache-Control"]) == ("text/javascript", "no-cache")
    assert "worker-src 'self'" in worker.headers["Content-Security-Policy"]
    kept = json.loads(re.findall(r"^const KEPT = (.*);$", worker.text, re.MULTILINE)[0])
    assert len(kept) == 5
    assert all(address.startswith("/static/") and "?v=" in address for address in kept)
    assert {client.get(address).headers["Cache-Control"] for address in kept} == {"public, max-age=31536000, immutable"}
    assert worker.text.endswith(assets()["worker.js"].content.decode())
    again = client.get("/sw.js", headers={"If-None-Match": worker.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("who", ["member", "admin"])
def test_the_page_without_a_network_is_the_same_for_everybody(client: FlaskClient, network: Network, who: str) -> None:
    furnish(network)
    of_a_visitor = client.get("/offline").text
    assert "You are not connected" in of_a_visitor
    assert "csrf_token" not in of_a_visitor
    log_in(client, who)
    assert client.get("/offline").text == of_a_visitor


def test_asking_for_the_worker_takes_no_message_away(client: FlaskClient, network: Network) -> None:
    furnish(network)
    log_in(client, "member")
    send(client, "/logout", {}, "/profile")
    client.get("/sw.js")
    assert "You are logged out." in client.get("/login").text
