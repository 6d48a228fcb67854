"""Every collection is in the registry of personal data; what it exports has no secret, what it forgets is gone."""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from events import codec
from events.directory import EVENTS
from services.directory.domain.audit import GENESIS, Header, chained
from services.directory.domain.forgetting import EMPTIED, KEPT, redacted
from services.directory.domain.retention import Retention
from services.directory.store import Store, personal, schema
from services.directory.store.personal import COLLECTIONS
from tests.directory.gateway import ADMIN, Gateway, a_login
from tests.directory.test_audit_log import entries

MARKER = "zebrafinch"
SAMPLES = sorted((Path(__file__).parents[2] / "events" / "samples").glob("directory.*.json"))


def test_every_collection_is_in_the_registry():
    assert set(COLLECTIONS) == set(schema.COLLECTIONS)


def test_every_field_of_an_event_is_kept_or_emptied():
    declared = {field.name for event in EVENTS for field in fields(event)}
    assert declared <= KEPT | set(EMPTIED)
    assert not KEPT & set(EMPTIED)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_what_is_left_of_an_event_is_an_event(path: Path):
    envelope = codec.decode(path.read_bytes())
    emptied = redacted(envelope.data)
    assert codec.event_of(replace(envelope, data=emptied)).subject == envelope.subject
    assert redacted(emptied) == emptied


def test_nothing_of_somebody_is_left_in_mongo(gateway: Gateway, store: Store):
    member = gateway.sign_up(
        name=f"{MARKER} ltd", email=f"{MARKER}@dev.null", offers=[f"{MARKER}-feed"], description=MARKER, city=MARKER
    )
    other = gateway.sign_up()
    by_key = {"Idempotency_Key": "once"}
    gateway.patch(f"/users/{member.user_id}", {"first_name": MARKER}, member.caller, **by_key)
    gateway.patch(f"/entities/{member.entity_id}", {"telephone": MARKER}, member.caller)
    gateway.post("/sessions", a_login(member))
    gateway.post("/password-resets", {"email": member.email, "kind": "member"})
    subjects = (f"entity/{member.entity_id}", f"user/{member.user_id}")
    exported = [personal.about(store, subject) for subject in subjects]
    assert MARKER in repr(exported)
    assert "argon2" not in repr(exported)
    for _ in range(2):
        store.transact(lambda inside: [personal.forget(inside, subject) for subject in subjects])
    left = {
        name: found
        for name in store.database.list_collection_names()
        if MARKER in repr(found := list(store.database[name].find()))
    }
    assert not left
    assert gateway.get(f"/entities/{other.entity_id}", ADMIN)[0] == 200
    kept = store.database["entities"].find_one({"_id": member.entity_id})
    assert (kept["account"], kept["status"]) == (member.account, "pending")


def test_the_audit_log_still_verifies_without_the_details(gateway: Gateway, store: Store):
    member = gateway.sign_up()
    gateway.sign_up()
    store.transact(lambda inside: personal.forget(inside, f"entity/{member.entity_id}"))
    previous = GENESIS
    for entry in entries(store):
        header = Header(**{item.name: entry[item.name] for item in fields(Header)})
        assert (entry["previous"], entry["hash"]) == (previous, chained(header, previous))
        previous = entry["hash"]
    assert "details" not in entries(store)[0]


def test_an_address_that_was_forgotten_can_sign_up_anew(gateway: Gateway, store: Store):
    member = gateway.sign_up()
    store.transact(lambda inside: personal.forget(inside, f"user/{member.user_id}"))
    assert gateway.post("/sessions", a_login(member))[1]["type"] == "login.failed"
    assert gateway.sign_up(email=member.email).user_id != member.user_id


def test_how_long_each_collection_is_kept_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
    table = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| `")]
    assert {name for cells in table for name in re.findall(r"`([^`]+)`", cells[0])} == set(COLLECTIONS)
    assert all(len(cells) == 5 for cells in table)
    kept = Retention()
    assert (kept.addresses.days, kept.answers.days, kept.audit_details.days // 365) == (90, 90, 6)


def test_what_is_said_to_expire_has_an_index_that_does_it():
    text = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
    table = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| `")]
    said = {name for cells in table if "expiry" in cells[4] for name in re.findall(r"`([^`]+)`", cells[0])}
    assert said == {
        name
        for name, indexes in schema.INDEXES.items()
        if any("expireAfterSeconds" in each.document for each in indexes)
    }
