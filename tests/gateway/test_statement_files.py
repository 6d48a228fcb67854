"""Statements as files: whole, with the code that the ledger made for them, or not at all."""

import csv
import io

import pytest
from flask.testing import FlaskClient

from services.ledger.audit.statements import read_statement
from tests.gateway.network import FARM, FARM_ACCOUNT, Network
from tests.gateway.pdf_text import Pdf
from tests.gateway.proven import CODE, CODES, DOWN, PRINTED, STATEMENT, furnish_file, some_entries, some_facts
from tests.gateway.scenes import furnish, log_in
from tests.gateway.standin import problem

JANUARY = "from=2026-01-01&to=2026-01-31"
HEADER = ["time", "position", "transfer", "counterparty", "name", "description", "kind", "amount", "balance"]


@pytest.fixture
def member(client: FlaskClient, network: Network) -> FlaskClient:
    furnish(network)
    log_in(client, "member")
    return client


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_the_csv_says_its_facts_and_every_entry_oldest_first(member: FlaskClient, network: Network) -> None:
    furnish_file(network, some_entries(250))
    response = member.get(f"/statement.csv?{JANUARY}")
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="statement-2026-01-01-2026-01-31.csv"'
    assert response.headers["Cache-Control"] == "no-store"
    table = rows(response.text)
    assert table[:10] == [
        ["account", FARM_ACCOUNT], ["from_position", "3"], ["to_position", "1000"], ["opening_balance", "5.00"],
        ["closing_balance", "-1577.50"], ["decimals", "2"], ["code", PRINTED],
        ["check", f"http://localhost:8080/check/{CODE}"], [], HEADER,
    ]  # fmt: skip
    assert [int(row[1]) for row in table[10:]] == [3 * number + 4 for number in range(250)]
    assert table[10] == [
        "2026-01-31T12:00:00.000000Z", "4", "transfer-4", "2000000000000006", "Old Bakery", "Delivery 0", "transfer",
        "12.34", "17.34",
    ]  # fmt: skip
    assert table[11][7:] == ["-25.00", "-7.66"]


def test_the_entries_are_those_of_the_positions_that_the_code_stands_for(member: FlaskClient, network: Network) -> None:
    furnish_file(network, some_entries(3))
    member.get(f"/statement.csv?{JANUARY}")
    code = network.ledger.last("POST", CODES)
    assert code.body == {"from": "2026-01-01T00:00:00.000000Z", "to": "2026-02-01T00:00:00.000000Z"}
    query = network.ledger.last("GET", STATEMENT).query
    assert query == {"from_position": "3", "to_position": "1000", "after": "2", "limit": "100"}
    assert [(asked.method, asked.path) for asked in network.ledger.asked] == [("POST", CODES), ("GET", STATEMENT)]


def test_no_text_of_others_runs_as_a_formula(member: FlaskClient, network: Network) -> None:
    entries = some_entries(1)
    entries[0]["description"] = "=HYPERLINK(1)"
    network.entities[1]["name"] = "@SUM(1)"
    furnish_file(network, entries)
    row = rows(member.get("/statement.csv").text)[-1]
    assert row[4:6] == ["'@SUM(1)", "'=HYPERLINK(1)"]


def test_the_offline_audit_reads_the_file(member: FlaskClient, network: Network) -> None:
    entries = some_entries(3)
    entries[0]["description"] = '-10 % discount, "thanks"'
    furnish_file(network, entries)
    read = read_statement("statement.csv", member.get(f"/statement.csv?{JANUARY}").text)
    assert (read.account, read.first, read.last) == (FARM_ACCOUNT, 3, 1000)
    assert (read.opening, read.closing) == (500, 468)
    told = [
        (line.position, line.transfer, line.description, line.kind, line.amount, line.balance) for line in read.lines
    ]
    assert told == [
        (e["position"], e["transfer_id"], e["description"], e["kind"], e["amount"], e["balance"])
        for e in reversed(entries)
    ]


def test_without_a_payment_there_is_a_file_all_the_same(member: FlaskClient, network: Network) -> None:
    furnish_file(network, [], from_position=8, to_position=7)
    assert rows(member.get("/statement.csv").text)[-1] == HEADER
    assert network.ledger.count("GET", STATEMENT) == 0
    text = Pdf(member.get("/statement.pdf").data).text
    assert "No payment in this time." in text
    assert "Ledger positions\nnone" in text


def test_without_the_directory_numbers_stand_for_names(member: FlaskClient, network: Network) -> None:
    furnish_file(network, some_entries(2))
    network.directory.on("GET", "/entities", DOWN)
    assert rows(member.get("/statement.csv").text)[-1][3:5] == ["2000000000000006", ""]
    assert "2000 0000 0000 0006" in Pdf(member.get("/statement.pdf").data).text


@pytest.mark.parametrize("kind", ["csv", "pdf"])
def test_without_a_code_there_is_no_file(member: FlaskClient, network: Network, kind: str) -> None:
    network.ledger.on("POST", CODES, DOWN)
    response = member.get(f"/statement.{kind}?{JANUARY}")
    assert response.status_code == 503
    assert response.content_type == "text/html; charset=utf-8"
    assert "Balances and transfers can&#39;t be reached at the moment" in response.text
    assert "Content-Disposition" not in response.headers


@pytest.mark.parametrize("kind", ["csv", "pdf"])
@pytest.mark.parametrize(
    "changes", [{"closing_balance": 1}, {"entries": 2}, {"holds": False}, {"opening_balance": 501}],
    ids=["closing", "entries", "does-not-hold", "opening"],
)  # fmt: skip
def test_a_file_that_its_code_would_not_confirm_is_not_made(
    member: FlaskClient, network: Network, kind: str, changes: dict[str, int]
) -> None:
    furnish_file(network, some_entries(3), **changes)
    response = member.get(f"/statement.{kind}")
    assert response.status_code == 503
    assert "do not add up" in response.text


def test_a_failure_half_way_leaves_no_half_file(member: FlaskClient, network: Network) -> None:
    entries = some_entries(250)
    network.ledger.on("POST", CODES, some_facts(entries))
    network.ledger.on("GET", STATEMENT, problem(503, "ledger.unavailable"))
    assert member.get("/statement.csv").status_code == 503


@pytest.mark.parametrize(("kind", "most"), [("pdf", 5_000), ("csv", 50_000)])
def test_a_period_that_is_too_long_is_said_to_be_so(
    member: FlaskClient, network: Network, kind: str, most: int
) -> None:
    network.ledger.on("POST", CODES, {**some_facts(), "entries": most + 1})
    response = member.get(f"/statement.{kind}?{JANUARY}")
    assert response.status_code == 422
    assert "Too long for one file" in response.text
    assert f"{most + 1:,} entries" in response.text
    assert "Choose a shorter period." in response.text
    assert network.ledger.count("GET", STATEMENT) == 0


def test_the_page_offers_both_files(member: FlaskClient, network: Network) -> None:
    text = member.get(f"/statement?{JANUARY}").text
    assert 'href="/statement.pdf?from=2026-01-01&amp;to=2026-01-31"' in text
    assert 'href="/statement.csv?from=2026-01-01&amp;to=2026-01-31"' in text


# --- over the API -------------------------------------------------------------------------------------------------


def test_programs_get_the_same_files(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    furnish_file(network, some_entries(3))
    query = f"querying_entity_id={FARM}&from=2026-01-01&to=2026-02-01"
    text = client.get(f"/api/v1/statement.csv?{query}", headers=ann).text
    assert rows(text)[6] == ["code", PRINTED]
    assert network.ledger.last("POST", CODES).body["to"] == "2026-02-01T00:00:00.000000Z"
    response = client.get(f"/api/v1/statement.pdf?{query}", headers=ann)
    assert response.content_type == "application/pdf"
    assert "Green Farm" in Pdf(response.data).text


def test_programs_get_refusals_in_their_envelope(
    client: FlaskClient, ann: dict[str, str], admin: dict[str, str], network: Network
) -> None:
    network.ledger.on("POST", CODES, {**some_facts(), "entries": 50_001})
    path = f"/api/v1/statement.csv?querying_entity_id={FARM}"
    response = client.get(path, headers=ann)
    assert response.status_code == 422
    assert response.get_json()["errors"][0]["code"] == "statement.too_long"
    assert client.get("/api/v1/statement.csv?querying_entity_id=entity-other", headers=ann).status_code == 403
    assert client.get(path, headers=admin).status_code == 403
    assert client.get(path).status_code == 401
