"""Coming near a limit: told once, as it happens, each side alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from events import ledger
from events.ledger import Entry
from services.notifier.domain import Known
from services.notifier.handlers import Policy, effects_of
from services.notifier.knowledge import transfer_of
from services.notifier.limits import Limits, came_near
from services.notifier.rules import messages_for
from tests.eventlog import EventLog
from tests.notifier import given

LIMITS = Limits(max_negative=10_000, max_positive=50_000)


def near(amount: int, balance: int, limits: Limits = LIMITS, percent: int = 80):
    return came_near(Entry(account="1", amount=amount, balance=balance), limits, percent)


@pytest.mark.parametrize(
    ("amount", "balance", "room"),
    [
        (-1, -8_000, 2_000),  # the first unit of the warning level
        (-8_000, -8_000, 2_000),
        (-30_000, -9_500, 500),  # from far above zero
        (-9_000, -12_000, 0),  # limits narrower than the balance
        (1, 40_000, 10_000),
        (90_000, 50_000, 0),
    ],
)
def test_coming_near_is_told_with_the_room_that_is_left(amount, balance, room):
    found = near(amount, balance)
    assert found is not None
    assert (found.below, found.room, found.balance) == (amount < 0, room, abs(balance))


@pytest.mark.parametrize(
    ("amount", "balance"),
    [
        (-1, -7_999),  # not near yet
        (-500, -8_500),  # was near before
        (500, -9_000),  # moves away from the limit
        (-500, 45_000),  # moves away from the upper one
        (1, 39_999),
    ],
)
def test_what_is_no_news_is_not_told(amount, balance):
    assert near(amount, balance) is None


def test_a_limit_of_zero_has_no_warning_level():
    assert near(-5, -5, Limits(max_negative=0, max_positive=10)) is None


@for_all(st.lists(st.integers(-3_000, 3_000).filter(bool), max_size=40), st.integers(1, 100))
def test_between_two_warnings_of_a_side_there_is_a_way_back(amounts, percent):
    balance, warned = 0, {True: False, False: False}
    for amount in amounts:
        balance += amount
        if found := near(amount, balance, percent=percent):
            assert not warned[found.below]
            warned[found.below] = True
        if -balance * 100 < LIMITS.max_negative * percent:
            warned[True] = False
        if balance * 100 < LIMITS.max_positive * percent:
            warned[False] = False


PAY = given.a_transfer("1", "2", amount=9_000)


def completed(*balances: int) -> ledger.TransferCompleted:
    entries = [
        Entry(account=leg.account, amount=leg.amount, balance=balance)
        for leg, balance in zip(PAY.legs, balances, strict=True)
    ]
    return ledger.TransferCompleted(
        transfer_id=PAY.transfer_id, entries=entries, effective_at=given.NEVER, accepted_by="2"
    )


def test_each_is_told_of_itself_alone():
    event = completed(-9_000, 48_000)
    record = EventLog("t", "k").tell(event)
    known = Known(transfers={PAY.transfer_id: transfer_of(PAY)}, limits={"1": LIMITS, "2": LIMITS})
    made = messages_for(record.envelope, event, known, now=datetime.now(UTC), max_age=timedelta(days=2))
    told = {message.recipient: message.facts for message in made if message.kind == "near_limit"}
    assert told == {
        "account:1": {"below": True, "balance": 9_000, "limit": 10_000, "room": 1_000},
        "account:2": {"below": False, "balance": 48_000, "limit": 50_000, "room": 2_000},
    }


def test_limits_and_level_of_the_same_run_count():
    log = EventLog("t", "k")
    opened = ledger.AccountOpened(
        account="1", entity_id="e", max_negative=20_000, max_positive=50_000, standing="trading"
    )
    level = ledger.BookPolicyChanged(
        default_max_negative=0, default_max_positive=0, expires_after_days=30, reminder_days=3, warning_percent=45,
        reason="earlier",
    )  # fmt: skip
    run = [(log.tell(event).envelope, event) for event in (opened, level, PAY, completed(-9_000, 9_000))]
    policy = Policy(max_age=timedelta(days=2), signup_notifications=False)
    effects = effects_of(run, given.NothingStored(), policy, now=datetime.now(UTC))
    assert [m.recipient for m in effects.messages if m.kind == "near_limit"] == ["account:1"]
