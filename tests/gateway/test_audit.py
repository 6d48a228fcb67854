"""What auditors get: views as pages and as files to the last row, and a head signed when they want one."""

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from services.gateway.auditing import VIEWS
from services.gateway.clients import PartDown
from services.gateway.web.audit_tables import SCREENS
from tests.architecture.source import rows
from tests.gateway.network import BAKERY_ACCOUNT, FARM_ACCOUNT, NOW, Network
from tests.gateway.proven import DOWN, a_head, no_proofs
from tests.gateway.scenes import furnish, log_in, send
from tests.gateway.standin import Asked, problem

VIEW_NAMES = sorted(VIEWS)


@pytest.fixture
def auditor(client: FlaskClient, network: Network) -> FlaskClient:
    furnish(network)
    log_in(client, "auditor")
    return client


def a_change(position: int, **changes: object) -> dict[str, object]:
    row = {
        "position": position, "time": NOW, "account": FARM_ACCOUNT, "previous_max_negative": 0,
        "previous_max_positive": 5000, "max_negative": 12_345, "max_positive": 5000, "reason": "trusted",
        "actor": "admin:1", "balance": -50, "outside_after": False,
    }  # fmt: skip
    return row | changes


def changes_asked(asked: Asked) -> dict[str, object]:
    """Three pages of 500."""
    first = int(asked.query.get("after", 0))
    limit = int(asked.query["limit"])
    shown = [a_change(position) for position in range(first + 1, min(first + limit, 1200) + 1)]
    return {"rows": shown, "next": str(first + limit) if first + limit < 1200 else None, "from_position": 1}


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["page", "api"])
def test_a_file_has_every_row_of_every_page(
    auditor: FlaskClient, network: Network, admin: dict[str, str], where: str
) -> None:
    network.ledger.on("GET", "/audit/limit-changes", changes_asked)
    path = "/auditor/limit-changes.csv" if where == "page" else "/api/v1/audit/limit-changes.csv"
    response = auditor.get(path, headers=admin if where == "api" else {})
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="limit-changes.csv"'
    found = table(response.text)
    assert tuple(found[0]) == VIEWS["limit-changes"].columns
    assert [int(row[0]) for row in found[1:]] == list(range(1, 1201))
    assert found[1][2:] == [
        FARM_ACCOUNT, "0.00", "50.00", "123.45", "50.00", "trusted", "admin:1", "-0.50", "false",
    ]  # fmt: skip
    assert network.ledger.count("GET", "/audit/limit-changes") == 3


def test_a_row_is_passed_on_before_the_last_page_is_asked_for(auditor: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", "/audit/limit-changes", changes_asked)
    response = auditor.get("/auditor/limit-changes.csv", buffered=False)
    pieces = response.iter_encoded()
    next(pieces)
    next(pieces)
    assert network.ledger.count("GET", "/audit/limit-changes") == 1
    response.close()


def test_a_file_that_breaks_off_is_not_taken_for_whole(auditor: FlaskClient, network: Network) -> None:
    network.ledger.on(
        "GET", "/audit/limit-changes", lambda asked: DOWN if "after" in asked.query else changes_asked(asked)
    )
    response = auditor.get("/auditor/limit-changes.csv", buffered=False)
    with pytest.raises(PartDown):
        list(response.iter_encoded())


def test_a_view_that_goes_round_ends(auditor: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", "/audit/limit-changes", {"rows": [a_change(1)], "next": "same"})
    response = auditor.get("/auditor/limit-changes.csv", buffered=False)
    with pytest.raises(PartDown):
        list(response.iter_encoded())


def test_without_rows_a_file_has_its_columns(auditor: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", "/audit/rings", {"rows": [], "next": None})
    assert auditor.get("/auditor/rings.csv").text == ",".join(VIEWS["rings"].columns) + "\r\n"


def test_no_text_in_a_file_runs_as_a_formula(auditor: FlaskClient, network: Network) -> None:
    rows = [a_change(1, reason="=1+1", new_column="@x")]
    network.ledger.on("GET", "/audit/limit-changes", {"rows": rows, "next": None})
    found = table(auditor.get("/auditor/limit-changes.csv").text)
    assert found[0][-1] == "new_column"
    assert found[1][7] == "'=1+1"
    assert found[1][-1] == "'@x"


@pytest.mark.parametrize("view", VIEW_NAMES)
def test_columns_are_those_of_the_interface_document(view: str) -> None:
    told = next(cells for cells in rows("docs/internal-api.md") if cells[0] == view)[2]
    named = set(re.findall(r"[a-z_0-9]+", told))
    if view in ("near-limits", "sample"):
        # The document says "the same" as another view, "and the transfer".
        own = {"near-limits": VIEWS["trial-balance"].columns, "sample": VIEWS[view].columns}[view]
        named |= set(own)
    own_columns = set(VIEWS[view].columns) - {"account_2", "account_3", "account_4"}
    assert own_columns <= named


# --- pages of rows ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEW_NAMES)
def test_each_view_can_be_asked_all_that_it_takes(
    client: FlaskClient, network: Network, admin: dict[str, str], view: str
) -> None:
    values = {
        "since": ("from", "2026-01-01", "2026-01-01T00:00:00.000000Z"),
        "until": ("to", "2026-01-02", "2026-01-02T00:00:00.000000Z"),
        "at": ("at", "2026-01-01", "2026-01-01T00:00:00.000000Z"), "seed": ("seed", "lot", "lot"),
        "text": ("text", "van", "van"), "type": ("type", "transfer-completed", "transfer-completed"),
        "account": ("account", FARM_ACCOUNT, FARM_ACCOUNT), "min_amount": ("min_amount", "1.50", "150"),
    }  # fmt: skip
    asked = [values.get(name, (name, "3", "3")) for name in VIEWS[view].asked]
    network.ledger.on("GET", f"/audit/{view}", {"rows": [{"max_negative": 250, "account": "x"}], "next": "c", "sum": 0})
    query = {name: given for name, given, _ in asked} | {"after": "b", "limit": "7"}
    data = client.get(f"/api/v1/audit/{view}", query_string=query, headers=admin).get_json()["data"]
    assert data == {"rows": [{"maxNegative": 2.5, "account": "x"}], "next": "c", "facts": {"sum": 0.0}}
    said = network.ledger.last("GET", f"/audit/{view}").query
    assert said == {name: theirs for name, _, theirs in asked} | {"after": "b", "limit": "7"}


def test_a_view_refuses_what_it_does_not_take(client: FlaskClient, network: Network, admin: dict[str, str]) -> None:
    response = client.get("/api/v1/audit/trial-balance?seed=lot", headers=admin)
    assert response.status_code == 400
    assert response.get_json()["errors"][0]["field"] == "seed"
    assert client.get("/api/v1/audit/everything", headers=admin).status_code == 404


@pytest.mark.parametrize("path", [*(f"{view}{end}" for view in VIEW_NAMES for end in ("", ".csv"))])
def test_views_are_for_auditors_and_administrators(client: FlaskClient, ann: dict[str, str], path: str) -> None:
    assert client.get(f"/api/v1/audit/{path}", headers=ann).status_code == 403
    assert client.get(f"/api/v1/audit/{path}").status_code == 401


# --- the auditor's page -------------------------------------------------------------------------------------------


def test_the_page_shows_the_newest_head_and_leads_to_every_view(auditor: FlaskClient, network: Network) -> None:
    text = auditor.get("/auditor").text
    assert "5d" * 32 in text
    assert "12,173 newer ones are not signed yet" in text
    for view in SCREENS:
        assert f'"/auditor/views/{view}"' in text
    for path in ("/auditor/events", "/auditor/changes.csv", "/auditor/export"):
        assert f'href="{path}"' in text


def test_every_view_has_a_page_and_a_file() -> None:
    assert SCREENS.keys() | {"changes", "events"} == VIEWS.keys()


def test_a_head_is_signed_now(auditor: FlaskClient, network: Network) -> None:
    network.ledger.on("POST", "/tree/heads", a_head(8, 12_873))
    response = send(auditor, "/auditor/head", {}, page="/auditor")
    assert response.headers["Location"] == "/auditor"
    assert "Head number 8 is signed. It covers 12,873 events." in auditor.get("/auditor").text
    assert network.ledger.last("POST", "/tree/heads").caller.roles == {"auditor"}


def test_a_head_that_was_not_signed_is_said(auditor: FlaskClient, network: Network) -> None:
    network.ledger.on("POST", "/tree/heads", problem(503, "head.not_signed", "None came."))
    send(auditor, "/auditor/head", {}, page="/auditor")
    assert "No new head was signed in time." in auditor.get("/auditor").text


def test_programs_have_a_head_signed_too(client: FlaskClient, network: Network, admin: dict[str, str]) -> None:
    network.ledger.on("POST", "/tree/heads", a_head(8))
    assert client.post("/api/v1/audit/head", headers=admin).get_json() == {"data": a_head(8)}
    network.ledger.on("POST", "/tree/heads", problem(503, "head.not_signed", "None came."))
    response = client.post("/api/v1/audit/head", headers=admin)
    assert response.status_code == 503
    assert response.get_json()["errors"][0]["code"] == "head.not_signed"


def test_before_the_first_head_the_page_says_so(auditor: FlaskClient, network: Network) -> None:
    no_proofs(network)
    assert "Nothing is signed yet." in auditor.get("/auditor").text


def test_a_file_that_cannot_begin_is_a_page_that_says_why(auditor: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", "/audit/changes", DOWN)
    response = auditor.get("/auditor/changes.csv")
    assert response.status_code == 503
    assert "Back in a moment" in response.text
    assert auditor.get("/auditor/nonsense.csv").status_code == 404
    assert auditor.get("/auditor/sample.csv?n=many").status_code == 400


def test_an_account_is_still_looked_up(auditor: FlaskClient, network: Network) -> None:
    assert "Old Bakery" in auditor.get(f"/auditor?account={BAKERY_ACCOUNT}").text
