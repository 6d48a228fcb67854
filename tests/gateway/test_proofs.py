"""The ledger for whoever checks it: pages without a login, documents for programs, and both while it is down."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.gateway.app import create_app
from services.gateway.config import Config
from tests.gateway.network import BAKERY_ACCOUNT, NOW, Network
from tests.gateway.proven import CODE, DOWN, KID, PRINTED, a_head, a_key, no_proofs, some_entries, some_facts
from tests.gateway.scenes import furnish, log_in, logged_in
from tests.gateway.standin import problem

A_KEY = {name: value for name, value in a_key().items() if name != "added_at"}
CHECK = f"/check/{CODE}"
PATH = f"/statement-codes/{CODE}"


@pytest.fixture(autouse=True)
def proofs(network: Network) -> None:
    furnish(network)


# --- the page about the ledger ------------------------------------------------------------------------------------


def test_the_ledgers_page_shows_heads_and_keys_whole_and_to_copy(client: FlaskClient) -> None:
    text = client.get("/ledger").text
    assert "The newest covers 700 events of 60 accounts" in text
    assert "5d5d5d5d5d5d…" in text
    for value in ("5d" * 32, "9f" * 32, KID, a_head(7, 700)["jws"]):
        assert f'data-copy="{value}"' in text
    assert "mccs-audit ledger.ndjson.gz --keys kept.json --heads kept.json" in text
    assert "curl -o kept.json http://localhost:8080/.well-known/mccs-ledger" in text


def test_older_heads_are_a_link_away(client: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", "/tree/heads", {"heads": [a_head(40)], "next": 40})
    assert 'href="/ledger?before=40"' in client.get("/ledger").text
    client.get("/ledger?before=40")
    assert network.ledger.last("GET", "/tree/heads").query["before"] == "40"
    assert client.get("/ledger?before=nonsense").status_code == 200
    assert "before" not in network.ledger.last("GET", "/tree/heads").query


def test_a_ledger_without_a_head_says_so(client: FlaskClient, network: Network) -> None:
    no_proofs(network)
    text = client.get("/ledger").text
    assert "Nothing is signed yet." in text
    assert "No key has signed anything yet." in text


def test_a_ledger_that_is_down_leaves_the_page_standing(client: FlaskClient, network: Network) -> None:
    for path in ("/tree/heads", "/tree/keys"):
        network.ledger.on("GET", path, DOWN)
    response = client.get("/ledger")
    assert response.status_code == 200
    assert response.text.count("can&#39;t be reached at the moment") == 2
    assert "How to check" in response.text


def test_every_page_leads_there(client: FlaskClient) -> None:
    text = client.get("/login").text
    assert 'href="/ledger"' in text
    assert 'href="/check"' in text


# --- for programs -------------------------------------------------------------------------------------------------


def test_the_well_known_document_is_for_anybody_anywhere(client: FlaskClient) -> None:
    response = client.get("/.well-known/mccs-ledger")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cache-Control"] == "public, max-age=15"
    assert "Set-Cookie" not in response.headers
    site = "http://localhost:8080"
    assert response.get_json() == {
        "books": [{"book": "main", "unit": "ocn-uk", "head": a_head()}],
        "keys": [a_key()],
        "heads": f"{site}/api/v1/ledger/heads",
        "inclusion": f"{site}/api/v1/ledger/inclusion",
        "consistency": f"{site}/api/v1/ledger/consistency",
        "documentation": f"{site}/ledger",
    }


def test_a_login_leaves_no_cookie_where_caches_keep_the_answer(client: FlaskClient) -> None:
    log_in(client, "member")
    assert "Set-Cookie" not in client.get("/.well-known/mccs-ledger").headers


def test_without_a_head_the_document_says_null(client: FlaskClient, network: Network) -> None:
    no_proofs(network)
    document = client.get("/.well-known/mccs-ledger").get_json()
    assert document["books"] == [{"book": "main", "unit": "ocn-uk", "head": None}]
    assert document["keys"] == []


@pytest.mark.parametrize("path", ["/.well-known/mccs-ledger", f"{CHECK}.json", "/api/v1/ledger/head"])
def test_programs_hear_in_json_that_the_ledger_is_down(client: FlaskClient, network: Network, path: str) -> None:
    for route in ("/tree/head", PATH):
        network.ledger.on("GET", route, DOWN)
    response = client.get(path)
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert response.headers["Cache-Control"] == "no-store"
    assert response.get_json()["errors"][0]["code"] == "part.down"


@pytest.mark.parametrize(
    ("path", "route", "said", "shown"),
    [
        ("head", "/tree/head", a_head(), a_head()),
        ("heads?before=9&limit=5", "/tree/heads", {"heads": [a_head()], "next": 7}, {"heads": [a_head()], "next": 7}),
        ("keys", "/tree/keys", {"keys": [A_KEY | {"added_at": NOW}]}, {"keys": [A_KEY | {"addedAt": NOW}]}),
        ("inclusion?position=5&size=9", "/tree/inclusion",
         {"book": "main", "position": 5, "size": 9, "leaf": "a", "path": ["b"], "root": "c", "head": None},
         {"book": "main", "position": 5, "size": 9, "leaf": "a", "path": ["b"], "root": "c", "head": None}),
        ("consistency?first=5", "/tree/consistency",
         {"book": "main", "first": 5, "second": 9, "first_root": "a", "second_root": "b", "path": []},
         {"book": "main", "first": 5, "second": 9, "firstRoot": "a", "secondRoot": "b", "path": []}),
    ],
    ids=["head", "heads", "keys", "inclusion", "consistency"],
)  # fmt: skip
def test_proofs_are_open_to_anybody(
    client: FlaskClient, network: Network, path: str, route: str, said: object, shown: object
) -> None:
    network.ledger.on("GET", route, said)
    response = client.get(f"/api/v1/ledger/{path}")
    assert response.get_json() == {"data": shown}
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    asked = dict(item.split("=") for item in path.partition("?")[2].split("&") if item)
    assert asked.items() <= network.ledger.last("GET", route).query.items()
    assert network.ledger.last("GET", route).caller.roles == {"public"}


def test_what_makes_no_sense_is_refused_before_the_ledger_is_asked(client: FlaskClient, network: Network) -> None:
    for path in ("inclusion", "inclusion?position=0", "consistency?first=x", "heads?limit=101"):
        assert client.get(f"/api/v1/ledger/{path}").status_code == 400
    assert network.ledger.asked == []


def test_a_refusal_of_the_ledger_keeps_its_code(client: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", "/tree/inclusion", problem(404, "proof.not_covered", "Not signed yet."))
    response = client.get("/api/v1/ledger/inclusion?position=5")
    assert response.status_code == 404
    assert response.get_json()["errors"] == [{"message": "Not signed yet.", "code": "proof.not_covered"}]


def test_a_party_gets_the_proof_of_its_transfer(client: FlaskClient, network: Network) -> None:
    event = {"position": 5, "type": "t", "leaf": "a", "prev_hash": "b", "path": ["c"], "event": None}
    proof = {"book": "main", "transfer_id": "transfer-1", "size": 9, "root": "r", "head": a_head(), "events": [event]}
    network.ledger.on("GET", "/transfers/transfer-1/proof", proof)
    ann = logged_in(client, "/api/v1/login")
    data = client.get("/api/v1/transfers/transfer-1/proof?size=9", headers=ann).get_json()["data"]
    assert data["transferId"] == "transfer-1"
    assert data["events"] == [{"prevHash" if name == "prev_hash" else name: value for name, value in event.items()}]
    assert network.ledger.last("GET", "/transfers/transfer-1/proof").query == {"size": "9"}
    assert client.get("/api/v1/transfers/transfer-1/proof").status_code == 401


# --- statements ---------------------------------------------------------------------------------------------------


def test_a_code_leads_to_what_the_paper_says(client: FlaskClient) -> None:
    response = client.get("/check?code=o123-4567-89ab-cdef-ghjk")
    assert response.headers["Location"] == CHECK
    response = client.get(CHECK)
    assert "Confirmed." in response.text
    for said in (
        PRINTED, "1000 0000 0000 0008", "1 Jan 2026 – 31 Jan 2026", "3 Feb 2026, 09:30", "3 – 1,000",
        "lies in signed head number 7, which covers 1,042 events",
    ):  # fmt: skip
        assert said in response.text
    for amount in ("5.00", "24.68", "25.00", "4.68"):
        assert f"{amount}\N{NO-BREAK SPACE}credits" in response.text
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in response.text


def test_a_code_is_found_in_any_writing(client: FlaskClient) -> None:
    assert client.get(f"/check/{PRINTED.lower()}").headers["Location"] == CHECK


def test_a_statement_that_no_longer_holds_is_not_confirmed(client: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", PATH, some_facts(holds=False))
    text = client.get(CHECK).text
    assert "NOT confirmed." in text
    assert "Confirmed." not in text


def test_a_statement_that_is_not_signed_yet_says_so(client: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", PATH, some_facts(head=None, path=None))
    assert "Not signed yet." in client.get(CHECK).text


def test_an_unknown_code_says_what_to_do_and_keeps_what_was_typed(client: FlaskClient) -> None:
    response = client.get("/check/ZZZZ0000ZZZZ0000ZZZZ")
    assert response.status_code == 404
    assert "this network never made that statement" in response.text
    assert 'value="ZZZZ0000ZZZZ0000ZZZZ"' in response.text


@pytest.mark.parametrize("path", ["/check?code=12-34", "/check/12-34", "/check/..%2Fhealthz"])
def test_what_is_no_code_is_not_asked_for(client: FlaskClient, network: Network, path: str) -> None:
    response = client.get(path)
    assert response.status_code in (404, 422)
    assert network.ledger.asked == []


def test_nothing_is_told_that_the_paper_does_not_show(client: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", PATH, some_facts(some_entries(3), owner="Ann Archer", entity_id="entity-farm"))
    document = client.get(f"{CHECK}.json").get_json()
    assert document == {**some_facts(some_entries(3)), "decimals": 2}
    for text in (client.get(CHECK).text, client.get(f"{CHECK}.json").text):
        assert "Ann Archer" not in text
        assert "Green Farm" not in text
        assert BAKERY_ACCOUNT not in text
    assert [asked.path for asked in network.directory.asked] == ["/network"]


def test_an_unknown_code_is_a_404_for_programs_too(client: FlaskClient) -> None:
    for path in ("/check/ZZZZ0000ZZZZ0000ZZZZ.json", "/check/x.json"):
        response = client.get(path)
        assert response.status_code == 404
        assert "errors" in response.get_json()


def test_a_ledger_that_is_down_is_not_an_unknown_code(client: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", PATH, DOWN)
    response = client.get(CHECK)
    assert response.status_code == 503
    assert "Back in a moment" in response.text


def test_codes_cannot_be_guessed_in_a_row(config: Config) -> None:
    app: Flask = create_app(replace(config, rate_limit="3/day"))
    client = app.test_client()
    answers = [client.get(f"/check/ZZZZ0000ZZZZ0000ZZZ{number}").status_code for number in range(5)]
    assert answers == [404, 404, 404, 429, 429]
