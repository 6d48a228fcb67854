"""The gateway before the ledger's own HTTP interface, so that the stand-ins can't have misunderstood it."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.chassis.tokens import Verifier
from services.gateway.app import create_app
from services.gateway.config import Config
from services.gateway.session import sessions_of
from services.ledger.app import create_app as create_ledger
from services.ledger.audit.statements import read_statement
from tests.gateway.browsing import serving
from tests.gateway.conftest import public_pem_of
from tests.gateway.network import Network, a_session, an_entity
from tests.gateway.pdf_text import Pdf
from tests.gateway.scenes import token_for
from tests.ledger.factories import accepting
from tests.ledger.signing_web import MemoryApi
from tests.ledger.web import A, B

FROM_THE_BEGINNING = "from=2000-01-01&to=2100-01-01"

ANNS = {"entity_id": "entity-a", "account": A, "name": "Ann's", "status": "tradingAccepted", "role": "owner"}


@pytest.fixture
def web() -> MemoryApi:
    """The ledger over a book in memory: 105 payments of 0.01 from A to B."""
    web = MemoryApi()
    for _ in range(105):
        proposed = web.propose(1, A, B).json["transfer_id"]
        web.appender.execute([accepting(proposed, B)])
    return web


@pytest.fixture
def joined(web: MemoryApi, config: Config, network: Network, internal_key: object) -> Iterator[Flask]:
    verifier = Verifier(public_pem_of(internal_key), "ledger")  # type: ignore[arg-type]
    ledger = create_ledger(verifier, web.reader, web, clock=web.clock, unit="tea")
    # No news of the directory reaches this ledger: it must not wait for any.
    network.lives(a_session(entities=[ANNS], position=0))
    with serving(ledger) as address:
        yield create_app(replace(config, ledger_url=address))


@pytest.fixture
def ann(joined: Flask) -> FlaskClient:
    client = joined.test_client()
    login = a_session(entities=[ANNS])
    client.set_cookie("mccsToken", token_for(sessions_of(joined), login))
    return client


def test_a_statement_of_two_pages_is_whole_in_both_files(ann: FlaskClient, web: MemoryApi) -> None:
    web.sign()
    answer = ann.get(f"/statement.csv?{FROM_THE_BEGINNING}")
    assert answer.status_code == 200, answer.text
    read = read_statement("statement.csv", answer.text)
    assert [line.balance for line in read.lines] == [-number for number in range(1, 106)]
    assert (read.account, read.opening, read.closing) == (A, 0, -105)
    text = Pdf(ann.get(f"/statement.pdf?{FROM_THE_BEGINNING}").data).text
    assert "105 entries · received 0.00 · paid 1.05" in text
    assert "Every entry lies in signed head number 1" in text


def test_an_export_has_every_transfer_once(ann: FlaskClient, web: MemoryApi, network: Network) -> None:
    """Two pages of those that were paid, and one that was not."""
    waiting = web.propose(7, A, B).json["transfer_id"]
    entity = an_entity("entity-a", A)
    network.directory.on("GET", "/entities/entity-a", entity)
    known = {"subject": "entity/entity-a", "at": "2026-01-31T12:00:00.000000Z", "collections": {}}
    network.directory.on("GET", "/entities/entity-a/personal-data", known)
    network.notifier.on("GET", "/entities/entity-a/personal-data", {"messages": []})
    answer = ann.get("/my-data/business.zip")
    assert answer.status_code == 200, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    rows = json.loads(archive.read("transfers.json"))
    assert len({row["transfer_id"] for row in rows}) == len(rows) == 106
    assert (rows[0]["transfer_id"], rows[0]["status"], rows[0]["moved"]) == (waiting, "initiated", -7)
    assert {row["status"] for row in rows[1:]} == {"completed"}
    assert sum(row["moved"] for row in rows[1:]) == -105
    assert len(json.loads(archive.read("statement.json"))) == 105


def test_the_code_on_the_paper_leads_to_what_it_says(ann: FlaskClient, joined: Flask) -> None:
    text = Pdf(ann.get(f"/statement.pdf?{FROM_THE_BEGINNING}").data)
    (link,) = text.links
    visitor = joined.test_client()
    page = visitor.get(link.removeprefix("http://localhost:8080")).text
    assert "Confirmed." in page
    assert "−1.05\N{NO-BREAK SPACE}credits" in page
    assert visitor.get(f"{link.removeprefix('http://localhost:8080')}.json").get_json()["entries"] == 105


def test_days_without_a_payment_have_their_paper_too(ann: FlaskClient) -> None:
    for period in ("from=2001-01-01&to=2001-01-31", "from=2101-01-01&to=2101-01-31"):
        for kind in ("csv", "pdf"):
            assert ann.get(f"/statement.{kind}?{period}").status_code == 200


def test_heads_keys_and_proofs_are_shown_to_anybody(joined: Flask, web: MemoryApi) -> None:
    visitor = joined.test_client()
    assert "Nothing is signed yet." in visitor.get("/ledger").text
    assert visitor.get("/.well-known/mccs-ledger").get_json()["books"][0]["head"] is None
    web.sign()
    head = visitor.get("/.well-known/mccs-ledger").get_json()["books"][0]["head"]
    assert head["jws"] in visitor.get("/ledger").text
    for path in ("head", "heads", "keys", "inclusion?position=5", "consistency?first=3"):
        answer = visitor.get(f"/api/v1/ledger/{path}")
        assert answer.status_code == 200, answer.text
