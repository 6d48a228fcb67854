"""Sending over real SMTP from real MongoDB: what happens to a message when the other end does what it likes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from cryptography.fernet import Fernet

from events import directory
from services.chassis.clock import rfc3339
from services.chassis.process import Stop
from services.notifier.app import new_unseal
from services.notifier.languages import in_words
from services.notifier.smtp import ServerAway
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.conftest import KEY, a_sender
from tests.waiting import wait_until

pytestmark = pytest.mark.integration


class Network:
    """Two members and what is told of them."""

    def __init__(self, projection) -> None:
        self.projection = projection
        self.people = EventLog("directory.events", "directory")
        self.money = EventLog("ledger.events", "main")
        self.once = EventLog("directory.messages", "directory")
        self.farm = given.an_entity(name="Green Farm", email="farm@members.test")
        self.bakery = given.an_entity(name="Blue Bakery", email="bakery@members.test")

    def tell(self, log: EventLog, *events) -> None:
        for event in events:
            log.tell(event)
        assert deliver(self.projection, log.records)

    def sign_up(self) -> None:
        self.tell(self.people, self.farm, self.bakery)

    def propose(self, **changed):
        transfer = given.a_transfer(self.farm.account, self.bakery.account, **changed)
        self.tell(self.money, transfer)
        return transfer


@pytest.fixture
def network(projection) -> Network:
    return Network(projection)


def send_all(sender) -> None:
    while sender.send_due():
        pass


def states(store) -> dict[str, int]:
    return {state: count for state, count in store.records.summary().items() if count}


def test_sign_up_proposal_and_answers_reach_whom_they_concern(network, sender, store, mail_server):
    network.sign_up()
    paid, asked = network.propose(), network.propose(direction="request", amount=1234)
    network.tell(network.money, given.completed(paid))
    network.tell(network.money, given.cancelled(asked, "rejected", reason="no stock", by=network.bakery.account))
    send_all(sender)
    to_farm = [mail["Subject"] for mail in mail_server.desk.to("farm@members.test")]
    to_bakery = [mail["Subject"] for mail in mail_server.desk.to("bakery@members.test")]
    assert sorted(to_farm) == [
        "Blue Bakery accepted your payment of 25.00 credits",
        "Blue Bakery declined your request of 12.34 credits",
        "Welcome, Green Farm",
    ]
    assert sorted(to_bakery) == [
        "Green Farm asks you for 12.34 credits",
        "Green Farm wants to pay you 25.00 credits",
        "Receipt: 25.00 credits received from Green Farm",
        "Welcome, Blue Bakery",
        "You declined the request of 12.34 credits from Green Farm",
    ]
    assert states(store) == {"sent": 8}
    assert store._db["messages"].count_documents({"once": {"$exists": True}}) == 0
    assert "no stock" not in str(list(store._db["messages"].find()))


def test_what_needs_no_answer_is_told_and_never_asked(network, sender, store, mail_server, clock):
    network.sign_up()
    send_all(sender)
    farm, bakery, office = network.farm, network.bakery, given.an_entity(name="Office", email="office@members.test")
    network.tell(network.people, office)
    asked = network.propose(direction="request", amount=1850, expires_at=None)
    network.tell(network.money, given.by_consent(asked))
    granted = given.an_admin_transfer((farm.account, -2000), (office.account, -1000), (bakery.account, 3000))
    back = given.an_admin_transfer((bakery.account, -1850), (farm.account, 1850), kind="reversal", initiator="",
        reverses=asked.transfer_id, description="Billed twice")  # fmt: skip
    for event in (granted, back):
        network.tell(network.money, event, given.completed(event, accepted_by=None))
    waiting = network.propose(amount=900)
    network.tell(network.money, given.expiring(waiting), given.cancelled(waiting, "expired", code="expired"))
    clock.pass_by(hours=1)
    send_all(sender)
    subjects = {
        name: sorted(mail["Subject"] for mail in mail_server.desk.to(f"{name}@members.test")[before:])
        for name, before in (("farm", 1), ("bakery", 1), ("office", 1))
    }
    assert subjects == {
        "farm": [
            "An administrator moved 20.00 credits from your account",
            "The transfer of 9.00 credits has expired",
            "Transfer reversed: 18.50 credits came back to your account",
        ],
        "bakery": [
            "An administrator moved 30.00 credits to your account",
            "Green Farm wants to pay you 9.00 credits",
            "Reminder: Green Farm wants to pay you 9.00 credits",
            "The transfer of 9.00 credits has expired",
            "Transfer reversed: 18.50 credits went back from your account",
            "You paid Green Farm 18.50 credits by your standing consent",
        ],
        "office": ["An administrator moved 10.00 credits from your account"],
    }
    assert "Billed twice" not in str(list(store._db["messages"].find()))


def test_proposal_from_before_there_was_an_expiry_is_mailed_a_minute_later(network, sender, mail_server, clock):
    network.sign_up()
    send_all(sender)
    network.propose(expires_at=None)
    send_all(sender)
    assert len(mail_server.desk.mails) == 2
    clock.pass_by(seconds=61)
    send_all(sender)
    assert mail_server.desk.mails[-1]["Subject"] == "Green Farm wants to pay you 25.00 credits"


def test_money_before_people_is_mailed_once_the_address_is_known(network, sender, store, mail_server, clock):
    network.propose()
    send_all(sender)
    assert states(store) == {"failed": 1}
    network.sign_up()
    clock.pass_by(seconds=1)
    send_all(sender)
    assert states(store) == {"sent": 3}
    assert "Green Farm wants to pay you 25.00 credits" in [mail["Subject"] for mail in mail_server.desk.mails]


def test_entity_without_an_address_is_written_to_at_its_owners(network, sender, mail_server):
    entity, owner = given.an_entity(email=""), given.a_user(email="owner@person.test")
    member = directory.MembershipChanged(entity_id=entity.entity_id, user_id=owner.user_id, role="owner")
    network.tell(network.people, owner, entity, member)
    send_all(sender)
    assert [mail["To"] for mail in mail_server.desk.mails] == ["Green Farm <owner@person.test>"]


def test_greylisted_mail_is_tried_again_later_and_arrives_once(network, sender, store, mail_server, clock):
    network.tell(network.people, network.farm)
    mail_server.desk.answers.extend(["450 not now", "451 not yet"])
    send_all(sender)
    assert (states(store), mail_server.desk.mails) == ({"failed": 1}, [])
    clock.pass_by(seconds=29)
    send_all(sender)
    assert mail_server.desk.asked == 1
    clock.pass_by(seconds=1)
    send_all(sender)
    clock.pass_by(seconds=60)
    send_all(sender)
    assert (states(store), len(mail_server.desk.mails)) == ({"sent": 1}, 1)


def test_refused_mail_is_dead_after_three_tries_and_keeps_no_words(network, sender, store, mail_server, clock):
    network.tell(network.people, network.farm)
    send_all(sender)
    network.tell(network.people, given.status_changed(network.farm, "rejected"))
    mail_server.desk.answers.extend(["550 no such mailbox farm@members.test"] * 5)
    for _ in range(5):
        send_all(sender)
        clock.pass_by(hours=5)
    assert (states(store), mail_server.desk.asked) == ({"sent": 1, "dead": 1}, 4)
    dead = store._db["messages"].find_one({"state": "dead"})
    assert dead["error"] == "refused: 550"
    assert "once" not in dead


def test_one_refused_mail_does_not_hold_up_the_others(network, sender, store, mail_server):
    network.sign_up()
    mail_server.desk.answers.append("550 no")
    send_all(sender)
    assert states(store) == {"failed": 1, "sent": 1}


def test_bad_address_is_dead_and_never_reaches_the_server(network, sender, store, mail_server, clock):
    network.tell(network.people, given.an_entity(email="farm@x.test\r\nRCPT TO:<all@x.test>"))
    for _ in range(4):
        send_all(sender)
        clock.pass_by(hours=5)
    assert (states(store), mail_server.desk.asked) == ({"dead": 1}, 0)


def test_server_that_is_down_costs_no_tries_and_everything_leaves_when_it_is_back(
    network, sender, store, mail_server, clock
):
    network.sign_up()
    mail_server.stop()
    for _ in range(20):
        with pytest.raises(ServerAway):
            sender.send_due()
        clock.pass_by(minutes=10)
    assert states(store) == {"queued": 2}
    assert store._db["messages"].distinct("tries") == [0]
    mail_server.start()
    send_all(sender)
    assert (states(store), len(mail_server.desk.mails)) == ({"sent": 2}, 2)


def test_connection_that_the_server_dropped_is_opened_again(network, sender, store, mail_server):
    network.tell(network.people, network.farm)
    send_all(sender)
    mail_server.stop()
    mail_server.start()
    network.tell(network.people, network.bakery)
    send_all(sender)
    assert states(store) == {"sent": 2}


def test_several_senders_send_each_message_once(network, store, mail_server, clock):
    network.tell(network.people, *(given.an_entity() for _ in range(40)))
    senders = [a_sender(store, mail_server, clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(send_all, senders))
    for each in senders:
        each.mailer.close()
    assert states(store) == {"sent": 40}
    assert len({mail["Message-ID"] for mail in mail_server.desk.mails}) == len(mail_server.desk.mails) == 40


def test_message_of_a_sender_that_died_is_sent_when_its_lease_ends(network, sender, store, mail_server, clock):
    network.tell(network.people, network.farm)
    (dead,) = store.queue.claim(store.queue.due(clock(), 1), clock(), timedelta(seconds=120))
    assert not sender.send_due()
    clock.pass_by(seconds=120)
    send_all(sender)
    assert states(store) == {"sent": 1}
    assert not store.queue.finish(dead, "dead", clock())
    assert states(store) == {"sent": 1}


def reset_for(user, *, minutes: int = 60, key: str = KEY) -> directory.OneTimeMessage:
    sealed = Fernet(key).encrypt(orjson.dumps({"token": "secret-token"})).decode()
    expires_at = rfc3339(datetime.now(UTC) + timedelta(minutes=minutes))
    return directory.OneTimeMessage(
        message_id="m", kind="password-reset", user_id=user.user_id, ciphertext=sealed, expires_at=expires_at
    )


def test_reset_link_is_mailed_and_then_forgotten(network, sender, store, mail_server):
    user = given.a_user(email="ada@person.test")
    network.tell(network.people, user)
    network.tell(network.once, reset_for(user))
    (stored,) = store._db["messages"].find()
    assert "secret-token" not in str(stored)
    send_all(sender)
    (mail,) = mail_server.desk.to("ada@person.test")
    assert "https://credit.test/password-reset/secret-token" in mail.get_body(("plain",)).get_content()
    (kept,) = store._db["messages"].find()
    assert "once" not in kept


def test_a_login_from_a_new_device_is_mailed_with_its_name_and_time_which_are_then_forgotten(
    network, sender, store, mail_server, clock
):
    user = given.a_user(email="ada@person.test")
    network.tell(network.people, user)
    network.tell(
        network.people, directory.SecurityNotice(user_id=user.user_id, what="new-sign-in", device="Firefox on Windows")
    )
    at = in_words(store._db["messages"].find_one({"kind": "new_sign_in"})["event_at"].isoformat(), "en")
    clock.pass_by(minutes=5)
    send_all(sender)
    (mail,) = mail_server.desk.to("ada@person.test")
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert f"not seen before: Firefox on Windows, on {at}." in text
    (kept,) = store._db["messages"].find({"kind": "new_sign_in"})
    assert "Firefox" not in str(kept)


def test_a_one_time_message_may_go_to_another_address_and_names_nobody_there(network, sender, store, mail_server):
    user = given.a_user(email="ada@person.test")
    content = {"token": "secret-token", "address": "new@person.test"}
    sealed = Fernet(KEY).encrypt(orjson.dumps(content)).decode()
    told = replace(reset_for(user), kind="email-change", ciphertext=sealed)
    network.tell(network.people, user)
    network.tell(network.once, told)
    send_all(sender)
    assert mail_server.desk.to("ada@person.test") == []
    (mail,) = mail_server.desk.to("new@person.test")
    text = mail.get_body(("plain",)).get_content()
    assert "https://credit.test/email-confirm/secret-token" in text
    assert "Ada" not in mail.as_string()
    (kept,) = store._db["messages"].find()
    assert "new@person.test" not in str(kept)


def test_reset_link_that_has_run_out_is_not_mailed(network, sender, store, mail_server, clock):
    user = given.a_user()
    network.tell(network.people, user)
    network.tell(network.once, reset_for(user))
    clock.pass_by(minutes=61)
    send_all(sender)
    assert (states(store), mail_server.desk.mails) == ({"expired": 1}, [])
    assert store._db["messages"].count_documents({"once": {"$exists": True}}) == 0


def test_token_sealed_with_another_key_is_given_up(network, sender, store, mail_server, clock):
    user = given.a_user()
    network.tell(network.people, user)
    network.tell(network.once, reset_for(user, minutes=10_000, key=Fernet.generate_key().decode()))
    for _ in range(4):
        send_all(sender)
        clock.pass_by(hours=5)
    assert (states(store), mail_server.desk.mails) == ({"dead": 1}, [])


def test_keys_may_be_rotated():
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed = Fernet(old).encrypt(b'{"token":"t"}').decode()
    assert new_unseal(f"{new},{old}")(sealed) == {"token": "t"}


def test_old_events_are_recorded_and_not_mailed(network, sender, store, mail_server):
    network.people.tell(network.farm, at=datetime.now(UTC) - timedelta(hours=49))
    network.sign_up()
    send_all(sender)
    assert states(store) == {"expired": 1, "sent": 2}


def test_running_sender_mails_within_a_second_and_stops_when_asked(network, sender, mail_server, clock):
    stop = Stop()
    thread = threading.Thread(target=sender.run, args=(stop,))
    thread.start()
    try:
        network.tell(network.people, network.farm)
        wait_until(lambda: mail_server.desk.mails, seconds=5)
    finally:
        stop.request()
        thread.join(timeout=10)
    assert not thread.is_alive()


def test_what_one_business_writes_to_another_is_sent_and_forgotten(network, sender, mail_server, store):
    network.sign_up()
    texts = {"body": "Do you deliver?", "sender": "Green Farm", "reply_to": "farm@members.test", "token": "t"}
    ends = rfc3339(datetime.now(UTC) + timedelta(days=3))

    def message(kind: str, to: directory.EntityRegistered, told: dict[str, str]) -> directory.OneTimeMessage:
        sealed = Fernet(KEY).encrypt(orjson.dumps(told)).decode()
        return directory.OneTimeMessage(
            message_id=kind, kind=kind, user_id="u", to_entity=to.entity_id, ciphertext=sealed, expires_at=ends
        )

    copy = {"body": "Do you deliver?", "receiver": "Blue Bakery"}
    network.tell(network.once, message("contact", network.bakery, texts), message("contact-copy", network.farm, copy))
    send_all(sender)
    by_address = {mail["To"].addresses[0].addr_spec: mail for mail in mail_server.desk.mails}
    assert by_address["bakery@members.test"]["Reply-To"] == "farm@members.test"
    assert by_address["farm@members.test"]["Subject"] == "Your message to Blue Bakery"
    assert "bakery@members.test" not in str(by_address["farm@members.test"])
    assert "Do you deliver?" in str(by_address["bakery@members.test"])
    kept = list(store._db["messages"].find({"kind": {"$regex": "^trade_contact"}}))
    assert [each["state"] for each in kept] == ["sent", "sent"]
    assert all("once" not in each for each in kept)


def test_records_of_messages_that_ended_are_deleted_when_they_were_kept_long_enough(network, sender, store, clock):
    network.sign_up()
    send_all(sender)
    network.propose()
    clock.pass_by(days=180)
    assert not sender.tidy()
    assert states(store) == {"sent": 2, "queued": 1}
    clock.pass_by(days=999)
    for _ in range(2):
        assert not sender.tidy()
        assert states(store) == {"queued": 1}, "what waits is not over"
