"""Closing a business, and forgetting it and its people once the ledger has settled the account."""

from datetime import UTC, datetime

import pytest

from events import codec
from events.ledger import AccountStandingChanged
from services.chassis.tokens import Caller
from services.directory.domain import NotSettled
from services.directory.following import FiguresFollower, News
from services.directory.handlers import closing
from services.directory.handlers.writing import By, Directory
from services.directory.indexing import indexed
from services.directory.store import EntityIndex, Store
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, PASSWORD, PUBLIC, Gateway, Member, a_login

BY = By(actor="system:test", correlation_id="test")
MARKER = "zebrafinch"


@pytest.fixture(autouse=True)
def these_days(time: Time) -> None:
    """MongoDB ends sessions by its own clock: those of last winter at any moment."""
    time.moment = datetime.now(UTC)


def in_session(gateway: Gateway, member: Member) -> Caller:
    """The member, verified a moment ago."""
    caller = Caller(
        subject=member.user_id,
        roles=frozenset({"member"}),
        accounts=frozenset({member.account}),
        entities=frozenset({member.entity_id}),
        session=member.session_id,
    )
    path = f"/sessions/{member.session_id}/verification"
    assert gateway.post(path, {"password": PASSWORD}, caller)[0] == 200
    return caller


def types(store: Store) -> list[str]:
    return [record["type"] for record in store.database["outbox"].find().sort("_id", 1)]


def closed(gateway: Gateway, member: Member, reason: str = "") -> tuple[int, dict]:
    return gateway.post(f"/entities/{member.entity_id}/closing", {"reason": reason}, in_session(gateway, member))


def test_an_owner_closes_a_business_and_it_is_in_no_list_any_more(
    gateway: Gateway, store: Store, prepared_index: EntityIndex
):
    member = gateway.sign_up(offers=["pears"])
    gateway.patch(f"/entities/{member.entity_id}", {"status": "accepted"}, ADMIN)
    status, view = closed(gateway, member, "I retire")
    assert (status, bool(view["closed_at"])) == (200, True)
    assert types(store)[-1] == "directory.entity-closed.v1"
    prepared_index.put(list(indexed(store.entities.every())))
    assert gateway.get("/search", PUBLIC, offers="pears")[1]["total"] == 0
    assert gateway.get(f"/entities/{member.entity_id}", PUBLIC)[0] == 404
    status, problem = gateway.patch(f"/entities/{member.entity_id}", {"city": "Hull"}, member.caller)
    assert (status, problem["type"]) == (409, "entity.closed")
    before = types(store)
    assert closed(gateway, member, "I retire")[0] == 200
    assert types(store) == before


def test_only_who_was_verified_and_owns_it_closes_a_business(gateway: Gateway, store: Store, time: Time):
    member, other = gateway.sign_up(), gateway.sign_up()
    time.pass_by(minutes=11)
    path = f"/entities/{member.entity_id}/closing"
    assert gateway.post(path, {}, member.caller)[1]["type"] == "auth.step_up_needed"
    assert gateway.post(path, {}, in_session(gateway, other))[1]["type"] == "entity.not_yours"
    store.database["memberships"].update_one({"user_id": member.user_id}, {"$set": {"role": "operator"}})
    assert closed(gateway, member)[1]["type"] == "entity.owners_only"


def test_a_settled_business_is_forgotten_with_its_people(gateway: Gateway, directory: Directory, store: Store):
    member = gateway.sign_up(
        name=f"{MARKER} ltd", email=f"{MARKER}@dev.null", offers=[f"{MARKER}-seed"], description=MARKER
    )
    gateway.patch(f"/users/{member.user_id}", {"first_name": MARKER}, member.caller)
    gateway.patch(f"/entities/{member.entity_id}", {"status": "accepted", "reason": MARKER}, ADMIN)
    with pytest.raises(NotSettled):
        closing.forget_entity(directory, BY, member.entity_id)
    assert closing.settled(directory, BY, member.account) is None
    closed(gateway, member, MARKER)
    done = closing.settled(directory, BY, member.account)
    assert done
    assert done.document == {"entity_id": member.entity_id, "users": [member.user_id]}
    assert closing.settled(directory, BY, member.account) is None
    assert types(store)[-3:] == [
        "directory.membership-changed.v1",
        "directory.user-closed.v1",
        "directory.entity-forgotten.v1",
    ]
    left = {
        name for name in store.database.list_collection_names() if MARKER in repr(list(store.database[name].find()))
    }
    assert not left
    kept = store.database["entities"].find_one({"_id": member.entity_id})
    assert (kept["account"], kept["status"]) == (member.account, "rejected")
    assert kept["closed_at"]
    assert kept["forgotten_at"]
    assert gateway.post("/sessions", a_login(f"{MARKER}@dev.null"))[1]["type"] == "login.failed"
    assert gateway.sign_up(email=f"{MARKER}@dev.null").user_id != member.user_id
    assert closing.renew_log(directory)
    assert not closing.renew_log(directory)


def test_a_business_with_a_balance_does_not_close(gateway: Gateway, store: Store):
    member = gateway.sign_up()
    path = {"_id": member.entity_id}
    store.database["entities"].update_one(path, {"$set": {"figures": {"balance": -1, "position": 3}}})
    assert closed(gateway, member)[1]["type"] == "entity.balance_not_zero"
    store.database["entities"].update_one(path, {"$set": {"figures.balance": 0}})
    assert closed(gateway, member)[0] == 200


def test_the_ledgers_news_has_a_business_forgotten(
    gateway: Gateway, directory: Directory, store: Store, prepared_index: EntityIndex
):
    member, other = gateway.sign_up(name="zebrafinch"), gateway.sign_up()
    closed(gateway, member)
    follower = FiguresFollower(directory, prepared_index)
    for position, account in enumerate((member.account, other.account, member.account), 1):
        news = AccountStandingChanged(account=account, standing="closed", previous="frozen", reason="")
        follower.take([News(position, None, news)])
    assert "zebrafinch" not in repr(list(store.database["entities"].find()))
    # The ledger closed one that was not closed here: nobody asked to forget it.
    assert gateway.get(f"/entities/{other.entity_id}", ADMIN)[1]["name"] == "Green Grocers"
    assert types(store).count("directory.entity-forgotten.v1") == 1


def test_who_belongs_to_another_business_stays(gateway: Gateway, directory: Directory, store: Store):
    one, other = gateway.sign_up(), gateway.sign_up()
    membership = {"_id": "x", "entity_id": other.entity_id, "user_id": one.user_id, "role": "owner"}
    store.database["memberships"].insert_one(membership)
    closed(gateway, one)
    assert closing.settled(directory, BY, one.account).document["users"] == []
    assert gateway.post("/sessions", a_login(one))[0] == 200
    status, problem = gateway.post(f"/users/{one.user_id}/closing", {}, in_session(gateway, one))
    assert (status, problem["type"]) == (409, "user.belongs_to_open_entities")
    store.database["memberships"].delete_one({"_id": "x"})
    assert gateway.post(f"/users/{one.user_id}/closing", {}, in_session(gateway, one))[0] == 200
    assert gateway.post("/sessions", a_login(one))[1]["type"] == "login.failed"
    assert gateway.get(f"/sessions/{one.session_id}", Caller(roles=frozenset({"service"})))[0] == 404


def test_events_that_are_left_can_be_read(gateway: Gateway, directory: Directory, store: Store):
    member = gateway.sign_up(offers=["pears"], city="Hull")
    closed(gateway, member)
    closing.settled(directory, BY, member.account)
    for record in store.database["outbox"].find():
        assert codec.event_of(codec.decode(bytes(record["value"]))) is not None


def test_everything_about_oneself_is_exported_after_verification(gateway: Gateway, time: Time):
    member = gateway.sign_up(name="Greens")
    time.pass_by(minutes=11)
    path = f"/users/{member.user_id}/personal-data"
    assert gateway.get(path, member.caller)[1]["type"] == "auth.step_up_needed"
    caller = in_session(gateway, member)
    status, exported = gateway.get(path, caller)
    assert (status, exported["subject"]) == (200, f"user/{member.user_id}")
    assert exported["collections"]["users"][0]["email"] == member.email
    assert "password" not in repr(exported).replace("password.", "")
    business = gateway.get(f"/entities/{member.entity_id}/personal-data", caller)[1]
    assert business["collections"]["entities"][0]["profile"]["name"] == "Greens"
    assert business["collections"]["memberships"][0]["role"] == "owner"
    # The export itself is in the audit log, and so in the next export.
    again = gateway.get(path, caller)[1]["collections"]["audit"]
    assert "data.exported" in [entry["action"] for entry in again]


def test_consent_is_recorded_once_with_its_version(gateway: Gateway, store: Store):
    member = gateway.sign_up()
    path = f"/users/{member.user_id}/consents"
    assert gateway.get(path, member.caller)[1] == {"consents": []}
    for version in ("2026-01", "2026-01", "2026-07"):
        assert gateway.post(path, {"document": "terms", "version": version}, member.caller)[0] == 200
    found = gateway.get(path, member.caller)[1]["consents"]
    assert [(each["document"], each["version"]) for each in found] == [("terms", "2026-01"), ("terms", "2026-07")]
    session = gateway.get(f"/sessions/{member.session_id}", Caller(roles=frozenset({"service"})))[1]
    assert session["terms_version"] == "2026-07"
    assert store.database["audit"].count_documents({"action": "consent.given"}) == 2
    other = gateway.sign_up()
    assert gateway.post(path, {"document": "terms", "version": "1"}, other.caller)[0] == 404
    assert gateway.post(path, {"document": "terms", "version": "1"}, ADMIN)[0] == 404
