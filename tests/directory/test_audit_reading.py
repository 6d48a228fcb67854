"""Reading the audit log: by all its fields, as a file that can be checked elsewhere, and by those whom it is about."""

import csv
import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.chassis.tokens import Caller
from services.directory.domain.audit import GENESIS, Entry
from services.directory.handlers import auditing
from services.directory.handlers.writing import By, Directory, note
from services.directory.store import Store
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, PUBLIC, Gateway

AUDITOR = Caller(subject="an-auditor", roles=frozenset({"auditor"}))
OTHER_ADMIN = Caller(subject="other-admin", roles=frozenset({"admin"}))


def tell(directory: Directory, action: str, actor: str = "admin:a", request: str = "r", **more: Any) -> None:
    subject = more.pop("subject", "tag/tea")
    behalf = more.pop("on_behalf_of", None)
    by = By(actor=actor, correlation_id=request, on_behalf_of=behalf)
    note(directory, by, Entry(action=action, subject=subject, **more))


def actions(gateway: Gateway, caller: Caller = ADMIN, **asked: Any) -> list[str]:
    status, found = gateway.get("/audit", caller, **asked)
    assert status == 200, found
    return [entry["action"] for entry in found["entries"]]


def test_it_is_searched_by_every_field(gateway: Gateway, directory: Directory, time: Time):
    member = gateway.sign_up(email="ann@dev.null", name="Ann's")
    user, entity = f"user/{member.user_id}", f"entity/{member.entity_id}"
    time.pass_by(days=1)
    tell(directory, "transfer.initiated", f"user:{member.user_id}", "req-1", subject="transfer/t1", concerns=(entity,))
    tell(directory, "transfer.accepted", "user:other", "req-2", subject="transfer/t1", concerns=(entity,))
    time.pass_by(days=1)
    tell(directory, "category.renamed", before={"name": "50% (a.*b)"}, after={"name": "ÄPFEL"})
    tell(directory, "user.changed", "admin:b", subject=user, on_behalf_of=f"user:{member.user_id}")
    tell(directory, "job.done", "system:schedule")
    every = ["job.done", "user.changed", "category.renamed", "transfer.accepted", "transfer.initiated"]
    expected: list[tuple[dict[str, Any], list[str]]] = [
        ({}, [*every, "entity.registered"]),
        ({"actor": "admin:b"}, ["user.changed"]),
        ({"actor": f"user:{member.user_id}"}, ["user.changed", "transfer.initiated", "entity.registered"]),
        ({"subject": "transfer/t1"}, ["transfer.accepted", "transfer.initiated"]),
        ({"concerns": entity}, ["transfer.accepted", "transfer.initiated", "entity.registered"]),
        ({"concerns": user}, ["user.changed", "entity.registered"]),
        ({"action": "transfer."}, ["transfer.accepted", "transfer.initiated"]),
        ({"action": "transfer.a*"}, ["transfer.accepted"]),
        ({"action": "transfer.accepted"}, ["transfer.accepted"]),
        ({"action": "transfer"}, []),
        ({"action": "....*"}, []),
        ({"category": "system"}, ["job.done"]),
        ({"category": "user,system"}, ["job.done", "transfer.accepted", "transfer.initiated", "entity.registered"]),
        ({"email": "ANN@dev.null"}, ["user.changed", "transfer.initiated", "entity.registered"]),
        ({"email": "nobody@dev.null"}, []),
        ({"correlation_id": "req-2"}, ["transfer.accepted"]),
        ({"text": "äpfel"}, ["category.renamed"]),
        ({"text": "(a.*b)"}, ["category.renamed"]),
        ({"text": "a.*b"}, ["category.renamed"]),
        ({"text": ".*"}, ["category.renamed"]),
        ({"text": "RENAMED"}, ["category.renamed"]),
        ({"from": "2026-02-01"}, every),
        ({"from": "2026-02-02"}, every[:3]),
        ({"to": "2026-02-01"}, [*every[3:], "entity.registered"]),
        ({"to": "2026-01-31"}, ["entity.registered"]),
        ({"from": "2026-02-01", "to": "2026-02-01"}, every[3:]),
        ({"to": "2026-01-31T12:00:00Z"}, ["entity.registered"]),
        ({"to": "2026-01-31T11:59:59Z"}, []),
        ({"action": "transfer.", "actor": "user:other"}, ["transfer.accepted"]),
    ]
    for asked, wanted in expected:
        assert actions(gateway, **asked) == wanted, asked
    assert actions(gateway, AUDITOR, subject="transfer/t1") == ["transfer.accepted", "transfer.initiated"]
    for asked in ({"category": "king"}, {"from": "soon"}, {"page_size": "101"}, {"before": "0"}, {"text": "x" * 101}):
        assert gateway.get("/audit", ADMIN, **asked)[0] == 400, asked
    for caller in (PUBLIC, member.caller, Caller(subject="c", roles=frozenset({"coordinator"}))):
        for path in ("/audit", "/audit/state", "/audit/export"):
            assert gateway.get(path, caller)[0] in (401, 403)


def test_names_are_told_with_a_page(gateway: Gateway):
    member = gateway.sign_up(email="ann@dev.null", name="Ann's")
    _, found = gateway.get("/audit", ADMIN)
    assert found["names"][f"user/{member.user_id}"]["email"] == "ann@dev.null"
    assert found["names"][f"entity/{member.entity_id}"] == {"name": "Ann's"}


def test_pages_by_cursor_are_stable_while_it_grows(gateway: Gateway, directory: Directory):
    for number in range(9):
        tell(directory, f"thing.n{number}")
    seen, before, pages = [], None, 0
    while pages == 0 or before:
        _, page = gateway.get("/audit", ADMIN, page_size="4", **({"before": before} if before else {}))
        seen += [entry["position"] for entry in page["entries"]]
        before, pages = page["next"], pages + 1
        tell(directory, "thing.more")
    assert seen == list(range(9, 0, -1))
    assert actions(gateway, action="thing.n*", page_size="4", page="3") == ["thing.n0"]
    text = {"text": "thing.n", "page_size": "2"}
    _, first = gateway.get("/audit", ADMIN, **text)
    assert [entry["action"] for entry in first["entries"]] == ["thing.n8", "thing.n7"]
    assert actions(gateway, **text, before=first["next"]) == ["thing.n6", "thing.n5"]
    assert actions(gateway, **text, page="5") == ["thing.n0"]


def test_erased_entries_are_shown_as_such(gateway: Gateway, store: Store):
    member = gateway.sign_up()
    store.audit_details.forget(f"entity/{member.entity_id}")
    _, found = gateway.get("/audit", ADMIN)
    assert (found["entries"][0]["erased"], found["entries"][0]["after"]) == (True, {})
    assert gateway.get(f"/users/{member.user_id}/audit", member.caller)[1]["entries"][0]["erased"]


def raw(gateway: Gateway, **asked: Any) -> str:
    token = gateway.signer.token(ADMIN, "directory")
    response = gateway.client.get("/audit/export", query_string=asked, headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200
    assert "attachment" in response.headers["Content-Disposition"]
    return response.get_data(as_text=True)


def test_an_export_is_checked_with_a_few_lines_of_python(gateway: Gateway, directory: Directory, store: Store):
    """The lines of docs/audit.md."""
    gateway.sign_up(name="Ümlaut & Söhne")
    tell(directory, "category.renamed", before={"name": "a"}, after={"name": "b"}, reason="better")
    store.database["audit"].update_one({"_id": 1}, {"$unset": {"details": "", "salt": ""}})
    exported = raw(gateway)

    def canonical(value: Any) -> bytes:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    def problem(text: str) -> str:
        previous = GENESIS
        for line in text.splitlines():
            entry = json.loads(line)
            header = {name: entry[name] for name in entry.keys() - {"details", "salt", "previous", "hash"}}
            if hashlib.sha256(previous.encode() + canonical(header)).hexdigest() != entry["hash"]:
                return f"changed at {entry['position']}"
            if "details" in entry:
                digest = hashlib.sha256(entry["salt"].encode() + canonical(entry["details"])).hexdigest()
                if digest != entry["digest"]:
                    return f"details changed at {entry['position']}"
            previous = entry["hash"]
        return f"head {entry['position']}:{previous}"

    assert problem(exported) == f"head {store.audit_reading.head()}"
    assert problem(exported.replace("better", "worse")) == "details changed at 2"
    assert problem(exported.replace("admin:a", "admin:b")) == "changed at 2"


def test_csv_has_the_same_entries_and_runs_nothing(gateway: Gateway, directory: Directory):
    tell(directory, "tag.renamed", reason="=1+1", subject="@sum")
    tell(directory, "tag.merged")
    rows = list(csv.DictReader(io.StringIO(raw(gateway, format="csv"))))
    assert [(row["action"], row["reason"], row["subject"]) for row in rows] == [
        ("tag.renamed", "'=1+1", "'@sum"),
        ("tag.merged", "", "tag/tea"),
    ]
    assert [row["action"] for row in csv.DictReader(io.StringIO(raw(gateway, format="csv", action="tag.m*")))] == [
        "tag.merged"
    ]


def test_those_concerned_see_what_was_done_but_not_by_which_administrator(gateway: Gateway, directory: Directory):
    member, other = gateway.sign_up(), gateway.sign_up()
    entity = f"entity/{member.entity_id}"
    gateway.patch(f"/entities/{member.entity_id}", {"status": "accepted"}, ADMIN)
    gateway.patch(f"/entities/{member.entity_id}", {"city": "Derry"}, member.caller)
    behalf = {"on_behalf_of": f"user:{member.user_id}"}
    tell(directory, "transfer.initiated", "admin:secret-admin", subject="transfer/t", concerns=(entity,), **behalf)
    tell(directory, "note.changed", f"user:{other.user_id}", subject="entity/theirs", concerns=(entity,))
    tell(directory, "transfer.accepted", f"user:{other.user_id}", subject="transfer/t", concerns=(entity,))
    _, found = gateway.get(f"/entities/{member.entity_id}/audit", member.caller)
    shown = [(each["action"], each["by"]["kind"]) for each in found["entries"]]
    assert shown == [
        ("transfer.accepted", "member"),
        ("transfer.initiated", "administrator"),
        ("entity.changed", "you"),
        ("entity.status-changed", "administrator"),
        ("entity.registered", "you"),
    ]
    assert found["entries"][1]["on_behalf_of"] == {"kind": "you", "name": ""}
    assert "an-admin" not in str(found)
    assert "secret-admin" not in str(found)
    assert other.user_id not in str(found)
    assert gateway.get(f"/entities/{member.entity_id}/audit", other.caller)[0] == 403
    assert gateway.get(f"/users/{member.user_id}/audit", other.caller)[0] == 404
    own = gateway.get(f"/users/{member.user_id}/audit", member.caller)[1]["entries"]
    assert [each["action"] for each in own] == ["entity.registered"]
    page = gateway.get(f"/entities/{member.entity_id}/audit", member.caller, limit="2")[1]
    rest = gateway.get(f"/entities/{member.entity_id}/audit", member.caller, before=page["next"])[1]
    assert [each["action"] for each in page["entries"] + rest["entries"]] == [action for action, _ in shown]


@pytest.mark.parametrize("kind", ["user", "entity"])
def test_who_of_the_staff_looks_at_private_data_is_told_once_an_hour(kind: str, gateway: Gateway, time: Time):
    member = gateway.sign_up()
    path = f"/users/{member.user_id}" if kind == "user" else f"/entities/{member.entity_id}"

    def views() -> list[str]:
        found = gateway.get("/audit", ADMIN, action=f"{kind}.viewed")[1]["entries"]
        return [entry["actor"] for entry in found]

    for caller in (ADMIN, ADMIN, OTHER_ADMIN, member.caller):
        assert gateway.get(path, caller)[0] == 200
    assert views() == ["admin:other-admin", "admin:an-admin"]
    time.pass_by(hours=1)
    gateway.get(path, ADMIN)
    assert len(views()) == 3
    seen = gateway.get(f"{path}/audit", member.caller)[1]["entries"]
    assert [(each["action"], each["by"]["kind"]) for each in seen[:3]] == [(f"{kind}.viewed", "administrator")] * 3


def test_ten_views_at_once_are_one_entry(directory: Directory, store: Store):
    by = By(actor="admin:a", correlation_id="t")
    with ThreadPoolExecutor(5) as threads:
        list(threads.map(lambda _: auditing.note_view(directory, by, "user.viewed", "user/u"), range(10)))
    assert store.database["audit"].count_documents({}) == 1


def test_it_says_its_newest_event_and_how_far_the_index_follows(gateway: Gateway, store: Store):
    told = gateway.get("/followed", ADMIN)[1]
    assert told["head"] == store.events.head()
    assert set(told["followed"]) == {"directory", "ledger"}


def test_the_state_says_the_head_and_the_last_check(gateway: Gateway, directory: Directory, store: Store):
    tell(directory, "tag.renamed")
    head = store.audit_reading.head()
    told = {"head": {"position": 1, "hash": head.hash}, "checked": None, "signed": None}
    assert gateway.get("/audit/state", AUDITOR)[1] == told
