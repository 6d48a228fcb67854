"""How many mails a domain gets a minute, by how many senders whatever."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from services.notifier.pacing import Domain, Pace, slowed, take
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.conftest import a_sender

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PACE = Pace(per_minute=60)


def test_ten_seconds_worth_leave_at_once_and_then_one_a_second():
    slots, after = take(Domain(), 13, PACE, NOW)
    assert [slot.at <= NOW for slot in slots] == [True] * 11 + [False] * 2
    assert [slot.at for slot in slots[11:]] == [NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)]
    assert take(after, 1, PACE, NOW)[0][0].at == NOW + timedelta(seconds=3)


def test_a_domain_that_put_a_mail_off_gets_a_tenth_for_five_minutes():
    slow = slowed(Domain(), PACE, NOW)
    slots, _ = take(slow, 40, PACE, NOW)
    assert [slot.at for slot in slots[:2]] == [NOW + timedelta(seconds=10), NOW + timedelta(seconds=20)]
    assert [slot.kept for slot in slots] == [True] * 29 + [False] * 11
    assert {slot.at for slot in slots[29:]} == {NOW + timedelta(minutes=5)}
    later = NOW + timedelta(minutes=5)
    assert take(slow, 1, PACE, later)[0][0].at <= later


def test_slots_from_before_a_domain_became_slow_count_no_more():
    slow = slowed(Domain(), PACE, NOW)
    before, after = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)
    assert not slow.honours(before, after)
    assert slow.honours(after, after)
    again = slowed(slow, PACE, after)
    assert again.honours(after, after), "still the same slowness"
    assert slow.honours(before, NOW + timedelta(minutes=5))


@settings(deadline=None, max_examples=50)
@drawn(st.lists(st.tuples(st.integers(0, 30), st.floats(0, 90)), max_size=20))
def test_no_minute_has_more_than_the_pace_and_its_burst(asked):
    domain, now, leaving = Domain(), NOW, []
    for wanted, pause in asked:
        now += timedelta(seconds=pause)
        slots, domain = take(domain, wanted, PACE, now)
        leaving += [max(slot.at, now) for slot in slots]
    for start in leaving:
        within = [each for each in leaving if start <= each < start + timedelta(minutes=1)]
        assert len(within) <= 60 + 11


@pytest.fixture
def put(projection):
    """Puts a mail to each address in the queue."""
    log = EventLog("directory.events", "directory")

    def told(*addresses: str) -> None:
        for address in addresses:
            log.tell(given.an_entity(email=address))
        assert deliver(projection, log.records)

    return told


def send_all(sender) -> None:
    while sender.send_due():
        pass


@pytest.mark.integration
def test_what_exceeds_waits_without_a_try_while_other_domains_are_served(put, store, sender, mail_server, clock):
    paced = replace(sender, pace=PACE)
    put(*(f"m{number}@big.test" for number in range(15)), "one@small.test")
    send_all(paced)
    assert Counter(mail["To"].addresses[0].domain for mail in mail_server.desk.mails) == {
        "big.test": 11,
        "small.test": 1,
    }
    waiting = list(store._db["messages"].find({"state": "queued"}))
    assert [each["tries"] for each in waiting] == [0] * 4
    clock.pass_by(seconds=2)
    send_all(paced)
    assert len(mail_server.desk.mails) == 14
    clock.pass_by(seconds=60)
    send_all(paced)
    assert store.records.summary()["sent"] == 16
    assert store._db["messages"].count_documents({"paced_at": {"$exists": True}}) == 0


@pytest.mark.integration
def test_senders_share_the_pace(put, store, mail_server, clock):
    put(*(f"m{number}@big.test" for number in range(60)))
    senders = [replace(a_sender(store, mail_server, clock), pace=PACE) for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(send_all, senders))
    for each in senders:
        each.mailer.close()
    assert len(mail_server.desk.mails) == 11


@pytest.mark.integration
def test_a_greylisting_domain_is_written_to_slowly(put, store, sender, mail_server, clock):
    paced = replace(sender, pace=PACE)
    mail_server.desk.answers.append("450 come again")
    put("first@grey.test")
    send_all(paced)
    put(*(f"m{number}@grey.test" for number in range(6)))
    send_all(paced)
    assert mail_server.desk.mails == []
    clock.pass_by(seconds=20)
    send_all(paced)
    assert len(mail_server.desk.mails) == 2
    clock.pass_by(minutes=5)
    send_all(paced)
    assert store.records.summary()["sent"] == 7
