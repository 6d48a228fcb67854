"""What others see of a business, one's own data, and leaving: pages and API."""

import csv
import io
import json
import zipfile
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.gateway.config import Config
from tests.gateway.network import (
    ANN,
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    LATER,
    NOW,
    OFFICE_ACCOUNT,
    Network,
    a_completed_transfer,
    a_session,
    a_statement,
    a_transfer,
    an_account,
    an_entry,
    some_legs,
)
from tests.gateway.scenes import furnish, hidden, log_in, send
from tests.gateway.scenes_privacy import PICTURE, VISIBILITY, a_farm, furnish_privacy
from tests.gateway.standin import problem

STEP_UP = "auth.step_up_needed"


@pytest.fixture
def farm(network: Network) -> Network:
    furnish(network)
    furnish_privacy(network)
    network.directory.on("GET", f"/entities/{FARM}", a_farm())
    return network


@pytest.fixture
def member(client: FlaskClient, farm: Network) -> FlaskClient:
    log_in(client, "member")
    return client


def unzipped(content: bytes) -> dict[str, str]:
    archive = zipfile.ZipFile(io.BytesIO(content))
    return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}


# --- what others see --------------------------------------------------------------------------------------------------


def test_who_sees_what_is_shown_and_saved(member: FlaskClient, farm: Network) -> None:
    page = member.get("/profile/shown").text
    assert 'value="53.74100"' in page
    assert f"/pictures/{PICTURE}-128.webp" in page
    farm.directory.on("PATCH", f"/entities/{FARM}", a_farm())
    chosen = {**VISIBILITY, "telephone": "nobody"}
    form = {**chosen, "turnover": "1000", "latitude": "", "longitude": "", "key": "k1"}
    assert send(member, "/profile/shown", form).status_code == 302
    assert farm.directory.last("PATCH", f"/entities/{FARM}").body == {
        "visibility": chosen, "declared_turnover": 1000, "place": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong", [{"latitude": "91", "longitude": "0"}, {"latitude": "1"}, {"latitude": "nan", "longitude": "1"},
              {"turnover": "-1"}, {"turnover": "lots"}, {"telephone": "friends"}],
)  # fmt: skip
def test_what_can_not_be_is_said_and_kept(member: FlaskClient, farm: Network, wrong: dict[str, str]) -> None:
    answered = send(member, "/profile/shown", {**VISIBILITY, **wrong})
    assert answered.status_code == 422
    assert "field-error" in answered.text
    assert not farm.directory.count("PATCH", f"/entities/{FARM}")


def upload(client: FlaskClient, content: bytes) -> TestResponse:
    """The form with a file, as bytes: the test client's own way leaves temporary files open."""
    token = hidden(client.get("/profile/shown").text, "csrf_token")
    parts = {"csrf_token": (b"", token.encode()), "picture": (b'; filename="me.jpg"', content)}
    lines = []
    for name, (more, value) in parts.items():
        head = b'--frontier\r\nContent-Disposition: form-data; name="' + name.encode() + b'"' + more
        lines += [head, b"\r\n\r\n", value, b"\r\n"]
    body = b"".join([*lines, b"--frontier--\r\n"])
    return client.post("/profile/picture", data=body, content_type="multipart/form-data; boundary=frontier")


def test_a_picture_of_more_than_a_megabyte_is_taken_and_nothing_else_is(member: FlaskClient, farm: Network) -> None:
    farm.directory.on("PUT", f"/entities/{FARM}/picture", a_farm())
    large = b"x" * 2_000_000
    assert upload(member, large).status_code == 302
    assert farm.directory.last("PUT", f"/entities/{FARM}/picture").body == large
    assert send(member, "/profile/shown", {"turnover": "1" * 2_000_000}).status_code == 413
    assert upload(member, b"x" * 5_200_000).status_code == 413


def test_a_picture_that_is_none_is_refused_beside_its_field(member: FlaskClient, farm: Network) -> None:
    refusal = problem(400, "request.invalid", errors={"picture": ["This is no picture that we can read."]})
    farm.directory.on("PUT", f"/entities/{FARM}/picture", refusal)
    form = {"picture": (io.BytesIO(b"hello"), "me.jpg")}
    answered = send(member, "/profile/picture", form, page="/profile/shown")
    assert answered.status_code == 400
    assert "This is no picture that we can read." in answered.text
    assert send(member, "/profile/picture", {}, page="/profile/shown").status_code == 422


def test_a_picture_is_removed(member: FlaskClient, farm: Network) -> None:
    farm.directory.on("DELETE", f"/entities/{FARM}/picture", a_farm(picture=""))
    assert send(member, "/profile/picture/remove", {}, page="/profile/shown").status_code == 302
    assert farm.directory.count("DELETE", f"/entities/{FARM}/picture") == 1


def test_pictures_may_be_kept_by_browsers_and_are_nothing_else(client: FlaskClient, farm: Network) -> None:
    answered = client.get(f"/pictures/{PICTURE}-640.webp")
    assert (answered.status_code, answered.data, answered.content_type) == (200, b"a-picture", "image/webp")
    assert answered.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answered.headers["Cache-Control"]
    tag = answered.headers["ETag"]
    again = client.get(f"/pictures/{PICTURE}-640.webp", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert farm.directory.count("GET", f"/pictures/{PICTURE}/640") == 1
    assert client.get("/pictures/unknown-640.webp").status_code == 404


def test_the_api_sends_a_picture_as_it_is(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.directory.on("PUT", f"/entities/{FARM}/picture", a_farm())
    path = f"/api/v1/user/entities/{FARM}/picture"
    answered = client.put(path, data=b"y" * 1_500_000, headers=ann)
    assert answered.get_json()["data"]["picture"] == f"/pictures/{PICTURE}-640.webp"
    assert len(network.directory.last("PUT", f"/entities/{FARM}/picture").body) == 1_500_000
    network.directory.on("DELETE", f"/entities/{FARM}/picture", a_farm(picture=""))
    assert client.delete(path, headers=ann).get_json()["data"]["picture"] == ""


def test_the_api_changes_who_sees_what(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.directory.on("PATCH", f"/entities/{FARM}", a_farm())
    body = {"visibility": {"postalCode": "nobody"}, "place": {"latitude": "1.5", "longitude": "2"}}
    answered = client.patch(f"/api/v1/user/entities/{FARM}", json=body, headers=ann)
    assert answered.status_code == 200, answered.text
    sent = network.directory.last("PATCH", f"/entities/{FARM}").body
    assert sent == {"visibility": {"postal_code": "nobody"}, "place": {"latitude": "1.5", "longitude": "2"}}
    data = answered.get_json()["data"]
    assert data["visibility"]["declaredTurnover"] == "nobody"
    assert data["place"]["source"] == "given"
    wrong = client.patch(f"/api/v1/user/entities/{FARM}", json={"visibility": {"name": "nobody"}}, headers=ann)
    assert wrong.status_code == 400


# --- my data ----------------------------------------------------------------------------------------------------------


def test_my_data_is_a_zip_with_tables_and_a_note(member: FlaskClient) -> None:
    answered = member.get("/my-data/me.zip")
    assert answered.content_type == "application/zip"
    files = unzipped(answered.data)
    assert {"README.txt", "users.json", "users.csv"} <= set(files)
    assert json.loads(files["users.json"])[0]["email"] == "ann@farm.example"
    assert "'=cmd()" in files["users.csv"], "a spreadsheet must not run what somebody typed"
    assert [each["kind"] for each in json.loads(files["told.json"])] == ["new_sign_in"]
    assert f"user/{ANN}" in files["README.txt"]
    assert not {"transfers.json", "statement.json"} & set(files), "those are a business's"


def test_a_business_has_its_statement_and_picture_in_it(
    client: FlaskClient, ann: dict[str, str], farm: Network
) -> None:
    pages = {
        "": a_statement([an_entry(9, -100, 0, "Bread")], next=5),
        "5": a_statement([an_entry(4, 100, 100, "Eggs")], next=None),
    }
    path = f"/accounts/{FARM_ACCOUNT}/statement"
    farm.ledger.on("GET", path, lambda asked: pages[asked.query.get("before", "")])
    files = unzipped(client.get(f"/api/v1/user/entities/{FARM}/personal-data", headers=ann).data)
    assert [entry["position"] for entry in json.loads(files["statement.json"])] == [9, 4]
    assert files["picture.webp"] == "a-picture"
    assert "notes.csv" not in files
    assert json.loads(files["notes.json"]) == []


def test_a_business_has_its_transfers_in_it(client: FlaskClient, ann: dict[str, str], farm: Network) -> None:
    """Those that never were paid too, which no statement has: both parties, the state, the words, the times."""
    declined = a_transfer(
        "t3", status="cancelled", ended_at=LATER, reference="R-7",
        cancellation={"kind": "rejected", "code": "", "reason": "=too much", "by": "user:bob"},
    )  # fmt: skip
    charged = some_legs((BAKERY_ACCOUNT, -900), (FARM_ACCOUNT, 850), (OFFICE_ACCOUNT, 50))
    sold = a_completed_transfer(
        "t2", payer=BAKERY_ACCOUNT, payee=FARM_ACCOUNT, amount=900, description="Eggs", legs=charged
    )
    strange = a_completed_transfer("t1", payee=OFFICE_ACCOUNT)
    pages = {
        "": {"transfers": [declined, sold], "total": 3, "next": 5},
        "5": {"transfers": [strange], "total": 3, "next": None},
    }
    farm.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}/statement", a_statement([]))
    farm.ledger.on("GET", "/transfers", lambda asked: pages[asked.query.get("before", "")])
    files = unzipped(client.get(f"/api/v1/user/entities/{FARM}/personal-data", headers=ann).data)
    rows = json.loads(files["transfers.json"])
    assert farm.ledger.last("GET", "/transfers").query["account"] == FARM_ACCOUNT
    assert [(row["transfer_id"], row["status"], row["moved"]) for row in rows] == [
        ("t3", "cancelled", -2500), ("t2", "completed", 850), ("t1", "completed", -2500),
    ]  # fmt: skip
    assert [(row["payer_name"], row["payee_name"]) for row in rows] == [
        ("Green Farm", "Old Bakery"), ("Old Bakery", "Green Farm"), ("Green Farm", None),
    ]  # fmt: skip
    assert (rows[0]["cancellation"], rows[0]["cancellation_reason"]) == ("rejected", "=too much")
    assert (rows[0]["initiated_at"], rows[0]["ended_at"], rows[0]["reference"]) == (NOW, LATER, "R-7")
    assert (rows[1]["description"], rows[1]["amount"], rows[1]["fee"]) == ("Eggs", 900, 50)
    assert "user:bob" not in files["transfers.json"], "who pressed the button there is not told"
    table = list(csv.DictReader(io.StringIO(files["transfers.csv"])))
    assert (table[0]["transfer_id"], table[0]["amount"], table[0]["moved"]) == ("t3", "2500", "-2500")
    assert table[0]["cancellation_reason"] == "'=too much"


def test_a_business_has_the_mails_to_it_and_about_it(client: FlaskClient, ann: dict[str, str], farm: Network) -> None:
    farm.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}/statement", a_statement([]))
    files = unzipped(client.get(f"/api/v1/user/entities/{FARM}/personal-data", headers=ann).data)
    assert [(each["kind"], each["facts"]) for each in json.loads(files["told.json"])] == [
        ("welcome", {"entity_id": FARM})
    ]
    row = next(csv.DictReader(io.StringIO(files["told.csv"])))
    assert (row["kind"], row["to_you"], row["sent_at"]) == ("welcome", "true", NOW)
    assert json.loads(files["told_preferences.json"]) == [{"digest_hour": 7}]
    assert [each["description"] for each in json.loads(files["webhooks.json"])] == ["Bookkeeping"]


def test_without_a_part_there_is_no_export_that_looks_whole(
    client: FlaskClient, ann: dict[str, str], farm: Network
) -> None:
    farm.notifier.on("GET", f"/users/{ANN}/personal-data", problem(503, "notifier.unavailable"))
    answered = client.get("/api/v1/user/personal-data", headers=ann)
    assert (answered.status_code, answered.content_type) == (503, "application/json")


def test_who_was_not_verified_lately_is_asked_first(member: FlaskClient, farm: Network) -> None:
    farm.directory.on("GET", f"/users/{ANN}/personal-data", problem(403, STEP_UP))
    answered = member.get("/my-data/me.zip")
    assert (answered.status_code, answered.location) == (302, "/verify?next=/my-data/me.zip")


def test_what_i_agreed_to(member: FlaskClient, client: FlaskClient, ann: dict[str, str], farm: Network) -> None:
    assert "2026-01" in member.get("/my-data").text
    assert client.get("/api/v1/user/consents", headers=ann).get_json()["data"][0]["version"] == "2026-01"
    body = {"document": "terms", "version": "2026-01"}
    assert client.post("/api/v1/user/consents", json=body, headers=ann).status_code == 200
    assert farm.directory.last("POST", f"/users/{ANN}/consents").body == body


def test_who_signs_up_agrees_to_the_version_of_these_days(
    client: FlaskClient, app: Flask, config: Config, farm: Network
) -> None:
    app.config["GATEWAY"] = replace(config, terms_version="2026-02")
    session = {"session": a_session(), "user_id": ANN, "entity_id": FARM, "account": FARM_ACCOUNT}
    farm.directory.on("POST", "/signup", session)
    form = {
        "name": "Greens", "offers": "pears", "wants": "tea", "email": "a@b.example", "confirm_email": "a@b.example",
        "password": "Secret-123", "again": "Secret-123", "terms": "y",
    }  # fmt: skip
    assert send(client, "/signup", form).status_code == 302
    assert farm.directory.last("POST", "/signup").body["terms_version"] == "2026-02"
    body = {"userEmail": "a@b.example", "password": "Secret-123", "entityName": "Greens", "termsVersion": "2026-01"}
    body |= {"visibility": {"telephone": "nobody"}, "place": {"latitude": "1", "longitude": "2"}}
    assert client.post("/api/v1/signup", json=body).status_code == 200
    sent = farm.directory.last("POST", "/signup").body
    assert (sent["terms_version"], sent["entity"]["visibility"]) == ("2026-01", {"telephone": "nobody"})
    assert sent["entity"]["place"] == {"latitude": "1", "longitude": "2"}
    del body["termsVersion"]
    assert client.post("/api/v1/signup", json=body).status_code == 200
    assert "terms_version" not in farm.directory.last("POST", "/signup").body


# --- leaving ----------------------------------------------------------------------------------------------------------


def leave(client: FlaskClient, **changes: str) -> object:
    form = {"business-name": "Green Farm", "business-reason": "", "business-sure": "y", **changes}
    return send(client, "/my-data/close-business", form, page="/my-data")


def test_a_business_closes_at_a_balance_of_zero(member: FlaskClient, farm: Network) -> None:
    farm.directory.on("POST", f"/entities/{FARM}/closing", a_farm(closed_at="2026-01-01T00:00:00Z"))
    for balance, word in ((1, "Spend the"), (-2550, "Earn the 25.50")):
        farm.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(balance=balance))
        answered = leave(member)
        assert answered.status_code == 422
        assert word in answered.text
    assert not farm.directory.count("POST", f"/entities/{FARM}/closing")
    farm.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(balance=0))
    assert leave(member, **{"business-reason": "I retire"}).status_code == 302
    assert farm.directory.last("POST", f"/entities/{FARM}/closing").body == {"reason": "I retire"}


@pytest.mark.parametrize("wrong", [{"business-name": "green farm"}, {"business-name": ""}, {"business-sure": ""}])
def test_leaving_takes_the_name_and_a_word(member: FlaskClient, farm: Network, wrong: dict[str, str]) -> None:
    farm.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(balance=0))
    form = {name: value for name, value in wrong.items() if value or name != "business-sure"}
    given = {"business-name": "Green Farm", "business-sure": "y", **form}
    if "business-sure" in wrong:
        del given["business-sure"]
    answered = send(member, "/my-data/close-business", given, page="/my-data")
    assert answered.status_code == 422
    assert not farm.directory.count("POST", f"/entities/{FARM}/closing")


def test_a_login_is_closed_and_its_cookie_goes(member: FlaskClient, farm: Network) -> None:
    refusal = problem(409, "user.belongs_to_open_entities")
    farm.directory.on("POST", f"/users/{ANN}/closing", refusal)
    answered = send(member, "/my-data/close-login", {"login-sure": "y"}, page="/my-data")
    assert answered.status_code == 409
    assert "hand it over" in answered.text
    farm.directory.on("POST", f"/users/{ANN}/closing", {})
    answered = send(member, "/my-data/close-login", {"login-sure": "y"}, page="/my-data")
    assert answered.status_code == 302
    assert "mccsToken=;" in answered.headers["Set-Cookie"]


def test_the_api_closes_too(client: FlaskClient, ann: dict[str, str], admin: dict[str, str], network: Network) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(balance=0))
    network.directory.on("GET", f"/entities/{FARM}", a_farm())
    network.directory.on("POST", f"/entities/{FARM}/closing", a_farm(closed_at="2026-01-01T00:00:00Z"))
    for path, headers in ((f"/user/entities/{FARM}/closing", ann), (f"/admin/entities/{FARM}/closing", admin)):
        answered = client.post(f"/api/v1{path}", json={"reason": "x"}, headers=headers)
        assert answered.get_json()["data"]["accountNumber"] == FARM_ACCOUNT
    network.directory.on("POST", f"/users/{ANN}/closing", {})
    assert client.post("/api/v1/user/closing", headers=ann).status_code == 200
