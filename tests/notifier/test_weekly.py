"""The weekly summary: counted once whatever is delivered twice, told once on Monday to all who run the network."""

from datetime import UTC, date, datetime

import pytest

from services.notifier.digesting import Digester
from services.notifier.weekly import week_to_tell
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.test_sending import send_all

pytestmark = pytest.mark.integration

WEDNESDAY = datetime(2026, 1, 21, 12, tzinfo=UTC)
MONDAY = datetime(2026, 1, 26, 7, tzinfo=UTC)


@pytest.fixture
def digester(store, clock) -> Digester:
    return Digester(store=store, clock=clock)


def live_a_week(projection, clock) -> None:
    """Two sign-ups, one accepted; a trade of 25.00 that brings the payer near its limit, and an administrator's."""
    clock.now = WEDNESDAY
    people, money = EventLog("directory.events", "directory"), EventLog("ledger.events", "main")
    farm, bakery = given.an_entity(name="Farm"), given.an_entity(name="Bakery")
    for event in (farm, bakery, given.a_user("admin"), given.a_user("coordinator"), given.a_user()):
        people.tell(event, at=clock())
    people.tell(given.status_changed(farm, "accepted"), at=clock())
    trade = given.a_transfer(farm.account, bakery.account)
    correction = given.an_admin_transfer((farm.account, -100), (bakery.account, 100))
    for event in (
        given.limits_changed(farm.account), trade, given.completed(trade), correction,
        given.completed(correction, accepted_by=None),
    ):  # fmt: skip
        money.tell(event, at=clock())
    for log in (people, money, money):
        assert deliver(projection, log.records)


def summaries(store) -> list[dict]:
    return list(store._db["messages"].find({"kind": "weekly_summary"}))


def test_it_says_what_happened_in_the_week_and_what_waits(projection, digester, store, sender, clock, mail_server):
    live_a_week(projection, clock)
    clock.now = MONDAY
    digester.work()
    assert len(summaries(store)) == 2
    send_all(sender)
    texts = [
        mail.get_body(("plain",)).get_content()
        for mail in mail_server.desk.mails
        if mail["Subject"] == "Your network in the week of 19 January 2026"
    ]
    assert len(texts) == 2
    for said in (
        "New businesses: 2 signed up, 1 was accepted.",
        "Trades completed: 1, 25.00 credits in all.",
        "Waiting for your decision now: 1 to join, 0 to trade.",
        "Messages that were given up: 0.",
    ):
        assert said in texts[0]


def test_it_is_told_once(projection, digester, store, clock):
    live_a_week(projection, clock)
    for hour in (6, 7, 7, 20):
        clock.now = MONDAY.replace(hour=hour)
        digester.work()
        assert len(summaries(store)) == (0 if hour < 7 else 2)
    clock.pass_by(days=7)
    digester.work()
    assert len(summaries(store)) == 2, "nothing happened in the second week"


@pytest.mark.parametrize(
    ("now", "zone", "told"),
    [
        (datetime(2026, 1, 26, 6, 59, tzinfo=UTC), "Europe/London", None),
        (datetime(2026, 1, 26, 6, 0, tzinfo=UTC), "Europe/Berlin", ("2026-W04", date(2026, 1, 19))),
        (datetime(2026, 1, 28, 6, 59, tzinfo=UTC), "Europe/London", ("2026-W04", date(2026, 1, 19))),
        (datetime(2026, 1, 28, 7, 0, tzinfo=UTC), "Europe/London", None),
        (datetime(2027, 1, 4, 7, 0, tzinfo=UTC), "Europe/London", ("2026-W53", date(2026, 12, 28))),
    ],
)
def test_the_week_ends_with_the_networks_sunday(now, zone, told):
    assert week_to_tell(now, zone) == told
