"""Files of members on the pages of administrators and in the API."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.gateway.network import Network
from tests.gateway.scenes import hidden, log_in, send
from tests.gateway.scenes_tokens import an_import, furnish_imports
from tests.gateway.standin import Streams, problem

CSV = "email,name\na@b.example,Shop\n"


def upload(client: FlaskClient, content: bytes) -> TestResponse:
    """As a browser does; made by hand, for the test client leaves the file open that a large body is written to."""
    token = hidden(client.get("/admin/imports").text, "csrf_token")
    head = 'Content-Disposition: form-data; name="{}"{}\r\n\r\n'
    parts = [(head.format(name, "") + value).encode() for name, value in (("csrf_token", token), ("key", "k-1"))]
    parts.append(head.format("file", '; filename="members.csv"').encode() + content)
    body = b"".join(b"--mark\r\n" + part + b"\r\n" for part in parts) + b"--mark--\r\n"
    return client.post("/admin/imports", data=body, content_type="multipart/form-data; boundary=mark")


def test_a_file_is_checked_looked_at_and_started(client: FlaskClient, network: Network) -> None:
    log_in(client, "admin")
    furnish_imports(network)
    network.directory.on("POST", "/imports", an_import())
    sent = upload(client, b"\xef\xbb\xbf" + CSV.encode())
    assert sent.location == "/admin/imports/import-1"
    asked = network.directory.last("POST", "/imports")
    assert asked.body == {"csv": CSV, "name": "members.csv"}
    assert asked.headers["Idempotency-Key"] == "k-1"
    page = client.get("/admin/imports/import-1").text
    assert "Row 3, email:" in page
    assert "Import 2 rows" in page
    network.directory.on("POST", "/imports/import-1/start", an_import(state="running"))
    started = send(client, "/admin/imports/import-1/start", {"mode": "row", "invite": "y"}, "/admin/imports/import-1")
    assert started.status_code == 302
    assert network.directory.last("POST", "/imports/import-1/start").body == {"mode": "row", "invite": True}


def test_what_is_refused_says_why(client: FlaskClient, network: Network) -> None:
    log_in(client, "admin")
    furnish_imports(network)
    network.directory.on("POST", "/imports", problem(400, "import.unreadable", "There is no column “colour”."))
    for content, said in (
        (CSV.encode(), "no column"), (b"", "Choose a file"), (b"\xff\xfe\x00", "not UTF-8"), (b"x" * 900_001, "900 kB"),
    ):  # fmt: skip
        answered = upload(client, content)
        assert answered.status_code in (400, 422)
        assert said in answered.text
    detail = "Not all rows are good, so nothing is imported."
    network.directory.on("POST", "/imports/import-1/start", problem(422, "import.has_errors", detail))
    refused = send(client, "/admin/imports/import-1/start", {"mode": "file"}, "/admin/imports/import-1")
    assert (refused.status_code, detail in refused.text) == (422, True)


def test_errors_as_a_file_no_cell_a_formula(client: FlaskClient, network: Network) -> None:
    log_in(client, "admin")
    furnish_imports(network)
    text = client.get("/admin/imports/import-1/errors.csv").text
    assert text.splitlines()[0] == "row,field,what,next"
    assert "'=HYPERLINK" in text
    assert not re.search(r"(^|,)=", text, re.MULTILINE)


def test_stopping(client: FlaskClient, network: Network) -> None:
    log_in(client, "admin")
    furnish_imports(network)
    network.directory.on("DELETE", "/imports/import-1", an_import(state="stopped"))
    assert send(client, "/admin/imports/import-1/stop", {}, "/admin/imports/import-1").status_code == 302
    assert network.directory.count("DELETE", "/imports/import-1") == 1


def test_the_export_is_passed_on_and_asks_for_the_password(
    client: FlaskClient, admin: dict[str, str], network: Network
) -> None:
    network.directory.on("GET", "/community-export", Streams([b"PK", b"zip"], "application/zip", "community.zip"))
    answered = client.get("/api/v1/admin/community-export", headers=admin)
    assert (answered.data, answered.content_type) == (b"PKzip", "application/zip")
    assert "community.zip" in answered.headers["Content-Disposition"]
    network.directory.on("GET", "/community-export", problem(403, "auth.step_up_needed"))
    assert client.get("/api/v1/admin/community-export", headers=admin).status_code == 403
    log_in(client, "admin")
    assert client.get("/admin/community-export").location == "/verify?next=/admin/community-export"


def test_the_same_by_the_api(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    furnish_imports(network)
    network.directory.on("POST", "/imports", an_import())
    made = client.post("/api/v1/admin/imports", json={"csv": CSV}, headers=admin).get_json()["data"]
    assert (made["id"], made["state"], made["bad"]) == ("import-1", "checked", 2)
    errors = client.get("/api/v1/admin/imports/import-1/errors", headers=admin).get_json()["data"]
    assert errors["rows"][0]["errors"][0]["field"] == "email"
    network.directory.on("POST", "/imports/import-1/start", an_import(state="running", mode="file"))
    path = "/api/v1/admin/imports/import-1/start"
    assert client.post(path, json={"mode": "file"}, headers=admin).get_json()["data"]["state"] == "running"
    assert client.post(path, json={"mode": "all"}, headers=admin).status_code == 400
    assert client.get("/api/v1/admin/imports", headers=admin).get_json()["meta"]["numberOfResults"] == 2
    network.directory.on("DELETE", "/imports/import-1", an_import(state="stopped"))
    stopped = client.delete("/api/v1/admin/imports/import-1", headers=admin)
    assert stopped.get_json()["data"]["state"] == "stopped"


def test_members_have_none_of_it(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    for path in ("imports", "community-export"):
        assert client.get(f"/api/v1/admin/{path}", headers=ann).status_code == 403
