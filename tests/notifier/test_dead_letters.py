"""Messages that were given up: what is left of them, and what an administrator can do."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from cryptography.fernet import Fernet

from events import directory
from services.chassis.clock import rfc3339
from services.chassis.tokens import Caller, Verifier
from services.notifier.app import create_app
from services.notifier.store import Store
from tests.chassis.keys import key_pair, signer_of
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.conftest import KEY
from tests.notifier.samples import STATIONERY

pytestmark = pytest.mark.integration


@pytest.fixture
def ask(store: Store, clock):
    client = create_app(store, Verifier(key_pair("gateway")[1], "notifier"), STATIONERY, clock).test_client()

    def call(method: str, path: str, role: str = "admin"):
        token = signer_of("gateway").token(Caller(subject="a", roles=frozenset({role})), "notifier")
        return client.open(path, method=method, headers={"Authorization": f"Bearer {token}"})

    return call


def send_all(sender) -> None:
    while sender.send_due():
        pass


def give_up(sender, mail_server, clock) -> None:
    mail_server.desk.answers.extend(["550 no"] * 50)
    for _ in range(4):
        send_all(sender)
        clock.pass_by(hours=5)
    mail_server.desk.answers.clear()


@pytest.fixture
def welcome(projection, store) -> dict:
    log = EventLog("directory.events", "directory")
    log.tell(given.an_entity())
    assert deliver(projection, log.records)
    return store._db["messages"].find_one({"kind": "welcome"})


def only(ask, state: str) -> dict:
    (found,) = ask("GET", f"/messages?state={state}").json["messages"]
    return found


def test_a_dead_message_is_sent_after_all_when_an_administrator_says_so(
    ask, welcome, sender, store, mail_server, clock
):
    give_up(sender, mail_server, clock)
    dead = only(ask, "dead")
    assert (dead["error"], dead["may_retry"], dead["spent"], bool(dead["died_at"])) == (
        "refused: 550",
        True,
        False,
        True,
    )
    assert ask("POST", f"/messages/{welcome['_id']}/retry").status_code == 200
    send_all(sender)
    sent = only(ask, "sent")
    assert (sent["tries"], sent["error"], sent["died_at"], sent["may_retry"]) == (1, "", None, False)
    (mail,) = mail_server.desk.mails
    assert mail["Message-ID"] == f"<{welcome['_id']}@dev.null>"


def test_one_that_waits_for_its_next_try_may_be_tried_at_once(ask, welcome, sender, store, mail_server, clock):
    mail_server.desk.answers.append("450 later")
    send_all(sender)
    assert only(ask, "failed")["due_at"]
    ask("POST", f"/messages/{welcome['_id']}/retry")
    # Its domain is slow now.
    clock.pass_by(seconds=2)
    send_all(sender)
    assert only(ask, "sent")


def test_a_dead_message_whose_words_are_deleted_cannot_be_sent_and_says_so(
    ask, projection, sender, store, mail_server, clock
):
    user, people, once = given.a_user(), EventLog("directory.events", "directory"), EventLog("directory.messages", "d")
    people.tell(user)
    sealed = Fernet(KEY).encrypt(orjson.dumps({"token": "secret"})).decode()
    ends = rfc3339(datetime.now(UTC) + timedelta(days=9))
    once.tell(
        directory.OneTimeMessage(
            message_id="m", kind="password-reset", user_id=user.user_id, ciphertext=sealed, expires_at=ends
        )
    )
    assert deliver(projection, people.records)
    assert deliver(projection, once.records)
    give_up(sender, mail_server, clock)
    dead = only(ask, "dead")
    assert (dead["spent"], dead["may_retry"], dead["may_discard"]) == (True, False, True)
    answer = ask("POST", f"/messages/{dead['message_id']}/retry")
    assert (answer.status_code, answer.json["type"]) == (409, "notifier.nothing_left")
    assert ask("POST", f"/messages/{dead['message_id']}/discard").status_code == 200
    assert store.records.summary()["discarded"] == 1


def test_a_discarded_message_is_never_sent_and_deleted_in_time(ask, welcome, sender, store, mail_server, clock):
    assert ask("POST", f"/messages/{welcome['_id']}/discard").status_code == 200
    send_all(sender)
    assert mail_server.desk.mails == []
    for action in ("retry", "discard"):
        answer = ask("POST", f"/messages/{welcome['_id']}/{action}")
        assert (answer.status_code, answer.json["type"], answer.json["state"]) == (
            409, "notifier.not_waiting", "discarded",
        )  # fmt: skip
    clock.pass_by(days=181)
    sender.tidy()
    assert store.records.summary()["discarded"] == 0


def test_a_message_on_its_way_can_be_neither_repeated_nor_discarded(ask, welcome, store, clock):
    store.queue.claim([welcome["_id"]], clock(), timedelta(seconds=120))
    for action in ("retry", "discard"):
        assert ask("POST", f"/messages/{welcome['_id']}/{action}").status_code == 409
    assert store.records.summary()["sending"] == 1


def test_only_administrators_decide_and_only_about_what_there_is(ask, welcome):
    for action in ("retry", "discard"):
        assert ask("POST", f"/messages/{welcome['_id']}/{action}", role="member").status_code == 403
        assert ask("POST", f"/messages/nothing/{action}").status_code == 404


def test_metrics_count_messages_by_state(ask, welcome):
    text = ask("GET", "/metrics").text
    assert 'notifier_messages{state="queued"} 1.0' in text
    assert 'notifier_messages{state="discarded"} 0.0' in text
