"""Addresses that are not written to any more: what SendGrid tells, by whom it is signed, what becomes of messages."""

import base64
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from events import directory
from services.chassis.clock import rfc3339
from services.chassis.tokens import Caller, Verifier
from services.notifier.app import create_app
from services.notifier.suppressing import digest_of, suppressed_by
from tests.chassis.keys import key_pair, signer_of
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.conftest import KEY
from tests.notifier.samples import STATIONERY

THEIRS = ec.generate_private_key(ec.SECP256R1())
PUBLIC = base64.b64encode(THEIRS.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"event": "bounce", "type": "bounce"}, "bounce"),
        ({"event": "bounce", "type": "blocked"}, None),
        ({"event": "dropped", "reason": "Bounced Address"}, "bounce"),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, "unsubscribe"),
        ({"event": "dropped", "reason": "Spam Content"}, None),
        ({"event": "spamreport"}, "spam"),
        ({"event": "group_unsubscribe"}, "unsubscribe"),
        ({"event": "delivered"}, None),
        ({"event": ["bounce"]}, None),
    ],
)
def test_an_event_says_why_an_address_is_not_written_to(event, reason):
    found = suppressed_by([{"email": "Ada@Person.test", "timestamp": 1_700_000_000, **event}], NOW)
    assert [(each.digest, each.reason) for each in found] == (
        [(digest_of("ada@person.test"), reason)] if reason else []
    )


@pytest.mark.parametrize("event", ["bounce", None, {}, {"email": 5}, {"email": ""}, {"email": "a" * 400}, [1]])
def test_what_makes_no_sense_is_left_out(event):
    sense = {"event": "bounce"}
    assert suppressed_by([event | sense if isinstance(event, dict) else event], NOW) == []


def test_a_time_that_can_not_be_is_now():
    for at in (-1, True, 10**12, "x", None):
        (found,) = suppressed_by([{"email": "a@b.test", "event": "bounce", "timestamp": at}], NOW)
        assert found.at == NOW


@pytest.fixture
def ask(store, clock):
    verifier = Verifier(key_pair("gateway")[1], "notifier")
    client = create_app(store, verifier, STATIONERY, clock, sendgrid_events_key=PUBLIC).test_client()

    def call(method: str, path: str, body=None, role: str = "admin"):
        token = signer_of("gateway").token(Caller(subject="a", roles=frozenset({role})), "notifier")
        return client.open(path, method=method, json=body, headers={"Authorization": f"Bearer {token}"})

    return call


def signed(events, at: datetime, key=THEIRS) -> dict[str, str]:
    payload, timestamp = orjson.dumps(events), str(int(at.timestamp()))
    signature = key.sign(timestamp.encode() + payload, ec.ECDSA(SHA256()))
    return {
        "payload": base64.b64encode(payload).decode(),
        "signature": base64.b64encode(signature).decode(),
        "timestamp": timestamp,
    }


def event(kind: str, address: str) -> dict[str, str]:
    return {"event": kind, "email": address}


@pytest.mark.integration
def test_events_that_are_signed_are_taken_once(ask, store, clock):
    told = signed([event("bounce", "farm@members.test"), event("open", "x@members.test")], clock())
    assert ask("POST", "/sendgrid/events", told, role="member").json == {"suppressed": 1}
    ask("POST", "/sendgrid/events", told)
    answer = ask("POST", "/suppressions/search", {})
    assert answer.json["total"] == 1
    assert answer.json["suppressions"][0]["digest"] == digest_of("FARM@members.test")
    assert "farm@" not in str(list(store._db["suppressed"].find()))


@pytest.mark.integration
def test_what_is_not_signed_or_old_or_altered_changes_nothing(ask, store, clock):
    events = [event("bounce", "farm@members.test")]
    good = signed(events, clock())
    other = base64.b64encode(orjson.dumps([event("bounce", "bakery@members.test")])).decode()
    for wrong in (
        signed(events, clock(), ec.generate_private_key(ec.SECP256R1())),
        signed(events, clock() - timedelta(minutes=11)),
        signed(events, clock() + timedelta(minutes=11)),
        good | {"payload": other},
        good | {"signature": "no base64 at all"},
        good | {"timestamp": "yesterday"},
        good | {"timestamp": str(int(good["timestamp"]) + 1)},
    ):
        answer = ask("POST", "/sendgrid/events", wrong)
        assert (answer.status_code, answer.json["type"]) == (403, "hook.not_signed")
    assert ask("POST", "/sendgrid/events", good | {"payload": "%"}).status_code == 400
    assert store._db["suppressed"].count_documents({}) == 0


@pytest.mark.integration
def test_without_a_key_nothing_is_taken(store, clock):
    app = create_app(store, Verifier(key_pair("gateway")[1], "notifier"), STATIONERY, clock)
    token = signer_of("gateway").token(Caller(), "notifier")
    headers = {"Authorization": f"Bearer {token}"}
    answer = app.test_client().post("/sendgrid/events", json=signed([], clock()), headers=headers)
    assert answer.status_code == 403


@pytest.mark.integration
@pytest.mark.parametrize(("kind", "link_sent"), [("bounce", False), ("unsubscribe", True), ("spamreport", False)])
def test_a_suppressed_address_gets_no_mail_but_the_links_that_it_asked_for(
    ask, projection, sender, store, mail_server, clock, kind, link_sent
):
    ask("POST", "/sendgrid/events", signed([event(kind, "ada@person.test")], clock()))
    user = given.a_user(email="Ada@person.test")
    people, once = EventLog("directory.events", "directory"), EventLog("directory.messages", "d")
    people.tell(given.an_entity(email="ada@person.test"))
    people.tell(user)
    sealed = Fernet(KEY).encrypt(orjson.dumps({"token": "secret"})).decode()
    ends = rfc3339(datetime.now(UTC) + timedelta(hours=1))
    once.tell(
        directory.OneTimeMessage(
            message_id="m", kind="password-reset", user_id=user.user_id, ciphertext=sealed, expires_at=ends
        )
    )
    assert deliver(projection, people.records)
    assert deliver(projection, once.records)
    while sender.send_due():
        pass
    states = {record["kind"]: record["state"] for record in store._db["messages"].find()}
    assert states == {"welcome": "dead", "password_reset": "sent" if link_sent else "dead"}
    assert len(mail_server.desk.mails) == link_sent
    told = store._db["messages"].find_one({"kind": "welcome"})
    assert told["error"].startswith("suppressed: ")


@pytest.mark.integration
def test_an_administrator_looks_an_address_up_and_lets_it_go(ask, clock):
    ask("POST", "/sendgrid/events", signed([event("spamreport", f"{name}@person.test") for name in "abc"], clock()))
    found = ask("POST", "/suppressions/search", {"address": " B@person.test"}).json
    assert [each["reason"] for each in found["suppressions"]] == ["spam"]
    path = f"/suppressions/{found['suppressions'][0]['digest']}"
    assert ask("DELETE", path, role="member").status_code == 403
    assert ask("DELETE", path).status_code == 200
    assert ask("DELETE", path).status_code == 404
    assert ask("POST", "/suppressions/search", {"address": "b@person.test"}).json["total"] == 0
    assert ask("POST", "/suppressions/search", {}).json["total"] == 2
