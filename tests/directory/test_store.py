"""MongoDB's part: transactions, gapless positions, unique things, the relay's lease. Several real writers at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pymongo import WriteConcern

from events import codec
from events.directory import (
    EntityRegistered,
    MembershipChanged,
    PreferencesChanged,
    Profile,
    SecurityNotice,
    UserRegistered,
)
from services.directory import app
from services.directory.config import Config
from services.directory.domain import EmailTaken, EntityChange
from services.directory.handlers import members
from services.directory.handlers.writing import By, Directory, append
from services.directory.store import AWAY, Store, StreamOutbox, migrate
from services.directory.store.outbox import EVENTS, MESSAGES
from tests.directory.conftest import Time
from tests.directory.gateway import PASSWORD, an_email

pytestmark = pytest.mark.integration

BY = By(actor="system:test", correlation_id="test-correlation")


def a_form(email: str | None = None) -> members.SignUp:
    return members.SignUp(email=email or an_email(), password=PASSWORD, profile=Profile(name="Greens"), offers=("tea",))


def envelopes(store: Store) -> list:
    return [codec.decode(record["value"]) for record in store.database[EVENTS].find().sort("_id", 1)]


def test_migrating_again_changes_nothing(store: Store) -> None:
    before = sorted(store.database.list_collection_names())
    migrate(store.database)
    assert sorted(store.database.list_collection_names()) == before


def test_a_sign_up_is_one_transaction_with_consecutive_positions(directory: Directory, store: Store) -> None:
    done = members.sign_up(directory, BY, a_form())

    written = envelopes(store)
    assert [envelope.sequence for envelope in written] == [1, 2, 3, 4]
    assert [type(codec.event_of(envelope)) for envelope in written] == [
        UserRegistered,
        EntityRegistered,
        MembershipChanged,
        PreferencesChanged,
    ]
    assert {envelope.actor for envelope in written} == {f"user:{done.document['user_id']}"}
    assert {envelope.source for envelope in written} == {"/directory"}
    assert {envelope.partitionkey for envelope in written} == {"directory"}
    assert {envelope.correlationid for envelope in written} == {"test-correlation"}
    assert done.position == 4


def test_of_two_sign_ups_with_one_address_one_wins(directory: Directory, store: Store) -> None:
    email = an_email()

    def register(_: int) -> bool:
        try:
            members.sign_up(directory, BY, a_form(email))
        except EmailTaken:
            return False
        return True

    for _ in range(5):
        with ThreadPoolExecutor(2) as threads:
            won = sum(threads.map(register, range(2)))
        assert won == 1
        assert store.database["users"].count_documents({"email": email}) == 1
        email = an_email()
    assert store.database["entities"].count_documents({}) == 5
    assert store.events.head() == 20


def test_parallel_repeats_of_a_sign_up_have_one_effect(directory: Directory, store: Store) -> None:
    by, form = replace(BY, key="visitor/same"), a_form()
    with ThreadPoolExecutor(6) as threads:
        done = list(threads.map(lambda _: members.sign_up(directory, by, form), range(6)))
    assert len({one.document["account"] for one in done}) == 1
    assert store.database["users"].count_documents({}) == 1
    assert store.events.head() == 4


def test_a_taken_account_number_is_drawn_again(directory: Directory, store: Store) -> None:
    digits = iter([7] * 15 + [7] * 15 + [8] * 15)
    directory = replace(directory, below=lambda _: next(digits))
    first = members.sign_up(directory, BY, a_form()).document["account"]
    second = members.sign_up(directory, BY, a_form()).document["account"]
    assert (first[:15], second[:15]) == ("7" * 15, "8" * 15)
    assert store.events.head() == 8


def test_writers_of_several_processes_leave_no_hole(config: Config, directory: Directory, store: Store) -> None:
    """Two stores with clients of their own stand for two processes; half of the writers fail after appending."""
    second = app.store_of(config)

    class Undone(Exception):
        pass

    def write(number: int) -> None:
        def work(inside: Store) -> None:
            notice = SecurityNotice(user_id=f"u{number}", what="locked")
            append(directory, inside, BY, [notice, notice], directory.clock())
            if number % 2:
                raise Undone

        try:
            (store, second)[number // 2 % 2].transact(work)
        except Undone:
            return

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(60)))
    second.database.client.close()

    written = envelopes(store)
    assert [envelope.sequence for envelope in written] == list(range(1, 61))
    pairs = [envelope.data["user_id"] for envelope in written]
    assert pairs[::2] == pairs[1::2]
    assert len(set(pairs)) == 30


def test_time_never_goes_back_along_positions(directory: Directory, store: Store, time: Time) -> None:
    for moment in (2026, 2025, 2027):
        time.moment = datetime(moment, 1, 1, tzinfo=UTC)
        members.sign_up(directory, BY, a_form())
    times = [envelope.time for envelope in envelopes(store)]
    assert times == sorted(times)
    assert [text[:4] for text in times[::4]] == ["2026", "2026", "2027"]


def test_parallel_changes_of_one_entity_are_all_kept(directory: Directory, store: Store) -> None:
    entity_id = members.sign_up(directory, BY, a_form()).document["entity_id"]
    fields = ["city", "region", "country", "description", "address", "postal_code"]

    def change(field: str) -> int:
        return members.change_entity(directory, BY, entity_id, EntityChange(profile={field: "x"})).position

    with ThreadPoolExecutor(6) as threads:
        positions = sorted(threads.map(change, fields))
    entity = store.entities.find(entity_id)
    assert entity
    assert [getattr(entity.profile, field) for field in fields] == ["x"] * 6
    assert positions == [5, 6, 7, 8, 9, 10]
    assert entity.version == 10


def test_events_are_appended_inside_a_transaction_alone(directory: Directory, store: Store) -> None:
    with pytest.raises(RuntimeError):
        append(directory, store, BY, [SecurityNotice(user_id="u", what="locked")], directory.clock())


def test_one_relay_leads_and_a_deposed_one_moves_nothing(directory: Directory, store: Store) -> None:
    members.sign_up(directory, BY, a_form())
    first, second = StreamOutbox(store.database, EVENTS), StreamOutbox(store.database, EVENTS)
    epoch = first.lead()
    assert epoch == 1
    assert second.lead() is None
    assert first.lead() == 1

    store.database["leases"].update_one({}, {"$set": {"until": datetime(2020, 1, 1, tzinfo=UTC)}})
    assert second.lead() == 2
    assert first.advance(4, epoch) is False
    assert [record.position for record in second.read(10)] == [1, 2, 3, 4]
    assert second.advance(2, 2)
    assert second.lead() == 2
    assert [record.position for record in second.read(10)] == [3, 4]


def test_records_carry_what_consumers_need(directory: Directory, store: Store) -> None:
    members.sign_up(directory, BY, a_form())
    outbox = StreamOutbox(store.database, EVENTS)
    outbox.lead()
    record = outbox.read(1)[0]
    assert (record.topic, record.key) == ("directory.events", "directory")
    assert record.headers == {
        "ce_id": codec.decode(record.value).id,
        "ce_type": "directory.user-registered.v1",
        "position": "1",
        "correlation_id": "test-correlation",
    }


def test_published_messages_are_deleted(directory: Directory, store: Store) -> None:
    for _ in range(3):
        store.transact(
            lambda inside: append(
                directory, inside, BY, [SecurityNotice(user_id="u", what="locked")], directory.clock(), MESSAGES
            )
        )
    outbox = StreamOutbox(store.database, MESSAGES)
    epoch = outbox.lead()
    assert epoch is not None
    assert outbox.advance(2, epoch)
    assert [record["_id"] for record in store.database[MESSAGES].find()] == [3]


def test_a_write_of_which_mongodb_cannot_say_whether_it_stays_is_tried_again(store: Store) -> None:
    # A primary that steps down answers so as well: relay and consumers must go on afterwards, not end.
    two_members = store.database["leases"].with_options(write_concern=WriteConcern(w=2, wtimeout=1))
    with pytest.raises(AWAY):
        two_members.insert_one({"_id": "test"})
