"""Auditors' pages: views with filters in the address, events with proofs, the book since a head that was kept."""

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.gateway import proving
from services.gateway.kept_heads import Kept, newest_in
from tests.gateway.booked import Book, a_book, consistency, inclusion, root_of, sha
from tests.gateway.network import FARM_ACCOUNT, Network
from tests.gateway.proven import DOWN, a_head, a_key
from tests.gateway.scenes import furnish, log_in, send
from tests.gateway.scenes_audit import keep
from tests.gateway.standin import problem

SCRIPT = Path("services/gateway/static/check_proof.py")
LEAVES = [sha(bytes([number])) for number in range(17)]


@pytest.fixture
def book(network: Network) -> Book:
    furnish(network)
    return a_book()


@pytest.fixture
def auditor(client: FlaskClient, book: Book) -> FlaskClient:
    log_in(client, "auditor")
    return client


def checked(tmp_path: Path, proof: object, *kept: str) -> tuple[int, str]:
    """What the script at home says of a proof."""
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof))
    done = subprocess.run([sys.executable, str(SCRIPT), str(file), *kept], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


# --- the mathematics ----------------------------------------------------------------------------------------------


def test_every_path_holds_and_no_other_does() -> None:
    for size in range(1, len(LEAVES) + 1):
        leaves, root = LEAVES[:size], root_of(LEAVES[:size]).hex()
        for index, leaf in enumerate(leaves):
            path = [step.hex() for step in inclusion(index, leaves)]
            placed = {"leaf": leaf.hex(), "path": path, "root": root, "size": size}
            assert proving.includes(position=index + 1, **placed)
            assert not proving.includes(position=index + 2, **placed)
            assert not proving.includes(position=index + 1, **placed | {"path": [*path, root]})
            assert not proving.includes(position=index + 1, **placed | {"root": leaf.hex()})
        for first in range(1, size + 1):
            old, path = root_of(leaves[:first]).hex(), [step.hex() for step in consistency(first, leaves)]
            told = {"first": first, "second": size, "first_root": old, "second_root": root, "path": path}
            assert proving.continues(**told)
            assert not proving.continues(**told | {"first_root": sha(b"x").hex()})
            assert not proving.continues(**told | {"second_root": sha(b"x").hex()})
            assert not proving.continues(**told | {"path": [*path, root]})


@pytest.mark.parametrize("path", [["zz"], ["ab"], [""]])
def test_nonsense_proves_nothing(path: list[str]) -> None:
    root = sha(b"x").hex()
    assert not proving.includes(leaf="zz", position=1, size=2, path=path, root=root)
    assert not proving.continues(first=1, second=2, first_root="zz", second_root=root, path=path)


def test_a_signature_is_of_what_the_head_says_and_of_a_key_that_is_known() -> None:
    assert proving.is_signed(a_head(), [a_key()])
    assert not proving.is_signed(a_head() | {"size": 9}, [a_key()])
    assert not proving.is_signed(a_head(), [])
    assert not proving.is_signed(a_head() | {"jws": "a.b.c"}, [a_key()])
    head, other = a_head(), a_head(number=8)
    mixed = head | {"jws": head["jws"].rpartition(".")[0] + "." + other["jws"].rpartition(".")[2]}
    assert not proving.is_signed(mixed, [a_key()])


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(a_head(2, 8)),
        a_head(2, 8)["jws"],
        json.dumps({"books": [{"head": a_head(2, 8)}], "keys": [a_key()]}),
        json.dumps({"heads": [a_head(1, 4), a_head(2, 8)], "next": None}),
        "\n".join(json.dumps({"head": head["jws"]}) for head in (a_head(1, 4), a_head(2, 8))),
    ],
    ids=["head", "jws", "well-known", "heads", "export"],
)
def test_the_newest_head_is_read_from_whatever_was_kept(text: str) -> None:
    assert newest_in(text) == Kept(8, "5d" * 32)


@pytest.mark.parametrize("text", ["", "{}", "[1, null]", "a.b.c", "aaaaaaaaa.bbbbbbbbb.ccccccccc", "[" * 5000])
def test_what_has_no_head_has_none(text: str) -> None:
    assert newest_in(text) is None


# --- views --------------------------------------------------------------------------------------------------------


def test_filters_are_asked_of_the_ledger_and_taken_along(auditor: FlaskClient, network: Network) -> None:
    text = auditor.get("/auditor/views/rings?from=2026-01-01&to=2026-01-31&min_amount=1,200.50&length=4").text
    asked = network.ledger.last("GET", "/audit/rings").query
    assert asked == {
        "from": "2026-01-01T00:00:00.000000Z", "to": "2026-02-01T00:00:00.000000Z", "min_amount": "120050",
        "length": "4", "limit": "50",
    }  # fmt: skip
    assert 'value="2026-01-31"' in text
    link = text.split('href="/auditor/rings.csv?')[1].split('"')[0].replace("&amp;", "&")
    auditor.get(f"/auditor/rings.csv?{link}")
    assert network.ledger.last("GET", "/audit/rings").query == asked | {"limit": "500"}


def test_a_further_page_keeps_the_filters(auditor: FlaskClient, network: Network) -> None:
    text = auditor.get("/auditor/views/trial-balance?position=12,000").text
    assert 'href="/auditor/views/trial-balance?position=12,000&amp;after=more"' in text
    text = auditor.get("/auditor/views/trial-balance?position=12,000&after=more").text
    assert network.ledger.last("GET", "/audit/trial-balance").query["after"] == "more"
    assert "From the beginning" in text


def test_a_sum_that_is_not_zero_is_said_loudly(auditor: FlaskClient, network: Network) -> None:
    wrong = {"rows": [], "next": None, "position": 9, "sum": 1, "total_positive": 1, "total_negative": 0}
    network.ledger.on("GET", "/audit/trial-balance", wrong)
    assert "All balances together are 0.01\N{NO-BREAK SPACE}credits" in auditor.get("/auditor/views/trial-balance").text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("trial-balance?at=yesterday", "Write the day like 2026-01-31."),
        ("trial-balance?at=0001-01-01", "That day is too far away."),
        ("trial-balance?at=2026-01-31&position=4", "Give a day or a position, not both."),
        ("reversals?from_position=x", "Write a whole number, like 1042."),
        ("near-limits?percent=100", "Write a whole number from 0 to 99."),
        ("rings?min_amount=1.234", "Write an amount like 25.00"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(
    auditor: FlaskClient, network: Network, path: str, words: str
) -> None:
    response = auditor.get(f"/auditor/views/{path}")
    assert response.status_code == 400
    assert words in response.text
    assert 'aria-invalid="true"' in response.text
    assert not [asked for asked in network.ledger.asked if asked.path.startswith("/audit/")]


def test_a_position_to_come_is_said_beside_its_field(auditor: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", "/audit/reversals", problem(400, "request.invalid", errors={"to_position": ["Not yet."]}))
    response = auditor.get("/auditor/views/reversals?to_position=99999")
    assert response.status_code == 400
    assert "The book has not come to that position yet" in response.text


def test_a_view_that_is_down_spoils_its_card_alone(auditor: FlaskClient, network: Network) -> None:
    network.ledger.on("GET", "/audit/reversals", DOWN)
    response = auditor.get("/auditor/views/reversals")
    assert response.status_code == 200
    assert "can&#39;t be reached" in response.text
    assert auditor.get("/auditor/views/changes").status_code == 404


def test_a_draw_needs_its_seed(auditor: FlaskClient, network: Network) -> None:
    assert "Fill in what is asked above" in auditor.get("/auditor/views/sample?n=5").text
    assert network.ledger.count("GET", "/audit/sample") == 0


# --- events -------------------------------------------------------------------------------------------------------


def test_events_are_found_by_type_and_account(auditor: FlaskClient, network: Network) -> None:
    text = auditor.get(f"/auditor/events?type=transfer-completed&account={FARM_ACCOUNT}").text
    asked = network.ledger.last("GET", "/audit/events").query
    assert (asked["type"], asked["account"]) == ("transfer-completed", FARM_ACCOUNT)
    assert 'href="/auditor/events/5"' in text
    assert 'href="/auditor/events/4"' not in text
    assert auditor.get("/auditor/events?account=12").status_code == 400
    assert auditor.get("/auditor/events?number=1,042").headers["Location"] == "/auditor/events/1042"


def test_an_event_is_shown_with_its_proof(auditor: FlaskClient, network: Network, book: Book) -> None:
    text = auditor.get("/auditor/events/5").text
    assert "This event is number 5 of the first 8 events of the book." in text
    assert text.count('badge-good">') == 4
    assert book.chain[5].hex() in text
    assert "&#34;sequence&#34;: &#34;00000000000000000005&#34;" in text


@pytest.mark.parametrize("what", ["text", "path", "signature"])
def test_a_proof_that_does_not_hold_is_said_loudly(
    auditor: FlaskClient, network: Network, book: Book, what: str
) -> None:
    if what == "text":
        keep(network, replace(book, texts=[text.replace("2500", "2600") for text in book.texts]))
    elif what == "path":
        other = replace(book, chain=[*book.chain[:6], sha(b"x"), *book.chain[7:]])
        network.ledger.on(
            "GET", "/tree/inclusion", lambda asked: book.tree(asked) | {"path": other.tree(asked)["path"]}
        )
    else:
        network.ledger.on("GET", "/tree/keys", {"keys": []})
    text = auditor.get("/auditor/events/5").text
    assert "The proof does not hold." in text
    assert text.count('badge-bad">') == 1


def test_an_event_and_its_proof_are_checked_at_home(auditor: FlaskClient, book: Book, tmp_path: Path) -> None:
    response = auditor.get("/auditor/events/5.json")
    assert response.headers["Content-Disposition"] == 'attachment; filename="event-5.json"'
    proof, root = response.get_json(), root_of(book.leaves[:8]).hex()
    assert checked(tmp_path, proof, root) == (0, f"HOLDS: book main, 1 event(s) among the first 8, root {root}\n")
    assert checked(tmp_path, proof, "ab" * 32)[0] == 1
    changed = json.loads(json.dumps(proof).replace("2500", "2600"))
    assert checked(tmp_path, changed) == (
        1, "WRONG: the hash of event 5 is not of its text and of all before it\n",
    )  # fmt: skip


def test_an_event_can_be_taken_away_as_an_export_of_it(auditor: FlaskClient, network: Network) -> None:
    response = auditor.get("/auditor/events/5.ndjson")
    assert response.headers["Content-Disposition"] == 'attachment; filename="main-5.ndjson"'
    assert network.ledger.last("GET", "/export").query == {"first": "5", "last": "5"}


def test_an_event_that_is_not_signed_yet_says_so(auditor: FlaskClient, network: Network) -> None:
    text = auditor.get("/auditor/events/9").text
    assert "No signed head covers this event yet." in text
    network.ledger.on("POST", "/tree/heads", a_head(8, 9))
    response = send(auditor, "/auditor/head", {"event": "9"}, page="/auditor/events/9")
    assert response.headers["Location"] == "/auditor/events/9"


def test_an_event_that_has_not_happened_is_not_found(auditor: FlaskClient) -> None:
    assert auditor.get("/auditor/events/10").status_code == 404


@pytest.mark.parametrize("path", ["/export", "/tree/inclusion", "/tree/keys"])
def test_an_event_is_shown_while_a_part_of_its_proof_is_away(auditor: FlaskClient, network: Network, path: str) -> None:
    network.ledger.on("GET", path, problem(503, "export.busy"))
    response = auditor.get("/auditor/events/5")
    assert response.status_code == 200
    assert "Others are downloading all events" in response.text


# --- since the last audit -----------------------------------------------------------------------------------------


def test_a_kept_head_is_the_beginning_of_the_book(
    auditor: FlaskClient, network: Network, book: Book, tmp_path: Path
) -> None:
    head = book.head(4) or {}
    text = auditor.get(f"/auditor/since?size=4&root={head['root']}").text
    assert "It is the same book." in text
    assert "4 events came after it." in text
    assert text.count('badge-good">') == 4
    asked = network.ledger.last("GET", "/audit/reversals").query
    assert (asked["from_position"], asked["to_position"]) == ("5", "8")
    proof = auditor.get(f"/auditor/since.json?size=4&root={head['root']}").get_json()
    told = f"HOLDS: book main, the first 4 of 8 events are unchanged, root {head['root']}\n"
    assert checked(tmp_path, proof, head["root"]) == (0, told)
    assert checked(tmp_path, proof | {"second_root": head["root"]})[0] == 1


def test_another_history_is_said_loudly(auditor: FlaskClient) -> None:
    text = auditor.get(f"/auditor/since?size=4&root={'ab' * 32}").text
    assert "This is not the book that you kept the head of." in text
    assert "I have audited" not in text


def test_a_book_that_was_cut_off_is_said_loudly(auditor: FlaskClient) -> None:
    assert "The book is shorter than yours" in auditor.get(f"/auditor/since?size=12&root={'ab' * 32}").text


def test_nothing_new_is_said(auditor: FlaskClient, book: Book) -> None:
    head = book.head(8) or {}
    assert "Nothing came after it." in auditor.get(f"/auditor/since?size=8&root={head['root']}").text


@pytest.mark.parametrize("query", ["size=4", "size=x&root=y", f"size=0&root={'ab' * 32}"])
def test_what_is_no_head_is_said_beside_the_field(auditor: FlaskClient, query: str) -> None:
    response = auditor.get(f"/auditor/since?{query}")
    assert response.status_code == 422
    assert "A head has the number of events" in response.text


def upload(client: FlaskClient, content: bytes) -> TestResponse:
    return send(client, "/auditor/since", {"file": (io.BytesIO(content), "head.json")}, page="/auditor/since")


def test_a_head_is_read_from_the_file_that_was_kept(auditor: FlaskClient, book: Book) -> None:
    head = book.head(4) or {}
    response = upload(auditor, json.dumps({"books": [{"head": head}]}).encode())
    assert response.headers["Location"] == f"/auditor/since?size=4&root={head['root']}"
    response = upload(auditor, b"\xff nothing")
    assert response.status_code == 422
    assert "There is no signed head in this file." in response.text


def test_the_browser_remembers_for_the_one_who_marked(auditor: FlaskClient, book: Book) -> None:
    head = book.head(8) or {}
    send(auditor, "/auditor/audited", {"size": "8", "root": head["root"]}, page="/auditor")
    text = auditor.get("/auditor").text
    assert "you have audited up to event 8" in text
    assert f'href="/auditor/since?size=8&amp;root={head["root"]}"' in text
    log_in(auditor, "admin")
    assert "This browser remembers" not in auditor.get("/auditor").text


def test_what_is_no_head_is_not_remembered(auditor: FlaskClient) -> None:
    response = send(auditor, "/auditor/audited", {"size": "8", "root": "x"}, page="/auditor")
    assert "mccsAudited" not in str(response.headers)
    assert "That is no head." in auditor.get("/auditor").text


# --- the state at the top -----------------------------------------------------------------------------------------


def test_the_newest_head_is_checked_at_once(auditor: FlaskClient, network: Network) -> None:
    assert auditor.get("/auditor").text.count('badge-good">') == 3
    network.ledger.on("GET", "/tree/keys", {"keys": []})
    assert auditor.get("/auditor").text.count('badge-bad">') == 1


def test_no_page_that_is_linked_is_forbidden_to_auditors(auditor: FlaskClient) -> None:
    menu = auditor.get("/auditor").text.split('aria-label="Main"')[1].split("</nav>")[0]
    paths = [part.split('"')[0] for part in menu.split('href="')[1:]]
    assert paths
    assert [path for path in paths if auditor.get(path).status_code == 403] == []


# --- a transfer's proof -------------------------------------------------------------------------------------------


def test_a_party_sees_and_takes_the_proof_of_a_transfer(
    client: FlaskClient, network: Network, book: Book, tmp_path: Path
) -> None:
    log_in(client, "member")
    text = client.get("/transfers/transfer-1").text
    assert "The ledger has signed this transfer" in text
    assert "The text of one event is not in your proof" in text
    assert "/auditor/" not in text
    proof = client.get("/transfers/transfer-1/proof.json").get_json()
    root = root_of(book.leaves[:8]).hex()
    assert checked(tmp_path, proof, root) == (0, f"HOLDS: book main, 2 event(s) among the first 8, root {root}\n")


def test_auditors_get_from_a_transfer_to_its_events(auditor: FlaskClient) -> None:
    text = auditor.get("/transfers/transfer-1").text
    assert 'href="/auditor/events/5"' in text
    assert "is not in your proof" not in text


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (problem(404, "proof.not_covered"), "The ledger signs all that is written each minute."),
        (problem(503, "proof.building"), "still building the tree"),
        (DOWN, "can&#39;t be reached"),
    ],
)
def test_a_transfer_without_a_proof_says_why(auditor: FlaskClient, network: Network, says: object, words: str) -> None:
    network.ledger.on("GET", "/transfers/transfer-1/proof", says)
    response = auditor.get("/transfers/transfer-1")
    assert response.status_code == 200
    assert words in response.text
