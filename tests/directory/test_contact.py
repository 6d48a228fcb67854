"""Mail from one business to another: addresses stay hidden, limits hold, nothing keeps what was written."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from cryptography.fernet import Fernet

from events import codec
from services.directory.app import directory_of
from services.directory.config import Config
from services.directory.domain.contact import BODY_MAX, ContactLimits, ContactTooOften, check_limit
from services.directory.handlers import contact
from services.directory.handlers.writing import By
from services.directory.store import Store
from tests.directory.conftest import MESSAGES_KEY, Time
from tests.directory.gateway import ADMIN, PUBLIC, Gateway, Member

pytestmark = pytest.mark.integration

BY = By(actor="system:test", correlation_id="test")
TEXT = "Hello, do you deliver?\nBcc: everybody@dev.null\n<b>Ann</b>"


def listed(gateway: Gateway, **changes: object) -> Member:
    member = gateway.sign_up(**changes)
    assert gateway.patch(f"/entities/{member.entity_id}", {"status": "accepted"})[0] == 200
    return member


def write(gateway: Gateway, mine: Member, other: Member, body: object = TEXT, **more: object) -> tuple[int, dict]:
    asked = {"receiver": other.entity_id, "body": body} | more
    return gateway.post(f"/entities/{mine.entity_id}/contact-messages", asked, mine.caller)


def mails(store: Store) -> list[tuple[dict, dict]]:
    """Each one-time message with what is sealed in it."""
    events = [codec.decode(bytes(each["value"])).data for each in store.database["messages"].find().sort("_id", 1)]
    return [(event, orjson.loads(Fernet(MESSAGES_KEY).decrypt(event["ciphertext"]))) for event in events]


def test_a_message_goes_to_the_other_business_with_the_own_address_to_answer_to(gateway: Gateway, store: Store):
    mine, other = listed(gateway, name="Green Farm"), listed(gateway, name="Old Bakery")
    status, answered = write(gateway, mine, other, copy_to_me=True)
    assert status == 200
    (event, mail), (copy_event, copy) = mails(store)
    assert (event["kind"], event["to_entity"]) == ("contact", other.entity_id)
    assert mail | {"token": ""} == {"body": TEXT, "sender": "Green Farm", "reply_to": mine.email, "token": ""}
    assert (copy_event["kind"], copy_event["to_entity"]) == ("contact-copy", mine.entity_id)
    assert copy == {"body": TEXT, "receiver": "Old Bakery"}, "the receiver's address is in no copy"
    assert other.email not in str(answered)
    told = [codec.decode(bytes(each["value"])) for each in store.database["outbox"].find()]
    sent = next(each for each in told if each.type == "directory.contact-message-sent.v1")
    assert sent.data == {
        "message_id": answered["message_id"], "user_id": mine.user_id, "sender": mine.entity_id,
        "receiver": other.entity_id,
    }  # fmt: skip


def test_what_was_written_is_kept_nowhere(gateway: Gateway, store: Store):
    mine, other = listed(gateway), listed(gateway)
    write(gateway, mine, other, "a-marker-in-the-text", copy_to_me=True)
    kept = {name: list(store.database[name].find()) for name in store.database.list_collection_names()}
    assert not [name for name, found in kept.items() if "a-marker-in-the-text" in repr(found)]
    entry = store.database["audit"].find_one({"action": "contact.sent"})
    assert entry["details"]["after"]["length"] == 20
    assert f"entity/{other.entity_id}" in entry["concerns"]


def test_without_a_copy_there_is_one_mail(gateway: Gateway, store: Store):
    mine, other = listed(gateway), listed(gateway)
    write(gateway, mine, other)
    assert len(mails(store)) == 1


@pytest.mark.parametrize("body", ["", "  \n ", "x" * (BODY_MAX + 1), "a\x00b", 5, None])
def test_text_that_can_not_be_is_refused(gateway: Gateway, body: object):
    mine, other = listed(gateway), listed(gateway)
    assert write(gateway, mine, other, body)[1]["type"] == "request.invalid"


def test_only_listed_businesses_write_and_are_written_to(gateway: Gateway):
    pending, mine = gateway.sign_up(), listed(gateway)
    assert write(gateway, pending, mine)[1]["type"] == "contact.not_accepted"
    assert write(gateway, mine, pending)[1]["type"] == "entity.unknown"
    assert write(gateway, mine, mine)[1]["type"] == "request.invalid"


def test_nobody_writes_in_anothers_name(gateway: Gateway):
    mine, other = listed(gateway), listed(gateway)
    asked = {"receiver": other.entity_id, "body": TEXT}
    for caller in (other.caller, ADMIN, PUBLIC):
        assert gateway.post(f"/entities/{mine.entity_id}/contact-messages", asked, caller)[0] == 403


def test_being_written_to_can_be_switched_off(gateway: Gateway):
    mine, other = listed(gateway), listed(gateway)
    assert gateway.get(f"/entities/{other.entity_id}")[1]["contactable"] is True
    gateway.patch(f"/entities/{other.entity_id}", {"preferences": {"contact_mail": False}}, other.caller)
    assert gateway.get(f"/entities/{other.entity_id}")[1]["contactable"] is False
    assert write(gateway, mine, other)[1]["type"] == "contact.switched_off"


def test_three_a_day_to_the_same_and_ten_an_hour(gateway: Gateway, time: Time):
    mine = listed(gateway)
    others = [listed(gateway) for _ in range(5)]
    for other in others[:3]:
        for _ in range(3):
            assert write(gateway, mine, other)[0] == 200
    status, refused = write(gateway, mine, others[0])
    assert (status, refused["type"]) == (429, "contact.too_often")
    assert gateway.headers["Retry-After"] == "86400"
    assert write(gateway, mine, others[3])[0] == 200
    assert write(gateway, mine, others[4])[0] == 429, "that was ten within the hour"
    assert gateway.headers["Retry-After"] == "3600"
    time.pass_by(hours=1, seconds=1)
    assert write(gateway, mine, others[4])[0] == 200
    assert write(gateway, mine, others[0])[0] == 429
    time.pass_by(days=1)
    assert write(gateway, mine, others[0])[0] == 200


@pytest.mark.parametrize(
    ("limit", "written", "said"),
    [
        ("per_hour", ["a", "b", "c"], "At most 2 messages an hour"),
        ("per_day", ["a", "b", "c"], "At most 2 messages a day"),
        ("pair_per_day", ["a", "a", "b", "a"], "At most 2 messages to the same business a day"),
        ("received_per_day", ["a", "a", "b", "a"], "At most 2 messages to this business a day"),
    ],
)
def test_each_limit_is_the_operators(
    gateway: Gateway, config: Config, store: Store, limit: str, written: list[str], said: str
):
    """Two of it; all but the last are taken."""
    strict = directory_of(replace(config, **{f"contact_{limit}": 2}), store)
    mine, other = listed(gateway), {name: listed(gateway) for name in "abc"}
    writers = [mine, listed(gateway)] if limit == "received_per_day" else [mine, mine]

    def send(number: int, name: str) -> None:
        writer = writers[number % 2]
        ids = (writer.entity_id, other[name].entity_id)
        contact.write(strict, BY, *ids, body=TEXT, copy=False, user_id=writer.user_id)

    for number, name in enumerate(written[:-1]):
        send(number, name)
    with pytest.raises(ContactTooOften, match=said):
        send(len(written) - 1, written[-1])


def test_a_limit_of_one_is_said_as_one_and_none_is_no_limit(config: Config, store: Store):
    (pair,) = (limit for limit in ContactLimits(pair_per_day=1).all if limit.of == "pair")
    now = datetime.now(UTC)
    with pytest.raises(ContactTooOften, match="At most 1 message to the same business a day"):
        check_limit(pair, [now], now)
    with pytest.raises(ValueError, match="DIRECTORY_CONTACT_"):
        directory_of(replace(config, contact_per_hour=0), store)


def test_limits_hold_at_the_same_moment(gateway: Gateway, flask_app, store: Store):
    mine, other = listed(gateway), listed(gateway)

    def attempt(_: int) -> int:
        return write(Gateway(flask_app.test_client(), gateway.signer), mine, other)[0]

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(attempt, range(6))) == [200, 200, 200, 429, 429, 429]
    assert len(mails(store)) == 3


def test_a_refusal_for_the_moment_is_not_remembered_under_its_key(gateway: Gateway, time: Time):
    mine, other = listed(gateway), listed(gateway)
    for _ in range(3):
        write(gateway, mine, other)
    path, asked = f"/entities/{mine.entity_id}/contact-messages", {"receiver": other.entity_id, "body": TEXT}
    assert gateway.post(path, asked, mine.caller, Idempotency_Key="k")[0] == 429
    time.pass_by(days=1, seconds=1)
    answers = [gateway.post(path, asked, mine.caller, Idempotency_Key="k") for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0][0] == 200


def test_who_got_it_reports_it_once_and_administrators_see_that(gateway: Gateway, store: Store):
    mine, other = listed(gateway), listed(gateway)
    write(gateway, mine, other)
    token = mails(store)[0][1]["token"]
    assert token not in repr(list(store.database["contacts"].find()))
    for _ in range(2):
        assert gateway.post(f"/contact-reports/{token}", {}) == (200, {"reported": True})
    entries = list(store.database["audit"].find({"action": "contact.reported"}))
    assert len(entries) == 1
    assert entries[0]["details"]["after"] == {"sender": mine.entity_id, "user": mine.user_id}
    assert entries[0]["concerns"] == [f"entity/{other.entity_id}"], "who is complained about is not told by whom"
    assert gateway.post("/contact-reports/wrong", {})[0] == 404


def test_it_is_told_and_forgotten(gateway: Gateway, store: Store):
    mine, other = listed(gateway), listed(gateway)
    write(gateway, mine, other)
    assert [each["direction"] for each in store.contacts.about(f"entity/{mine.entity_id}")] == ["sent"]
    assert [each["direction"] for each in store.contacts.about(f"entity/{other.entity_id}")] == ["received"]
    assert mine.user_id not in str(store.contacts.about(f"entity/{other.entity_id}"))
    for _ in range(2):
        store.contacts.forget(f"user/{mine.user_id}")
    assert store.database["contacts"].count_documents({}) == 0
