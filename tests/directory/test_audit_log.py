"""Every command says in the audit log who did what, in its own transaction, chained to all before."""

from dataclasses import fields

import pytest

from services.directory.domain import EntityChange, LoginFailed
from services.directory.domain.audit import GENESIS, Header, chained, digest_of
from services.directory.handlers import logins, members
from services.directory.handlers.writing import By, Directory, Done, once, origin_of
from services.directory.store import Store
from tests.directory.gateway import ADMIN, PASSWORD, SERVICE, Gateway, a_login

BY = By(actor="admin:an-admin", correlation_id="test", origin="somewhere")


def entries(store: Store) -> list[dict]:
    return list(store.database["audit"].find().sort("_id", 1))


def assert_chained(store: Store) -> None:
    previous = GENESIS
    for number, entry in enumerate(entries(store), 1):
        header = Header(**{item.name: entry[item.name] for item in fields(Header)})
        assert entry["_id"] == header.position == number
        assert header.digest == digest_of(entry["details"], entry["salt"])
        assert (entry["previous"], entry["hash"]) == (previous, chained(header, previous))
        previous = entry["hash"]
    assert store.database["counters"].find_one({"_id": "audit"})["hash"] == previous


def test_commands_are_told_with_before_and_after(gateway: Gateway, store: Store):
    member = gateway.sign_up(name="Green Grocers", offers=["pears"])
    gateway.patch(f"/entities/{member.entity_id}", {"status": "accepted", "reason": "welcome", "city": "Derry"}, ADMIN)
    gateway.post("/sessions", a_login(member))
    gateway.post("/sessions", a_login(member, "wrong-word-1"))
    registered, changed, decided, in_, failed = entries(store)
    assert registered["action"] == "entity.registered"
    assert registered["actor"] == f"user:{member.user_id}"
    assert registered["concerns"] == [f"user/{member.user_id}"]
    assert registered["details"]["after"]["offers"] == ["pears"]
    assert changed["details"]["before"], changed["details"]["after"] == ({"city": ""}, {"city": "Derry"})
    assert decided["action"] == "entity.status-changed"
    assert decided["details"] == {
        "before": {"status": "pending"},
        "after": {"status": "accepted"},
        "reason": "welcome",
    }
    assert decided["actor"] == "admin:an-admin"
    assert (in_["action"], in_["actor"]) == ("login.succeeded", f"user:{member.user_id}")
    assert (failed["action"], failed["subject"]) == ("login.failed", f"user/{member.user_id}")
    assert_chained(store)


def test_a_refused_command_and_a_repeat_are_not_told(gateway: Gateway, store: Store):
    member = gateway.sign_up()
    for _ in range(2):
        gateway.patch(f"/entities/{member.entity_id}", {"city": "Derry"}, member.caller, Idempotency_Key="once")
    gateway.patch(f"/entities/{member.entity_id}", {"status": "accepted"}, member.caller)
    assert [entry["action"] for entry in entries(store)] == ["entity.registered", "entity.changed"]
    assert_chained(store)


def test_no_secret_is_told(gateway: Gateway, directory: Directory, store: Store):
    member = gateway.sign_up()
    with pytest.raises(LoginFailed):
        logins.log_in(directory, BY, email=member.email, password="m4rked-word!", kind="member", address="192.0.2.77")
    told = repr(entries(store))
    assert PASSWORD not in told
    assert "m4rked-word!" not in told
    assert "192.0.2.77" not in told


def test_what_is_erased_leaves_the_chain_whole(gateway: Gateway, store: Store):
    member = gateway.sign_up()
    gateway.patch(f"/entities/{member.entity_id}", {"city": "Derry"}, member.caller)
    store.database["audit"].update_many({}, {"$unset": {"details": 1, "salt": 1}})
    previous = GENESIS
    for entry in entries(store):
        previous = chained(Header(**{item.name: entry[item.name] for item in fields(Header)}), previous)
        assert entry["hash"] == previous


def test_a_change_without_an_entry_is_a_defect(directory: Directory):
    with pytest.raises(RuntimeError, match="audit log"):
        once(directory, BY, None, lambda _: Done({}, 7))


def test_the_entry_goes_with_the_change_or_not_at_all(gateway: Gateway, directory: Directory, store: Store):
    member = gateway.sign_up()
    before = len(entries(store))

    class Broken(Exception):
        pass

    def work(inside: Store) -> Done:
        done = Done({}, 0)
        inside.entities.save(inside.entities.find(member.entity_id))  # type: ignore[arg-type]
        raise Broken(done)

    with pytest.raises(Broken):
        once(directory, BY, None, work)
    assert len(entries(store)) == before


def test_an_address_is_told_apart_but_not_told(store: Store):
    here, there = origin_of(store, "192.0.2.1"), origin_of(store, "192.0.2.2")
    assert here == origin_of(store, "192.0.2.1") != there
    assert "192" not in here
    assert origin_of(store, "") == ""
    store.database["settings"].delete_one({"_id": "origins"})
    assert origin_of(store, "192.0.2.1") != here


def test_entries_of_many_at_once_have_no_gap(gateway: Gateway, directory: Directory, store: Store):
    from concurrent.futures import ThreadPoolExecutor

    member = gateway.sign_up()
    with ThreadPoolExecutor(4) as threads:
        cities = [f"City {number}" for number in range(12)]
        change = [EntityChange(profile={"city": city}) for city in cities]
        list(threads.map(lambda each: members.change_entity(directory, BY, member.entity_id, each), change))
    assert len(entries(store)) == 13
    assert_chained(store)


def test_logging_out_is_told_once(gateway: Gateway, store: Store):
    member = gateway.sign_up()
    for _ in range(2):
        assert gateway.delete(f"/sessions/{member.session_id}")[0] == 200
    assert gateway.delete("/sessions/never-was")[0] == 200
    (ended,) = [entry for entry in entries(store) if entry["action"] == "session.ended"]
    assert (ended["actor"], ended["subject"]) == (f"user:{member.user_id}", f"user/{member.user_id}")
    assert gateway.get(f"/sessions/{member.session_id}", SERVICE)[0] == 404
