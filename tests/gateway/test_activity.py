"""The activity log: what administrators, auditors and members see of it, as pages and by the API."""

import pytest
from flask.testing import FlaskClient

from tests.gateway.logged import SECRET_ADMIN, furnish_log
from tests.gateway.network import ANN, FARM, Network
from tests.gateway.scenes import furnish, log_in
from tests.gateway.standin import problem


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    return network


def test_the_log_shows_before_and_after_and_keeps_its_filters(client: FlaskClient, scene: Network):
    log_in(client, "admin")
    page = client.get("/admin/activity?concerns=entity/x&from=2026-01-01&action=transfer.&nonsense=1&before=99").text
    asked = scene.directory.last("GET", "/audit").query
    assert asked == {
        "concerns": "entity/x", "from": "2026-01-01", "action": "transfer.", "before": "99", "page_size": "50"
    }  # fmt: skip
    assert '<del class="soft">Waiting for review</del>' in page
    assert "Listed in the directory" in page
    assert "100.00" in page
    assert "Ann Archer" in page
    assert "two factor: switched on" in page.lower().replace("two-factor", "two factor")
    assert "What it said was erased." in page
    assert "before=8" in page
    for link in ("/admin/activity.csv", "/admin/activity.ndjson"):
        assert f"{link}?concerns=entity/x&amp;action=transfer." in page or link in page
    assert "12:" in page
    assert "9f2c9f2c" in page


def test_files_are_passed_on_with_the_filters(client: FlaskClient, scene: Network):
    log_in(client, "auditor")
    response = client.get("/admin/activity.ndjson?email=ann@farm.example&before=9")
    assert response.data == b"{}\n"
    assert scene.directory.last("GET", "/audit/export").query == {"email": "ann@farm.example", "format": "ndjson"}
    assert client.get("/admin/activity.pdf").status_code == 404


def test_a_log_that_was_changed_is_said_so(client: FlaskClient, scene: Network):
    finding = {"position": 7, "what": "changed", "words": "x"}
    checked = {"at": "2026-01-01T00:00:00Z", "erased": 0, "head": {"position": 6}, "finding": finding}
    head = {"position": 12, "hash": "ab" * 32}
    scene.directory.on("GET", "/audit/state", {"head": head, "checked": checked, "signed": None})
    log_in(client, "auditor")
    page = client.get("/admin/activity").text
    assert "The log was changed: at entry 7 (changed)" in page
    assert "No head has been signed yet" in page


def test_signed_heads_are_a_file_to_keep(client: FlaskClient, scene: Network, admin: dict[str, str]):
    api = client.get("/api/v1/admin/logs/heads", headers=admin).get_json()["data"]
    log_in(client, "auditor")
    page = client.get("/admin/activity").text
    assert "/admin/activity/heads.json" in page
    assert "a-key" in page
    file = client.get("/admin/activity/heads.json")
    assert 'filename="audit-log-heads.json"' in file.headers["Content-Disposition"]
    assert file.get_json()["heads"] == api["heads"]
    assert (file.get_json()["keys"], api["heads"][0]["jws"]) == (api["keys"], "a.b.c")


def test_signed_heads_are_for_administrators_and_auditors(client: FlaskClient, scene: Network, ann: dict[str, str]):
    assert client.get("/api/v1/admin/logs/heads", headers=ann).status_code == 403
    log_in(client, "member")
    assert client.get("/admin/activity/heads.json").status_code == 403
    assert scene.directory.count("GET", "/audit/heads") == 0


def test_members_see_their_own_and_who_did_it(client: FlaskClient, scene: Network):
    log_in(client, "member")
    page = client.get("/activity").text
    assert "by an administrator" in page
    assert "by you" in page
    assert "on behalf of you" in page
    assert scene.directory.count("GET", f"/users/{ANN}/audit") == 1
    client.get(f"/activity?of={FARM}&before=20")
    assert scene.directory.last("GET", f"/entities/{FARM}/audit").query == {"before": "20", "limit": "30"}
    client.get("/activity?of=somebody-elses")
    assert scene.directory.count("GET", "/entities/somebody-elses/audit") == 0
    assert client.get("/admin/activity").status_code == 403


def test_a_directory_that_is_down_spoils_its_cards_alone(client: FlaskClient, scene: Network):
    for path in ("/audit", "/audit/state"):
        scene.directory.on("GET", path, problem(503, "directory.unavailable"))
    log_in(client, "admin")
    response = client.get("/admin/activity")
    assert response.status_code == 200
    assert "can't be reached" in response.text.replace("&#39;", "'")


def test_the_api_has_every_field_of_the_seed(client: FlaskClient, scene: Network, admin: dict[str, str]):
    query = "email=a@b.c&category=user,admin&action=transfer.&detail=x&date_from=2026-01-01&date_to=2026-01-31"
    answer = client.get(f"/api/v1/admin/logs?{query}&page=2&page_size=5", headers=admin).get_json()
    assert scene.directory.last("GET", "/audit").query == {
        "email": "a@b.c", "category": "user,admin", "action": "transfer.", "text": "x",
        "from": "2026-01-01", "to": "2026-01-31", "page": "2", "page_size": "5",
    }  # fmt: skip
    assert answer["meta"] == {"numberOfResults": 12, "totalPages": 3, "next": "8"}
    proposed = answer["data"][2]
    assert {"userID", "email", "action", "detail", "category", "createdAt"} <= set(proposed)
    assert (proposed["userID"], proposed["email"], proposed["category"]) == (ANN, "ann@farm.example", "user")
    assert "Amount:  -> 25.00" in proposed["detail"]
    assert client.get("/api/v1/admin/logs.csv", headers=admin).status_code == 200
    assert client.get("/api/v1/admin/logs/state", headers=admin).get_json()["data"]["head"]["position"] == 12


def test_members_ask_for_their_own_alone(client: FlaskClient, scene: Network, ann: dict[str, str]):
    own = client.get("/api/v1/user/activity", headers=ann).get_json()["data"]
    assert own["entries"][0]["by"] == {"kind": "administrator", "name": ""}
    assert SECRET_ADMIN not in str(own)
    of = client.get(f"/api/v1/user/activity?entity_id={FARM}&limit=5", headers=ann).get_json()["data"]
    assert of["next"] == 8
    assert client.get("/api/v1/user/activity?entity_id=other", headers=ann).status_code == 403
    assert client.get("/api/v1/admin/logs", headers=ann).status_code == 403


def test_a_total_that_is_not_known_leads_to_one_page_more(client: FlaskClient, scene: Network, admin: dict[str, str]):
    furnish_log(scene, ANN)
    page = {"entries": [], "next": 4, "total": None, "total_is_least": True, "names": {}}
    scene.directory.on("GET", "/audit", page)
    assert client.get("/api/v1/admin/logs?detail=x&page_size=5", headers=admin).get_json()["meta"] == {
        "numberOfResults": 1, "totalPages": 1, "next": "4"
    }  # fmt: skip


def test_only_possible_statuses_are_offered_with_what_was_seen(client: FlaskClient, scene: Network):
    log_in(client, "admin")
    page = client.get("/admin/businesses/" + scene.entities[1]["entity_id"]).text
    assert 'value="rejected"' in page
    assert 'value="tradingPending"' not in page
    assert 'name="expected_status" type="hidden" value="tradingAccepted"' in page
    assert "terms of 2026-01" in page
