"""Several messages claimed at once: few round trips, no message twice, none kept by a sender that can't send it."""

from datetime import timedelta

import pytest
from pymongo import MongoClient, monitoring

from services.chassis.process import Stop
from services.notifier.smtp import ServerAway
from services.notifier.store import Store
from services.notifier.store.queue import Queue, _due
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.conftest import a_sender

pytestmark = pytest.mark.integration


class Counting(monitoring.CommandListener):
    """Names of the commands that a client sends."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event) -> None:
        self.names.append(event.command_name)

    def succeeded(self, event) -> None:
        pass

    def failed(self, event) -> None:
        pass


@pytest.fixture
def waiting(projection):
    """Puts so many messages in the queue."""

    def put(count: int, **changed) -> None:
        log = EventLog("directory.events", "directory")
        for _ in range(count):
            log.tell(given.an_entity(**changed))
        assert deliver(projection, log.records)

    return put


def states(store: Store) -> dict[str, int]:
    return {state: count for state, count in store.records.summary().items() if count}


def test_fifty_are_claimed_in_three_round_trips_and_in_order(waiting, store, mongo_url, clock):
    waiting(60)
    counting = Counting()
    client = MongoClient(mongo_url, event_listeners=[counting], tz_aware=True)
    queue = Queue(client[store._db.name])
    ids = queue.due(clock(), 50)
    claimed = queue.claim(ids, clock(), timedelta(seconds=120))
    assert [each.message_id for each in claimed] == ids
    assert counting.names == ["find", "update", "find"]
    assert queue.claim(ids, clock(), timedelta(seconds=120)) == []
    client.close()


def test_what_is_due_is_found_along_the_index(waiting, store, clock):
    waiting(200)
    store._db["messages"].update_many({}, {"$set": {"due_at": clock() - timedelta(seconds=1)}})
    found = store._db["messages"].find(_due(clock()), {"_id": 1}).sort("due_at", 1).limit(10)
    told = found.explain()["executionStats"]
    assert told["nReturned"] == 10
    assert told["totalKeysExamined"] <= 13, "one step along each state besides the ten"
    assert told["totalDocsExamined"] <= 10


def test_mails_of_a_batch_share_a_connection(waiting, sender, mail_server):
    waiting(20)
    while sender.send_due():
        pass
    assert (len(mail_server.desk.mails), mail_server.desk.connections) == (20, 1)


def test_server_that_goes_away_within_a_batch_costs_one_try_and_the_rest_is_given_back(
    waiting, sender, store, mail_server, clock
):
    waiting(10)

    def close_at_the_third() -> None:
        if mail_server.desk.asked == 3:
            mail_server.desk.answers.append("421 closing")
            mail_server.refuse_connections()

    mail_server.desk.when_answered = close_at_the_third
    with pytest.raises(ServerAway):
        sender.send_due()
    assert states(store) == {"sent": 2, "failed": 1, "queued": 7}
    assert store._db["messages"].count_documents({"tries": {"$gt": 0}}) == 3, "sent or tried"
    mail_server.start()
    clock.pass_by(seconds=30)
    while sender.send_due():
        pass
    assert states(store) == {"sent": 10}
    assert len({mail["Message-ID"] for mail in mail_server.desk.mails}) == len(mail_server.desk.mails) == 10


def test_server_that_accepts_slowly_keeps_no_message_past_its_lease(waiting, store, mail_server, clock):
    waiting(10)
    mail_server.desk.when_answered = lambda: clock.pass_by(seconds=10)
    slow, other = a_sender(store, mail_server, clock), a_sender(store, mail_server, clock)
    slow.send_due()
    assert states(store) == {"sent": 3, "queued": 7}
    while other.send_due():
        pass
    assert (states(store), len(mail_server.desk.mails)) == ({"sent": 10}, 10)
    for each in (slow, other):
        each.mailer.close()


def test_stopped_sender_gives_back_what_it_has_not_sent(waiting, sender, store, mail_server):
    waiting(10)
    stop = Stop()
    mail_server.desk.when_answered = stop.request
    sender.send_due(stop)
    assert states(store) == {"sent": 1, "queued": 9}
    assert store._db["messages"].count_documents({"lease": {"$exists": True}}) == 0
