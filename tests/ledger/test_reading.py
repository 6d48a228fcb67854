"""What can be read of a book, now and as of any position: one suite for PostgreSQL and for the store in memory."""

from contextlib import closing
from datetime import datetime, timedelta
from itertools import chain

import pytest

from events.ledger import ConsentRule, FeeRule
from services.ledger.domain import ReverseTransfer, SetConsent, SetPolicy
from services.ledger.findings import Traded
from services.ledger.handlers import Appender
from services.ledger.questions import TransferFilter
from services.ledger.store import NotYet, Reader, Writer
from tests.ledger.factories import (
    a_request,
    accepting,
    an_account_number,
    cancelling,
    limiting,
    opening,
    paying,
    requesting,
    standing,
)
from tests.ledger.fakes import Ticking
from tests.ledger.world import EVERY_STATUS, WIDE, World, a_mixed_book


def everything_then(world: World, numbers, position: int):
    """All that can be asked of a position."""
    reader = world.reader
    point = reader.point(position)
    return (
        point,
        [reader.account_then(number, position) for number in numbers],
        reader.trial_balance(point, limit=1000),
        [reader.statement(number, to_position=position, limit=100) for number in numbers],
    )


def a_long_story(world: World, numbers):
    """Every kind of event that changes what can be read; yields after each."""
    one, two, three = numbers
    world.do(opening(one), opening(two, max_negative=300))
    yield
    world.pay(one, two, 120, "eggs")
    yield
    world.do(limiting(one, max_negative=100))
    yield
    world.do(opening(three, **WIDE))
    yield
    world.charge(FeeRule(account=three, side="payer", fixed=2, basis_points=500))
    yield
    (proposed,) = world.do(requesting(one, two, 60))
    yield
    world.do(a_request(SetConsent(account=one, rules=(ConsentRule(party="any", direction="pay"),)), one))
    yield
    world.do(accepting(proposed["transfer_id"], two))
    yield
    world.do(standing(two, "frozen"))
    yield
    world.do(standing(two, "trading"))
    yield
    whole = world.administer((three, -30), (one, 20), (two, 10))
    yield
    world.do(limiting(two, max_negative=0, max_positive=7))
    yield
    world.do(a_request(ReverseTransfer(transfer_id=whole, reason="a mistake"), admin=True))
    yield


def test_what_was_is_never_changed_by_what_comes(world):
    numbers = [an_account_number() for _ in range(3)]
    seen = {}
    for _ in a_long_story(world, numbers):
        position = world.position
        then = everything_then(world, numbers, position)
        seen[position] = then
        accounts, policy = world.reader.accounts_and_policy(numbers)
        assert (accounts, policy) == (world.reader.accounts(numbers), world.reader.policy())
        for account in accounts:
            _, was = world.reader.account_then(account.account, position)
            for name in ("entity_id", "balance", "max_negative", "max_positive", "standing"):
                assert getattr(was, name) == getattr(account, name)
    assert len(seen) > 10
    for position, then in seen.items():
        assert everything_then(world, numbers, position) == then
        assert then[2].sum == 0


def test_an_account_is_not_there_before_it_is_opened(world):
    first, second = world.open(), world.open()
    assert world.reader.account_then(first[0], 0) == (world.reader.point(0), None)
    assert world.reader.account_then(second[0], 1) == (world.reader.point(1), None)
    assert world.reader.account_then(second[0], 2)[1].standing == "trading"
    assert world.reader.account_then(an_account_number(), 2) == (world.reader.point(2), None)
    assert [each.account for each in world.reader.trial_balance(world.reader.point(1)).accounts] == first
    assert world.reader.trial_balance(world.reader.point(0)).accounts == []


def test_an_instant_means_everything_before_it(world):
    payer, payee = world.open(2)
    world.pay(payer, payee, 10)
    done = world.position
    time = datetime.fromisoformat(world.reader.point().time)
    world.pay(payer, payee, 5)
    assert world.reader.point(at=time + timedelta(microseconds=1)).position == done
    assert world.reader.point(at=time).position == done - 1
    assert world.reader.account_then(payer, at=time) == world.reader.account_then(payer, done - 1)
    assert world.reader.account_then(payer) == world.reader.account_then(payer, world.position)
    assert world.reader.point(at=time - timedelta(days=9)) == world.reader.point(0)
    assert world.reader.point(0).time is None
    assert world.reader.point(at=time + timedelta(days=9)) == world.reader.point(world.position)
    at_end = world.reader.statement(payer, until=time + timedelta(microseconds=1))
    assert at_end.closing_balance == world.reader.account_then(payer, done)[1].balance == -10
    assert (at_end.from_position, at_end.to_position) == (1, done)


def test_what_lies_ahead_is_not_told(world):
    (account,) = world.open()
    for asking in (
        lambda: world.reader.point(2),
        lambda: world.reader.account_then(account, 2),
        lambda: world.reader.statement(account, to_position=2),
        lambda: world.reader.statement(account, from_position=3),
    ):
        with pytest.raises(NotYet, match="come to position 1"):
            asking()
    assert world.reader.statement(account, from_position=2, to_position=1).entries == []


def test_empty_book_has_a_beginning(world):
    assert world.reader.point().position == 0
    assert world.reader.trial_balance(world.reader.point()).sum == 0
    assert world.reader.near_limits(percent=99, limit=10) == ([], 0)


def test_trial_balance_comes_in_pages_with_sums_of_all(world):
    numbers = world.open(5)
    world.pay(numbers[0], numbers[3], 70)
    world.pay(numbers[1], numbers[3], 5)
    point = world.reader.point()
    pages, after = [], ""
    while after is not None:
        page = world.reader.trial_balance(point, after=after, limit=2)
        assert (page.sum, page.total_positive, page.total_negative) == (0, 75, -75)
        pages.append([(each.account, each.balance) for each in page.accounts])
        after = page.next
    assert list(chain(*pages)) == list(zip(numbers, [-70, -5, 0, 75, 0], strict=True))
    assert [len(page) for page in pages] == [2, 2, 1]


def test_transfers_of_several_legs_are_listed_for_every_account_of_theirs(world):
    mine, other, third, fees = a_mixed_book(world)
    for number in (mine, other, third, fees):
        every = [t for t in world.reader.transfers(None, EVERY_STATUS, limit=100)[0] if number in t.parties]
        found, total = world.reader.transfers(number, EVERY_STATUS, limit=100)
        assert found == every
        assert total == len(every)
        pages = [world.reader.transfers(number, EVERY_STATUS, limit=2, offset=at)[0] for at in range(0, total, 2)]
        assert list(chain(*pages)) == every


def test_transfers_page_by_position(world):
    mine, *_ = a_mixed_book(world)
    every, total = world.reader.transfers(mine, EVERY_STATUS, limit=100)
    assert total == len(every) == 9
    seen, before = [], None
    while True:
        found, counted = world.reader.transfers(mine, EVERY_STATUS, limit=4, before=before)
        assert counted == total
        if not found:
            break
        seen, before = seen + found, found[-1].initiated_position
    assert seen == every


@pytest.mark.parametrize(
    ("only", "wanted"),
    [
        ({"text": "eggs"}, lambda t: "eggs" in t.description.lower()),
        ({"text": "inv"}, lambda t: t.reference is not None),
        ({"text": "_"}, lambda t: "_" in t.description),
        ({"reference": "INV-1"}, lambda t: t.reference == "INV-1"),
        ({"kind": "admin"}, lambda t: t.kind == "admin"),
        ({"kind": "reversal"}, lambda t: t.kind == "reversal"),
        ({"min_amount": 60}, lambda t: t.amount >= 60),
        ({"min_amount": 30, "max_amount": 60}, lambda t: 30 <= t.amount <= 60),
    ],
)
def test_transfer_filters_let_through_what_fits_and_nothing_else(world, only, wanted):
    mine, other, *_ = a_mixed_book(world)
    for number in (mine, other, None):
        every = world.ids(number)
        fitting = [world.reader.transfer(known) for known in every]
        expected = [transfer.transfer_id for transfer in fitting if wanted(transfer)]
        assert world.ids(number, **only) == expected
        assert len(expected) < len(every)
        _, total = world.reader.transfers(number, EVERY_STATUS, limit=1, only=TransferFilter(**only))
        assert total == len(expected)


def test_transfers_between_two_accounts(world):
    mine, other, third, fees = a_mixed_book(world)
    # The first two are its payer and payee, the others neither.
    whole = world.administer((mine, -9), (third, 4), (other, 3), (fees, 2))
    assert whole in world.ids(other, counterparty=fees)
    for one in (mine, other, third, fees):
        for two in {mine, other, third, fees} - {one}:
            transfers = [world.reader.transfer(known) for known in world.ids(one)]
            assert world.ids(one, counterparty=two) == [t.transfer_id for t in transfers if two in t.parties]


def test_transfers_by_status(world):
    mine, other = world.open(2)
    ids = [document["transfer_id"] for document in world.do(*(paying(mine, other, n) for n in (1, 2, 3)))]
    world.do(accepting(ids[0], other), cancelling(ids[1], mine))
    for status, known in (("completed", ids[0]), ("cancelled", ids[1]), ("initiated", ids[2])):
        for number in (mine, other, None):
            assert world.ids(number, (status,)) == [known]
    assert world.ids(mine, ("initiated", "completed")) == [ids[2], ids[0]]


def test_transfers_proposed_in_a_period(world):
    mine, other = world.open(2)
    first, second, third = (world.do(paying(mine, other, n))[0]["transfer_id"] for n in (1, 2, 3))
    then = datetime.fromisoformat(world.reader.transfer(second).initiated_at)
    for number in (mine, None):
        assert world.ids(number, since=then) == [third, second]
        assert world.ids(number, until=then) == [first]
        assert world.ids(number, since=then, until=then + timedelta(microseconds=1)) == [second]
        assert world.ids(number, since=then + timedelta(days=1)) == []
    _, total = world.reader.transfers(None, EVERY_STATUS, limit=1, only=TransferFilter(since=then))
    assert total == 2


def test_accounts_near_a_limit_come_worst_first(world):
    (sink,) = world.open()
    numbers = world.open(7, max_negative=1000, max_positive=10_000)
    balances = dict(zip(numbers, (-1000, -999, -800, -799, 8000, 0, -10), strict=True))
    for number, balance in balances.items():
        if balance:
            world.administer((number, balance), (sink, -balance))
    outside, without = numbers[3], numbers[6]
    world.do(limiting(outside, max_negative=500), limiting(without, max_negative=0))
    expected = [without, outside, numbers[0], numbers[1], *sorted((numbers[2], numbers[4]))]
    found, total = world.reader.near_limits(percent=20, limit=10)
    assert [account.account for account in found] == expected
    assert total == 6
    assert [account.used_percent for account in found] == [None, 159, 100, 99, 80, 80]
    assert world.reader.near_limits(percent=20, limit=2, offset=4) == (found[4:], 6)
    assert world.reader.near_limits(percent=20, limit=1, offset=4) == (found[4:5], 6)
    assert world.reader.near_limits(percent=20, limit=2, offset=90) == ([], 6)
    assert [account.account for account in world.reader.near_limits(percent=0, limit=10)[0]] == expected[:3]


def test_what_members_traded_since_an_instant(world):
    one, two, three = world.open(3)
    world.pay(one, two, 500)
    (second,) = world.do(paying(two, three, 80))
    then = datetime.fromisoformat(world.reader.transfer(second["transfer_id"]).initiated_at)
    assert world.reader.traded(then) == Traded(0, 0, 0)
    world.pay(three, one, 20)
    world.administer((one, -5), (two, 5))
    assert world.reader.traded(then) == Traded(1, 20, 2)
    assert world.reader.traded(then - timedelta(days=1)) == Traded(2, 520, 3)
    assert world.reader.traded(then + timedelta(days=1)) == Traded(0, 0, 0)


def test_simulation_says_who_would_be_outside_and_changes_nothing(world):
    one, two, three, gone = world.open(4)
    world.pay(one, two, 500)
    world.pay(three, two, 80)
    world.do(standing(gone, "closed"))
    before = (world.position, world.reader.accounts([one, two, three]))
    lower = world.reader.would_be_outside(max_negative=100, max_positive=None)
    assert [(each.account, each.balance, each.by) for each in lower.outside] == [(one, -500, 400)]
    assert (lower.count, lower.total) == (1, 3)
    both = world.reader.would_be_outside(max_negative=0, max_positive=579)
    assert [(each.account, each.by) for each in both.outside] == [(one, 500), (three, 80), (two, 1)]
    some = world.reader.would_be_outside(max_negative=0, max_positive=0, accounts=[three, two])
    assert [(each.account, each.by) for each in some.outside] == [(two, 580), (three, 80)]
    assert (some.count, some.total) == (2, 2)
    none = world.reader.would_be_outside(max_negative=500, max_positive=580)
    assert (none.outside, none.count, none.total) == ([], 0, 3)
    assert (world.position, world.reader.accounts([one, two, three])) == before


@pytest.mark.integration
def test_books_in_one_database_do_not_mix(ledger_database, book):
    worlds = []
    numbers = sorted(an_account_number() for _ in range(3))
    for name, amount in ((book, 9), (f"{book}-other", 8)):
        with closing(Writer(ledger_database.url, name)) as writer, closing(Reader(ledger_database.url, name)) as reader:
            reader.open()
            world = World(Appender(writer, Ticking()), reader)
            world.do(*(opening(number, max_negative=10, max_positive=10) for number in numbers[: amount - 6]))
            world.pay(numbers[0], numbers[1], amount)
            worlds.append(
                (
                    everything_then(world, numbers, world.position),
                    reader.near_limits(percent=99, limit=10),
                    reader.would_be_outside(max_negative=0, max_positive=0),
                    reader.transfers(numbers[0], EVERY_STATUS, limit=10),
                    reader.transfers(None, EVERY_STATUS, limit=10),
                    reader.changes(numbers[0]),
                    reader.head(),
                )
            )
    for world, amount in zip(worlds, (9, 8), strict=True):
        then, near, outside, of_account, of_all, (history, _), head = world
        assert then[2].total_positive == amount
        assert [statement.totals.count for statement in then[3]] == [1, 1, 0]
        assert len(then[2].accounts) == head["accounts"] == amount - 6
        assert [account.balance for account in near[0]] == [
            balance for _, balance in sorted(((numbers[0], -amount), (numbers[1], amount)))
        ]
        assert (outside.count, outside.total) == (2, amount - 6)
        assert of_account == of_all
        assert of_all[1] == len(history) == 1


def test_history_of_an_account_comes_newest_first(world):
    (account,) = world.open(max_negative=5, max_positive=50)
    world.open()
    world.do(limiting(account, max_negative=9))
    world.do(standing(account, "frozen"))
    world.do(standing(account, "trading"))
    world.do(a_request(SetConsent(account=account, rules=(ConsentRule(party="any", direction="pay"),)), account))
    whole, following = world.reader.changes(account)
    assert [change.type for change in whole] == ["consent", "standing", "standing", "limits", "opened"]
    assert [change.position for change in whole] == [6, 5, 4, 3, 1]
    assert following is None
    limits = whole[3].data
    assert (limits["max_negative"], limits["previous"]["max_negative"], limits["reason"]) == (9, 5, "asked")
    assert whole[3].actor == "admin:a"
    first, following = world.reader.changes(account, limit=2)
    rest, end = world.reader.changes(account, limit=3, before=following)
    assert ([*first, *rest], end) == (list(whole), None)
    only, following = world.reader.changes(account, type_="standing", limit=1)
    assert ([change.position for change in only], following) == ([5], 5)
    assert world.reader.changes(an_account_number()) == ([], None)


def test_history_of_the_rules(world):
    (account,) = world.open()
    world.do(a_request(SetPolicy(reason="more trust", warning_percent=90), admin=True))
    world.charge(FeeRule(account=account, side="payee", fixed=1, basis_points=25))
    (policy,), _ = world.reader.changes("policy")
    assert (policy.type, policy.data["warning_percent"], policy.data["reason"]) == ("policy", 90, "more trust")
    (fees,), _ = world.reader.changes("fee-rules")
    assert (fees.type, fees.data["rules"][0]["basis_points"]) == ("fee-rules", 25)
    assert world.reader.policy().warning_percent == 90
    assert world.reader.accounts_and_policy(world.open())[1].warning_percent == 90
    assert world.reader.accounts_and_policy([an_account_number()])[0] == []
