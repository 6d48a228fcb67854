"""A mail server that hangs up in the middle of a mail, or is away for long: nothing lost, the same mail again."""

from collections import Counter
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from services.chassis.process import Stop
from services.notifier.config import Config
from services.notifier.domain import RetryPolicy
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.conftest import Clock

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)


@pytest.fixture
def three_waiting(projection) -> None:
    log = EventLog("directory.events", "directory")
    for _ in range(3):
        log.tell(given.an_entity())
    assert deliver(projection, log.records)


def send_all(sender) -> None:
    while sender.send_due():
        pass


def states(store) -> dict[str, int]:
    return {state: count for state, count in store.records.summary().items() if count}


def times_taken(mail_server) -> list[int]:
    """How often each of the mails was taken."""
    return sorted(Counter(mail["Message-ID"] for mail in mail_server.desk.mails).values())


@pytest.mark.usefixtures("three_waiting")
@pytest.mark.parametrize(("hung_up", "taken"), [("amid", [1, 1, 1]), ("after", [1, 1, 2])])
def test_mail_that_the_server_hung_up_on_is_sent_once_again(sender, store, mail_server, clock, hung_up, taken):
    mail_server.desk.hang_ups.append(hung_up)
    send_all(sender)
    assert states(store) == {"sent": 2, "failed": 1}, "the others leave by another connection"
    assert mail_server.desk.connections == 2
    clock.pass_by(seconds=29)
    send_all(sender)
    assert states(store) == {"sent": 2, "failed": 1}
    clock.pass_by(seconds=1)
    send_all(sender)
    clock.pass_by(hours=5)
    send_all(sender)
    assert (states(store), times_taken(mail_server)) == ({"sent": 3}, taken)


@pytest.mark.usefixtures("three_waiting")
def test_server_that_hangs_up_on_every_mail_for_an_hour_makes_none_dead(sender, store, mail_server, clock):
    default = {each.name: each.default for each in fields(Config)}
    policy = RetryPolicy(first=timedelta(seconds=default["retry_seconds"]), max_tries=default["max_tries"])
    sender = replace(sender, policy=policy)
    mail_server.desk.hang_ups.extend(["amid"] * 1000)
    for _ in range(120):
        send_all(sender)
        clock.pass_by(seconds=30)
    assert (states(store), times_taken(mail_server)) == ({"failed": 3}, [])
    assert store._db["messages"].distinct("tries") == [7], "at 0, 30, 90, 210, 450, 930 and 1890 seconds"
    mail_server.desk.hang_ups.clear()
    clock.pass_by(hours=1)
    send_all(sender)
    assert (states(store), times_taken(mail_server)) == ({"sent": 3}, [1, 1, 1])


class _Hour(Stop):
    """Time passes by being waited for; after an hour of it the server is back, and when nothing waits it is over."""

    def __init__(self, clock: Clock, mail_server, store) -> None:
        super().__init__()
        self.clock, self.mail_server, self.store = clock, mail_server, store
        self.back_at = clock() + HOUR
        self.away = True
        self.waits: list[float] = []
        self.left_when_back: dict[str, int] = {}

    def wait(self, seconds: float) -> bool:
        self.clock.pass_by(seconds=seconds)
        if self.away:
            self.waits.append(seconds)
        if self.away and self.clock() >= self.back_at:
            self.away, self.left_when_back = False, states(self.store)
            self.mail_server.start()
        elif not self.away:
            self.request()
        return self.requested


@pytest.mark.usefixtures("three_waiting")
def test_server_that_is_down_for_an_hour_is_asked_every_half_minute_and_costs_no_message_a_try(
    sender, store, mail_server, clock
):
    mail_server.stop()
    hour = _Hour(clock, mail_server, store)
    sender.run(hour)
    assert hour.waits[:7] == [1, 2, 4, 8, 16, 30, 30]
    assert set(hour.waits[5:]) == {30}
    assert hour.left_when_back == {"queued": 3}
    assert (states(store), times_taken(mail_server)) == ({"sent": 3}, [1, 1, 1])
    assert store._db["messages"].distinct("tries") == [1]
    sent_at = store._db["messages"].distinct("sent_at")
    assert max(sent_at) - hour.back_at < timedelta(seconds=30), "at the first question after it was back"
