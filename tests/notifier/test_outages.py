"""A primary of MongoDB that steps down while events are taken and mails are sent: none lost, none repeated for it."""

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from pymongo import MongoClient

from services.notifier.consumer import Mail
from services.notifier.handlers import Policy
from services.notifier.pacing import Pace
from services.notifier.sending import Sender
from services.notifier.store import TRANSIENT, Store
from tests.eventlog import EventLog
from tests.notifier import given
from tests.notifier.conftest import Clock, a_sender
from tests.notifier.mailserver import MailServer
from tests.primary import mongo_of_our_own, step_down, term
from tests.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.long]

SECONDS = 90
AT_ONCE = 50


def test_a_primary_that_steps_down_costs_no_event_and_no_mail(mail_server: MailServer, clock: Clock) -> None:
    log = EventLog("directory.events", "directory")
    for _ in range(200):
        log.tell(given.an_entity())
    with mongo_of_our_own() as url, MongoClient(url) as admin, closing(Store(url, "notifier")) as store:
        store.migrate()
        policy = Policy(max_age=timedelta(hours=48), signup_notifications=False)
        projection = Mail(store=store, policy=policy, clock=clock)
        for first in range(0, len(log.records), AT_ONCE):
            records = log.records[first : first + AT_ONCE]
            _while_it_steps_down(admin, lambda records=records: projection.apply(log.source, records))
        assert store.position(log.source) == len(log.records)
        assert store.records.summary()["queued"] == len(log.records)

        sender = replace(a_sender(store, mail_server, clock), pace=Pace(per_minute=0))
        with closing(sender.mailer):
            for _ in range(3):
                _while_it_steps_down(admin, sender.send_due)
            wait_until(lambda: _has_sent_all(sender, clock), SECONDS)
        assert store.records.summary()["sent"] == len(log.records)
    times = Counter(mail["Message-ID"] for mail in mail_server.desk.mails)
    assert len(times) == len(log.records)
    # What could not be recorded as sent may be sent again, of each claim the one in hand.
    assert sum(times.values()) - len(times) <= 3


def _while_it_steps_down(admin: MongoClient, work: Callable[[], object]) -> None:
    """Do the work at last, tried again as the loops do while there is no primary."""
    before = term(admin)
    stepping = threading.Thread(target=step_down, args=(admin,))
    stepping.start()
    wait_until(lambda: _done(work), SECONDS)
    stepping.join()
    wait_until(lambda: term(admin) > before, SECONDS)


def _done(work: Callable[[], object]) -> bool:
    try:
        work()
    except TRANSIENT:
        return False
    return True


def _has_sent_all(sender: Sender, clock: Clock) -> bool:
    # The lease of what was claimed when the primary went away must end first.
    clock.pass_by(seconds=121)
    return _done(lambda: _send_all(sender)) and sender.store.records.summary()["sending"] == 0


def _send_all(sender: Sender) -> None:
    while sender.send_due():
        pass
