"""Heads and proofs over HTTP, of the book in memory and of the real one alike: what they prove and don't show."""

import json

import psycopg
import pytest

from services.ledger.chain import link
from services.ledger.domain import CancelTransfer
from tests.ledger.factories import a_request, accepting, cancelling, paying
from tests.ledger.rfc9162 import leaf, proves_consistency, proves_inclusion
from tests.ledger.signing_web import MemoryApi, StoreApi
from tests.ledger.web import A, Api, B, C, code_of


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.integration)])
def web(request: pytest.FixtureRequest) -> Api:
    if request.param == "memory":
        return MemoryApi()
    return StoreApi(*map(request.getfixturevalue, ("ledger_database", "book", "writer", "reader")))


def get(web: Api, path: str, **more):
    answer = web.ask("get", path, **({"roles": ["public"]} | more))
    assert answer.status_code == 200, answer.text
    return answer.json


def grow(web: Api, count: int) -> None:
    for _ in range(count):
        web.appender.execute([paying(A, B, 1)])


def completed(web: Api) -> str:
    known = web.propose().json["transfer_id"]
    web.appender.execute([accepting(known, B)])
    return known


def of_hex(path: list[str]) -> list[bytes]:
    return [bytes.fromhex(each) for each in path]


def test_without_a_head_nothing_is_proven(web):
    assert code_of(web.ask("get", "/tree/head")) == (404, "head.none")
    assert get(web, "/tree/heads") == {"heads": [], "next": None}
    assert code_of(web.ask("get", "/tree/inclusion?position=1")) == (404, "proof.not_covered")
    assert code_of(web.ask("get", "/tree/consistency?first=1")) == (404, "proof.not_covered")


def test_heads_come_newest_first_in_pages(web):
    for _ in range(5):
        grow(web, 1)
        web.sign()
    newest = get(web, "/tree/head")
    assert newest["number"] == 5
    page = get(web, "/tree/heads?limit=2")
    assert page["heads"][0] == newest
    assert ([head["number"] for head in page["heads"]], page["next"]) == ([5, 4], 4)
    page = get(web, f"/tree/heads?limit=3&before={page['next']}")
    assert ([head["number"] for head in page["heads"]], page["next"]) == ([3, 2, 1], None)


def test_every_event_is_proven_at_every_size(web):
    for count in (1, 2, 1, 4):
        grow(web, count)
        web.sign()
    sizes = [head["size"] for head in get(web, "/tree/heads")["heads"]]
    for size in range(1, sizes[0] + 1):
        for position in range(1, size + 1):
            found = get(web, f"/tree/inclusion?position={position}&size={size}")
            path, root = of_hex(found["path"]), bytes.fromhex(found["root"])
            assert proves_inclusion(leaf(bytes.fromhex(found["leaf"])), position - 1, size, path, root)
            assert (found["head"] is not None) == (size in sizes)
            assert found["head"] is None or (found["head"]["root"], found["head"]["size"]) == (found["root"], size)


def test_every_size_is_proven_to_continue_every_smaller_one(web):
    grow(web, 9)
    web.sign()
    size = get(web, "/tree/head")["size"]
    for second in range(1, size + 1):
        for first in range(1, second + 1):
            found = get(web, f"/tree/consistency?first={first}&second={second}")
            roots = bytes.fromhex(found["first_root"]), bytes.fromhex(found["second_root"])
            assert proves_consistency(first, second, *roots, of_hex(found["path"]))


def test_the_newest_head_is_meant_when_no_size_is_named(web):
    grow(web, 3)
    web.sign()
    grow(web, 2)
    head = get(web, "/tree/head")
    found = get(web, "/tree/inclusion?position=2")
    assert (found["size"], found["head"]) == (head["size"], head)
    assert get(web, "/tree/consistency?first=2")["second_root"] == head["root"]
    beyond = head["size"] + 1
    for path in (f"inclusion?position={beyond}", f"inclusion?position=1&size={beyond}", f"consistency?first={beyond}"):
        assert code_of(web.ask("get", f"/tree/{path}")) == (404, "proof.not_covered")
    assert code_of(web.ask("get", "/tree/inclusion?position=3&size=2")) == (404, "proof.not_covered")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("inclusion", "position"),
        ("inclusion?position=0", "position"),
        ("inclusion?position=1&size=x", "size"),
        ("consistency?first=3&second=2", "second"),
        ("consistency", "first"),
        ("heads?limit=101", "limit"),
        ("heads?before=-1", "before"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_field(path, field):
    answer = MemoryApi().ask("get", f"/tree/{path}")
    assert code_of(answer) == (400, "request.invalid")
    assert list(answer.json["errors"]) == [field]


def test_what_never_changes_may_be_kept(web):
    web.sign()
    fixed, moving = "/tree/inclusion?position=1&size=2", "/tree/inclusion?position=1"
    assert "immutable" in web.ask("get", fixed).headers["Cache-Control"]
    assert "Cache-Control" not in web.ask("get", moving).headers


def test_a_transfer_is_proven_from_its_words_to_the_head(web):
    known = completed(web)
    web.sign()
    found = get(web, f"/transfers/{known}/proof", roles=["auditor"])
    assert [event["type"] for event in found["events"]] == [
        "ledger.transfer-initiated.v1",
        "ledger.transfer-completed.v1",
    ]
    for event in found["events"]:
        text, before = event["event"].encode(), bytes.fromhex(event["prev_hash"])
        assert link(before, event["position"], text).hex() == event["leaf"]
        assert json.loads(text)["data"]["transfer_id"] == known
        base, path = leaf(bytes.fromhex(event["leaf"])), of_hex(event["path"])
        assert proves_inclusion(base, event["position"] - 1, found["size"], path, bytes.fromhex(found["root"]))
    assert found["root"] == found["head"]["root"]


def test_a_member_reads_no_balance_of_the_other_side(web):
    known = completed(web)
    web.sign()
    for number in (A, B):
        proposed, ended = get(web, f"/transfers/{known}/proof", roles=["member"], as_=[number])["events"]
        assert json.loads(proposed["event"])["data"]["amount"] == 100
        assert ended["event"] is None
        assert ended["leaf"]
        assert ended["path"]


def test_a_member_does_not_learn_which_administrator_it_was(web):
    known = web.propose().json["transfer_id"]
    web.appender.execute([a_request(CancelTransfer(transfer_id=known, reason="no"), admin=True)])
    web.sign()
    shown = get(web, f"/transfers/{known}/proof", roles=["member"], as_=[A])
    assert shown["events"][1]["event"] is None
    assert "admin:a" not in json.dumps(shown)
    assert "admin:a" in json.dumps(get(web, f"/transfers/{known}/proof", roles=["auditor"]))


def test_a_transfer_that_goes_on_is_proven_as_far_as_it_is_signed(web):
    known = web.propose().json["transfer_id"]
    assert code_of(web.ask("get", f"/transfers/{known}/proof", as_=[A])) == (404, "proof.not_covered")
    web.sign()
    web.appender.execute([cancelling(known, A)])
    assert len(get(web, f"/transfers/{known}/proof", roles=["member"], as_=[A])["events"]) == 1
    web.sign()
    events = get(web, f"/transfers/{known}/proof", roles=["member"], as_=[A])["events"]
    assert [event["type"] for event in events] == ["ledger.transfer-initiated.v1", "ledger.transfer-cancelled.v1"]


def test_a_stranger_learns_nothing_of_a_transfer(web):
    known = completed(web)
    web.sign()
    for path in (known, "0" * 32, "nonsense"):
        assert code_of(web.ask("get", f"/transfers/{path}/proof", as_=[C])) == (404, "transfer.unknown")


def test_public_proofs_show_nothing_of_an_event(web):
    known = completed(web)
    web.sign()
    size = get(web, "/tree/head")["size"]
    shown = json.dumps([get(web, f"/tree/inclusion?position={position}") for position in range(1, size + 1)])
    assert not any(word in shown for word in (A, B, known, "user:"))


@pytest.mark.integration
def test_a_tree_that_is_still_built_up_says_so(ledger_database, book, writer, reader):
    web = StoreApi(ledger_database, book, writer, reader)
    web.sign()
    with psycopg.connect(ledger_database.admin_url, autocommit=True) as meddler:
        meddler.execute(
            "INSERT INTO tree_heads SELECT book, number + 1, 1000000, root, hash, accounts, time, kid, jws "
            "FROM tree_heads WHERE book = %s",
            [book],
        )
    assert code_of(web.ask("get", "/tree/inclusion?position=1")) == (503, "proof.building")
